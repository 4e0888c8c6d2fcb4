"""Receipts that Beskedfordeler pushes: a POST of ModtagBeskedInput over mutual TLS, answered exactly.

Who may knock is settled before the door, by the listener's mutual TLS and the certificates that are named. A push that
is not answered so comes again, with another number of its attempt in the envelope: other bytes, the same news.
"""

from adapters.beskedfordeler.post_status import PROVIDER, Reader
from outbound.ports import Callers

ANSWER = (
    b'<ns2:ModtagBeskedOutput xmlns="urn:oio:sagdok:3.0.0" xmlns:ns2="urn:oio:sts:1.0.0"><StandardRetur>'
    b"<StatusKode>20</StatusKode><FejlbeskedTekst>Ok</FejlbeskedTekst></StandardRetur></ns2:ModtagBeskedOutput>"
)


class PushedReceipts(Reader):
    """The door for pushed receipts."""

    provider = PROVIDER
    path = "/receipts/beskedfordeler"

    def __init__(self, callers: Callers, ours: frozenset[str]) -> None:
        super().__init__(ours)
        self.callers = callers

    def answer(self) -> tuple[str, bytes]:
        """ModtagBeskedOutput with status 20, which says that the message is committed here."""
        return "application/xml", ANSWER
