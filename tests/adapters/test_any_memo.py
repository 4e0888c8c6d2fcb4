"""Any letter makes a MeMo that the published schema and the mailbox's own reading take, in both versions."""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.digital_post.memo import Sender
from adapters.simulators.memo import MemoReader
from outbound.letter import Action, Attachment, Contact, Dispatch, Document, InMailbox, Recipient, Role, Subject
from tests.adapters.outside import a_pdf
from tests.adapters.written import memo, read
from tests.conftest import find_specs
from tests.people import company, person

ODD = [
    "", " \t\r\n", "]]><memo:File/>", "&amp;&#0;<", "\x00\x07\x1b", "\ud800", "\ufffe\uffff", "x" * 700, "a/b:c*d?.pdf",
    "🎉👩‍👩‍👧 مرحبا \u202eגולש", "e\u0301" * 200, "...", "\u00a0\u2003\u3000", '"\'', "æøåÆØÅ – „citat“",
]  # fmt: skip
TEXT = st.sampled_from(ODD) | st.text(max_size=300)
SAID = TEXT.map(lambda text: f"Prøve {text}")  # what is never empty where it comes from
PDF = st.sampled_from([a_pdf("Brev"), a_pdf("Kort", "Bilag", pages=2)])
UUIDS = st.uuids(version=4)
MOMENT = st.datetimes(timezones=st.timezones()).filter(lambda at: 1900 < at.year < 2200)
KINDS = ["BETALING", "SELVBETJENING", "INFORMATION", "UNDERSKRIV", "BEKRAEFT", "FORBEREDELSE", "TILMELDING"]
URL = st.from_regex(r"https://[a-z]{1,9}\.example/[a-zæøå0-9&=?<>\"']{0,40}", fullmatch=True)


def _meeting(label: str, place: str, about: str, at: Any, minutes: int) -> Action:
    return Action("AFTALE", label, "", at, at + timedelta(minutes=minutes), place, about)


ACTION = st.builds(Action, st.sampled_from(KINDS), SAID, URL, st.none() | MOMENT, st.none() | MOMENT) | st.builds(
    _meeting, SAID, TEXT, TEXT, MOMENT, st.integers(1, 600)
)
CONTACT = st.builds(
    Contact, SAID, st.sampled_from(["", "post@proeve.example"]), st.sampled_from(["", "00 00 10 10"]),
    UUIDS.map(str) | st.just(""),
)  # fmt: skip
SUBJECT = st.builds(Subject, st.from_regex(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}", fullmatch=True), SAID, SAID, TEXT)
IN_MAILBOX = st.builds(
    InMailbox, TEXT, TEXT, st.booleans(), st.none() | CONTACT, st.none() | SUBJECT, st.none() | UUIDS
)
RECIPIENT = st.builds(Recipient, st.sampled_from(Role), TEXT, st.integers(0, 50).map(lambda n: person("well", n))) | (
    st.builds(Recipient, st.sampled_from(Role), TEXT, st.none(), st.just(company()))
)
DOCUMENT = st.builds(
    Document,
    pdf=PDF,
    title=TEXT,
    dated=st.dates(),
    pages=st.just(1),
    sheets=st.just(1),
    html=st.none() | SAID,
    attachments=st.lists(st.builds(Attachment, PDF, TEXT, st.just(1)), max_size=4).map(tuple),
    actions=st.lists(ACTION, max_size=4).map(tuple),
    language=st.sampled_from(["da", "en", "en-GB"]),
)
DISPATCH = st.builds(
    Dispatch, UUIDS, UUIDS, RECIPIENT, DOCUMENT, department=SAID, reference=TEXT, case_number=TEXT,
    in_mailbox=IN_MAILBOX,
)  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> MemoReader:
    return MemoReader(find_specs())


@pytest.mark.specs
@pytest.mark.parametrize("version", ["1.2", "1.1"])
@settings(max_examples=150, deadline=None)
@given(dispatch=DISPATCH, name=SAID, at=MOMENT)
def test_any_letter_makes_a_valid_memo(
    reader: MemoReader, version: str, dispatch: Dispatch, name: str, at: Any
) -> None:
    content = memo(dispatch, Sender("10000009", name), at, version)
    found = reader.read(content)
    assert (UUID(found.uuid), found.recipient, found.version) == (dispatch.id, dispatch.recipient.number, version)
    assert len(found.attachments) == len(dispatch.document.attachments)
    files = [base64.b64decode(str(one.text)) for one in read(content).iter("{https://DigitalPost.dk/MeMo-1}content")]
    twin = dispatch.document.html
    beside = [one.pdf for one in dispatch.document.attachments]
    assert files == [dispatch.document.pdf, *([twin.encode(errors="replace")] if twin else []), *beside]
