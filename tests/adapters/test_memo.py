"""The MeMo: valid against the published schema whatever the letter is called, and always the same bytes."""

import base64
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from time import thread_time
from typing import Any
from uuid import uuid1, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.digital_post.memo import BAD_IN_FILE_NAME, Sender, file_name
from adapters.digital_post.memo import memo as made
from outbound.letter import Action, Attachment, Contact, Dispatch, InMailbox, Recipient, Role, Subject
from tests.adapters.outside import CLOSED, a_dispatch
from tests.adapters.written import memo, read
from tests.people import company

SENDER = Sender("10000009", "Prøvekøbing Kommune")
NAMES = {"memo": "https://DigitalPost.dk/MeMo-1"}
HOSTILE = [
    "",
    " \t\r\n",
    '<img src="file:///etc/passwd">',
    "]]><memo:File/>",
    "&amp;&#0;&lt;",
    "{{7*7}} %s %(x)s",
    "../../etc/passwd",
    "nul\x00tab\tbell\x07esc\x1b",
    "\ud800 half a pair",
    "\ufffe\uffff",
    "🎉👩‍👩‍👧 مرحبا \u202eגולש",
    "æøåÆØÅ – „citat“",
    "x" * 5000,
    "e\u0301" * 300,
]


def titled(title: str, **changes: Any) -> Dispatch:
    dispatch = a_dispatch()
    return replace(dispatch, document=replace(dispatch.document, title=title), **changes)


def told(content: bytes, path: str) -> list[str]:
    found = read(content).xpath(f"//memo:{path}", namespaces=NAMES)
    assert isinstance(found, list)
    return [str(element.text) for element in found if isinstance(element, etree._Element)]


BOTH = pytest.mark.parametrize("version", ["1.2", "1.1"])


@pytest.mark.specs
@pytest.mark.parametrize("text", HOSTILE)
@BOTH
def test_any_text_makes_a_valid_memo(text: str, version: str) -> None:
    dispatch = titled(text, case_number=text, department=text)
    recipient = replace(dispatch.recipient, name=text)
    memo(replace(dispatch, recipient=recipient), Sender("10000009", text or "-"), CLOSED, version)


def test_the_recipients_number_the_sender_and_the_title_stand_where_they_belong() -> None:
    dispatch = titled("Afgørelse & svar", case_number="2026-104")
    content = memo(dispatch, SENDER, CLOSED)
    assert told(content, "messageUUID") == [str(dispatch.id)]
    assert told(content, "MessageHeader/memo:label") == ["Afgørelse & svar"]
    assert (told(content, "recipientID"), told(content, "Recipient/memo:idType")) == ([dispatch.recipient.cpr], ["CPR"])
    assert (told(content, "senderID"), told(content, "Sender/memo:idType")) == (["10000009"], ["CVR"])
    assert (told(content, "caseID"), told(content, "caseSystem")) == (["2026-104"], ["social"])
    assert told(content, "reply") == ["false"]
    assert told(content, "filename") == ["Afgørelse & svar.pdf"]
    assert base64.b64decode(told(content, "content")[0]) == dispatch.document.pdf


def test_a_company_is_named_by_its_cvr_number() -> None:
    dispatch = replace(a_dispatch(), recipient=Recipient(Role.PARTY, "Nulpunkt ApS", cvr=company()))
    content = memo(dispatch, SENDER, CLOSED)
    assert (told(content, "recipientID"), told(content, "Recipient/memo:idType")) == ([company()], ["CVR"])


def test_the_html_twin_is_a_second_file_of_the_same_document() -> None:
    dispatch = a_dispatch()
    dispatch = replace(dispatch, document=replace(dispatch.document, html="<p>Kære borger æøå</p>"))
    content = memo(dispatch, SENDER, CLOSED)
    assert told(content, "MainDocument/memo:File/memo:encodingFormat") == ["application/pdf", "text/html"]
    assert base64.b64decode(told(content, "content")[1]).decode() == "<p>Kære borger æøå</p>"


def beside(*titles: str) -> Dispatch:
    """A dispatch of which each attachment's file says its number."""
    dispatch = a_dispatch()
    attachments = tuple(Attachment(b"%%PDF-%d" % number, title, 1) for number, title in enumerate(titles))
    return replace(dispatch, document=replace(dispatch.document, title="Afgørelse", attachments=attachments))


@pytest.mark.parametrize(("language", "said"), [("da", "da"), ("en", "en"), ("en-GB", "en")])
def test_the_files_are_in_the_language_of_the_letter(language: str, said: str) -> None:
    letter = a_dispatch()
    letter = replace(letter, document=replace(letter.document, html="<p>x</p>", language=language))
    assert told(memo(letter, SENDER, CLOSED), "language") == [said, said]


def test_attachments_are_documents_of_their_own_in_their_order() -> None:
    content = memo(beside("Kort & plan", "Beregning: del 1/2"), SENDER, CLOSED)
    assert told(content, "AdditionalDocument/memo:label") == ["Kort & plan", "Beregning: del 1/2"]
    assert told(content, "AdditionalDocument/memo:File/memo:filename") == [
        "Kort & plan.pdf",
        "Beregning- del 1-2.pdf",
    ]
    files = told(content, "AdditionalDocument/memo:File/memo:content")
    assert [base64.b64decode(file) for file in files] == [b"%PDF-0", b"%PDF-1"]
    assert told(content, "MainDocument/memo:label") == ["Afgørelse"]


def test_no_two_files_have_one_name() -> None:
    content = memo(beside("afgørelse", "Kort (2)", "Kort", "Kort", "kort", "\x00"), SENDER, CLOSED)
    names = told(content, "filename")
    assert names == [
        "Afgørelse.pdf",
        "afgørelse (2).pdf",
        "Kort (2).pdf",
        "Kort.pdf",
        "Kort (3).pdf",
        "kort (4).pdf",
        "Brev.pdf",
    ]


@pytest.mark.specs
@pytest.mark.parametrize("text", HOSTILE)
def test_attachments_of_any_title_make_a_valid_memo(text: str) -> None:
    content = memo(beside(text, text), SENDER, CLOSED)
    assert len(set(told(content, "filename"))) == 3


AT = datetime(2026, 7, 8, 10, 15, tzinfo=timezone(timedelta(hours=2)))
PAY = Action("BETALING", "Betal & vær færdig", "https://betaling.example/?a=1&b=2", None, AT)
MEET = Action("AFTALE", "Sæt mødet i kalenderen", "", AT, AT + timedelta(minutes=45), "Rådhuset", "Indkaldelse")


def offering(*actions: Action) -> Dispatch:
    dispatch = beside("Kort")
    return replace(dispatch, document=replace(dispatch.document, actions=actions))


@pytest.mark.specs
@pytest.mark.parametrize("text", HOSTILE)
def test_actions_of_any_words_make_a_valid_memo(text: str) -> None:
    hostile = [replace(one, label=text or "-", place=text, about=text) for one in (PAY, MEET)]
    memo(offering(PAY, MEET, *hostile), SENDER, CLOSED)


def test_an_address_is_an_entry_point_with_its_last_moment() -> None:
    content = memo(offering(PAY), SENDER, CLOSED)
    assert told(content, "MainDocument/memo:Action/memo:label") == ["Betal & vær færdig"]
    assert told(content, "Action/memo:actionCode") == ["BETALING"]
    assert told(content, "Action/memo:EntryPoint/memo:url") == ["https://betaling.example/?a=1&b=2"]
    assert (told(content, "startDateTime"), told(content, "endDateTime")) == ([], ["2026-07-08T08:15:00Z"])


def test_a_meeting_is_a_reservation_with_the_same_id_at_every_repeat() -> None:
    dispatch = offering(MEET, MEET)
    content = memo(dispatch, SENDER, CLOSED)
    assert told(content, "Reservation/memo:location") == ["Rådhuset"] * 2
    assert told(content, "Reservation/memo:endDateTime") == ["2026-07-08T09:00:00Z"] * 2
    ids = told(content, "reservationUUID")
    assert len(set(ids)) == 2
    assert ids == told(memo(dispatch, SENDER, CLOSED), "reservationUUID")
    assert not set(ids) & set(told(memo(offering(MEET), SENDER, CLOSED), "reservationUUID"))


def test_times_are_utc_whatever_zone_they_come_in() -> None:
    at = datetime(2026, 7, 1, 12, 30, 15, 999, timezone(timedelta(hours=2)))
    assert told(memo(a_dispatch(), SENDER, at), "createdDateTime") == ["2026-07-01T10:30:15Z"]


def test_the_notification_does_not_tell_the_title() -> None:
    content = memo(titled("Afslag på hjælp"), Sender("10000009", "K" * 400), CLOSED)
    (notification,) = told(content, "notification")
    assert "Afslag" not in notification
    assert len(notification) == 150


def test_a_repeat_is_the_same_bytes() -> None:
    dispatch = a_dispatch()
    assert memo(dispatch, SENDER, CLOSED) == memo(dispatch, SENDER, CLOSED)


CONTACT = Contact("Borgerservice & Ydelse", "post@proeve.example", "00 00 10 10", str(uuid4()))
HOUSING = Subject("32.06.04", "Prøveudgave", "Boligstøtte & tilskud", "G01")


def shown(**changes: Any) -> Dispatch:
    return replace(a_dispatch(), in_mailbox=InMailbox(**changes))


@BOTH
def test_the_department_to_turn_to_stands_by_the_sender(version: str) -> None:
    content = memo(shown(contact=CONTACT), SENDER, CLOSED, version)
    assert told(content, "Sender/memo:AttentionData/memo:EMail/memo:emailAddress") == ["post@proeve.example"]
    assert told(content, "Sender/memo:AttentionData/memo:Telephone/memo:telephoneNumber") == ["00 00 10 10"]
    assert told(content, "Sender/memo:AttentionData/memo:ContentResponsible/memo:label") == [CONTACT.name]
    assert told(content, "Sender/memo:ContactPoint/memo:contactPointID") == [CONTACT.point]
    bare = memo(shown(contact=Contact("Borgerservice")), SENDER, CLOSED, version)
    assert told(bare, "AttentionData/*") == told(bare, "ContentResponsible")
    assert told(bare, "ContactPoint") == []


@BOTH
def test_the_subject_stands_beside_the_case(version: str) -> None:
    content = memo(replace(shown(subject=HOUSING), case_number="2026-104"), SENDER, CLOSED, version)
    found = {etree.QName(one).localname: one.text for one in read(content).iter("{http://kle-online.dk/}*")}
    assert found == {"KLEdata": None, "subjectKey": "32.06.04", "version": "Prøveudgave", "activityFacet": "G01",
                     "label": "Boligstøtte & tilskud"}  # fmt: skip
    assert told(content, "ContentData/memo:CaseID/memo:caseID") == ["2026-104"]
    assert [one.prefix for one in read(content).iter("{http://kle-online.dk/}*")] == ["kle"] * 5


@BOTH
def test_a_letter_may_be_answered_and_may_be_an_answer(version: str) -> None:
    earlier = uuid4()
    content = memo(shown(reply=True, answers=earlier), SENDER, CLOSED, version)
    assert told(content, "reply") == ["true"]
    assert told(content, "ReplyData/memo:messageUUID") == [str(earlier)]


def test_the_letter_types_own_words_stand_over_the_usual_ones() -> None:
    content = memo(shown(label="Afgørelse", notification="Du har fået post."), SENDER, CLOSED)
    assert told(content, "MessageHeader/memo:label") == ["Afgørelse"]
    assert told(content, "notification") == ["Du har fået post."]
    assert told(content, "MainDocument/memo:label") == [a_dispatch().document.title]


@pytest.mark.parametrize(
    ("version", "attributes"),
    [("1.2", {"memoVersion": "1.2"}), ("1.1", {"memoVersion": "1.1", "memoSchVersion": "1.1.0"})],
)
def test_each_version_says_which_it_is_and_what_it_must(version: str, attributes: dict[str, str]) -> None:
    content = memo(a_dispatch(), SENDER, CLOSED, version)
    assert {str(name): str(value) for name, value in read(content).items()} == attributes
    assert (told(content, "mandatory"), told(content, "legalNotification")) == (["false"], ["false"])


def test_another_version_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"1\.2 or 1\.1"):
        made(a_dispatch(), SENDER, CLOSED, "1.3")


def test_only_the_literal_prefix_is_used() -> None:
    content = memo(titled("x", case_number="1"), SENDER, CLOSED)
    assert {element.prefix for element in read(content).iter()} == {"memo"}
    assert b'xmlns="' not in content


def test_an_untitled_letter_is_called_a_letter() -> None:
    content = memo(titled("\x00 \u202e"), SENDER, CLOSED)
    assert told(content, "MessageHeader/memo:label") == ["Brev"]
    assert told(content, "filename") == ["Brev.pdf"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Afgørelse: del 1/2", "Afgørelse- del 1-2.pdf"),
        ("../../etc/passwd", "etc-passwd.pdf"),
        ("a<b>c|d?e*f\\g", "a-b-c-d-e-f-g.pdf"),
        ("1\u00a0000\u2009kr.", "1-000-kr.pdf"),
        ("linje\r\nskift", "linje-skift.pdf"),
        ("..", "Brev.pdf"),
        ("gpj.exe\u202efdp", "gpj.exefdp.pdf"),
    ],
)
def test_a_title_becomes_a_file_name_that_is_allowed(title: str, name: str) -> None:
    assert file_name(title, ".pdf") == name


@given(st.text())
def test_any_title_becomes_a_file_name_that_is_allowed(title: str) -> None:
    name = file_name(title, ".html")
    assert not BAD_IN_FILE_NAME.search(name)
    assert re.fullmatch(r"[^.].*\.html", name)
    assert 5 < len(name) <= 256


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({}, CLOSED.replace(tzinfo=None)),
        ({"id": uuid1()}, CLOSED),
        ({"recipient": Recipient(Role.PARTY, "Ymer Prøvesen")}, CLOSED),
        ({"in_mailbox": InMailbox(answers=uuid1())}, CLOSED),
        ({"document": replace(a_dispatch().document, actions=(Action("BETALING", "x", "http://b.example/"),))}, CLOSED),
    ],
    ids=["naive-time", "uuid-version-1", "no-number", "answers-no-message", "address-not-https"],
)
def test_what_can_be_no_message_is_a_value_error_that_names_nobody(changes: dict[str, Any], at: datetime) -> None:
    dispatch = a_dispatch(**changes)
    with pytest.raises(ValueError, match=r"\.$") as fault:
        memo(dispatch, SENDER, at)
    assert dispatch.recipient.name not in str(fault.value)
    assert str(dispatch.recipient.cpr) not in str(fault.value)


def test_building_one_takes_less_than_half_a_millisecond_of_a_core() -> None:
    dispatch = a_dispatch()
    dispatch = replace(dispatch, document=replace(dispatch.document, pdf=b"x" * 40_000, html="<p>x</p>" * 500))
    rounds = []
    for _ in range(5):
        began = thread_time()
        for _ in range(50):
            made(dispatch, SENDER, CLOSED)
        rounds.append((thread_time() - began) / 50)
    assert min(rounds) < 0.0005
