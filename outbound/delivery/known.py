"""After a restore: letters that a supplier has had before, known by their derived ids, are counted as sent, not sent.

Such a letter goes its whole way (rendered, routed) and stops at the last step: in place of the hand-over its tries are
written down as they must have been. The one with the highest number counts: each before it ended with a definite no.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from outbound import clock
from outbound.delivery.house import WORKER, House
from outbound.delivery.wrapping import wrap
from outbound.ledger import inbox, names, restorations, sending
from outbound.ledger.letters import Handful, move
from outbound.ledger.values import Letter
from outbound.letter import Channel, News, Receipt
from outbound.life import Outcome, Status
from outbound.ports import Mailer

BEFORE = "sent-before-restore"
"""The code of the moves, and of the tries that a supplier has had before."""
LOOKED_FOR = 64
"""Tries beyond those that the ledger knows by which a letter is looked for: an outage of hours has some dozens."""
EVIDENCE = frozenset({News.RECEIVED, News.DUPLICATE, News.DELIVERED, News.RETURNED, News.UNCLEAR})

Listed = dict[int, Any]
"""By the number of its try: the row of `sent_before`."""


def listed(tx: Connection, house: House, letters: Sequence[Letter]) -> Mapping[UUID, Listed]:
    """Which tries beyond those in the ledger suppliers have of these letters; the absent ones none."""
    tried = sending.tries_of(tx, [one.id for one in letters])
    ids = {one.id: names.dispatch_ids(house.seal, one, _numbers(tried.get(one.id, 0))) for one in letters}
    rows = restorations.sent_among(tx, [each for mine in ids.values() for each in mine])
    found = {letter: {mine[each]: rows[each] for each in mine if each in rows} for letter, mine in ids.items()}
    return {letter: tries for letter, tries in found.items() if tries}


def sent_before(tx: Connection, house: House, mailer: Mailer, handful: Handful) -> dict[UUID, UUID | None]:
    """Those of a handful, claimed to be sent, that a supplier has had before: they must not go.

    Each with the dispatch that is to be accepted in this transaction; None where it is to go another way first.
    """
    if not restorations.any_sent(tx):
        return {}
    found, letters = listed(tx, house, handful.letters), {one.id: one for one in handful.letters}
    if found:
        inbox.look_again_at_loose(tx)
    return {letter: _write(tx, house, mailer, letters[letter], handful.token, found[letter]) for letter in found}


def _write(tx: Connection, house: House, mailer: Mailer, one: Letter, token: str, tries: Listed) -> UUID | None:
    last = tries[max(tries)]
    if last.channel != mailer.channel:
        there = {"forced": Channel(last.channel), "due_at": clock.now()}
        move(tx, one, Status.RENDERED, BEFORE, WORKER, token=token, **there)
        return None
    first = sending.tries_of(tx, [one.id]).get(one.id, 0) + 1
    made = [
        sending.Known(
            names.dispatch_id(house.seal, one, number), _outcome(number, tries), wrap(house, mailer, one) or None
        )
        for number in range(first, max(tries) + 1)
    ]
    if not sending.enter_known(tx, one, token, last.provider, made, BEFORE):
        return None
    restorations.settle_sent(tx, [row.dispatch_id for row in tries.values()])
    return made[-1].id


def _outcome(number: int, tries: Listed) -> Outcome:
    if number == max(tries):
        return Outcome.OPEN
    return Outcome.REFUSED if number in tries else Outcome.VOID


def _numbers(tried: int) -> range:
    return range(tried + 1, tried + 1 + LOOKED_FOR)


def heard(tx: Connection, house: House, provider: str, receipts: Sequence[Receipt]) -> None:
    """Receipts that are about nothing here: after a restore they are evidence that a supplier has these."""
    channels = [one.channel for one in house.outside.mailers.values() if one.provider == provider]
    taken = [one.dispatch for one in receipts if one.dispatch and one.news in EVIDENCE and not one.foreign]
    if len(channels) == 1 and taken and restorations.any_begun(tx):
        restorations.keep_sent(tx, taken, channels[0], provider)
