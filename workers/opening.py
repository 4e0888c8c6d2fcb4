"""Opening the house for a process, and keeping libraries' words out of its logs."""

import logging

import adapters
from outbound import logs
from outbound.delivery import House
from outbound.ledger import Ledger
from outbound.ledger.revision import is_usable
from outbound.organisation import load_organisation
from outbound.postcodes import load_districts
from outbound.rendering import LetterTypes
from outbound.seal import Seal
from outbound.settings import Settings, SettingsFault
from outbound.tariffs import load_tariffs

TALKATIVE = ("httpx", "httpcore", "paramiko", "sqlalchemy.engine", "uvicorn.access")


def open_house(settings: Settings) -> House:
    """Everything a step needs, made once. Raises SettingsFault where something is missing."""
    if settings.seal_keys_file is None:
        raise SettingsFault("OUTBOUND_SEAL_KEYS_FILE names no file; make one with `outbound keys new FILE`.")
    organisation = load_organisation(settings.config_dir)
    if strangers := sorted(name for name in settings.webhooks if organisation.system(name) is None):
        raise SettingsFault(f"OUTBOUND_WEBHOOKS: config/organisation.toml has no system {', '.join(strangers)}.")
    ledger = Ledger(settings.ledger_url)
    _must_be_usable(ledger)
    return House(
        settings=settings,
        ledger=ledger,
        seal=Seal(settings.seal_keys_file),
        types=LetterTypes.load(settings.templates_dir, settings.print_page),
        organisation=organisation,
        tariffs=load_tariffs(settings.config_dir / "tariffs.toml"),
        outside=adapters.connect(settings),
        districts=load_districts(settings.config_dir),
    )


def begin_logs(process: str) -> None:
    """Log as machines read it, until the settings are read and say otherwise."""
    quiet_logs()
    logs.set_up(process)


def _must_be_usable(ledger: Ledger) -> None:
    """An older schema lacks what every step needs; a newer one has it. A database that is away may come back."""
    try:
        with ledger.reading() as tx:
            usable = is_usable(tx)
    except Exception:
        return
    if not usable:
        ledger.close()
        raise SettingsFault("The ledger has an older schema than this version needs; run `outbound migrate`.")


def quiet_logs() -> None:
    """Libraries whose logs carry addresses, parameters or numbers say only what is wrong, if anything."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
