"""Handing a print run to the printer: upload as `.tmp`, then rename. The printer takes what has its name and ignores
every `.tmp`, so the rename is the one moment at which a run is taken.

The temporary name carries the fence of the claim: whoever takes a consignment over removes the other's half first, so
that a worker who was only slow finds nothing to rename. Whoever could not bring a run removes its own half, where the
line still works.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from uuid import UUID, uuid4

from adapters.remote_print.receipts import is_about
from adapters.remote_print.run import Packing
from adapters.remote_print.sftp import Entry, Lost, Missing, NotDone, Printer
from outbound.letter import (
    Accepted,
    Answer,
    Blame,
    CannotSay,
    Channel,
    Consignment,
    Dispatch,
    Lane,
    NotTaken,
    Rejected,
    Taken,
)
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Unavailable

PLAIN = Packing()
AWAY = ".away.tmp"
NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9-]")


class RemotePrintMailer:
    """Sends print runs over SFTP. A run is taken whole or not at all."""

    channel = Channel.PRINT
    shares_envelopes = True

    def __init__(
        self,
        printer: Printer,
        provider: str,
        run_letters: int,
        largest: int,
        repeat_is_safe: bool,
        read_back: int = 20_000_000,
        packing: Packing = PLAIN,
    ) -> None:
        """`read_back`: bytes of a file up to which it is read again where the server counts no digest."""
        self._printer, self.provider, self._run_letters = printer, provider, run_letters
        self.largest, self.repeat_is_safe, self._read_back = largest, repeat_is_safe, read_back
        self._packing = packing
        self.most_bytes = run_letters * largest  # a run is uploaded piece by piece: no bound of its own

    def gathers(self, lane: Lane) -> int:
        """The same in either lane: a run of one costs the printer as much as one of many."""
        return self._run_letters

    def hand_over(self, consignment: Consignment) -> Iterator[Answer]:
        """All answers at once, when the run has its name: see `outbound.ports.Mailer`. An envelope goes whole, or none
        of its letters does."""
        large = {_envelope_of(d) for d in consignment.dispatches if len(d.document.pdf) > self.largest}
        if fit := tuple(d for d in consignment.dispatches if _envelope_of(d) not in large):
            self._deliver(replace(consignment, dispatches=fit))
        for dispatch in consignment.dispatches:
            if _envelope_of(dispatch) not in large:
                yield Accepted(dispatch.id, str(consignment.id))
            else:
                yield Rejected(dispatch.id, "too-large", Blame.RECIPIENT)

    def ask(self, consignment: Consignment) -> Taken | NotTaken | CannotSay:
        """By what lies there: the run or a receipt for it = taken; only our half of it = not taken."""
        try:
            lying = self._printer.names(self._printer.access.incoming)
            if _named(lying, consignment.id) or is_about(self._printer, consignment.id):
                return Taken(str(consignment.id))
            return NotTaken(resume=True) if _halves(lying, consignment.id) else CannotSay()
        except OutsideError:
            return CannotSay()

    def _deliver(self, consignment: Consignment) -> None:
        """Uploads the run and gives it its name. Raises Unavailable and Misconfigured (certainly not taken: nothing
        has its name) or OutcomeUnknown (the answer to the rename is missing)."""
        lying = self._printer.names(self._printer.access.incoming)
        if _named(lying, consignment.id):
            self._must_be_ours(consignment, lying)
        else:
            self._bring(consignment, lying)

    def _bring(self, consignment: Consignment, lying: dict[str, Entry]) -> None:
        for half in _halves(lying, consignment.id):
            if lying[half].is_folder:
                self._take_away(consignment, half)
            else:
                self._printer.remove(self._path(half))
        temporary = f"{consignment.id}.{NOT_IN_A_NAME.sub('-', consignment.fence)[:64]}.tmp"
        try:
            self._upload(consignment, temporary)
            self._rename(consignment, temporary)
        except Lost:  # it cannot be removed, and tells `ask` that the run was not taken
            raise
        except (Unavailable, Misconfigured):  # certainly not taken: its letters go in another run
            self._remove_ours(temporary)
            raise

    def _remove_ours(self, temporary: str) -> None:
        """Removes our own half, where it can be: nobody but us would give it a name."""
        with contextlib.suppress(OutsideError):
            if self._packing.form.loose:
                self._printer.remove_folder(self._path(temporary))
            else:
                self._printer.remove(self._path(temporary))

    def _take_away(self, consignment: Consignment, half: str) -> None:
        """Removes a folder. It gets another name first, or a slow worker could give an emptied one the run's."""
        if not half.endswith(AWAY):
            away = f"{consignment.id}.{uuid4().hex}{AWAY}"
            with contextlib.suppress(Missing):  # the slow one was quicker: then the run has its name
                self._printer.rename(self._path(half), self._path(away))
            half = away
        self._printer.remove_folder(self._path(half))

    def _upload(self, consignment: Consignment, temporary: str) -> None:
        if not self._packing.form.loose:
            self._put(self._path(temporary), self._packing.pieces(consignment))
            return
        files = self._packing.files(consignment)
        first = next(files)  # a ticket that cannot be written leaves nothing there
        self._printer.make_folder(self._path(temporary))
        for name, content in chain([first], files):
            self._put(f"{self._path(temporary)}/{name}", [content])

    def _put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Writes a file and looks whether it lies there whole. Of a large one whose digest the server does not count
        the size must do: the connection guards the bytes on their way, the manifest's digests those on the disk."""
        sent = _Sent()
        if self._printer.write(path, sent.counted(pieces)) != sent.size:
            raise Unavailable("size")
        found = self._printer.sha256(path, sent.size, read_back=sent.size <= self._read_back)
        if found not in (None, sent.digest.hexdigest()):
            raise Unavailable("checksum")

    def _rename(self, consignment: Consignment, temporary: str) -> None:
        try:
            self._printer.rename(self._path(temporary), self._path(self._packing.name(consignment.id)))
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
        if not _named(lying, consignment.id):
            raise refusal if temporary in lying else OutcomeUnknown("half-is-gone")
        self._must_be_ours(consignment, lying)

    def _must_be_ours(self, consignment: Consignment, lying: dict[str, Entry]) -> None:
        """A run's bytes are always the same, so what has its name and sizes is it. What is locked is the same run
        inside, as long to some bytes; and only a run that lay there whole was ever given its name. Raises
        OutcomeUnknown."""
        try:
            alike = self._lies_alike(consignment, lying)
        except OutsideError:  # it lies there: whatever keeps us from looking, "not taken" is not to be said
            alike = False
        if not alike:
            raise OutcomeUnknown("another-run-has-its-name")

    def _lies_alike(self, consignment: Consignment, lying: dict[str, Entry]) -> bool:
        name = self._packing.name(consignment.id)
        if self._packing.form.loose:
            found = {file: entry.size for file, entry in self._lying_in(name, lying).items()}
            ours = {file: len(content) for file, content in self._packing.files(consignment)}
        else:
            found = {name: lying[name].size} if name in lying else {}
            ours = {name: sum(map(len, self._packing.pieces(consignment)))}
        return found.keys() == ours.keys() and all(abs(found[f] - ours[f]) <= self._packing.slack for f in ours)

    def _lying_in(self, folder: str, lying: dict[str, Entry]) -> dict[str, Entry]:
        return self._printer.names(self._path(folder)) if folder in lying and lying[folder].is_folder else {}

    def _path(self, name: str) -> str:
        return f"{self._printer.access.incoming}/{name}"


def _named(lying: dict[str, Entry], run: UUID) -> bool:
    """Does anything lie there under the run's own name, in whatever form it went out?"""
    return any((str(run) in name or run.hex in name) and not name.endswith(".tmp") for name in lying)


def _halves(lying: dict[str, Entry], run: UUID) -> list[str]:
    """The temporary files of this run, whoever left them."""
    return [name for name in lying if name.startswith(f"{run}.") and name.endswith(".tmp")]


class _Sent:
    """The bytes that went out, counted."""

    def __init__(self) -> None:
        self.size, self.digest = 0, hashlib.sha256()

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.size += len(piece)
            self.digest.update(piece)
            yield piece


def _envelope_of(dispatch: Dispatch) -> UUID:
    return dispatch.envelope_of or dispatch.id
