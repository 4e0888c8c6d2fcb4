"""Who is enrolled, asked in bulk and remembered for a short time.

A fresh answer is used as it is. When a look-up fails, an older answer may still say that somebody is enrolled, since a
mailbox that is gone refuses by receipt; it never says more, and `outbound.routing` lets nothing go on paper by it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from outbound import clock
from outbound.delivery.house import House, look_up_rate
from outbound.ledger import enrolments, pace
from outbound.ledger.enrolments import Kept
from outbound.ledger.tallies import Name
from outbound.letter import Mailbox
from outbound.ports import PersonId

TOGETHER = 1_000  # recipients of a precheck that are looked up in one go


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer for one recipient and when its look-up began. `stale`: kept from before a look-up that failed."""

    mailbox: Mailbox = Mailbox.UNKNOWN
    at: datetime | None = None
    stale: bool = False


def look_up(house: House, ids: Collection[PersonId]) -> dict[PersonId, LookedUp]:
    """An answer for each; UNKNOWN where none could be had and none that may be used is kept."""
    if not ids:
        return {}
    keys = {one: _key(house, one) for one in ids}
    with house.ledger.reading() as tx:
        kept = enrolments.kept(tx, set(keys.values()))
    known = {one: kept[key] for one, key in keys.items() if key in kept}
    fresh = {one for one, before in known.items() if _younger(before, house.settings.enrolment_fresh_seconds)}
    told = {one: LookedUp(known[one].mailbox, known[one].looked_up_at) for one in fresh}
    wanted = [one for one in keys if one not in fresh]
    if wanted:
        told |= _ask(house, wanted, keys, known)
    return told


def _ask(
    house: House, wanted: list[PersonId], keys: dict[PersonId, str], known: dict[PersonId, Kept]
) -> dict[PersonId, LookedUp]:
    """Ask the register, keep what it says, and fall back on older answers where it says nothing."""
    at = clock.now()
    answers = house.outside.enrolment.look_up(wanted)
    for one in wanted:
        house.tallies.count(Name.LOOK_UP, "enrolment", answers.get(one, Mailbox.UNKNOWN))
    said = {one: mailbox for one in wanted if (mailbox := answers.get(one, Mailbox.UNKNOWN)) is not Mailbox.UNKNOWN}
    if said:
        with house.ledger.writing() as tx:
            enrolments.keep(tx, {keys[one]: mailbox for one, mailbox in said.items()}, at)
    return {one: LookedUp(said[one], at) if one in said else _older(house, known.get(one)) for one in wanted}


def _older(house: House, before: Kept | None) -> LookedUp:
    most = house.settings.enrolment_stale_hours * 3600
    if before is None or before.mailbox is not Mailbox.ENROLLED or not _younger(before, most):
        return LookedUp()
    return LookedUp(before.mailbox, before.looked_up_at, stale=True)


def _younger(before: Kept, seconds: float) -> bool:
    """Is it younger than that? What is dated in the future is not."""
    return timedelta(0) <= clock.now() - before.looked_up_at < timedelta(seconds=seconds)


def withdraw(house: House, ids: Collection[PersonId]) -> None:
    """Nothing that was looked up of these before now counts any more."""
    if ids:
        with house.ledger.writing() as tx:
            for key in sorted(_key(house, one) for one in ids):
                enrolments.withdraw(tx, key)


def precheck(house: House, ids: Collection[PersonId]) -> dict[PersonId, Mailbox] | None:
    """What the register says now of many, for whoever plans a mailing; nothing is kept, and UNKNOWN is no answer.

    None where so many may not be looked up yet. A register that answers for nobody is not asked on, and no look-up
    begins after `precheck_seconds`.
    """
    wanted, rate = list(dict.fromkeys(ids)), look_up_rate(house.settings)
    with house.ledger.writing() as tx:
        granted = pace.take(tx, rate, len(wanted))
        if granted < min(len(wanted), rate.most):
            pace.give_back(tx, rate, granted)
            return None
    told = dict.fromkeys(wanted, Mailbox.UNKNOWN)
    ends = monotonic() + house.settings.precheck_seconds
    for start in range(0, len(wanted), TOGETHER):
        answers = house.outside.enrolment.look_up(wanted[start : start + TOGETHER])
        told |= answers
        if monotonic() > ends or set(answers.values()) == {Mailbox.UNKNOWN}:
            break
    return told


def _key(house: House, one: PersonId) -> str:
    """The fingerprint that a letter's row has as `recipient_key`."""
    return house.seal.fingerprint("recipient", one.cpr or one.cvr)


def forget_look_ups(house: House) -> int:
    """Delete the answers that are too old to be of use; how many."""
    settings = house.settings
    longest = timedelta(seconds=max(settings.enrolment_fresh_seconds, settings.enrolment_stale_hours * 3600))
    with house.ledger.writing() as tx:
        return enrolments.forget(tx, clock.now() - longest)
