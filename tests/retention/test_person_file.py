"""Everything about one person is found, by either number, and nobody else's; looking leaves a line each time."""

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from outbound import cases, desk, person_file, retention
from outbound.contents import PERSON, Addressee, pack_addressee
from outbound.delivery import House
from outbound.desk import DeskRefusal
from outbound.ledger import readings, same_person
from outbound.ledger import tables as t
from outbound.ledger.readings import Wanted
from outbound.letter import Address, Attachment, Life, Mailbox, Person, Recipient, Role
from outbound.person_file import FiledLetter, Kind
from outbound.story import Amount, story
from outbound.web.access_bundle import CASEWORKER, CITIZEN, bundle, sheet_of
from outbound.web.access_sheet import COLLEAGUE, Sheet, access_pdf
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, look
from tests.outside import World
from tests.people import company, person
from tests.rendering.made import pages, text
from tests.retention.lives import BOTH, HAND, MIKKEL, NAME, SOLVEJ, delivered, every, filed, to

OTHER = "Valdemar Andenmand"
NEW = person("well", 55)


def found(house: House, number: str) -> list[Any]:
    seen = person_file.look(house, number, HAND)
    return [one.id for one in person_file.letters(house, seen.keys, None, 100)]


@pytest.mark.parametrize("database", BOTH)
def test_all_letters_of_one_person_and_nobody_elses(house: House, world: World) -> None:
    mine, theirs = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    assert found(house, SOLVEJ) == [mine]
    assert found(house, f" {MIKKEL[:6]}-{MIKKEL[6:]} ") == [theirs]
    assert found(house, company("well", 3)) == []


@pytest.mark.parametrize("number", ["", "123", "3112991234567", "ved ikke"])
def test_what_is_no_number_is_refused_and_not_repeated(house: House, number: str) -> None:
    with pytest.raises(DeskRefusal) as refusal:
        person_file.look(house, number, HAND)
    assert not number or number not in str(refusal.value)
    assert every(house, t.access_request.c.id) == []


def test_a_changed_number_is_followed_both_ways(house: House, world: World) -> None:
    """The person register says so while a letter is routed to paper."""
    world.enrolment.default = Mailbox.EXEMPT
    home = Address(NAME, ("Plantevænget 17",), "8000", "Aarhus C")
    world.persons.default = Person(Life.ALIVE, NAME, home, current_cpr=NEW)
    first, *_ = hand_in(house, to(SOLVEJ))
    run_to_rest(house)
    assert len(every(house, t.same_person.c.new_key)) == 1
    world.persons.default = Person(Life.ALIVE, NAME, home)
    later, *_ = hand_in(house, to(NEW))
    run_to_rest(house)
    assert set(found(house, SOLVEJ)) == set(found(house, NEW)) == {first, later}


def test_looking_is_logged_also_where_nothing_is_found(house: House) -> None:
    seen = person_file.look(house, MIKKEL, HAND)
    with house.ledger.writing() as tx:
        (line,) = readings.lines(tx, Wanted(keys=seen.keys), None, 10)
        why = house.seal.open(tx, seen.id, "why", "prøve", "page-fault")
    assert (line.by, line.purpose, line.part, line.of_person) == (HAND.by, "access-request", "search", True)
    assert why == HAND.why.encode()
    assert [(one.kind, one.letters) for one in person_file.requests(house, None, 10)] == [("look", 0)]


def test_a_caseworkers_search_is_in_the_persons_file_by_either_number(house: House, world: World) -> None:
    delivered(house, world, to(SOLVEJ))
    with house.ledger.writing() as tx:
        for number, by in ((SOLVEJ, "sagsbehandleren"), (NEW, "kollegaen"), (MIKKEL, "en anden")):
            cases.by_person(tx, cases.person_key(house.seal, number), None, None, 10, by, "case-work")
        same_person.note(tx, *(cases.person_key(house.seal, number) for number in (SOLVEJ, NEW)))
    seen = person_file.look(house, SOLVEJ, HAND)
    assert {one.by for one in person_file.searches(house, seen.keys)} == {"sagsbehandleren", "kollegaen", HAND.by}
    sheet = access_pdf(sheet_of(house, seen, HAND.by))
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages).split())
    assert said.count("sagen blev behandlet") == 2


def test_the_postage_is_what_stands_booked(house: House, world: World) -> None:
    """Not the estimate, not what the printer charged for the same letter, and without what was corrected."""
    (letter,) = delivered(house, world)
    with house.ledger.reading() as tx:
        told = story(tx, letter)
    assert told is not None
    amounts = [("estimate", 1600), ("booked", 1600), ("booked", 2500), ("corrected", 1600), ("charged", 2990)]
    day = told.letter.created_at
    money = tuple(Amount(stage, "porto", amount, True, day.date(), day) for stage, amount in amounts)
    filed = FiledLetter(replace(told, money=money), None, None, {}, {}, None, (), ())
    sheet = access_pdf(Sheet([filed], [], [], "Prøvekommunen", day))
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages).split())
    assert "Porto 25,00 kr." in said


def shared(house: House, world: World) -> Any:
    """A letter to each of two parties of one case, of whom one asks for access; with an attachment and an act."""
    mine = Recipient(Role.PARTY, NAME, cpr=SOLVEJ)
    beside = (Attachment(pages([text(30, 120, "Beregning")]), "Beregning af støtte"),)
    one, other = delivered(
        house,
        world,
        replace(to(SOLVEJ), recipients=(mine, Recipient(Role.PARTY, OTHER, cpr=MIKKEL)), attachments=beside),
    )
    desk.resend(house, one, HAND)
    return one, other


def test_the_sheet_tells_the_person_all_and_names_no_colleague_and_no_other_party(house: House, world: World) -> None:
    one, other = shared(house, world)
    with house.ledger.writing() as tx:
        house.seal.open(tx, one, "document", "jobcenter", "api-pdf")
    seen = person_file.look(house, SOLVEJ, HAND)
    sheet = access_pdf(sheet_of(house, seen, HAND.by))
    said = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages)
    flat = " ".join(said.split())
    for word in (NAME, SOLVEJ, str(one), "fagsystemet jobcenter", "kopien blev hentet til sagen", COLLEAGUE):
        assert word in flat, word
    assert "søgning efter personen" in flat
    for word in (OTHER, MIKKEL, str(other), HAND.by):
        assert word not in flat, word


def test_a_sheet_about_nobody_says_so(house: House) -> None:
    seen = person_file.look(house, MIKKEL, HAND)
    sheet = access_pdf(sheet_of(house, seen, HAND.by))
    assert "Vi har ingen breve til dig" in PdfReader(io.BytesIO(sheet)).pages[0].extract_text()


def test_the_zip_has_the_letters_for_the_person_and_the_rest_for_the_caseworker(house: House, world: World) -> None:
    one, other = shared(house, world)
    seen = person_file.look(house, SOLVEJ, HAND)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(bundle(house, seen, HAND.by))))
    names = archive.namelist()
    assert [name for name in names if str(one) in name and name.startswith(CITIZEN)]
    assert any(name.endswith("bilag-1.pdf") for name in names)
    assert not [name for name in names if str(other) in name or SOLVEJ in name]
    letters = [name for name in names if name.endswith(f"{one}.pdf")]
    assert archive.read(letters[0]).startswith(b"%PDF")
    told = json.loads(archive.read(f"{CASEWORKER}/alt.json"))
    assert HAND.why in json.dumps(told, ensure_ascii=False)
    assert OTHER not in json.dumps(told, ensure_ascii=False)
    assert {each["story"]["letter"]["id"] for each in told["letters"]} >= {str(one)}


def test_opening_for_access_is_in_the_log_of_each_letter(house: House, world: World) -> None:
    (letter,) = delivered(house, world)
    seen = person_file.look(house, SOLVEJ, HAND)
    again = person_file.look_again(house, seen.id, HAND, HAND.by, Kind.ZIP)
    list(bundle(house, again, HAND.by))
    with house.ledger.reading() as tx:
        lines = readings.lines(tx, Wanted(owners=[letter], by=HAND.by), None, 50)
    assert {line.purpose for line in lines} == {"access-request"}
    assert {"person", "document"} <= {line.part for line in lines}


def test_a_forgotten_letter_is_found_by_no_number(house: House, world: World, moving_clock: MovingClock) -> None:
    (letter,) = delivered(house, world)
    filed(house, letter)
    with house.ledger.writing() as tx:
        retention.forget_one(tx, house, letter)
    assert found(house, SOLVEJ) == []
    assert look(house, letter).forgotten_at


def test_many_letters_are_read_a_handful_at_a_time(house: House, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = hand_in(house, *(to(SOLVEJ) for _ in range(5)))
    monkeypatch.setattr(person_file, "A_HANDFUL", 2)
    seen = person_file.look(house, SOLVEJ, HAND)
    assert [one.letter.id for one in person_file.file(house, seen.keys, "prøve", pdfs=False)] == ids[::-1]


def test_what_the_register_knows_now_stands_in_the_sheet(house: House, world: World) -> None:
    (letter,) = delivered(house, world)
    known = Addressee(Recipient(Role.PARTY, NAME, cpr=SOLVEJ), current_cpr=NEW)
    with house.ledger.writing() as tx:
        house.seal.put(tx, letter, look(house, letter).retention_month, {PERSON: pack_addressee(known)})
    seen = person_file.look(house, SOLVEJ, HAND)
    sheet = access_pdf(sheet_of(house, seen, HAND.by))
    assert NEW in "".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages)
