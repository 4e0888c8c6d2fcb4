"""How we come to Serviceplatformen: mutual TLS with the certificate of our service agreements, and tokens."""

from adapters.beskedfordeler import receipt_parts
from adapters.digital_post.memo import Sender
from adapters.http import Caller
from adapters.sf1601 import kombi, look_up
from adapters.sf1601.forsendelse import Agreement
from adapters.sf1601.kombi import KombiMailer, digital_mailer, print_mailer
from adapters.sf1601.look_up import PostQuery
from adapters.sf1601.nemsms import KombiNemSms
from adapters.sf1601.service import Service
from adapters.sf1601.tokens import TOKEN_SECONDS, Tokens, one_line_certificate
from adapters.tls import client_tls
from outbound.ports import ReceiptDoor, ReceiptSource
from outbound.settings import Settings

JSON, XML = {"Accept": "application/json"}, {"Accept": "application/xml"}
TOKEN_PATH = "AccessTokenService_1/token"  # noqa: S105 - an address


class Platform:
    """The platform as these settings reach it. Every service called with our certificate may share its tokens.

    Raises ValueError with a sentence.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.serviceplatform_certificate_file is None:
            raise ValueError("OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE is needed.")
        self._settings = settings
        self._tls = client_tls(
            "SERVICEPLATFORM",
            settings.serviceplatform_certificate_file,
            settings.serviceplatform_key_file,
            settings.serviceplatform_ca_file,
        )
        self.tokens = Tokens(
            self._caller(settings.serviceplatform_saml_url, JSON, TOKEN_SECONDS),
            self._caller(settings.serviceplatform_url + TOKEN_PATH, JSON, TOKEN_SECONDS),
            settings.sender_cvr,
            one_line_certificate(settings.serviceplatform_certificate_file),
        )

    def look_up(self) -> PostQuery:
        """The enrolment register. Its calls are short: a look-up must end well within the lease of a handful."""
        seconds = min(self._settings.serviceplatform_timeout, look_up.CALL_SECONDS)
        service = self.service(look_up.ENTITY_ID, JSON, seconds)
        return PostQuery(service, 2 * seconds, self._settings.sf1601_look_ups_at_once)

    def digital(self) -> KombiMailer:
        """The way to the mailbox."""
        settings = self._settings
        limits = (settings.digital_post_largest, settings.sf1601_digital_repeat_is_safe)
        return digital_mailer(self.service(kombi.ENTITY_ID, XML), self._sender(), *limits, settings.memo_version)

    def text_messages(self, query: PostQuery) -> KombiNemSms:
        """Reminders by text message, and who gets them by this look-up."""
        settings = self._settings
        said = (self._sender(), settings.memo_version)
        return KombiNemSms(self.service(kombi.ENTITY_ID, XML), query, *said, settings.reminder_repeat_is_safe)

    def print(self) -> KombiMailer:
        """The way to the print vendor."""
        settings = self._settings
        agreement = Agreement(settings.sf1601_user, settings.sf1601_print_kind, settings.sf1601_post_categories)
        limits = (settings.print_largest, settings.sf1601_print_repeat_is_safe)
        return print_mailer(self.service(kombi.ENTITY_ID, XML), agreement, *limits)

    def receipts(self) -> tuple[tuple[ReceiptSource, ...], tuple[ReceiptDoor, ...]]:
        """What becomes of letters, by Beskedfordeler: for both channels together."""
        entity_id = self._settings.beskedfordeler_entity_id
        return receipt_parts(self._settings, lambda: self.tokens.assertion(entity_id))

    def service(self, entity_id: str, headers: dict[str, str], seconds: float = 0) -> Service:
        """One service of the platform, below its base address. `seconds`: for one call; 0: as the settings say."""
        caller = self._caller(
            self._settings.serviceplatform_url, headers, seconds or self._settings.serviceplatform_timeout
        )
        return Service(caller, self.tokens, entity_id)

    def _sender(self) -> Sender:
        return Sender(self._settings.sender_cvr, self._settings.sender_name)

    def _caller(self, url: str, headers: dict[str, str], seconds: float) -> Caller:
        return Caller(url, headers, seconds, self._tls if url.startswith("https:") else None)
