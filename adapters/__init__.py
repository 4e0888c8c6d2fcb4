"""The outside of the house, one folder per outside system; `connect` is the only place that chooses among them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from adapters.beskedfordeler import post_status
from adapters.digital_post import receipts as digital_receipts
from adapters.digital_post.connection import digital_post_caller
from adapters.digital_post.contacts import ContactRegister
from adapters.digital_post.mailer import PROVIDER as DIGITAL_POST
from adapters.digital_post.mailer import DigitalPostMailer, Limits
from adapters.digital_post.memo import Sender
from adapters.digital_post.nemsms import NemSms
from adapters.digital_post.receipts import PulledReceipts, PushedReceipts
from adapters.http import LOOPBACK, Caller
from adapters.persons.connection import person_register
from adapters.remote_print import receipts as print_receipts
from adapters.remote_print.forms import OURS, Form, load_form
from adapters.remote_print.keys import private_key, public_key
from adapters.remote_print.line import Access
from adapters.remote_print.mailer import RemotePrintMailer
from adapters.remote_print.openpgp import Lock, load_lock
from adapters.remote_print.orders import RunOrders
from adapters.remote_print.receipts import FetchedReceipts
from adapters.remote_print.returns import PROVIDER as RETURNS
from adapters.remote_print.returns import FetchedReturns
from adapters.remote_print.returns import read as read_returns
from adapters.remote_print.run import Packing
from adapters.remote_print.sftp import Printer
from adapters.sf1601.connection import Platform
from adapters.webhooks import unfit, webhooks
from outbound.letter import Channel, RawReceipt, Receipt
from outbound.ports import (
    Callers,
    EnrolmentRegister,
    Mailer,
    Outside,
    PrintHouse,
    ReceiptDoor,
    ReceiptSource,
    TextMessages,
)
from outbound.settings import Settings, SettingsFault

NEEDED = {
    "digital_post_url": "the base of Digital Post's REST interface",
    "digital_post_system_id": "the sender system's id in Administrativ Adgang",
    "digital_post_token": "the sender system's API token",
    "sender_cvr": "the municipality's CVR number",
    "sender_name": "the municipality's name",
    "print_sftp_host": "the host of the printer's SFTP server",
    "print_sftp_user": "our user at the printer",
    "print_sftp_key_file": "the file of our private key for the printer",
    "print_sftp_host_key_file": "the file of the printer's public host key",
    "persons_url": "the address of SF1520",
    "persons_service_agreement": "the UUID of the service agreement for SF1520",
    "persons_user_system": "our system's UUID at Serviceplatformen",
    "persons_user": "the municipality's UUID at Serviceplatformen",
    "companies_url": "the base of the distribution of CVR",
    "companies_user": "our user at the distribution of CVR",
    "companies_password": "its password",
}
NEEDED_BY_SF1601 = {
    "serviceplatform_url": "the base of Serviceplatformen's services",
    "serviceplatform_saml_url": "the address at which SAML tokens are issued",
    "serviceplatform_certificate_file": "the file of the certificate of our service agreements",
    "sender_cvr": NEEDED["sender_cvr"],
    "sender_name": NEEDED["sender_name"],
}
NEEDED_FOR_PUSH = {
    "digital_post_push_ca_file": "the authorities of the certificate that Digital Post pushes receipts with",
    "digital_post_push_clients": "that certificate, as docs/integration-digital-post.md says",
}


def connect(settings: Settings) -> Outside:
    """Everything outside, as the settings choose it. Nothing is called yet: connections open with their first use, so
    call this after a process has forked.

    Raises SettingsFault with a sentence for each setting that is missing or cannot be used.
    """
    if faults := [
        *_missing(settings),
        *_unshown(settings),
        *_unsafe(settings),
        *unfit(settings),
        *_unprintable(settings),
    ]:
        raise SettingsFault("The outside cannot be connected:\n  " + "\n  ".join(faults))
    try:
        return _connected(settings)
    except ValueError as fault:
        sentence = f"The outside cannot be connected:\n  {fault}"
    raise SettingsFault(sentence)


def _connected(settings: Settings) -> Outside:
    platform = Platform(settings) if settings.sf1601 else None
    pulled, pushed = platform.receipts() if platform else ((), ())
    if platform and settings.sf1601 != "print":
        query = platform.look_up()
        digital = Digital(platform.digital(), query, platform.text_messages(query))
    else:
        digital = _digital_post(settings)
    paper = Paper(platform.print()) if platform and settings.sf1601 != "digital" else _remote_print(settings)
    return Outside(
        mailers={Channel.DIGITAL: digital.mailer, Channel.PRINT: paper.mailer},
        enrolment=digital.enrolment,
        persons=person_register(settings),
        sources=(*digital.sources, *paper.sources, *pulled),
        doors=(*digital.doors, *pushed),
        text_messages=digital.text_messages,
        print_house=paper.house,
        readers=_readers(settings),
        hooks=webhooks(settings),
    )


def _readers(settings: Settings) -> Mapping[str, Callable[[RawReceipt], Sequence[Receipt]]]:
    ours = frozenset(one.lower() for one in settings.beskedfordeler_our_systems)
    return {
        DIGITAL_POST: lambda raw: (digital_receipts.read(raw.body),),
        settings.print_provider: lambda raw: print_receipts.read(raw.body),
        post_status.PROVIDER: post_status.Reader(ours).parse,
        RETURNS: lambda raw: read_returns(raw.body, settings.print_return_reasons),
    }


class Digital(NamedTuple):
    """A road to the mailbox, and the look-up that belongs to it."""

    mailer: Mailer
    enrolment: EnrolmentRegister
    text_messages: TextMessages | None = None
    sources: Sequence[ReceiptSource] = ()
    doors: Sequence[ReceiptDoor] = ()


class Paper(NamedTuple):
    """A road to the printer. By SF1601 it takes no orders about what it has: nothing public says how."""

    mailer: Mailer
    sources: Sequence[ReceiptSource] = ()
    house: PrintHouse | None = None


def _digital_post(settings: Settings) -> Digital:
    post = digital_post_caller(settings)
    sender = Sender(settings.sender_cvr, settings.sender_name)
    mailer = DigitalPostMailer(
        post, sender, _limits(settings), settings.digital_post_repeat_is_safe, settings.memo_version
    )
    register = ContactRegister(post, settings.digital_post_timeout)
    texts = NemSms(post, register, sender, settings.memo_version, settings.reminder_repeat_is_safe)
    return Digital(mailer, register, texts, tuple(_pulled(post, settings)), tuple(_doors(settings)))


def _remote_print(settings: Settings) -> Paper:
    printer, provider = Printer(_access(settings)), settings.print_provider
    mailer = RemotePrintMailer(
        printer,
        provider,
        settings.run_letters,
        settings.print_largest,
        settings.print_repeat_is_safe,
        settings.print_read_back,
        Packing(_form(settings), _lock(settings)),
    )
    orders = settings.print_sftp_orders.rstrip("/")
    house = RunOrders(printer, provider, orders) if orders else None
    return Paper(mailer, (FetchedReceipts(printer, provider), *_returns(printer, settings)), house)


def _returns(printer: Printer, settings: Settings) -> Iterator[ReceiptSource]:
    if folder := settings.print_sftp_returns.rstrip("/"):
        yield FetchedReturns(printer, RETURNS, folder, settings.print_return_reasons)


def _form(settings: Settings) -> Form:
    """Raises ValueError with a sentence for each fault of the provider's form."""
    return load_form(settings.config_dir / "print" / settings.print_form) if settings.print_form else OURS


def _lock(settings: Settings) -> Lock | None:
    return load_lock(settings.print_openpgp_keys_file) if settings.print_openpgp_keys_file else None


def _unprintable(settings: Settings) -> Iterator[str]:
    """What is wrong with the provider's form and keys, where runs go out by SFTP."""
    if settings.sf1601 in ("print", "both"):
        return
    for read in (_form, _lock):
        try:
            read(settings)
        except ValueError as fault:
            yield str(fault)


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.digital_post_largest, settings.digital_post_container_letters, settings.digital_post_container_bytes
    )


def _pulled(post: Caller, settings: Settings) -> Iterator[ReceiptSource]:
    if settings.digital_post_receipts != "push":
        yield PulledReceipts(post)


def _doors(settings: Settings) -> Iterator[ReceiptDoor]:
    authorities, named = settings.digital_post_push_ca_file, settings.digital_post_push_clients
    if settings.digital_post_receipts != "pull" and authorities is not None:
        yield PushedReceipts(Callers("DIGITAL_POST_PUSH", authorities, named))


def _access(settings: Settings) -> Access:
    key, host_key = settings.print_sftp_key_file, settings.print_sftp_host_key_file
    if key is None or host_key is None:
        raise ValueError("OUTBOUND_PRINT_SFTP_KEY_FILE and OUTBOUND_PRINT_SFTP_HOST_KEY_FILE are needed.")
    return Access(
        settings.print_sftp_host,
        settings.print_sftp_port,
        settings.print_sftp_user,
        private_key(key),
        public_key(host_key),
        settings.print_sftp_incoming.rstrip("/"),
        settings.print_sftp_receipts.rstrip("/"),
        settings.print_timeout,
    )


def _missing(settings: Settings) -> Iterator[str]:
    for name, what in _needed(settings).items():
        value = getattr(settings, name)
        said = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        if not said:
            yield f"OUTBOUND_{name.upper()} is missing; set {what}."


def _needed(settings: Settings) -> Mapping[str, str]:
    """The settings of the roads that are chosen, and of no other."""
    replaced = {"digital": ("digital_post_",), "print": ("print_",), "both": ("digital_post_", "print_")}
    left_out = replaced.get(settings.sf1601, ())
    kept = {name: what for name, what in NEEDED.items() if not name.startswith(left_out)}
    if settings.digital_post_receipts != "pull" and "digital_post_" not in left_out:
        kept |= NEEDED_FOR_PUSH
    return kept | (NEEDED_BY_SF1601 if settings.sf1601 else {})


def _unshown(settings: Settings) -> Iterator[str]:
    """Beyond this machine neither Digital Post nor Serviceplatformen lets in anybody without a certificate."""
    for supplier in ("digital_post", "persons"):
        host = urlsplit(getattr(settings, f"{supplier}_url")).hostname
        if host and host not in LOOPBACK and getattr(settings, f"{supplier}_certificate_file") is None:
            yield f"OUTBOUND_{supplier.upper()}_CERTIFICATE_FILE is missing; set the file of our system certificate."


def _unsafe(settings: Settings) -> Iterator[str]:
    """Numbers of people, and passwords, leave the house on these: encrypted, or not beyond this machine."""
    for name in ("digital_post_url", "persons_url", "companies_url", "serviceplatform_url", "serviceplatform_saml_url"):
        parts = urlsplit(getattr(settings, name))
        if getattr(settings, name) and parts.scheme != "https" and parts.hostname not in LOOPBACK:
            yield f"OUTBOUND_{name.upper()} is not encrypted; it must begin with https:// unless it is on this machine."
