"""How we come to both registers: SF1520 by mutual TLS, CVR by a user and a password."""

import ssl
from base64 import b64encode

from adapters.http import Caller
from adapters.persons import Persons
from adapters.persons.companies import CompanyRegister
from adapters.persons.cpr_answers import CprReading
from adapters.persons.sf1520 import Agreement, CprRegister, headers
from adapters.tls import client_tls
from outbound.settings import Settings


def person_register(settings: Settings) -> Persons:
    """Both registers as the settings name them. Raises ValueError with a sentence."""
    return Persons(_people(settings), CompanyRegister(_companies_caller(settings), settings.persons_patience))


def _people(settings: Settings) -> CprRegister:
    if not settings.persons_url.rstrip("/").endswith(f"/{settings.persons_version}"):
        raise ValueError("OUTBOUND_PERSONS_URL ends in another version than OUTBOUND_PERSONS_VERSION.")
    agreement = Agreement(
        settings.persons_service_agreement,
        settings.persons_user_system,
        settings.persons_user,
        settings.persons_service,
        settings.persons_version,
    )
    caller = Caller(settings.persons_url, headers(agreement), settings.persons_timeout, _tls(settings))
    reading = CprReading(agreement.namespace, settings.persons_country_codes)
    return CprRegister(caller, agreement, reading, settings.persons_patience, settings.persons_at_once)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.persons_url.startswith("https:"):
        return None
    return client_tls("PERSONS", settings.persons_certificate_file, settings.persons_key_file, settings.persons_ca_file)


def _companies_caller(settings: Settings) -> Caller:
    named = f"{settings.companies_user}:{settings.companies_password.get_secret_value()}"
    basic = {"Authorization": f"Basic {b64encode(named.encode()).decode()}", "Accept": "application/json"}
    return Caller(settings.companies_url, basic, settings.persons_timeout)
