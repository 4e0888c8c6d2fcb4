"""What operations do with letters and channels: each act through the desk, under a name and with a why."""

import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from outbound import desk
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import hand, opened_house, os_user
from outbound.cli.telling import progress, tell
from outbound.desk import DeskRefusal, Hand
from outbound.letter import Channel

if TYPE_CHECKING:
    from outbound.delivery import House

Letters = Annotated[list[str], typer.Argument(help="Ids of letters; - reads them from standard input, one a line.")]
One = Annotated[str, typer.Argument(help="The letter's id.")]
By = Annotated[str, typer.Option("--by", default_factory=os_user, help="Who does it; else the system's user.")]
Why = Annotated[str, typer.Option("--why", help="Why; kept under the seal. - reads it from standard input.")]
Act = Callable[["House", UUID, Hand], object]


class Way(StrEnum):
    """The channels that a person may choose."""

    DIGITAL = "digital"
    PRINT = "print"


class Finding(StrEnum):
    """What a person found out about a letter that is HELD with a dispatch in doubt or taken, or that came back."""

    TAKEN = "taken"
    NOT_TAKEN = "not-taken"
    WAIT_ON = "wait-on"
    ARRIVED = "arrived"
    CAME_BACK = "came-back"
    WAS_REFUSED = "was-refused"
    ACKNOWLEDGED = "acknowledged"


class Scope(StrEnum):
    """What can be paused as a whole."""

    CHANNEL = "channel"
    SYSTEM = "system"
    TYPE = "type"
    MAILING = "mailing"


FINDINGS: dict[Finding, Act] = {
    Finding.TAKEN: desk.settle_taken,
    Finding.NOT_TAKEN: desk.settle_not_taken,
    Finding.WAIT_ON: desk.wait_on,
    Finding.ARRIVED: desk.arrived,
    Finding.CAME_BACK: desk.came_back,
    Finding.WAS_REFUSED: desk.was_refused,
    Finding.ACKNOWLEDGED: desk.acknowledge,
}


def release(letters: Letters, by: By, why: Why) -> None:
    """Let HELD letters go on: looked up and routed again."""
    each_letter(letters, hand(by, why), desk.release, "released")


def cancel(letters: Letters, by: By, why: Why) -> None:
    """Never send these letters. Refused where one may be on its way."""
    each_letter(letters, hand(by, why), desk.cancel, "cancelled")


def hold(letters: Letters, by: By, why: Why) -> None:
    """Let letters stand still until somebody releases them. Refused where one may be on its way."""
    each_letter(letters, hand(by, why), desk.hold, "held")


def stop_reminder(letters: Letters, by: By, why: Why) -> None:
    """Never send these letters' reminders (NemSMS). The letters stand."""
    each_letter(letters, hand(by, why), desk.stop_reminder, "its reminder is not sent")


def reroute(
    letter: One, channel: Annotated[Way, typer.Argument(help="The channel that you choose.")], by: By, why: Why
) -> None:
    """Choose the channel of a letter.

    It outranks the look-up, but not a closed mailbox.
    """
    act = partial(_reroute, channel=Channel(channel))
    each_letter([letter], hand(by, why), act, f"routed again, by choice: {channel}")


def settle(
    letter: One,
    finding: Annotated[Finding, typer.Argument(help="What you found out.")],
    by: By,
    why: Why,
) -> None:
    """Settle a letter by what you found out.

    A letter in doubt (taken, not-taken), one without a receipt (wait-on, arrived, came-back, was-refused), or one
    that came back (acknowledged).
    """
    each_letter([letter], hand(by, why), FINDINGS[finding], f"settled: {finding}")


def pause(
    scope: Annotated[Scope, typer.Argument(help="What to pause.")],
    key: Annotated[str, typer.Argument(help="digital or print; a system; a letter type; a mailing's id.")],
    by: By,
    why: Why,
) -> None:
    """Let letters wait: of a channel, system, type or mailing."""
    with opened_house() as house:
        done = desk.pause(house, scope, _key(house, scope, key), hand(by, why))
    said = "paused." if done else "was paused already."
    tell(f"{scope} {key}: {said}", done=True, code="" if done else "paused-already", scope=scope, key=key)


def resume(
    scope: Annotated[Scope, typer.Argument(help="What to let go on.")],
    key: Annotated[str, typer.Argument(help="digital or print; a system; a letter type; a mailing's id.")],
    by: By,
    why: Why,
) -> None:
    """Let them go on.

    For a channel this also ends the waiting after failures.
    """
    with opened_house() as house:
        done = desk.resume(house, scope, _key(house, scope, key), hand(by, why))
    said = "goes on." if done else "was not paused."
    tell(f"{scope} {key}: {said}", done=True, code="" if done else "not-paused", scope=scope, key=key)


def letter_id(text: str) -> UUID:
    """The id of a letter as somebody typed it. Raises CannotDo."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise CannotDo("A letter's id is a UUID; `outbound held` and the pages show it.") from None


def each_letter(letters: list[str], who: Hand, act: Act, done: str) -> None:
    """Do it with each letter, one by one; a letter that may not be treated so hinders no other."""
    wanted = each_id(letters)
    with opened_house() as house:
        refused = [one for one in progress(wanted, "Letters") if not _done(house, one, who, act, done)]
    if refused:
        raise typer.Exit(Code.REFUSED)


def each_id(letters: Iterable[str]) -> list[UUID]:
    """The ids of letters as somebody typed or piped them, each once. Raises CannotDo."""
    return list(dict.fromkeys(letter_id(text) for text in _given(letters)))


def _done(house: "House", one: UUID, who: Hand, act: Act, done: str) -> bool:
    try:
        made = act(house, one, who)
    except DeskRefusal as refusal:
        tell(f"{one}: {refusal}", done=False, code=refusal.code, id=one)
        return False
    new = made if isinstance(made, UUID) else None
    tell(f"{one}: {done}{f' {new}' if new else ''}.", done=True, id=one, made=new)
    return True


def _given(letters: Iterable[str]) -> Iterator[str]:
    for text in letters:
        if text == "-":
            yield from (line for line in sys.stdin.read().splitlines() if line.strip())
        else:
            yield text


def _reroute(house: "House", one: UUID, who: Hand, channel: Channel) -> None:
    desk.reroute(house, one, channel, who)


def _key(house: "House", scope: Scope, key: str) -> str:
    """The key as the ledger knows it. Raises CannotDo for what is not there: a slip must not pause nothing."""
    if scope is Scope.MAILING:
        return _mailing(house, key)
    known = {
        Scope.CHANNEL: [str(way) for way in Way],
        Scope.SYSTEM: [system.name for system in house.organisation.systems],
        Scope.TYPE: list(house.types),
    }[scope]
    if key not in known:
        raise CannotDo(f"There is no such {scope}; there are {', '.join(known)}.")
    return key


def _mailing(house: "House", key: str) -> str:
    from outbound.ledger.mailings import mailing

    try:
        wanted = UUID(key)
    except ValueError:
        raise CannotDo("A mailing's id is a UUID.") from None
    with house.ledger.reading() as tx:
        if mailing(tx, wanted) is None:
            raise CannotDo("There is no such mailing.")
    return wanted.hex
