"""THE contract: one body for every mailer and its simulator. An answer is never the opposite of what happened."""

import logging
import threading
import traceback
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from outbound.letter import (
    Accepted,
    Answer,
    Blame,
    CannotSay,
    Channel,
    Consignment,
    Lane,
    News,
    NotTaken,
    Receipt,
    Rejected,
    Taken,
)
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, Refused, Unavailable
from tests.adapters.outside import TITLE, Supplier, within
from tests.waiting import wait_for

FAULTS: dict[str, dict[str, Any]] = {
    "drop_answer": {"drop_answer": True},
    "busy": {"busy": {"retry_after": 7}},
    "too-many": {"busy": {"status": 429, "retry_after": 7}},
    "down": {"down": True},
    "wrong_certificate": {"wrong_certificate": True},
    "not-authorised": {"wrong_certificate": {"status": 401}},
    "error_before_take": {"error_before_take": True},
    "error_after_take": {"error_after_take": True},
    "proxy-503-after-take": {"error_after_take": {"status": 503}},
    "gateway-timeout": {"error_after_take": {"status": 504}},
    "refuse": {"refuse": True},
}


KNOWN_CODES = {
    "digital_post": ("memo.invalid",),
    "remote_print": ("10030",),
    "sf1601": ("memo.invalid", "10030"),
}
"""Each supplier has its own table."""


def said(supplier: Supplier, consignment: Consignment) -> list[Answer] | OutsideError:
    """The answers, or the error in their place; by a new connection, so that a login is part of it."""
    supplier.hang_up()
    try:
        return list(supplier.mailer.hand_over(consignment))
    except OutsideError as fault:
        return fault


def every_news(supplier: Supplier, consignment: Consignment, *wanted: News) -> list[Receipt]:
    found: list[Receipt] = []

    def are_there() -> bool:
        found[:] = supplier.read(consignment)
        return set(wanted) <= {receipt.news for receipt in found}

    wait_for(are_there, f"the news {wanted}")
    return found


def test_a_letter_is_taken_once_and_answered(supplier: Supplier) -> None:
    consignment = supplier.consignment()
    (answer,) = supplier.mailer.hand_over(consignment)
    assert isinstance(answer, Accepted)
    assert answer.dispatch == consignment.dispatches[0].id
    assert answer.transmission
    assert supplier.is_taken(consignment)
    assert supplier.simulator.taken(consignment) == 1


def test_every_letter_of_a_consignment_has_its_answer(supplier: Supplier) -> None:
    outcomes = ("well",) * min(5, supplier.mailer.gathers(supplier.lane))
    consignment = supplier.consignment(*outcomes)
    answers = list(supplier.mailer.hand_over(consignment))
    assert [answer.dispatch for answer in answers] == [dispatch.id for dispatch in consignment.dispatches]


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_is_never_the_opposite_of_what_happened(supplier: Supplier, fault: str) -> None:
    supplier.simulator.mood(**FAULTS[fault])
    consignment = supplier.consignment()
    with within(3.5):
        outcome = said(supplier, consignment)
    supplier.simulator.mood()
    taken = supplier.is_taken(consignment)
    if isinstance(outcome, Unavailable | Misconfigured | Refused):
        assert not taken
    elif isinstance(outcome, list):
        (answer,) = outcome
        assert taken is isinstance(answer, Accepted)


def test_a_dropped_answer_is_an_unknown_outcome(supplier: Supplier) -> None:
    supplier.simulator.mood(drop_answer=True)
    consignment = supplier.consignment()
    with pytest.raises(OutcomeUnknown):
        list(supplier.mailer.hand_over(consignment))
    assert supplier.is_taken(consignment)


@pytest.mark.parametrize("status", [503, 429])
def test_a_busy_supplier_is_unavailable_and_says_for_how_long(supplier: Supplier, status: int) -> None:
    supplier.hang_up()
    supplier.simulator.mood(busy={"status": status, "retry_after": 7})
    with pytest.raises(Unavailable) as fault:
        list(supplier.mailer.hand_over(supplier.consignment()))
    assert fault.value.retry_after == (None if supplier.by_run else 7)  # SFTP has no word for it


def test_a_supplier_that_is_down_is_unavailable_and_well_again_afterwards(supplier: Supplier) -> None:
    consignment = supplier.consignment()
    list(supplier.mailer.hand_over(supplier.consignment()))  # a connection is open when it goes down
    supplier.simulator.mood(down=True)
    with pytest.raises(Unavailable):
        list(supplier.mailer.hand_over(consignment))
    supplier.simulator.mood()
    assert isinstance(next(iter(supplier.mailer.hand_over(consignment))), Accepted)


def test_a_certificate_or_login_that_is_not_accepted_is_misconfigured(supplier: Supplier) -> None:
    supplier.hang_up()
    supplier.simulator.mood(wrong_certificate=True)
    with pytest.raises(Misconfigured):
        list(supplier.mailer.hand_over(supplier.consignment()))


def test_a_supplier_slower_than_the_time_limit_is_left(supplier: Supplier, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    supplier.simulator.mood(slow={"ms": 4000})
    consignment = supplier.consignment()
    with within(3.5):
        outcome = said(supplier, consignment)
    assert isinstance(outcome, Unavailable if supplier.by_run else OutcomeUnknown)  # the printer: before any rename
    assert nobody_is_in([outcome], caplog.text, consignment)
    supplier.simulator.mood()
    assert not (supplier.by_run and supplier.is_taken(consignment))


@pytest.mark.parametrize(
    ("code", "blame"), [("memo.invalid", Blame.LETTER), ("10030", Blame.LETTER), ("what.is.this", Blame.UNKNOWN)]
)
def test_a_refusal_names_its_code_and_whom_it_is_about(supplier: Supplier, code: str, blame: Blame) -> None:
    supplier.simulator.mood(refuse={"code": code})
    consignment = supplier.consignment()
    outcome = said(supplier, consignment)
    if supplier.by_run:
        refusals = [r for r in every_news(supplier, consignment, News.REFUSED) if r.news is News.REFUSED]
        found = (refusals[0].code, refusals[0].blame)
    else:
        assert isinstance(outcome, list)
        (answer,) = outcome
        assert isinstance(answer, Rejected)
        found = (answer.code, answer.blame)
    blame = blame if code in KNOWN_CODES[supplier.simulator.name] else Blame.UNKNOWN
    assert found == (code, blame)


@pytest.mark.parametrize("repeat", ["same", "duplicate", "duplicate_receipt"])
def test_a_repeat_that_the_supplier_notices_is_accepted_or_called_a_duplicate(supplier: Supplier, repeat: str) -> None:
    supplier.simulator.mood(repeat=repeat)
    consignment = supplier.consignment()
    list(supplier.mailer.hand_over(consignment))
    assert supplier.is_taken(consignment)
    (answer,) = supplier.mailer.hand_over(consignment)
    assert isinstance(answer, Accepted)
    if repeat == "duplicate_receipt" or (supplier.by_run and repeat == "duplicate"):
        every_news(supplier, consignment, News.DELIVERED, News.DUPLICATE)
    assert supplier.simulator.taken(consignment) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_of_many_letters_too_an_answer_is_never_the_opposite_of_what_happened(gathering: Supplier, fault: str) -> None:
    gathering.simulator.mood(**FAULTS[fault])
    consignment = gathering.consignment(*("well",) * 4)
    outcome = said(gathering, consignment)
    gathering.simulator.mood()
    taken = gathering.simulator.taken(consignment) if gathering.is_taken(consignment) else 0
    if isinstance(outcome, Unavailable | Misconfigured | Refused):
        assert taken == 0
    elif isinstance(outcome, list):
        assert taken == sum(isinstance(answer, Accepted) for answer in outcome)


@pytest.mark.parametrize("repeat", ["same", "duplicate", "duplicate_receipt"])
def test_many_letters_handed_over_twice_are_taken_once_and_never_refused(gathering: Supplier, repeat: str) -> None:
    gathering.simulator.mood(repeat=repeat)
    consignment = gathering.consignment(*("well",) * 4)
    list(gathering.mailer.hand_over(consignment))
    assert gathering.is_taken(consignment)
    again = said(gathering, consignment)
    assert isinstance(again, OutcomeUnknown) or [type(answer) for answer in again] == [Accepted] * 4  # type: ignore[union-attr]
    assert gathering.is_taken(consignment)
    assert gathering.simulator.taken(consignment) == 4


def test_a_repeat_at_a_supplier_that_does_not_notice_is_a_second_letter(supplier: Supplier) -> None:
    supplier.simulator.mood(repeat="second")
    consignment = supplier.consignment()
    for _ in range(2):
        list(supplier.mailer.hand_over(consignment))
        assert supplier.is_taken(consignment)
    wait_for(lambda: supplier.simulator.taken(consignment) == 2, "the second letter")
    assert not supplier.mailer.repeat_is_safe  # which is why this is the default


def test_envelopes_are_shared_only_where_paper_is_gathered(supplier: Supplier) -> None:
    mailer = supplier.mailer
    assert mailer.shares_envelopes == (mailer.channel is Channel.PRINT and mailer.gathers(Lane.SINGLE) > 1)


def test_a_letter_too_large_for_the_channel_is_not_sent(supplier: Supplier) -> None:
    document = supplier.consignment().dispatches[0].document
    large = type(document)(b"%PDF-" + b"x" * supplier.mailer.largest, TITLE, document.dated, 1, 1)
    consignment = supplier.consignment(document=large)
    (answer,) = supplier.mailer.hand_over(consignment)
    assert answer == Rejected(consignment.dispatches[0].id, "too-large", Blame.RECIPIENT)
    assert supplier.simulator.taken(consignment) == 0


def test_asking_never_raises(supplier: Supplier) -> None:
    never_sent, sent = supplier.consignment(), supplier.consignment()
    list(supplier.mailer.hand_over(sent))
    assert isinstance(supplier.mailer.ask(never_sent), CannotSay)
    assert not isinstance(supplier.mailer.ask(sent), NotTaken)
    supplier.simulator.mood(down=True)
    assert isinstance(supplier.mailer.ask(sent), CannotSay)
    supplier.simulator.mood()
    assert isinstance(supplier.mailer.ask(sent), Taken if supplier.by_run else CannotSay)


def test_a_delivered_letter_is_told_of_with_the_suppliers_time(supplier: Supplier) -> None:
    consignment = supplier.consignment()
    list(supplier.mailer.hand_over(consignment))
    (delivered,) = [r for r in every_news(supplier, consignment, News.DELIVERED) if r.news is News.DELIVERED]
    assert delivered.dispatch == consignment.dispatches[0].id
    assert delivered.at is not None
    assert delivered.at.tzinfo is not None
    assert delivered.amount == (1290 if supplier.is_print else None)


def test_a_receipt_lies_there_until_it_is_confirmed_and_may_be_confirmed_twice(supplier: Supplier) -> None:
    list(supplier.mailer.hand_over(supplier.consignment()))
    wait_for(lambda: News.DELIVERED in _kinds_lying_there(supplier), "the receipts")
    first, again = list(supplier.source.fetch()), list(supplier.source.fetch())
    assert first == again
    for raw in first:
        supplier.source.confirm(raw)
        supplier.source.confirm(raw)
    assert list(supplier.source.fetch()) == []


def test_receipts_confirmed_while_they_are_read_are_all_read_once(supplier: Supplier) -> None:
    consignments = [supplier.consignment() for _ in range(4)]
    for consignment in consignments:
        list(supplier.mailer.hand_over(consignment))
    for consignment in consignments:
        news = every_news(supplier, consignment, News.DELIVERED)
        assert [receipt.news for receipt in news].count(News.DELIVERED) == 1


def test_a_receipt_may_overtake_its_answer_and_come_twice(supplier: Supplier) -> None:
    supplier.simulator.mood(receipts={"twice": True, "before_answer": True})
    consignment = supplier.consignment()
    list(supplier.mailer.hand_over(consignment))
    wait_for(
        lambda: [r.news for r in supplier.read(consignment)].count(News.DELIVERED) == 2, "both copies of the receipt"
    )


def test_receipts_cannot_be_had_from_a_supplier_that_is_down(supplier: Supplier) -> None:
    supplier.simulator.mood(down=True)
    with pytest.raises(Unavailable):
        list(supplier.source.fetch())


def test_receipts_cannot_be_had_with_a_wrong_certificate(supplier: Supplier) -> None:
    supplier.hang_up()
    supplier.simulator.mood(wrong_certificate=True)
    with pytest.raises(Misconfigured):
        list(supplier.source.fetch())


def test_an_unreadable_receipt_is_a_value_error_that_repeats_nothing_of_it(supplier: Supplier) -> None:
    raw = next(iter([type(r)(r.provider, r.id, b"<secret>1234567890</secret>") for r in _some_receipts(supplier)]))
    with pytest.raises(ValueError, match=r"receipt|message of Beskedfordeler") as fault:
        supplier.source.parse(raw)
    assert "1234567890" not in "".join(traceback.format_exception(fault.value))


def test_many_hand_over_at_once_through_one_mailer(supplier: Supplier) -> None:
    consignments = [supplier.consignment() for _ in range(12)]
    answers: list[Answer] = []

    def work(part: list[Consignment]) -> None:
        for consignment in part:
            answers.extend(supplier.mailer.hand_over(consignment))

    threads = [threading.Thread(target=work, args=(consignments[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.dispatch for answer in answers} == {c.dispatches[0].id for c in consignments}
    assert all(supplier.is_taken(consignment) for consignment in consignments)
    assert all(supplier.simulator.taken(consignment) == 1 for consignment in consignments)


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_of_a_person_is_in_logs_or_exceptions(
    supplier: Supplier, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    supplier.simulator.mood(**FAULTS[fault])
    consignment = supplier.consignment()
    outcomes = [said(supplier, consignment), _fetched(supplier)]
    assert nobody_is_in(outcomes, caplog.text, consignment)


def nobody_is_in(outcomes: Sequence[object], logged: str, consignment: Consignment) -> bool:
    """Whether neither the logs nor the errors, shown in every way, tell whom the letter is for or what it is."""
    faults = [outcome for outcome in outcomes if isinstance(outcome, OutsideError)]
    assert [(fault.__cause__, fault.__context__) for fault in faults] == [(None, None)] * len(faults)
    shown = [logged, *(f"{fault!r} {fault.args}" for fault in faults)]
    shown += ["".join(traceback.format_exception(fault)) for fault in faults]
    (dispatch,) = consignment.dispatches
    cpr, name = dispatch.recipient.cpr or "?", dispatch.recipient.name
    secrets = (cpr, f"{cpr[:6]}-{cpr[6:]}", name, TITLE, "Afvist", "Prøvevænget")
    return not any(secret in "".join(shown) for secret in secrets)


def _fetched(supplier: Supplier) -> OutsideError | None:
    try:
        list(supplier.source.fetch())
    except OutsideError as fault:
        return fault
    return None


def _kinds_lying_there(supplier: Supplier) -> list[News]:
    return [receipt.news for raw in supplier.source.fetch() for receipt in supplier.source.parse(raw)]


def _some_receipts(supplier: Supplier) -> list[Any]:
    list(supplier.mailer.hand_over(supplier.consignment()))
    wait_for(lambda: list(supplier.source.fetch()), "a receipt")
    return list(supplier.source.fetch())


def test_a_consignment_of_one_id_is_the_same_whoever_asks(supplier: Supplier) -> None:
    """Two workers hold the same consignment by different claims: what is taken is taken once."""
    supplier.simulator.mood(pace={"pick_up": 0.3})
    consignment = supplier.consignment()
    other = type(consignment)(**{f: getattr(consignment, f) for f in consignment.__slots__} | {"fence": uuid4().hex})
    assert [*supplier.mailer.hand_over(consignment)] == [*supplier.mailer.hand_over(other)]
    assert supplier.is_taken(consignment)
    assert supplier.simulator.taken(consignment) == 1
