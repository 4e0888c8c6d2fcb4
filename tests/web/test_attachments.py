"""Attachments at the door: what is taken in, what is refused and how that is said, and where their titles are seen."""

import base64
import json
from typing import Any

import httpx
import pytest

from outbound.delivery import House
from outbound.letter import Mailbox
from tests.delivery.walking import run_to_rest
from tests.outside import World
from tests.rendering.made import box, pages, text
from tests.rendering.pdfs import pdf
from tests.serving import serve
from tests.web.bodies import ADDRESS, finished, letter, lines, recipient

TITLE = "Beregning af hemmelig ydelse"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def attachment(given: bytes | None = None, title: str = TITLE, **changes: Any) -> dict[str, Any]:
    made = given if given is not None else pages([text(30, 120, "Beregning")])
    return {"pdf": base64.b64encode(made).decode(), "title": title, **changes}


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one.get("code", "")) for one in answer.json()["errors"]]


def test_a_letter_with_attachments_is_taken_in_and_its_repeat_is_the_same(system: httpx.Client) -> None:
    body = letter(attachments=[attachment(), attachment(title="Kort")])
    first, again = system.post("/v1/letters", json=body), system.post("/v1/letters", json=body)
    assert (first.status_code, again.status_code) == (202, 200), first.text
    other = system.post("/v1/letters", json=letter(attachments=[attachment()]))
    assert (other.status_code, other.json()["differs"]) == (409, ["attachments"])


def test_a_finished_letter_and_a_line_of_a_mailing_may_have_them_too(system: httpx.Client) -> None:
    assert system.post("/v1/letters", json={**finished(), "attachments": [attachment()]}).status_code == 202
    sent = {"reference": "m-1", "department": "beskaeftigelse", "title": "Møder"}
    mailing = system.post("/v1/mailings", json=sent).json()["id"]
    wrong = letter("ref-3", attachments=[attachment(b"PK")])
    answer = system.post(
        f"/v1/mailings/{mailing}/letters",
        content=lines([letter("ref-2", attachments=[attachment()]), wrong]),
        headers={"Content-Type": "application/x-ndjson"},
    )
    one, two = map(json.loads, answer.text.splitlines())
    assert (one["status"], two["status"], two["errors"][0]["pointer"]) == (202, 422, "/attachments/0/pdf")


def test_each_fault_names_its_attachment_its_code_and_its_pages(system: httpx.Client) -> None:
    inked = pages([text(30, 120, "x")], [text(30, 120, "y"), box(2, 150, 6, 40)])
    acting = pdf(catalog="/OpenAction<</S/JavaScript/JS(x)>>")
    hidden = attachment(pages([text(30, 120, "Prøvevej 7, 2. tv.")]), must_not_occur=["Prøvevej 7, 2. tv."])
    given = [attachment(), attachment(inked), attachment(acting), hidden, attachment(pdf(boxes=("[0 0 842 595]",)))]
    answer = system.post("/v1/letters", json=letter(attachments=given))
    assert faults(answer) == [
        ("/attachments/1/pdf", "content-outside-printable-area"),
        ("/attachments/2/pdf", "active-content"),
        ("/attachments/3/pdf", "protected-address-in-text"),
        ("/attachments/4/pdf", "page-not-a4-portrait"),
    ]
    assert "(page 2)" in answer.json()["errors"][0]["detail"]
    assert "Prøvevej" not in answer.text


def test_no_window_shows_an_attachment(system: httpx.Client) -> None:
    on_the_window = attachment(pages([text(30, 50, "En overskrift"), text(30, 60, "står i ruden"), box(60, 40, 90, 5)]))
    body = letter(attachments=[on_the_window], recipients=[recipient(address=ADDRESS)])
    assert system.post("/v1/letters", json=body).status_code == 202


def test_what_the_letter_must_not_tell_its_attachments_must_not_either(system: httpx.Client) -> None:
    telling = attachment(pages([text(30, 120, "Prøvevej 7, 2. tv.")]))
    body = {**finished(must_not_occur=["Prøvevej 7, 2. tv."]), "attachments": [telling]}
    assert faults(system.post("/v1/letters", json=body)) == [("/attachments/0/pdf", "protected-address-in-text")]


@pytest.mark.parametrize("title", ["", " ", "x" * 201, "to\nlinjer", "om 010203-1236", "\N{SNOWMAN} sne"])
def test_a_title_is_a_line_that_can_be_printed(system: httpx.Client, title: str) -> None:
    answer = system.post("/v1/letters", json=letter(attachments=[attachment(title=title)]))
    assert {pointer for pointer, _ in faults(answer)} == {"/attachments/0/title"}


def test_there_is_a_most(house: House) -> None:
    small = attachment(pdf())
    limits = {"most_attachments": 2, "attachments_limit": 3 * len(pdf()) - 1}
    tight = House(
        house.settings.model_copy(update=limits),
        *(getattr(house, name) for name in ("ledger", "seal", "types", "organisation", "tariffs", "outside")),
    )
    with serve(tight) as running, running.system() as system:
        many = system.post("/v1/letters", json=letter(attachments=[small] * 3))
        large = system.post(
            "/v1/letters", json=letter(attachments=[attachment(pages(*[[text(30, 99, "x" * 80)]] * 9))])
        )
        well = system.post("/v1/letters", json=letter(attachments=[small] * 2))
    assert faults(many) == [("/attachments", "too-many-attachments")]
    assert faults(large) == [("/attachments", "attachments-too-large")]
    assert well.status_code == 202


def test_more_than_an_envelope_takes_is_refused_unless_it_is_for_the_mailbox_only(system: httpx.Client) -> None:
    thick = [attachment(pdf(boxes=("[0 0 595 842]",) * 39), title=f"Bind {number}") for number in (1, 2)]
    assert system.post("/v1/letters", json=letter("ref-a", attachments=thick[:1])).status_code == 202
    paper = system.post("/v1/letters", json=letter("ref-b", attachments=thick))
    assert faults(paper) == [("/attachments", "too-many-pages")]
    assert "81 pages on 41 sheets" in paper.json()["errors"][0]["detail"]
    ready = system.post("/v1/letters", json={**finished("ref-c"), "attachments": thick})
    assert faults(ready) == [("/attachments", "too-many-pages")]
    wish = {"wish": "digital", "reason": "Bindene er store."}
    assert system.post("/v1/letters", json=letter("ref-d", attachments=thick, channel=wish)).status_code == 202


def test_titles_are_told_where_the_recipient_is_and_nowhere_else(
    system: httpx.Client, house: House, world: World
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    (one,) = system.post("/v1/letters", json=letter(attachments=[attachment()])).json()["letters"]
    run_to_rest(house)
    told = system.get(one["links"]["self"])
    assert told.json()["document"]["attachments"] == 1
    assert TITLE not in told.text
    proof = system.get(one["links"]["proof"])
    assert proof.json()["attachments"] == [{"title": TITLE, "pages": 1}]
    sheet = system.get(f"/v1/letters/{one['id']}/proof.pdf")
    assert sheet.headers["content-type"] == "application/pdf"
    assert TITLE in text_of(sheet.content)
    assert TITLE in text_of(system.get(one["links"]["pdf"]).content)


def text_of(given: bytes) -> str:
    import pypdfium2

    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(given))


def test_a_preview_names_attachments(system: httpx.Client) -> None:
    body = {"fields": letter()["fields"], "attachments": [TITLE]}
    answer = system.post("/v1/letter-types/moedeindkaldelse/preview", json=body)
    assert TITLE in text_of(answer.content)
