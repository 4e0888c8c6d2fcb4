"""What messages of Beskedfordeler say of a letter: every status, code and amount, and what cannot be understood."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.beskedfordeler.door import PushedReceipts
from adapters.beskedfordeler.post_status import EVENTS, PROVIDER, Reader, _events
from adapters.simulators.post_status import STATUSES, Happening, event
from adapters.simulators.push import EXACTLY
from outbound.letter import Blame, News, RawReceipt, Receipt
from outbound.ports import Callers
from tests.conftest import find_specs

AT = datetime(2026, 11, 24, 9, 30, 15, 250_000, UTC)
LETTER = UUID("1f0c9a52-9a5e-4a35-9f0c-0a3b5ed0c111")
OURS, THEIRS = "8c3f5b1e-0000-4000-8000-000000000001", "8c3f5b1e-0000-4000-8000-000000000002"
PRINT = "Fysisk Post"
SPECS = find_specs()


def read(body: bytes, *ours: str) -> list[Receipt]:
    return list(Reader(frozenset(ours)).parse(RawReceipt(PROVIDER, "1", body)))


def told(status: str, subject: str = str(LETTER), ours: tuple[str, ...] = (), **more: Any) -> Receipt:
    (receipt,) = read(event(subject, status, more.pop("at", AT), **more), *ours)
    return receipt


@pytest.mark.parametrize("pushed", [True, False])
@pytest.mark.parametrize(("status", "channel", "news"), [
    ("Modtaget Digital Post", "Digital Post", News.RECEIVED),
    ("Afleveret Digital Post", "Digital Post", News.DELIVERED),
    ("Fejlet", "Digital Post", News.REFUSED),
    ("Modtaget Digital Post", "NemSMS", News.RECEIVED),
    ("Afleveret Digital Post", "NemSMS", News.DELIVERED),
    ("Fejlet", "NemSMS", News.REFUSED),
    ("Afsendt", PRINT, News.RECEIVED),
    ("Modtaget fjernprint", PRINT, News.RECEIVED),
    ("Klar", PRINT, News.RECEIVED),
    ("Afleveret til print og kuvertering", PRINT, News.RECEIVED),
    ("Modtaget Post Danmark", PRINT, News.DELIVERED),
    ("Tilbagekaldt", PRINT, News.REFUSED),
    ("Fejlet", PRINT, News.REFUSED),
    ("Opdatering fra Post Danmark", PRINT, News.UNCLEAR),
])  # fmt: skip
def test_each_status_is_its_own_news_whichever_way_it_comes(
    status: str, channel: str, news: News, pushed: bool
) -> None:
    receipt = told(status, channel=channel, pushed=pushed)
    assert (receipt.dispatch, receipt.news, receipt.at, receipt.foreign) == (LETTER, news, AT, False)


def test_every_status_of_the_simulator_is_tried() -> None:
    assert len(STATUSES) == 10


@pytest.mark.parametrize(("code", "news", "blame"), [
    ("memo.invalid", News.REFUSED, Blame.LETTER),
    ("recipient.is.closed", News.REFUSED, Blame.RECIPIENT),
    ("6003", News.REFUSED, Blame.RECIPIENT),
    ("memo.duplicate", News.DUPLICATE, Blame.UNKNOWN),
    ("10030", News.REFUSED, Blame.LETTER),
    ("something.new", News.REFUSED, Blame.UNKNOWN),
])  # fmt: skip
def test_a_failure_is_about_whom_its_code_says(code: str, news: News, blame: Blame) -> None:
    receipt = told("Fejlet", error=(code, "Modtageren 0102031236 kan ikke …"))
    assert (receipt.news, receipt.code, receipt.blame) == (news, code, blame)
    assert "0102031236" not in repr(receipt)


def test_a_code_with_somebodys_number_in_it_does_not_leave_the_adapter() -> None:
    assert told("Fejlet", error=("recipient.0102031236", "")).code == "unreadable-code"


@pytest.mark.parametrize(("status", "code"), [("Fejlet", "no-code"), ("Tilbagekaldt", "recalled")])
def test_a_refusal_without_a_code_is_for_a_person(status: str, code: str) -> None:
    receipt = told(status, channel=PRINT)
    assert (receipt.code, receipt.blame) == (code, Blame.UNKNOWN)


def test_a_status_that_nobody_knows_is_for_a_person() -> None:
    receipt = told("00000000-0000-4000-8000-00000000abcd")
    assert (receipt.dispatch, receipt.news, receipt.code) == (LETTER, News.REFUSED, "unknown-status")
    assert receipt.blame is Blame.UNKNOWN


@pytest.mark.parametrize(("kinds", "news", "code"), [
    (["returpost"], News.RETURNED, "returpost"),
    (["track-and-trace", "returpost"], News.RETURNED, "returpost"),
    (["4711", "returpost"], News.RETURNED, "returpost"),
    (["adresseaendring"], News.RECEIVED, ""),
    (["modtagelsesbevis", "track-and-trace"], News.RECEIVED, ""),
    (["track-and-trace", "4711"], News.UNCLEAR, ""),
    ([], News.UNCLEAR, ""),
])  # fmt: skip
def test_an_update_is_a_return_or_nothing_or_a_question(kinds: list[str], news: News, code: str) -> None:
    happenings = [Happening(kind, AT) for kind in kinds]
    receipt = told("Opdatering fra Post Danmark", channel=PRINT, happenings=happenings)
    assert (receipt.news, receipt.code) == (news, code)
    assert EVENTS["returpost"] == "returned"


@pytest.mark.parametrize(("said", "ore"), [
    (["12.50"], 1250),
    (["7.125"], 713),
    (["8"], 800),
    (["12.50", "8.00"], 2050),
    (["12.50", ""], 1250),
    (["0.00"], None),
    (["-3.00"], None),
    (["12,50"], None),
    (["NaN"], None),
    (["1E+30"], None),
    (["1E+999999"], None),
    (["1000000.01"], None),
    ([""], None),
])  # fmt: skip
def test_amounts_are_kroner_and_become_ore(said: list[str], ore: int | None) -> None:
    happenings = [Happening("4711", AT, amount) for amount in said]
    assert told("Modtaget Post Danmark", channel=PRINT, happenings=happenings).amount == ore


def test_a_time_without_a_zone_is_replaced_by_that_of_the_registration() -> None:
    naive = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001
    body = event(str(LETTER), "Afleveret Digital Post", naive)
    before, after = body.index(b"<ns2:Registreringstidspunkt>"), body.index(b"</ns2:Registreringstidspunkt>")
    registered = b"<ns2:Registreringstidspunkt><TidsstempelDatoTid>2026-11-24T10:31:00+01:00</TidsstempelDatoTid>"
    (receipt,) = read(body[:before] + registered + body[after:])
    assert receipt.at == datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
    (receipt,) = read(body[:before] + registered.replace(b"+01:00", b"") + body[after:])
    assert receipt.at is None


def test_a_digital_letter_is_known_by_its_message_and_a_physical_one_by_its_consignor() -> None:
    body = event(str(LETTER), "Fejlet", AT, channel="")  # no KanalKode, and not from Digital Post
    (receipt,) = read(body)
    assert receipt.dispatch == LETTER
    from_digital_post = body.replace(b"afd21f3d-11c7-4f51-b2a6-f31d6480a9fb", b"96514e13-afdd-44d6-95a8-adc2ca19b127")
    (receipt,) = read(from_digital_post)
    assert (receipt.dispatch, receipt.foreign) == (None, True)


@pytest.mark.parametrize(("named", "foreign"), [
    ({"system": OURS}, False),
    ({"related": OURS.upper()}, False),
    ({"system": OURS, "related": THEIRS}, False),
    ({}, False),
    ({"system": THEIRS}, True),
    ({"related": THEIRS}, True),
])  # fmt: skip
def test_what_names_another_system_says_so(named: dict[str, str], foreign: bool) -> None:
    assert told("Fejlet", ours=(OURS,), **named).foreign is foreign
    assert told("Fejlet", ours=(), **named).foreign is False


def test_what_is_not_named_by_an_id_of_ours_is_anothers() -> None:
    receipt = told("Afsendt", subject="SAG-2026-17-1", channel=PRINT)
    assert (receipt.dispatch, receipt.consignment, receipt.foreign) == (None, None, True)


def test_a_message_about_something_else_than_post_is_no_news() -> None:
    assert read(event(str(LETTER), "Fejlet", AT, message_type=str(uuid4()))) == []


GOOD = event(str(LETTER), "Afleveret Digital Post", AT)
HELD = b"</Base64>"
ANOTHER = b'<Base64 xmlns="urn:besked:kuvert:1.0">PGEvPg==</Base64>'
ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("body", [
    pytest.param(b"", id="nothing"),
    pytest.param(b"\xff\xfe\x00", id="no text"),
    pytest.param(GOOD[:-20], id="cut off"),
    pytest.param(b"<Haendelsesbesked/>", id="another namespace"),
    pytest.param(GOOD.replace(b"?>\n", b"?>" + ENTITY), id="a DTD"),
    pytest.param(GOOD.replace(HELD, b"*" + HELD), id="no base64"),
    pytest.param(GOOD.replace(HELD, HELD + ANOTHER), id="two payloads"),
    pytest.param(GOOD.replace(b"Filtreringsdata", b"Andre"), id="nothing to filter by"),
    pytest.param(
        GOOD.replace(
            b"</ns2:ObjektRegistrering>",
            b"</ns2:ObjektRegistrering><ns2:ObjektRegistrering><ns2:ObjektHandling><UUIDIdentifikator>"
            b"e225a75c-4b63-46c4-9423-77f5c8762445</UUIDIdentifikator></ns2:ObjektHandling></ns2:ObjektRegistrering>",
        ),
        id="two registrations that differ",
    ),
])  # fmt: skip
def test_what_cannot_be_read_says_so_and_nothing_of_itself(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^A (message of Beskedfordeler|post status) ") as fault:
        read(body)
    assert fault.value.__cause__ is None
    assert str(LETTER) not in str(fault.value)


def test_a_payload_of_another_kind_cannot_be_read() -> None:
    start = GOOD.index(b">", GOOD.index(b"<Base64")) + 1
    with pytest.raises(ValueError, match="PKO_PostStatus"):
        read(GOOD[:start] + b"PGEvPg==" + GOOD[GOOD.index(HELD) :])


@pytest.mark.specs
def test_the_published_examples_are_understood() -> None:
    assert SPECS is not None
    there = SPECS / "sf1601" / "beskedfordeler" / "examples"
    (failed,) = read((there / "PostStatusBeskedModtag.error.xml").read_bytes())
    (delivered,) = read((there / "PostStatusBeskedModtag.success.xml").read_bytes(), THEIRS)
    assert failed == Receipt(
        UUID("33ca98c5-d2ce-43e7-be3a-d5cfde9f6394"), News.REFUSED, "memo.invalid", Blame.LETTER,
        datetime(2023, 2, 13, 12, 4, 12, 845_000, UTC),
    )  # fmt: skip
    assert delivered == Receipt(
        UUID("8853363b-43ec-4d0a-a54d-65447f9447ed"), News.DELIVERED,
        at=datetime(2023, 2, 13, 11, 22, 5, 154_000, UTC), foreign=True,
    )  # fmt: skip


def test_the_door_answers_as_beskedfordeler_wants_it() -> None:
    callers = Callers("BESKEDFORDELER_PUSH", Path("authorities.pem"), ())
    media_type, body = PushedReceipts(callers, frozenset()).answer()
    assert (media_type, body) == ("application/xml", EXACTLY)


def test_the_types_of_updates_are_held_to_a_class_and_a_source(tmp_path: Path) -> None:
    file = tmp_path / "events.toml"
    file.write_text('[1]\nclass = "back"\nsource = "x"\n')
    with pytest.raises(ValueError, match=r"events.toml: the row '1'"):
        _events(file)
