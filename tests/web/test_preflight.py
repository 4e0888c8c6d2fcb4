"""The preflight by API: what is wrong with a PDF before it is handed in, and where."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from outbound.delivery import House
from outbound.rendering import RULES
from tests.people import person
from tests.rendering.made import box, letter
from tests.serving import Served, serve
from tests.web.bodies import ADDRESS, finished, recipient

PDF = {"Content-Type": "application/pdf"}
LINES = ("Solvej Prøvesen", "Prøvevej 7, 2. tv.", "8000 Aarhus C")
SECRETS = ("Solvej", "Prøvesen", "Prøvevej", "Aarhus")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def refusing(house: House) -> Iterator[House]:
    """Nothing may be kept by a preflight."""
    yield house
    with house.ledger.reading() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM letter").scalar_one() == 0


def encoded(pdf: bytes) -> str:
    return base64.b64encode(pdf).decode()


def test_a_pdf_is_checked_as_it_is_and_nothing_is_kept(system: httpx.Client, refusing: House) -> None:
    answer = system.post("/v1/preflight", content=letter(lines=LINES), headers=PDF)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["acceptable"], said["pages"], said["sheets"]) == (True, 1, 1)
    assert [(one["code"], one["severity"]) for one in said["found"]] == [("not-tagged", "warning")]
    assert said["figures"]["appeal"]
    assert said["figures"]["lix"] > 0


def test_every_fault_has_its_place_in_millimetres_and_says_what_to_do(system: httpx.Client, refusing: House) -> None:
    sent = {
        "pdf": encoded(letter(box(2, 150, 6, 40), lines=LINES)),
        "names": ["Bo Berg"],
        "must_not_occur": ["Prøvevej 7"],
        "window": True,
    }
    answer = system.post("/v1/preflight", json=sent)
    found = {one["code"]: one for one in answer.json()["found"]}
    assert not answer.json()["acceptable"]
    wanted = {"content-outside-printable-area", "recipient-mismatch", "protected-address-in-text", "not-tagged"}
    assert found.keys() == wanted
    assert found["content-outside-printable-area"]["places"][0]["box"]["top"] == pytest.approx(150, abs=0.6)
    assert found["protected-address-in-text"]["places"][0]["page"] == 1
    assert found["not-tagged"]["places"] == [{"page": None, "box": None}]
    assert all(one["what_to_do"] and one["sentence"] for one in found.values())
    assert not any(secret in answer.text for secret in (*SECRETS, "Berg"))


def test_the_pdf_comes_back_marked(system: httpx.Client, refusing: House) -> None:
    given = letter(box(2, 150, 6, 40), lines=LINES)
    answer = system.post("/v1/preflight/marked", content=given, headers=PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("given", [b"PK\x03\x04", b"", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_has_a_verdict_and_cannot_be_marked(system: httpx.Client, given: bytes) -> None:
    answer = system.post("/v1/preflight", content=given, headers=PDF)
    assert [one["code"] for one in answer.json()["found"]] == ["pdf-unreadable"]
    marked = system.post("/v1/preflight/marked", content=given, headers=PDF)
    assert (marked.status_code, marked.json()["type"]) == (422, "/problems/validation")


@pytest.mark.parametrize("path", ["/v1/preflight", "/v1/preflight/marked"])
def test_it_has_the_locks_and_limits_of_the_others(served: Served, system: httpx.Client, path: str) -> None:
    without = httpx.post(served.url + path, content=letter(), headers=PDF)
    assert without.status_code == 401
    assert system.post(path, content=letter(), headers={"Content-Type": "text/plain"}).status_code == 415
    assert system.post(path, content=bytes(15_000_001), headers=PDF).status_code == 413
    assert system.post(path, json={"pdf": "a"}).status_code == 422
    assert system.post(path, json={}).json()["errors"][0]["pointer"] == "/pdf"


def test_each_preflight_counts_as_a_single_letter(house: House) -> None:
    slow = replace(house, settings=house.settings.model_copy(update={"rate_limit_per_minute": 2}))
    with serve(slow) as running, running.system() as system:
        answers = [system.post("/v1/preflight", content=b"PK", headers=PDF) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


def with_address(**changes: Any) -> dict[str, Any]:
    body = finished(pdf=encoded(changes.pop("pdf")), **changes)
    return {**body, "recipients": [recipient(address=ADDRESS)]}


def sentences(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return " ".join(one["detail"] for one in answer.json()["errors"])


def test_at_the_door_the_window_must_name_the_recipient_where_the_sender_gives_an_address(
    system: httpx.Client,
) -> None:
    said = sentences(system.post("/v1/letters", json=with_address(pdf=letter(lines=("Bo Berg", *LINES[1:])))))
    assert RULES["recipient-mismatch"].meaning in said
    said = sentences(system.post("/v1/letters", json=with_address(pdf=letter(lines=()))))
    assert RULES["address-missing"].meaning.partition(" (")[0] in said
    assert system.post("/v1/letters", json=with_address(pdf=letter(lines=LINES))).status_code == 202


def test_at_the_door_an_address_that_must_not_occur_keeps_the_letter_out(system: httpx.Client) -> None:
    body = finished(pdf=encoded(letter(lines=LINES)), must_not_occur=["Prøvevej 7, 2. tv., 8000 Aarhus C"])
    answer = system.post("/v1/letters", json=body)
    assert RULES["protected-address-in-text"].meaning in sentences(answer)
    assert not any(secret in answer.text for secret in (*SECRETS, person()))


def test_a_letter_that_goes_digitally_only_may_have_ink_at_its_edge(system: httpx.Client) -> None:
    body = finished(pdf=encoded(letter(box(2, 150, 6, 40), lines=LINES)))
    assert system.post("/v1/letters", json=body).status_code == 422
    body["channel"] = {"wish": "digital", "reason": "Kun digitalt."}
    assert system.post("/v1/letters", json=body).status_code == 202


def test_every_code_stands_in_the_description(served: Served) -> None:
    said = httpx.get(f"{served.url}/openapi.json").json()["paths"]["/v1/preflight"]["post"]["description"]
    assert [code for code in RULES if f"`{code}`" not in said] == []
