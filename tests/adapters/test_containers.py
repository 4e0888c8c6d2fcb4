"""Mailings in containers: what is on the wire, what an answer says of each letter, and who is left out."""

import lzma
import tarfile
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid1, uuid4

import pytest
from lxml import etree

from adapters.digital_post import mailer as mailer_module
from adapters.digital_post.mailer import DigitalPostMailer, Limits
from adapters.digital_post.memo import Sender
from adapters.http import Caller
from outbound.letter import (
    Accepted,
    Answer,
    Blame,
    Channel,
    Consignment,
    Dispatch,
    Lane,
    News,
    Receipt,
    Recipient,
    Rejected,
    Role,
)
from outbound.ports import Misconfigured, OutcomeUnknown, Outside, OutsideError, Unavailable
from tests.adapters.conftest import supplier_of
from tests.adapters.outside import CLOSED, Simulator, a_consignment, a_dispatch
from tests.adapters.scripted import Script, answer, hang_up, scripted
from tests.adapters.written import memo
from tests.waiting import wait_for

SENDER = Sender("10000009", "Prøvekøbing Kommune")
LARGEST = 100_000
UNFIT: dict[str, dict[str, Any]] = {
    "no-number": {"recipient": Recipient(Role.PARTY, "Uden nummer")},
    "too-large": {"document": replace(a_dispatch().document, pdf=bytes(LARGEST + 1))},
    "unwritable": {"id": uuid1()},
}
BLAME = {"unwritable": Blame.LETTER}


def mailing(*dispatches: Dispatch) -> Consignment:
    return a_consignment(Channel.DIGITAL, *(dispatches or (a_dispatch(n=1), a_dispatch(n=2))), lane=Lane.MAILING)


def taken(**changes: Any) -> dict[str, Any]:
    """The technical receipt of a container, as we read the interface: it is about no one message."""
    return {"transmissionId": str(uuid4()), "messageUUID": None, "receiptStatus": "RECEIVED", **changes}


def handed_over(script: Script, consignment: Consignment, letters: int = 100) -> tuple[list[Answer], list[bytes]]:
    """The answers, up to an error which is raised, and the requests."""
    with scripted(script) as server, closing(Caller(server.url, {}, 5)) as caller:
        mailer = DigitalPostMailer(caller, SENDER, Limits(LARGEST, letters), repeat_is_safe=False)
        return list(mailer.hand_over(consignment)), server.requests


def unpacked(request: bytes) -> dict[str, bytes]:
    packed = request.partition(b"\r\n\r\n")[2]
    with tarfile.open(fileobj=BytesIO(lzma.decompress(packed, lzma.FORMAT_ALONE))) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]


def test_the_request_holds_each_message_under_its_id() -> None:
    consignment = mailing()
    _, (request,) = handed_over(answer(201, taken()), consignment)
    head = request.partition(b"\r\n\r\n")[0].decode().lower()
    assert head.startswith("post /memos/ http/1.1")
    assert "content-type: application/x-lzma" in head
    assert "content-length: " in head
    assert unpacked(request) == {f"{one.id}.xml": memo(one, SENDER, CLOSED) for one in consignment.dispatches}


def test_a_repeat_of_a_container_is_the_same_bytes() -> None:
    consignment = mailing()
    requests = [handed_over(answer(201, taken()), consignment)[1][0] for _ in range(2)]
    bodies = {request.partition(b"\r\n\r\n")[2] for request in requests}
    assert len(bodies) == 1


def test_one_letter_of_a_mailing_has_a_container_too_unless_there_shall_be_none() -> None:
    consignment = mailing(a_dispatch())
    (dispatch,) = consignment.dispatches
    _, (request,) = handed_over(answer(201, taken()), consignment)
    assert list(unpacked(request)) == [f"{dispatch.id}.xml"]
    _, (request,) = handed_over(answer(201, taken(messageUUID=str(dispatch.id))), consignment, letters=1)
    assert b"memo-message-uuid" in request.partition(b"\r\n")[0]


def test_the_receipt_of_the_container_answers_for_every_letter() -> None:
    consignment, told = mailing(), taken()
    answers, _ = handed_over(answer(201, told), consignment)
    assert answers == [Accepted(one.id, told["transmissionId"]) for one in consignment.dispatches]


@pytest.mark.parametrize(
    "told", [taken(messageUUID=str(uuid4())), taken(receiptStatus="MAYBE"), {}, b"<html>ok</html>"]
)
def test_a_yes_that_says_nothing_of_the_container_is_an_unknown_outcome(told: object) -> None:
    with pytest.raises(OutcomeUnknown):
        handed_over(answer(201, told), mailing())


@pytest.mark.parametrize("code", ["memo.invalid", "recipient.is.closed", "new.code"])
@pytest.mark.parametrize("way", ["http-400", "receipt"])
def test_a_refusal_of_many_says_not_whom_it_is_about_and_is_for_a_person(code: str, way: str) -> None:
    consignment = mailing()
    script = answer(201, taken(receiptStatus="INVALID", errorCode=code)) if way == "receipt" else _no(code)
    answers, _ = handed_over(script, consignment)
    assert answers == [Rejected(one.id, code, Blame.UNKNOWN) for one in consignment.dispatches]


def test_a_refusal_of_a_container_of_one_is_about_that_one() -> None:
    consignment = mailing(a_dispatch())
    answers, _ = handed_over(_no("recipient.is.closed"), consignment)
    assert answers == [Rejected(consignment.dispatches[0].id, "recipient.is.closed", Blame.RECIPIENT)]


def test_that_one_of_many_is_a_duplicate_says_not_that_all_are() -> None:
    with pytest.raises(OutcomeUnknown):
        handed_over(_no("memo.duplicate"), mailing())


def test_a_container_too_large_is_our_fault_and_a_letter_too_large_its_own() -> None:
    with pytest.raises(Misconfigured):
        handed_over(answer(413), mailing())
    ((only,), _) = handed_over(answer(413), mailing(a_dispatch()))
    assert isinstance(only, Rejected)
    assert (only.code, only.blame) == ("too-large", Blame.RECIPIENT)


def _no(code: str) -> Script:
    return answer(400, {"code": code, "message": "Modtageren 0101010101"})


# who is left out


@pytest.mark.parametrize("code", UNFIT)
def test_a_letter_that_does_not_fit_sinks_no_neighbour(code: str) -> None:
    well, unfit, other = a_dispatch(n=1), replace(a_dispatch(n=2), **UNFIT[code]), a_dispatch(n=3)
    told = taken()
    answers, (request,) = handed_over(answer(201, told), mailing(well, unfit, other))
    assert list(unpacked(request)) == [f"{well.id}.xml", f"{other.id}.xml"]
    assert answers == [
        Accepted(well.id, told["transmissionId"]),
        Rejected(unfit.id, code, BLAME.get(code, Blame.RECIPIENT)),
        Accepted(other.id, told["transmissionId"]),
    ]


def test_the_limit_is_on_the_whole_xml_and_holds_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mailer_module.XML_LIMIT == 99_500_000
    small, large = a_dispatch(), a_dispatch()
    large = replace(large, document=replace(large.document, html="<p>x</p>"))
    size = len(memo(large, SENDER, CLOSED))
    for limit, fits in ((size, True), (size - 1, False)):
        monkeypatch.setattr(mailer_module, "XML_LIMIT", limit)
        answers, _ = handed_over(answer(201, taken()), mailing(small, large))
        assert [isinstance(one, Accepted) for one in answers] == [True, fits]
        alone = answer(201, taken(messageUUID=str(large.id)))
        ((only,), _) = handed_over(alone, a_consignment(Channel.DIGITAL, large))
        assert isinstance(only, Accepted) is fits


def test_where_nobody_fits_nothing_is_sent() -> None:
    dispatches = [replace(a_dispatch(), **unfit) for unfit in UNFIT.values()]
    answers, requests = handed_over(hang_up(), mailing(*dispatches))
    assert [one.code for one in answers if isinstance(one, Rejected)] == list(UNFIT)
    assert requests == []


@pytest.mark.parametrize(
    ("script", "raises", "answered"),
    [(answer(429), Unavailable, 0), (answer(403), Misconfigured, 0), (hang_up(), OutcomeUnknown, 1)],
    ids=["unavailable", "misconfigured", "unknown"],
)
def test_nothing_was_taken_is_said_before_any_answer_and_doubt_is_no_doubt_of_what_was_left_out(
    script: Script, raises: type[OutsideError], answered: int
) -> None:
    unfit = replace(a_dispatch(), **UNFIT["no-number"])
    found: list[Answer] = []
    with scripted(script) as server, closing(Caller(server.url, {}, 5)) as caller:
        mailer = DigitalPostMailer(caller, SENDER, Limits(LARGEST, 100), repeat_is_safe=False)
        answers = mailer.hand_over(mailing(a_dispatch(), unfit))
        with pytest.raises(raises) as fault:
            found.extend(answers)
    assert found == [Rejected(unfit.id, "no-number", Blame.RECIPIENT)] * answered
    assert fault.value.__context__ is None


# against the simulator


def test_each_letter_of_a_container_has_its_own_receipt(
    outside: Outside, digital_post: Simulator, remote_print: Simulator
) -> None:
    supplier = supplier_of(outside, Channel.DIGITAL, digital_post, remote_print)
    broken = replace(a_dispatch().document, pdf=b"no PDF at all")
    dispatches = [a_dispatch(), a_dispatch("refused_closed"), a_dispatch(document=broken), a_dispatch("unknown_code")]
    consignment = mailing(*dispatches)
    answers = list(supplier.mailer.hand_over(consignment))
    assert all(isinstance(one, Accepted) for one in answers)
    found: list[Receipt] = []

    def are_there() -> bool:
        found[:] = supplier.read(consignment)
        return len(found) == len(dispatches)

    wait_for(are_there, "a receipt for each letter")
    told = {one.dispatch: (one.news, one.code, one.blame) for one in found}
    assert [told[one.id] for one in dispatches] == [
        (News.DELIVERED, "", Blame.UNKNOWN),
        (News.REFUSED, "recipient.is.closed", Blame.RECIPIENT),
        (News.REFUSED, "memo.invalid", Blame.LETTER),
        (News.REFUSED, "recipient.mailbox.in.limbo", Blame.UNKNOWN),
    ]
    takings = [one for one in digital_post.takings() if one["dispatch"] in {str(each.id) for each in dispatches}]
    assert [(one["detail"]["container"], one["dispatch"]) for one in takings] == [
        (4, str(dispatches[place].id)) for place in (0, 1, 3)
    ]


def test_two_hundred_letters_go_in_one_container(outside: Outside, digital_post: Simulator) -> None:
    before = digital_post.requests().get("container", 0)
    consignment = mailing(*(a_dispatch(n=n) for n in range(200)))
    answers = list(outside.mailers[Channel.DIGITAL].hand_over(consignment))
    assert len(answers) == digital_post.taken(consignment) == 200
    assert digital_post.requests()["container"] == before + 1


def test_every_message_of_a_container_parses() -> None:
    _, (request,) = handed_over(answer(201, taken()), mailing())
    assert all(etree.fromstring(body).tag.endswith("Message") for body in unpacked(request).values())
