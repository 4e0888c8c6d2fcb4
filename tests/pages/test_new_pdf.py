"""Another PDF by upload: checked as a system's own is, named in Danish where it is faulty, and never on disk."""

from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from outbound import desk
from outbound.contents import HANDED_IN
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import tables as t
from outbound.letter import ReadyMade
from outbound.life import Status
from outbound.rendering.verdict import RULES
from outbound.web.pages import pdf_words
from tests.browsing import context_of, press, sign_in, stands
from tests.house import hand_in, look, submission
from tests.people import person
from tests.rendering.pdfs import pdf
from tests.serving import Served, hidden

TODAY = "2026-11-23"


@pytest.fixture
def letter(house: House) -> UUID:
    """A finished PDF that somebody has held."""
    made = ReadyMade(pdf(), "Svar på din ansøgning", date(2026, 11, 23))
    (one,) = hand_in(house, submission(person(), letter_type="faerdigt-brev", fields=None, ready_made=made))
    desk.hold(house, one, Hand("mester", "forkert fil"))
    return one


def send(drift: httpx.Client, letter: UUID, body: bytes, token: str = "", **fields: str) -> httpx.Response:
    form = {"titel": "Rettet svar", "dateret": TODAY, "why": "forkert fil", **fields}
    form["token"] = token or hidden(drift.get(f"/drift/breve/{letter}").text)
    return drift.post(f"/drift/breve/{letter}/pdf-ny", data=form, files={"pdf": ("brev.pdf", body, "application/pdf")})


def handed_in(house: House, letter: UUID) -> bytes | None:
    with house.ledger.writing() as tx:
        return house.seal.open(tx, letter, HANDED_IN, "test", "test")


def test_another_pdf_takes_the_place_of_the_first_and_the_letter_goes_on(
    drift: httpx.Client, house: House, letter: UUID, served: Served
) -> None:
    new = pdf() + b"\n"
    answer = send(drift, letter, new)
    assert answer.url.path == f"/drift/breve/{letter}"
    assert look(house, letter).status is Status.RECEIVED
    assert handed_in(house, letter) == new
    assert ("render-single", 1) in served.rung
    with house.ledger.reading() as tx:
        assert [*tx.execute(select(t.act.c.verb).order_by(t.act.c.at)).scalars()] == ["hold", "replace"]


def test_a_faulty_one_is_refused_in_danish_and_nothing_changes(drift: httpx.Client, house: House, letter: UUID) -> None:
    before = handed_in(house, letter)
    for body, fields, said in (
        (b"ingen pdf", {}, "ikke en PDF, der kan læses"),
        (pdf(), {"dateret": "2020-01-02"}, "Datoen kan ikke bruges"),
        (pdf(), {"titel": f"Til {person()}"}, "Titlen skal have"),
        (pdf(), {"why": " "}, "Skriv hvorfor."),
        (pdf(), {"dateret": "i går"}, "Vælg en PDF"),
        (b"", {}, "Vælg en PDF"),
    ):
        answer = send(drift, letter, body, **fields)
        assert answer.status_code == 422, said
        assert said in answer.text.replace("&#39;", "'")
        assert person() not in answer.text
    assert look(house, letter).status is Status.HELD
    assert handed_in(house, letter) == before


def test_what_is_no_such_form_is_refused(drift: httpx.Client, house: House, letter: UUID) -> None:
    path = f"/drift/breve/{letter}/pdf-ny"
    token = hidden(drift.get(f"/drift/breve/{letter}").text)
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    field = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    file = b'--x\r\nContent-Disposition: form-data; name="pdf"; filename="../../etc/passwd"\r\n\r\n%PDF\r\n'
    for body in (
        b"",
        b"--x--\r\n",
        file,  # not whole
        file + file + b"--x--\r\n",
        field % (b"token", b"a") + field % (b"token", b"b") + file + b"--x--\r\n",
        field % (b"why", b"x" * 2_001) + file + b"--x--\r\n",
        b"".join(field % (b"f%d" % n, b"") for n in range(21)) + b"--x--\r\n",
        b"--x\r\n\r\nnavnloest\r\n" + file + b"--x--\r\n",
        field % (b"\xff", b"") + file + b"--x--\r\n",
    ):
        assert drift.post(path, content=body, headers=kind).status_code == 400, body[:80]
    assert drift.post(path, content=file, headers={"Content-Type": "multipart/form-data"}).status_code == 400
    assert drift.post(path, data={"token": token}).status_code == 415
    assert send(drift, letter, pdf(), token="falsk").status_code == 403
    assert send(drift, letter, b"%PDF-" + b"x" * house.settings.pdf_limit).status_code == 413
    assert drift.post(f"/drift/breve/{uuid4()}/pdf-ny", data={"token": token}, files={"pdf": b"x"}).status_code == 404
    assert look(house, letter).status is Status.HELD


def test_a_letter_of_a_template_has_no_pdf_to_replace(drift: httpx.Client, house: House) -> None:
    (one,) = hand_in(house, submission(person()))
    assert "pdf-ny" not in drift.get(f"/drift/breve/{one}").text
    assert send(drift, one, pdf()).status_code == 409


def test_every_fault_of_a_pdf_has_danish_words() -> None:
    assert set(pdf_words.FAULTS) == {code for code, rule in RULES.items() if not rule.warning}


@pytest.mark.browser
def test_a_pdf_is_replaced_by_keyboard(browser: Browser, served: Served, house: House, letter: UUID) -> None:
    page = context_of(browser).new_page()
    sign_in(page, served, "drift", f"/drift/breve/{letter}")
    press(page, page.locator("summary", has_text="Udskift PDF'en"))
    stands(page)
    form = page.locator("form[enctype]")
    form.get_by_label("Den nye PDF").set_input_files({"name": "n.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    form.get_by_label("Titel").fill("Rettet svar")
    form.get_by_label("Dateret").fill(TODAY)
    form.get_by_label("Hvorfor").fill("forkert fil")
    press(page, form.locator("button"))
    page.get_by_role("heading", name="Modtaget", level=1).wait_for()
    assert look(house, letter).status is Status.RECEIVED
