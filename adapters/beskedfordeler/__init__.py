"""Beskedfordeler (SF1461): what became of letters sent by SF1601, pushed to a door of ours or pulled from a queue."""

from collections.abc import Callable

from adapters.beskedfordeler.door import PushedReceipts
from adapters.beskedfordeler.line import Access
from adapters.beskedfordeler.pulled import QueuedReceipts
from adapters.tls import client_tls
from outbound.ports import Callers, ReceiptDoor, ReceiptSource
from outbound.settings import Settings


def receipt_parts(
    settings: Settings, assertion: Callable[[], bytes]
) -> tuple[tuple[ReceiptSource, ...], tuple[ReceiptDoor, ...]]:
    """How receipts of SF1601 come: the queue, the door, or both, as the settings choose.

    `adapters.connect` calls this where SF1601 is chosen for a channel. `assertion` gives the SAML assertion of
    Beskedfordeler's own service, decoded (XML), whose entity id is `settings.beskedfordeler_entity_id`; it raises
    Unavailable or Misconfigured. It is called for each new connection to the queue, never for the door.

    Raises ValueError with a sentence where no way is set, since a letter without a receipt waits for a person.
    """
    ours = frozenset(one.lower() for one in settings.beskedfordeler_our_systems)
    if not settings.beskedfordeler_queue and not settings.beskedfordeler_push:
        raise ValueError(
            "OUTBOUND_BESKEDFORDELER_QUEUE is missing; set the queue (dueslag) of our receipts, or let them be pushed "
            "(OUTBOUND_BESKEDFORDELER_PUSH)."
        )
    sources = (QueuedReceipts(_access(settings), assertion, ours),) if settings.beskedfordeler_queue else ()
    return sources, (PushedReceipts(_callers(settings), ours),) if settings.beskedfordeler_push else ()


def _callers(settings: Settings) -> Callers:
    authorities, named = settings.beskedfordeler_push_ca_file, settings.beskedfordeler_push_clients
    if authorities is None or not named:
        raise ValueError(
            "OUTBOUND_BESKEDFORDELER_PUSH_CA_FILE and OUTBOUND_BESKEDFORDELER_PUSH_CLIENTS are needed where receipts "
            "are pushed; set the authorities of the certificate that Beskedfordeler pushes with, and that certificate."
        )
    return Callers("BESKEDFORDELER_PUSH", authorities, named)


def _access(settings: Settings) -> Access:
    if not settings.beskedfordeler_host:
        raise ValueError("OUTBOUND_BESKEDFORDELER_HOST is missing; set the host of the queue.")
    return Access(
        settings.beskedfordeler_host,
        settings.beskedfordeler_port,
        settings.beskedfordeler_vhost,
        str(settings.beskedfordeler_queue),
        settings.beskedfordeler_timeout,
        client_tls("BESKEDFORDELER", None, None, settings.beskedfordeler_ca_file),
    )
