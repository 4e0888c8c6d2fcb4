"""`format` in what systems hand in: for the letter or for one recipient, and what is no format."""

from typing import Any

import httpx
import pytest

from outbound.delivery import House
from tests.delivery.walking import run_to_rest
from tests.people import person
from tests.rendering.test_large_print import sizes
from tests.web.bodies import fields, finished, letter, recipient

LARGE = {"format": "storskrift"}
TWO = [recipient(cpr=person("well", 1)), recipient(role="parent", cpr=person("well", 2), **LARGE)]


def formats(system: httpx.Client, taken: httpx.Response) -> list[str]:
    """What each letter's own answer says."""
    assert taken.status_code == 202, taken.text
    return [system.get(one["links"]["self"]).json()["format"] for one in taken.json()["letters"]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ["normal"]),
        ({"format": "normal"}, ["normal"]),
        (LARGE, ["storskrift"]),
        ({"recipients": TWO}, ["normal", "storskrift"]),
        ({"recipients": [recipient(format="normal")], **LARGE}, ["normal"]),
        ({"recipients": [recipient(format=None)], **LARGE}, ["storskrift"]),
    ],
)
def test_a_recipients_own_word_outranks_the_letters(
    system: httpx.Client, changes: dict[str, Any], said: list[str]
) -> None:
    assert formats(system, system.post("/v1/letters", json=letter(**changes))) == said


def test_the_letter_is_set_in_large_print(system: httpx.Client, house: House) -> None:
    (one,) = system.post("/v1/letters", json=letter(**LARGE)).json()["letters"]
    run_to_rest(house)
    assert sizes(system.get(one["links"]["pdf"]).content, "Kære") == {18.0}


def test_a_letter_in_another_format_is_another(system: httpx.Client) -> None:
    system.post("/v1/letters", json=letter())
    answer = system.post("/v1/letters", json=letter(**LARGE))
    assert (answer.status_code, answer.json()["differs"]) == (409, ["format"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"format": "kæmpe"}, "/format"), ({"recipients": [recipient(format="kæmpe")]}, "/recipients/0/format")],
)
def test_a_format_that_there_is_not_is_refused(system: httpx.Client, changes: dict[str, Any], pointer: str) -> None:
    answer = system.post("/v1/letters", json=letter(**changes))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": pointer, "detail": "This must be 'normal' or 'storskrift'."}]


def test_a_finished_pdf_cannot_be_enlarged(system: httpx.Client) -> None:
    answer = system.post("/v1/letters", json={**finished(), "recipients": TWO, **LARGE})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/format", "/recipients/1/format"]
    assert "cannot be enlarged" in answer.text
    assert system.post("/v1/letters", json={**finished(), "format": "normal"}).status_code == 202


def test_a_preview_shows_large_print(system: httpx.Client) -> None:
    answer = system.post("/v1/letter-types/moedeindkaldelse/preview", json={"fields": fields(), **LARGE})
    assert sizes(answer.content, "Kære") == {18.0}
