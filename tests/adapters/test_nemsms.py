"""Reminders by text message over the wire: a MeMo NEMSMS that both schemas and the mailbox take."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid1, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.digital_post.memo import Sender
from adapters.digital_post.nemsms import LONGEST, nemsms
from outbound import delivery
from outbound.clock import COPENHAGEN
from outbound.ledger.reminders import ReminderState
from outbound.letter import Accepted, Blame, News, Recipient, Rejected, Role, TextMessage
from outbound.life import Status
from outbound.ports import Misconfigured, OutcomeUnknown, Outside, PersonId, TextMessages, Unavailable
from outbound.rendering.reminders import ALPHABET
from outbound.story import story
from tests.adapters.outside import Simulator
from tests.conftest import find_specs
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, open_house, submission
from tests.outside import World
from tests.people import company, person
from tests.waiting import wait_for

SENDER = Sender("10000009", "Prøvekøbing Kommune")
MONDAY = datetime(2027, 1, 11, 10, tzinfo=COPENHAGEN)
TEXT = "Husk dit møde tirsdag den 8. december 2026 kl. 10.15."
XSDS = {"1.1": "memo-1.1/MeMo_core.xsd", "1.2": "memo-1.2/Version1.2/MeMo_core.xsd"}


def message(cpr: str | None = None, text: str = TEXT) -> TextMessage:
    return TextMessage(uuid4(), Recipient(Role.PARTY, "Solvej Prøvesen", cpr=cpr or person("well")), text)


def read(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


@pytest.fixture(scope="module", params=sorted(XSDS))
def schema(request: pytest.FixtureRequest) -> tuple[str, etree.XMLSchema]:
    folder = find_specs()
    if folder is None:
        pytest.skip("specs: set OUTBOUND_SPECS_DIR to the folder of published schemas")
    return request.param, etree.XMLSchema(etree.parse(str(folder / XSDS[request.param])))


@pytest.mark.specs
@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from(sorted(ALPHABET)), min_size=1, max_size=LONGEST), name=st.text(min_size=1))
def test_any_text_makes_a_valid_message(schema: tuple[str, etree.XMLSchema], text: str, name: str) -> None:
    version, xsd = schema
    if not text.strip():
        return
    content = nemsms(message(text=text), Sender("10000009", name), version)
    xsd.assertValid(read(content))


@pytest.mark.parametrize("version", sorted(XSDS))
def test_it_is_as_the_published_example_and_says_nothing_of_its_recipient_but_the_number(version: str) -> None:
    content = nemsms(message(), SENDER, version)
    assert b"Solvej" not in content
    named = [etree.QName(one).localname for one in read(content).iter()]
    assert named == [
        "Message", "MessageHeader", "messageType", "messageUUID", "label", "notification", "mandatory",
        "legalNotification", "Sender", "senderID", "idType", "label", "Recipient", "recipientID", "idType",
    ]  # fmt: skip


def test_the_same_message_is_the_same_bytes() -> None:
    one = message()
    assert nemsms(one, SENDER) == nemsms(replace(one), SENDER)


@pytest.mark.parametrize(
    "wrong",
    [
        message(text=""),
        message(text=" \x00 "),
        message(text="x" * (LONGEST + 1)),
        replace(message(), id=uuid1()),
        replace(message(), recipient=Recipient(Role.PARTY, "Solvej Prøvesen")),
    ],
    ids=["nothing", "nothing-printable", "too-long", "another-uuid", "no-number"],
)
def test_what_can_be_no_message_is_refused_without_a_word_of_it(wrong: TextMessage) -> None:
    with pytest.raises(ValueError, match=r"^A NemSMS has a UUID version 4, a CPR or CVR number and 1 to 150"):
        nemsms(wrong, SENDER)


@pytest.fixture
def ways(outside: Outside) -> TextMessages:
    assert outside.text_messages is not None
    return outside.text_messages


def became(outside: Outside, one: TextMessage) -> list[tuple[News, str, Blame]]:
    """What the mailbox's receipts say of it."""
    source = outside.sources[0]
    found = [receipt for raw in source.fetch() for receipt in source.parse(raw)]
    return [(each.news, each.code, each.blame) for each in found if each.dispatch == one.id]


def taken(digital_post: Simulator, one: TextMessage) -> list[str]:
    return [each["channel"] for each in digital_post.takings() if each["dispatch"] == str(one.id)]


@pytest.mark.parametrize("outcome", ["well", "exempt"])
def test_it_is_taken_and_arrives_also_for_the_exempt(
    outside: Outside, ways: TextMessages, digital_post: Simulator, outcome: str
) -> None:
    one = message(person(outcome))
    assert isinstance(ways.send(one), Accepted)
    assert taken(digital_post, one) == ["nemsms"]
    assert became(outside, one) == [(News.DELIVERED, "", Blame.UNKNOWN)]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("no_nemsms", "recipient.has.no.nemsms"), ("refused_closed", "recipient.is.closed")],
)
def test_whoever_can_get_none_is_told_by_receipt(outside: Outside, ways: TextMessages, outcome: str, code: str) -> None:
    one = message(person(outcome))
    assert isinstance(ways.send(one), Accepted)
    assert became(outside, one) == [(News.REFUSED, code, Blame.RECIPIENT)]


def test_a_company_has_none(outside: Outside, ways: TextMessages) -> None:
    one = replace(message(), recipient=Recipient(Role.PARTY, "Prøvefirma", cvr=company("well")))
    ways.send(one)
    assert became(outside, one) == [(News.REFUSED, "recipient.has.no.nemsms", Blame.RECIPIENT)]


def test_who_has_it_is_asked_of_the_contact_register(ways: TextMessages) -> None:
    asked = {name: PersonId(cpr=person(name)) for name in ("well", "exempt", "no_nemsms", "closed", "lookup_error")}
    found = ways.registered(list(asked.values()))
    wanted = {"well": True, "exempt": True, "no_nemsms": False, "closed": False, "lookup_error": None}
    assert {name: found[one] for name, one in asked.items()} == wanted


def test_a_register_that_is_away_answers_for_nobody(ways: TextMessages, digital_post: Simulator) -> None:
    digital_post.mood(down=True)
    one = PersonId(cpr=person("well"))
    assert ways.registered([one]) == {one: None}


def test_the_same_message_again_is_the_same_bytes_and_one_taking(ways: TextMessages, digital_post: Simulator) -> None:
    one = message()
    assert isinstance(ways.send(one), Accepted)
    assert isinstance(ways.send(one), Accepted)
    assert taken(digital_post, one) == ["nemsms"]
    assert not digital_post.requests().get("repeat-with-other-content")


def test_a_dropped_answer_is_no_answer(ways: TextMessages, digital_post: Simulator) -> None:
    digital_post.mood(drop_answer=True)
    one = message()
    with pytest.raises(OutcomeUnknown):
        ways.send(one)
    assert taken(digital_post, one) == ["nemsms"]


def test_what_the_mailbox_turns_away_was_not_taken(ways: TextMessages, digital_post: Simulator) -> None:
    one = message()
    digital_post.mood(busy={"status": 503, "retry_after": 7})
    with pytest.raises(Unavailable):
        ways.send(one)
    digital_post.mood(wrong_certificate=True)
    with pytest.raises(Misconfigured):
        ways.send(one)
    assert taken(digital_post, one) == []


def test_a_recipient_without_a_number_is_not_asked_about(ways: TextMessages) -> None:
    one = replace(message(), recipient=Recipient(Role.PARTY, "Solvej Prøvesen"))
    assert ways.send(one) == Rejected(one.id, "no-number", Blame.RECIPIENT)


def test_a_reminder_goes_the_whole_way_beside_its_letter(
    outside: Outside, digital_post: Simulator, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter to the mailbox, its text message the day before the meeting, and a receipt for each."""
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(MONDAY)
    house = replace(open_house(sqlite_url, tmp_path, World()), outside=outside)
    one = submission(person("well", 7))
    (letter,) = hand_in(house, replace(one, fields={**dict(one.fields or {}), "dag": "2027-01-20"}))
    run_to_rest(house)
    moving.to(MONDAY + timedelta(days=8, minutes=16))
    assert delivery.send_reminders(house) == 1
    wait_for(lambda: delivery.fetch(house) + delivery.settle(house) > 0, "the receipts")
    with house.ledger.reading() as tx:
        told = story(tx, letter)
    assert told is not None
    assert told.reminder is not None
    assert (told.letter.status, told.reminder.state) == (Status.DELIVERED, ReminderState.DELIVERED)
    ours = (str(told.reminder.id), str(told.tries[0].dispatch.id))
    assert sorted(each["channel"] for each in digital_post.takings() if each["dispatch"] in ours) == [
        "digital",
        "nemsms",
    ]
    house.ledger.close()
