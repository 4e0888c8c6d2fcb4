"""Handing a print run to the printer: upload as `.tmp`, then rename. The printer takes what has its name and ignores
every `.tmp`, so the rename is the one moment at which a run is taken.

The temporary name carries the fence of the claim: whoever takes a consignment over removes the other's half first, so
that a worker who was only slow finds nothing to rename.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from adapters.remote_print.receipts import is_about
from adapters.remote_print.run import archive
from adapters.remote_print.sftp import Entry, Lost, NotDone, Printer
from outbound.letter import (
    Accepted,
    Answer,
    Blame,
    CannotSay,
    Channel,
    Consignment,
    Lane,
    NotTaken,
    Rejected,
    Taken,
)
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Unavailable

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9-]")


class RemotePrintMailer:
    """Sends print runs over SFTP. A run is taken whole or not at all."""

    channel = Channel.PRINT
    shares_envelopes = True

    def __init__(self, printer: Printer, provider: str, run_letters: int, largest: int, repeat_is_safe: bool) -> None:
        self._printer, self.provider, self._run_letters = printer, provider, run_letters
        self.largest, self.repeat_is_safe = largest, repeat_is_safe
        self.most_bytes = run_letters * largest  # a run is uploaded piece by piece: no bound of its own

    def gathers(self, lane: Lane) -> int:
        """The same in either lane: a run of one costs the printer as much as one of many."""
        return self._run_letters

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        """All answers at once, when the run has its name: see `outbound.ports.Mailer`."""
        fit = tuple(d for d in consignment.dispatches if len(d.document.pdf) <= self.largest)
        if fit:
            self._deliver(replace(consignment, dispatches=fit))
        for dispatch in consignment.dispatches:
            if len(dispatch.document.pdf) <= self.largest:
                yield Accepted(dispatch.id, str(consignment.id))
            else:
                yield Rejected(dispatch.id, "too-large", Blame.RECIPIENT)

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        """By what lies there: the run or a receipt for it = taken; only our half of it = not taken."""
        try:
            lying = self._printer.names(self._printer.access.incoming)
            if _final(consignment) in lying or is_about(self._printer, consignment.id):
                return Taken(str(consignment.id))
            return NotTaken(resume=True) if _halves(lying, consignment.id) else CannotSay()
        except OutsideError:
            return CannotSay()

    def _deliver(self, consignment: Consignment) -> None:
        """Uploads the run and gives it its name. Raises Unavailable and Misconfigured (certainly not taken: nothing
        has its name) or OutcomeUnknown (the answer to the rename is missing)."""
        lying = self._printer.names(self._printer.access.incoming)
        if _final(consignment) in lying:
            self._must_be_ours(consignment, lying)
        else:
            self._bring(consignment, _halves(lying, consignment.id))

    def _bring(self, consignment: Consignment, halves: list[str]) -> None:
        for half in halves:
            self._printer.remove(self._path(half))
        temporary = f"{consignment.id}.{NOT_IN_A_NAME.sub('-', consignment.fence)[:64]}.tmp"
        self._upload(consignment, temporary)
        self._rename(consignment, temporary)

    def _upload(self, consignment: Consignment, temporary: str) -> None:
        """The connection guards the bytes on their way, and the manifest's checksums those on the printer's disk, so
        the size is enough to see here that it is whole."""
        sizes: list[int] = []
        if self._printer.write(self._path(temporary), _counted(consignment, sizes)) != sum(sizes):
            raise Unavailable("size")

    def _rename(self, consignment: Consignment, temporary: str) -> None:
        try:
            self._printer.rename(self._path(temporary), self._path(_final(consignment)))
        except Lost:
            refusal: OutsideError = OutcomeUnknown("broken-connection")
        except (NotDone, Misconfigured) as fault:
            refusal = fault
        else:
            return
        if isinstance(refusal, OutcomeUnknown):
            raise refusal
        self._after_no(consignment, temporary, refusal)

    def _after_no(self, consignment: Consignment, temporary: str, refusal: OutsideError) -> None:
        """The server would not rename: because the run has its name already, or our half is gone, or it just won't."""
        try:
            lying = self._printer.names(self._printer.access.incoming)
        except OutsideError:
            lying = {}
        if _final(consignment) not in lying:
            raise refusal if temporary in lying else OutcomeUnknown("half-is-gone")
        self._must_be_ours(consignment, lying)

    def _must_be_ours(self, consignment: Consignment, lying: dict[str, Entry]) -> None:
        """A run's bytes are always the same, so a file of its name and size is it. Raises OutcomeUnknown."""
        if lying[_final(consignment)].size != sum(map(len, archive(consignment))):
            raise OutcomeUnknown("another-run-has-its-name")

    def _path(self, name: str) -> str:
        return f"{self._printer.access.incoming}/{name}"


def _final(consignment: Consignment) -> str:
    return f"{consignment.id}.zip"


def _halves(lying: dict[str, Entry], run: UUID) -> list[str]:
    """The temporary files of this run, whoever left them."""
    return [name for name in lying if name.startswith(f"{run}.") and name.endswith(".tmp")]


def _counted(consignment: Consignment, sizes: list[int]) -> Iterator[bytes]:
    for piece in archive(consignment):
        sizes.append(len(piece))
        yield piece
