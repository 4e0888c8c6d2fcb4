"""What is kept of look-ups: the newest answer, no unknown, nothing that was withdrawn, and nothing for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from outbound import clock
from outbound.ledger import Ledger, enrolments
from outbound.ledger.enrolments import Kept
from outbound.letter import Mailbox

ONE, OTHER = "1" * 64, "2" * 64
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    opened = Ledger(database_url)
    yield opened
    opened.close()


def kept(ledger: Ledger) -> dict[str, Kept]:
    with ledger.reading() as tx:
        return enrolments.kept(tx, [ONE, OTHER])


def test_every_answer_is_kept_but_the_unknown(ledger: Ledger) -> None:
    at = clock.now()
    for mailbox in Mailbox:
        with ledger.writing() as tx:
            enrolments.keep(tx, {ONE: mailbox}, at := at + MINUTE)
        expected = Mailbox.NOT_ENROLLED if mailbox is Mailbox.UNKNOWN else mailbox
        assert kept(ledger)[ONE].mailbox is expected


def test_the_newest_look_up_stands_in_whatever_order_they_end(ledger: Ledger) -> None:
    at = clock.now()
    with ledger.writing() as tx:
        enrolments.keep(tx, {ONE: Mailbox.EXEMPT, OTHER: Mailbox.EXEMPT}, at)
        enrolments.keep(tx, {ONE: Mailbox.ENROLLED, OTHER: Mailbox.ENROLLED}, at - MINUTE)
        enrolments.keep(tx, {OTHER: Mailbox.CLOSED}, at + MINUTE)
    assert kept(ledger) == {ONE: Kept(Mailbox.EXEMPT, at), OTHER: Kept(Mailbox.CLOSED, at + MINUTE)}


def test_what_is_withdrawn_is_not_brought_back_by_a_look_up_that_began_before(ledger: Ledger) -> None:
    began = clock.now() - MINUTE
    with ledger.writing() as tx:
        enrolments.keep(tx, {ONE: Mailbox.ENROLLED, OTHER: Mailbox.ENROLLED}, began)
        enrolments.withdraw(tx, ONE)
        enrolments.keep(tx, {ONE: Mailbox.ENROLLED}, began)
    assert set(kept(ledger)) == {OTHER}
    with ledger.writing() as tx:
        enrolments.keep(tx, {ONE: Mailbox.EXEMPT}, clock.now() + MINUTE)
    assert kept(ledger)[ONE].mailbox is Mailbox.EXEMPT


def test_old_answers_and_old_withdrawals_are_forgotten(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        enrolments.keep(tx, {ONE: Mailbox.ENROLLED}, clock.now() - 3 * MINUTE)
        enrolments.withdraw(tx, OTHER)
        assert enrolments.forget(tx, clock.now() - MINUTE) == 1
        assert enrolments.forget(tx, clock.now() + MINUTE) == 1
    assert kept(ledger) == {}
