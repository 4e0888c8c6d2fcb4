"""Digital Post beyond the contract: each answer's meaning, look-ups in bulk, receipts by pull."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.digital_post.contacts import ContactRegister
from adapters.digital_post.mailer import CODES, DigitalPostMailer, Limits
from adapters.digital_post.memo import Sender
from adapters.digital_post.receipts import PulledReceipts, PushedReceipts, read
from adapters.http import Caller
from outbound.letter import (
    Accepted,
    Answer,
    Attachment,
    Blame,
    Channel,
    Consignment,
    Dispatch,
    Lane,
    Mailbox,
    News,
    RawReceipt,
    Rejected,
)
from outbound.ports import Callers, Misconfigured, OutcomeUnknown, Outside, OutsideError, PersonId, Unavailable
from tests.adapters.outside import Simulator, a_consignment, a_dispatch, a_pdf, within
from tests.adapters.scripted import Script, Scripted, answer, drip, hang_up, say, scripted
from tests.people import child, company, person


def mailer(caller: Caller) -> DigitalPostMailer:
    limits = Limits(70_000_000, container_letters=100)
    return DigitalPostMailer(caller, Sender("10000009", "Prøvekøbing Kommune"), limits, repeat_is_safe=False)


def handed_over(script: Script, consignment: Consignment | None = None) -> Answer:
    with scripted(script) as server, closing(Caller(server.url, {}, 5)) as caller:
        (found,) = mailer(caller).hand_over(consignment or a_consignment(Channel.DIGITAL))
    return found


def receipt(consignment: Consignment, **changes: Any) -> dict[str, Any]:
    """A receipt as the mailbox answers it."""
    return {
        "transmissionId": str(uuid4()), "messageUUID": str(consignment.dispatches[0].id), "messageId": None,
        "errorCode": None, "errorMessage": "Modtageren 0101010101 …", "timeStamp": "2026-11-22T10:00:00Z",
        "receiptStatus": "RECEIVED",
    } | changes  # fmt: skip


# sending


def test_single_letters_go_alone_and_those_of_a_mailing_together(outside: Outside) -> None:
    assert [outside.mailers[Channel.DIGITAL].gathers(lane) for lane in Lane] == [1, 200]


def test_attachments_arrive_as_they_are(outside: Outside, digital_post: Simulator) -> None:
    files = [a_pdf("Beregning"), a_pdf("Kort", pages=2)]
    dispatch = beside(*files)
    assert [*outside.mailers[Channel.DIGITAL].hand_over(a_consignment(Channel.DIGITAL, dispatch))]
    (taking,) = [one for one in digital_post.takings() if one["dispatch"] == str(dispatch.id)]
    assert taking["detail"]["attachments"] == [sha256(file).hexdigest() for file in files]


def beside(*files: bytes) -> Dispatch:
    dispatch = a_dispatch()
    attachments = tuple(Attachment(file, f"Bilag {number}", 1) for number, file in enumerate(files))
    return replace(dispatch, document=replace(dispatch.document, attachments=attachments))


def test_attachments_count_towards_what_the_mailbox_takes() -> None:
    dispatch = beside(bytes(36_000_000), bytes(36_000_000))  # whose XML would just fit
    answer = handed_over(hang_up(), a_consignment(Channel.DIGITAL, dispatch))
    assert answer == Rejected(dispatch.id, "too-large", Blame.RECIPIENT)


def test_the_request_is_the_one_that_is_agreed() -> None:
    consignment = a_consignment(Channel.DIGITAL)
    with scripted(answer(201, receipt(consignment))) as server, closing(Caller(server.url, {}, 5)) as caller:
        list(mailer(caller).hand_over(consignment))
    head = server.requests[0].partition(b"\r\n\r\n")[0].decode()
    assert head.startswith(f"POST /memos/?memo-message-uuid={consignment.dispatches[0].id} HTTP/1.1")
    assert "content-type: application/xml" in head.lower()
    assert "content-length: " in head.lower()


@pytest.mark.parametrize("status", ["RECEIVED", "COMPLETED"])
def test_a_receipt_of_our_message_is_an_acceptance(status: str) -> None:
    consignment = a_consignment(Channel.DIGITAL)
    told = receipt(consignment, receiptStatus=status)
    assert handed_over(answer(201, told), consignment) == Accepted(consignment.dispatches[0].id, told["transmissionId"])


def test_a_transmission_id_that_is_none_of_theirs_is_left_out() -> None:
    consignment = a_consignment(Channel.DIGITAL)
    found = handed_over(answer(201, receipt(consignment, transmissionId="0101010101")), consignment)
    assert found == Accepted(consignment.dispatches[0].id, "")


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"<html>ok</html>",
        {},
        [],
        {"receiptStatus": "RECEIVED"},
        {"messageUUID": str(uuid4()), "receiptStatus": "RECEIVED"},
    ],
    ids=["nothing", "html", "no-receipt", "list", "no-message", "another-message"],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_yes_that_says_nothing_of_our_message_is_an_unknown_outcome(status: int, told: object) -> None:
    with pytest.raises(OutcomeUnknown):
        handed_over(answer(status, told))


def test_a_status_that_nobody_knows_is_an_unknown_outcome() -> None:
    consignment = a_consignment(Channel.DIGITAL)
    with pytest.raises(OutcomeUnknown):
        handed_over(answer(201, receipt(consignment, receiptStatus="MAYBE")), consignment)


@pytest.mark.parametrize("status", [500, 501, 502, 504, 507, 599, 408, 425])
def test_a_server_that_broke_may_have_taken_it(status: int) -> None:
    with pytest.raises(OutcomeUnknown):
        handed_over(answer(status, {"code": "memo.invalid"}))


def test_a_503_counts_as_nothing_taken_only_when_the_mailbox_declares_it() -> None:
    with pytest.raises(Unavailable) as fault:
        handed_over(answer(503, b"<html>", Retry_After="30"))
    assert fault.value.retry_after == 30
    with pytest.raises(Unavailable):
        handed_over(answer(503, {"receiptStatus": "INVALID", "errorCode": "closed"}))
    for said in (b"<html>upstream gone</html>", {"message": "no healthy upstream"}, {"receiptStatus": "RECEIVED"}):
        with pytest.raises(OutcomeUnknown):
            handed_over(answer(503, said))


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407, 301, 302, 307])
def test_an_answer_to_a_stranger_is_misconfigured(status: int) -> None:
    with pytest.raises(Misconfigured):
        handed_over(answer(status, {"code": "memo.invalid"}, Location="http://127.0.0.1:9/"))


@pytest.mark.parametrize(
    ("code", "blame"),
    [
        ("recipient.is.closed", Blame.RECIPIENT), ("6003", Blame.RECIPIENT), (6003, Blame.RECIPIENT),
        ("RECIPIENT.IS.CLOSED", Blame.RECIPIENT), ("memo.invalid", Blame.LETTER),
        ("file.extension.not.allowed", Blame.LETTER), ("new.code", Blame.UNKNOWN),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["http-400", "receipt"])
def test_a_code_of_the_table_says_whom_a_refusal_is_about(code: str | int, blame: Blame, way: str) -> None:
    consignment = a_consignment(Channel.DIGITAL)
    told = receipt(consignment, receiptStatus="INVALID", errorCode=code)
    script = answer(201, told) if way == "receipt" else answer(400, {"code": code, "message": "Modtageren 0101010101"})
    assert handed_over(script, consignment) == Rejected(consignment.dispatches[0].id, str(code).lower(), blame)


@pytest.mark.parametrize(
    "code", ["0101010101", "x 0101010101 y", "a" * 200, "<b>", "cpr.010101-1234", {"a": 1}, True, 1.5, "æ"]
)
def test_a_code_that_is_none_is_not_repeated(code: object) -> None:
    found = handed_over(answer(400, {"code": code}))
    assert isinstance(found, Rejected)
    assert (found.code, found.blame) == (
        "no-code" if isinstance(code, dict | float) else "true" if code is True else "unreadable-code",
        Blame.UNKNOWN,
    )


def test_a_duplicate_is_evidence_of_taking() -> None:
    assert isinstance(handed_over(answer(400, {"code": "memo.duplicate"})), Accepted)


@pytest.mark.parametrize("status", [400, 402, 409, 415, 422, 451])
def test_a_no_without_a_known_code_is_for_a_person(status: int) -> None:
    found = handed_over(answer(status, b"<html>"))
    assert isinstance(found, Rejected)
    assert (found.code, found.blame) == (f"http-{status}", Blame.UNKNOWN)


def test_a_letter_without_a_number_is_not_sent() -> None:
    dispatch = a_dispatch()
    recipient = type(dispatch.recipient)(dispatch.recipient.role, "Uden nummer")
    with scripted(answer(500)) as server, closing(Caller(server.url, {}, 5)) as caller:
        consignment = a_consignment(Channel.DIGITAL, a_dispatch(recipient=recipient))
        (found,) = mailer(caller).hand_over(consignment)
    assert found == Rejected(consignment.dispatches[0].id, "no-number", Blame.RECIPIENT)
    assert server.requests == []


def test_every_code_of_the_table_is_a_stand_code_with_a_class() -> None:
    assert CODES.meaning("recipient.is.closed").blame is Blame.RECIPIENT
    assert CODES.meaning("").blame is Blame.UNKNOWN


# look-up

STATUSES = {
    "well": Mailbox.ENROLLED,
    "exempt": Mailbox.EXEMPT,
    "left_the_country": Mailbox.LEFT_THE_COUNTRY,
    "closed": Mailbox.CLOSED,
    "unconfirmed": Mailbox.NOT_YET_ACTIVE,
    "before_unconfirmed": Mailbox.NOT_YET_ACTIVE,
    "awaiting": Mailbox.UNDER_15,
    "absent": Mailbox.NOT_ENROLLED,
    "no_subscription": Mailbox.NOT_ENROLLED,
    "unknown": Mailbox.UNKNOWN,
    "lookup_error": Mailbox.UNKNOWN,
}


def an_id(outcome: str = "well", n: int = 0) -> PersonId:
    return PersonId(cpr=child("awaiting", n) if outcome == "awaiting" else person(outcome, n))


def test_every_status_of_the_register_has_its_meaning(outside: Outside) -> None:
    ids = {an_id(outcome): mailbox for outcome, mailbox in STATUSES.items()}
    assert outside.enrolment.look_up(list(ids)) == ids


TABLE = {
    ("REGISTERED", None): Mailbox.ENROLLED,
    ("REGISTERED", "AUTOMATIC_REGISTRATION"): Mailbox.ENROLLED,
    ("REGISTERED", "VOLUNTARY_REGISTRATION"): Mailbox.ENROLLED,
    ("REGISTERED", "UNCONFIRMED_REGISTRATION"): Mailbox.ENROLLED,  # the public status decides
    ("REGISTERED", "EXEMPT_LEFT_THE_COUNTRY"): Mailbox.ENROLLED,
    ("EXEMPT", None): Mailbox.EXEMPT,
    ("EXEMPT", "EXEMPT_OTHER_REASON"): Mailbox.EXEMPT,
    ("EXEMPT", "EXEMPT_TOMORROWS_REASON"): Mailbox.EXEMPT,
    ("EXEMPT", "EXEMPT_LEFT_THE_COUNTRY"): Mailbox.LEFT_THE_COUNTRY,
    ("EXEMPT", "UNCONFIRMED_REGISTRATION"): Mailbox.NOT_YET_ACTIVE,
    ("EXEMPT", "BEFORE_UNCONFIRMED_REGISTRATION"): Mailbox.NOT_YET_ACTIVE,
    ("EXEMPT", "CREATED_AWAITING_REGISTRATION"): Mailbox.UNDER_15,
    ("CLOSED", None): Mailbox.CLOSED,
    ("CLOSED", "UNCONFIRMED_REGISTRATION"): Mailbox.CLOSED,
    ("CLOSED", "EXEMPT_LEFT_THE_COUNTRY"): Mailbox.CLOSED,
    ("UNKNOWN", None): Mailbox.UNKNOWN,
    ("UNKNOWN", "AUTOMATIC_REGISTRATION"): Mailbox.UNKNOWN,
    ("UNKNOWN", "UNCONFIRMED_REGISTRATION"): Mailbox.NOT_YET_ACTIVE,
    (None, "AUTOMATIC_REGISTRATION"): Mailbox.UNKNOWN,
    ("registered", None): Mailbox.UNKNOWN,  # written otherwise than published
}


def test_every_pair_of_statuses_has_its_meaning() -> None:
    ids = [an_id("well", number) for number in range(len(TABLE))]
    shown = [
        a_contact(who, mailboxSubscription={"publicRegistrationStatus": public, "registrationStatus": detail})
        for who, (public, detail) in zip(ids, TABLE, strict=True)
    ]
    with scripted(a_page(*shown)) as server, register(server) as contacts:
        assert list(contacts.look_up(ids).values()) == list(TABLE.values())


@pytest.mark.parametrize("end", ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", None, "soon"])
def test_the_end_of_an_exemption_changes_nothing_while_the_status_stands(end: str | None) -> None:
    who = PersonId(cvr=company("exempt"))
    shown = {"publicRegistrationStatus": "EXEMPT", "exemptionStart": "2018-01-01T00:00:00Z", "exemptionEnd": end}
    with scripted(a_page({"cvrNumber": who.cvr, "mailboxSubscription": shown})) as server, register(server) as contacts:
        assert contacts.look_up([who]) == {who: Mailbox.EXEMPT}


NEMSMS = {
    "well": True,
    "no_nemsms": False,
    "exempt": True,  # NemSMS is signed up for apart from Digital Post
    "closed": False,
    "absent": False,
    "no_subscription": False,
    "lookup_error": None,
    "lookup_breaks_page": None,
}


def test_whoever_has_a_mobile_for_nemsms_is_told_apart_from_whoever_is_not_known(outside: Outside) -> None:
    contacts = outside.enrolment
    assert isinstance(contacts, ContactRegister)
    ids = {an_id(outcome): told for outcome, told in NEMSMS.items()} | {PersonId(cvr=company()): False}
    assert contacts.nemsms(list(ids)) == ids


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"nemSmsSubscription": {"mobileNumber": "20123456"}}, True),
        ({"nemSmsSubscription": None}, False),
        ({}, False),
        ({"nemSmsSubscription": {}}, None),
        ({"nemSmsSubscription": "20123456"}, None),
        ({"nemSmsSubscription": {"mobileNumber": "+4520123456"}}, None),
        ({"nemSmsSubscription": {"mobileNumber": "10123456"}}, None),
        ({"nemSmsSubscription": {"mobileNumber": 20123456}}, None),
        ({"mailboxSubscription": {}}, None),
    ],
)
def test_a_mobile_that_cannot_be_read_is_no_answer(more: dict[str, Any], told: bool | None) -> None:
    with scripted(a_page(a_contact(A, **more))) as server, register(server) as contacts:
        assert contacts.nemsms([A, B]) == {A: told, B: False}


def test_a_failed_look_up_says_nothing_of_nemsms() -> None:
    with scripted(answer(500)) as server, register(server) as contacts:
        assert contacts.nemsms([A, B]) == {A: None, B: None}


def test_two_contacts_that_disagree_of_the_mobile_alone_agree_of_the_mailbox() -> None:
    mobile = {"nemSmsSubscription": {"mobileNumber": "20123456"}}
    twice = a_page(a_contact(A), a_contact(A, **mobile))
    with scripted(twice) as server, register(server) as contacts:
        assert contacts.nemsms([A]) == {A: None}
    with scripted(twice) as server, register(server) as contacts:
        assert contacts.look_up([A]) == {A: Mailbox.ENROLLED}


def test_companies_and_citizens_are_looked_up_together(outside: Outside) -> None:
    ids = {
        PersonId(cvr=company()): Mailbox.ENROLLED,
        PersonId(cvr=company("exempt")): Mailbox.EXEMPT,
        an_id(): Mailbox.ENROLLED,
    }
    assert outside.enrolment.look_up(list(ids)) == ids


def test_thousands_are_looked_up_in_a_few_calls(outside: Outside, digital_post: Simulator) -> None:
    before = digital_post.requests().get("lookup", 0)
    ids = {
        an_id("exempt" if n % 3 else "absent", n): Mailbox.EXEMPT if n % 3 else Mailbox.NOT_ENROLLED
        for n in range(1200)
    }
    assert outside.enrolment.look_up(list(ids)) == ids
    assert digital_post.requests()["lookup"] - before == 3


def test_one_number_that_breaks_the_register_costs_nobody_else_an_answer(outside: Outside) -> None:
    ids = (
        [an_id("well", n) for n in range(15)] + [an_id("lookup_breaks_page")] + [an_id("exempt", n) for n in range(14)]
    )
    found = outside.enrolment.look_up(ids)
    assert [found[i] for i in ids] == [Mailbox.ENROLLED] * 15 + [Mailbox.UNKNOWN] + [Mailbox.EXEMPT] * 14


@pytest.mark.parametrize(
    "mood",
    [
        {"down": True},
        {"wrong_certificate": True},
        {"busy": True},
        {"drop_answer": {"on": ["lookup"]}},
        {"slow": {"ms": 4000}},
    ],
)
def test_a_failed_look_up_is_unknown_for_everybody_and_logs_nobody(
    outside: Outside, digital_post: Simulator, mood: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    digital_post.mood(**mood)
    ids = [an_id("exempt", n) for n in range(40)]
    before = digital_post.requests().get("lookup", 0)
    with within(5):
        assert set(outside.enrolment.look_up(ids).values()) == {Mailbox.UNKNOWN}
    assert digital_post.requests().get("lookup", 0) - before <= 2
    assert not any(str(i.cpr) in caplog.text for i in ids)
    assert "40 recipients" in caplog.text


def test_a_register_that_only_breaks_is_not_asked_for_ever() -> None:
    with scripted(answer(500)) as server, register(server) as contacts:
        assert set(contacts.look_up([an_id("well", n) for n in range(100)]).values()) == {Mailbox.UNKNOWN}
    assert len(server.requests) == 3


def test_nobody_asked_for_is_nobody_called() -> None:
    with scripted(answer(500)) as server, register(server) as contacts:
        assert contacts.look_up([]) == {}
        assert contacts.look_up([PersonId()]) == {PersonId(): Mailbox.UNKNOWN}
    assert server.requests == []


@contextmanager
def register(server: Scripted, timeout: float = 5) -> Iterator[ContactRegister]:
    with closing(Caller(server.url, {}, timeout)) as caller:
        yield ContactRegister(caller, timeout)


def a_page(*contacts: Any, number: int = 0, pages: int = 1, total: int | None = None) -> Script:
    shown = {"contacts": list(contacts), "currentPage": number, "totalPages": pages, "elementsOnPage": len(contacts)}
    return answer(200, shown | {"totalElements": len(contacts) if total is None else total})


def a_contact(who: PersonId, status: object = "REGISTERED", **more: Any) -> dict[str, Any]:
    return {"cprNumber": who.cpr, "mailboxSubscription": {"publicRegistrationStatus": status}} | more


A, B = an_id("well", 1), an_id("well", 2)


@pytest.mark.parametrize(
    ("scripts", "a", "b"),
    [
        ([a_page(a_contact(A), pages=2, total=2), a_page(a_contact(B), pages=2, total=2)], "enrolled", "enrolled"),
        ([a_page(a_contact(A), pages=2, total=2), answer(500)], "enrolled", "unknown"),
        ([a_page(a_contact(A), pages=2, total=2), hang_up()], "enrolled", "unknown"),
        ([a_page(a_contact(A), pages=2, total=2), a_page(pages=2, total=2)], "enrolled", "unknown"),
        ([a_page(a_contact(A), total=2)], "enrolled", "unknown"),
        ([a_page(a_contact(A))], "enrolled", "not-enrolled"),
        ([a_page(pages=0)], "not-enrolled", "not-enrolled"),
        ([a_page(a_contact(A), a_contact(A, "EXEMPT"))], "unknown", "not-enrolled"),
        ([a_page(a_contact(A), a_contact(A))], "enrolled", "not-enrolled"),
        ([a_page(a_contact(A, "WHATEVER"))], "unknown", "not-enrolled"),
        ([a_page(a_contact(A, None))], "unknown", "not-enrolled"),
        ([a_page(a_contact(A, ["REGISTERED"]))], "unknown", "not-enrolled"),
        ([a_page(a_contact(A, mailboxSubscription="REGISTERED"))], "unknown", "not-enrolled"),
        ([a_page(a_contact(A, mailboxSubscription=None))], "not-enrolled", "not-enrolled"),
        ([a_page(a_contact(A), a_contact(an_id("well", 9)))], "enrolled", "unknown"),
        ([a_page(a_contact(A), {"cprNumber": f"{str(B.cpr)[:6]}-{str(B.cpr)[6:]}"})], "enrolled", "unknown"),
        ([a_page(a_contact(A), "nobody", None, 7)], "enrolled", "unknown"),
        ([answer(200, {"contacts": None})], "unknown", "unknown"),
        ([answer(200, {"contacts": [], "totalPages": "many", "totalElements": 0})], "unknown", "unknown"),
        ([answer(200, {"contacts": [], "totalPages": True, "totalElements": 0})], "unknown", "unknown"),
        ([answer(200, {"contacts": []})], "unknown", "unknown"),
        ([answer(200, [])], "unknown", "unknown"),
        ([answer(200, b"")], "unknown", "unknown"),
        ([say(b"HTTP/1.1 204 No Content\r\n\r\n")], "unknown", "unknown"),
    ],
)  # fmt: skip
def test_only_a_whole_answer_says_that_somebody_is_not_there(scripts: list[Script], a: str, b: str) -> None:
    with scripted(*scripts) as server, register(server) as contacts:
        assert contacts.look_up([A, B]) == {A: Mailbox(a), B: Mailbox(b)}


def test_an_endless_register_is_left_when_the_time_is_up() -> None:
    endless = a_page(a_contact(A), pages=10**9, total=10**9)
    with scripted(endless) as server, register(server, 0.3) as contacts, within(2):
        assert contacts.look_up([A, B]) == {A: Mailbox.ENROLLED, B: Mailbox.UNKNOWN}


def test_a_dripping_register_is_left_when_the_time_is_up() -> None:
    with scripted(drip(b"HTTP/1.1 200 OK\r\n" * 100, 0.05)) as server, register(server, 0.3) as contacts, within(2):
        assert contacts.look_up([A]) == {A: Mailbox.UNKNOWN}


def test_numbers_stand_in_the_body_and_never_in_the_address() -> None:
    with scripted(a_page(pages=0)) as server, register(server) as contacts:
        contacts.look_up([A])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert str(A.cpr).encode() not in head
    assert json.loads(body) == {"cprNumber": [A.cpr]}


# receipts


def test_receipts_are_read_with_their_time_and_code() -> None:
    consignment = a_consignment(Channel.DIGITAL)
    (dispatch,) = consignment.dispatches
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    told = receipt(consignment, receiptStatus="COMPLETED", timeStamp="2026-11-22T10:00:00+01:00")
    found = read(json.dumps(told).encode())
    assert (found.dispatch, found.news, found.at, found.code) == (dispatch.id, News.DELIVERED, at, "")
    told |= {"receiptStatus": "NOT_ALLOWED", "errorCode": "recipient.is.closed"}
    found = read(json.dumps(told).encode())
    assert (found.news, found.blame, found.code) == (News.REFUSED, Blame.RECIPIENT, "recipient.is.closed")


def test_a_pushed_receipt_is_read_as_a_fetched_one_and_answered_without_a_word() -> None:
    told = json.dumps(receipt(a_consignment(Channel.DIGITAL), receiptStatus="COMPLETED")).encode()
    raw = RawReceipt("digital-post", "any", told)
    with scripted(answer(500)) as server, closing(Caller(server.url, {}, 5)) as caller:
        fetched = PulledReceipts(caller)
    pushed = PushedReceipts(Callers("X", Path("ca.pem"), ("CN=x",)))
    assert pushed.provider == fetched.provider
    assert pushed.parse(raw) == fetched.parse(raw)
    assert pushed.answer() == ("text/plain", b"")
    with pytest.raises(ValueError, match="A receipt of Digital Post"):
        pushed.parse(RawReceipt("digital-post", "any", b"[" + told + b"]"))


@pytest.mark.parametrize(
    ("code", "news", "blame"),
    [
        ("memo.duplicate", News.DUPLICATE, Blame.UNKNOWN),
        (None, News.REFUSED, Blame.UNKNOWN),
        ("new", News.REFUSED, Blame.UNKNOWN),
    ],
)
def test_a_refusal_by_receipt_is_what_the_table_says(code: str | None, news: News, blame: Blame) -> None:
    told = receipt(a_consignment(Channel.DIGITAL), receiptStatus="INVALID", errorCode=code)
    found = read(json.dumps(told).encode())
    assert (found.news, found.blame) == (news, blame)


@pytest.mark.parametrize("time", [None, "", "yesterday", "2026-11-22T10:00:00", 17, "2026-13-45T99:00:00Z"])
def test_a_time_that_cannot_be_told_from_local_time_is_no_time(time: object) -> None:
    told = receipt(a_consignment(Channel.DIGITAL), receiptStatus="COMPLETED", timeStamp=time)
    assert read(json.dumps(told).encode()).at is None


@given(
    st.binary()
    | st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        lambda x: json.dumps(x).encode()
    )
)
def test_any_other_bytes_are_unreadable(body: bytes) -> None:
    with pytest.raises(ValueError, match="A receipt of Digital Post"):
        read(body)


def test_receipts_that_are_not_confirmed_are_each_given_once() -> None:
    shown = [receipt(a_consignment(Channel.DIGITAL), id=str(uuid4())) for _ in range(5)]

    def page(stream: Any, request: bytes) -> None:
        number = int(request.split(b"page=")[1].split(b"&")[0])
        answer(200, {"receipts": shown[number * 2 : number * 2 + 2]})(stream, request)

    with scripted(page) as server, closing(Caller(server.url, {}, 5)) as caller:
        found = list(PulledReceipts(caller).fetch())
    assert [raw.id for raw in found] == [row["id"] for row in shown]


@pytest.mark.parametrize("odd", [{"id": "../../x"}, {"id": 17}, {"no": "id"}, "text", None])
def test_a_row_without_an_id_is_kept_and_stops_no_other(odd: object) -> None:
    good = {"id": str(uuid4())}

    def page(stream: Any, request: bytes) -> None:
        answer(200, {"receipts": [odd, good] if b"page=0" in request else []})(stream, request)

    with scripted(page) as server, closing(Caller(server.url, {}, 5)) as caller:
        pulled = PulledReceipts(caller)
        found = list(pulled.fetch())
        calls = len(server.requests)
        pulled.confirm(found[0])
        assert len(server.requests) == calls
    assert [json.loads(raw.body) for raw in found] == [odd, good]
    assert found[0].id == ""


@pytest.mark.parametrize(
    "script",
    [answer(500), answer(200, b"<"), answer(200, {}), hang_up()],
)
def test_receipts_that_cannot_be_read_as_a_list_are_unavailable(script: Script) -> None:
    with scripted(script) as server, closing(Caller(server.url, {}, 5)) as caller, pytest.raises(Unavailable) as fault:
        list(PulledReceipts(caller).fetch())
    assert fault.value.__context__ is None


@pytest.mark.parametrize(
    ("script", "raises"),
    [
        (answer(404), None),
        (answer(204), None),
        (answer(500), Unavailable),
        (hang_up(), Unavailable),
        (answer(403), Misconfigured),
    ],
)
def test_a_receipt_is_confirmed_when_it_is_gone_there(script: Script, raises: type[OutsideError] | None) -> None:
    raw = RawReceipt("digital-post", str(uuid4()), b"{}")
    with scripted(script) as server, closing(Caller(server.url, {}, 5)) as caller:
        if raises is None:
            PulledReceipts(caller).confirm(raw)
        else:
            with pytest.raises(raises):
                PulledReceipts(caller).confirm(raw)
    assert server.requests[0].startswith(f"DELETE /receipts/{raw.id} ".encode())


def test_a_raw_receipts_repr_does_not_show_its_body() -> None:
    assert "secret" not in repr(RawReceipt("digital-post", "1", b"secret"))
