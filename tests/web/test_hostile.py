"""Hostile and broken calls: each gets a clear 4xx, changes nothing, and is told nothing of what it sent."""

import base64
import json
import logging
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import tables as t
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, open_house
from tests.outside import World
from tests.people import person, valid_modulus_11
from tests.rendering.pdfs import inflating
from tests.serving import Served, serve
from tests.web.bodies import ADDRESS, a_document, fields, finished, letter, recipient

SECRET = "Hemmeligste Navnesen"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is refused here never reaches the ledger: one database does."""
    return sqlite_url


@pytest.fixture(scope="module")
def closed_door(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One router for all that is refused: each test sees that nothing was taken in."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(migrated_sqlite, folder / "ledger.db")
    moving = MovingClock(folder / "clock")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
        moving.to(datetime(2026, 11, 23, 10, tzinfo=COPENHAGEN))
        house = open_house(f"sqlite:///{folder / 'ledger.db'}", folder, World())
        with serve(house) as running:
            yield running
        house.ledger.close()


@pytest.fixture(scope="module")
def stranger(closed_door: Served) -> Iterator[httpx.Client]:
    with closed_door.system() as client:
        yield client


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def raw(**changes: Any) -> str:
    return json.dumps(letter(**changes))


def with_text(text: str) -> str:
    """A letter whose recipient has this name, as raw JSON text."""
    return raw(recipients=[recipient(name="NAVNET")]).replace('"NAVNET"', text)


BROKEN = {
    "nothing": "",
    "no JSON": "{",
    "two values": "{} {}",
    "a name twice": raw()[:-1] + ', "reference": "other"}',
    "a name twice deep inside": raw().replace('"moede":', '"moede": "x", "moede":'),
    "NaN": raw(fields={"varighed": 1}).replace('"varighed": 1', '"varighed": NaN'),
    "infinity": raw(fields={"varighed": 1}).replace('"varighed": 1', '"varighed": -Infinity'),
    "a number too large for a float": raw(fields={"varighed": 1}).replace('"varighed": 1', '"varighed": 1e999'),
    "a number of 5,000 digits": raw(fields={"varighed": 1}).replace('"varighed": 1', '"varighed": ' + "9" * 5000),
    "a number of 19 digits": raw(fields={"varighed": 1}).replace('"varighed": 1', '"varighed": ' + "9" * 19),
    "nested a hundred thousand levels": nested(100_000),
    "nested a hundred levels inside fields": raw(fields={"x": "HER"}).replace('"HER"', nested(100)),
    "half of a surrogate pair": with_text('"a\\ud800b"'),
    "half of a surrogate pair in a name": raw(fields={"x": 1}).replace('"x"', '"\\udfff"'),
    "NUL": with_text('"a\\u0000b"'),
    "a raw control character": with_text('"a\x01b"'),
    "no UTF-8": b"\xff\xfe" + raw().encode("utf-16-le"),
    "cut in the middle of a character": with_text('"Søs"').encode()[:-3] + b"\xc3",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_not_json_is_said_to_be_so(stranger: httpx.Client, closed_door: Served, body: str | bytes) -> None:
    answer = stranger.post("/v1/letters", content=body, headers=JSON)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/broken-body"
    assert letters(closed_door.house) == 0


Wrong = dict[str, tuple[dict[str, Any], set[str]]]
WRONG: Wrong = {
    "all kinds": (
        {"reference": 1, "department": None, "recipients": {}, "fields": [], "not_before": 7, "mailing": "x"},
        {"/reference", "/department", "/recipients", "/fields", "/not_before", "/mailing"},
    ),
    "unknown names": ({SECRET: 1, "recipients": [recipient(**{SECRET: 2})]}, {"/…", "/recipients/0/…"}),
    "unknown names that can be shown": (
        {"case_nummer": SECRET, "recipients": [recipient(adress=SECRET)]},
        {"/case_nummer", "/recipients/0/adress"},
    ),
    "an unknown name with a digit": ({"sag0102031236": SECRET}, {"/…"}),
    "an unknown name with a capital": ({"caseNumber": SECRET}, {"/…"}),
    "an unknown name of 41 letters": ({"x" * 41: SECRET}, {"/…"}),
    "nobody": ({"recipients": []}, {"/recipients"}),
    "too many": ({"recipients": [recipient()] * 21}, {"/recipients"}),
    "the same twice": ({"recipients": [recipient(), recipient(name="En Anden")]}, {"/recipients"}),
    "no number, no address": ({"recipients": [{"name": SECRET}]}, {"/recipients/0"}),
    "both numbers": ({"recipients": [recipient(cvr="99999942")]}, {"/recipients/0"}),
    "CPR of letters": ({"recipients": [recipient(cpr=SECRET)]}, {"/recipients/0/cpr"}),
    "CPR on 31 February": ({"recipients": [recipient(cpr="3102851234")]}, {"/recipients/0/cpr"}),
    "CPR in Arabic digits": ({"recipients": [recipient(cpr="٠١٠٢٦٣١٢٣٦")]}, {"/recipients/0/cpr"}),
    "CVR with a wrong check digit": ({"recipients": [recipient(cpr=None, cvr="99999941")]}, {"/recipients/0/cvr"}),
    "role": ({"recipients": [recipient(role=SECRET)]}, {"/recipients/0/role"}),
    "an empty name": ({"recipients": [recipient(name=" ")]}, {"/recipients/0/name"}),
    "a name of two lines": ({"recipients": [recipient(name="A\nB")]}, {"/recipients/0/name"}),
    "a name of 131 characters": ({"recipients": [recipient(name="x" * 131)]}, {"/recipients/0/name"}),
    "a name of a million characters": ({"recipients": [recipient(name="x" * 10**6)]}, {"/recipients/0/name"}),
    "an emoji": ({"recipients": [recipient(name="Solvej 🎈")]}, {"/recipients/0/name"}),
    "a mark that turns the text around": (
        {"recipients": [recipient(name="Solvej\u202eneslavP")]},
        {"/recipients/0/name"},
    ),
    "an address of six lines": (
        {"recipients": [recipient(address={**ADDRESS, "lines": ["a"] * 6})]},
        {"/recipients/0/address"},
    ),
    "a postcode of two digits": (
        {"recipients": [recipient(address={**ADDRESS, "postcode": "80"})]},
        {"/recipients/0/address"},
    ),
    "a second postcode in the town": (
        {"recipients": [recipient(address={**ADDRESS, "town": "2100 København Ø"})]},
        {"/recipients/0/address"},
    ),
    "a reference like a CPR number": ({"reference": "sag 010263-1236"}, {"/reference"}),
    "a case number like a CPR number": ({"case_number": "26/0102631236"}, {"/case_number"}),
    "a reference of two lines": ({"reference": "a\nb"}, {"/reference"}),
    "no reference": ({"reference": ""}, {"/reference"}),
    "a long reference": ({"reference": "x" * 129}, {"/reference"}),
    "a day that is a time": ({"not_before": "2026-12-01T10:00:00"}, {"/not_before"}),
    "a day that there is not": ({"useful_until": "2026-02-30"}, {"/useful_until"}),
    "useless when it may leave": ({"not_before": "2026-12-02", "useful_until": "2026-12-01"}, {"/useful_until"}),
    "next century": ({"not_before": "2126-01-01"}, {"/not_before"}),
    "a wish without a reason": ({"channel": {"wish": "paper"}}, {"/channel/reason"}),
    "a wish that there is not": ({"channel": {"wish": SECRET}}, {"/channel/wish"}),
    "a mailing that there is not": ({"mailing": "01a20699-8cf8-77f3-ac4a-191c39340ef4"}, {"/mailing"}),
    "an answer to no message": ({"answers_message": SECRET}, {"/answers_message"}),
    "an answer to a message of another kind": (
        {"answers_message": "01a20699-8cf8-77f3-ac4a-191c39340ef4"},
        {"/answers_message"},
    ),
    "an answer to the message of one among two": (
        {
            "answers_message": "241d39f6-998e-4929-b198-ccacbbf4b330",
            "recipients": [recipient(), recipient(cpr=person("well", 5))],
        },
        {"/answers_message"},
    ),
    "fields of wrong kinds": ({"fields": {**fields(), "varighed": SECRET}}, {"/fields/varighed"}),
    "fields that are not there": ({"fields": {}}, {"/fields"}),
    "fields beside them": ({"fields": {**fields(), SECRET: 1}}, {"/fields"}),
    "fields of a megabyte": ({"fields": {**fields(), "formaal": "x" * 10**6}}, {"/fields"}),
    "neither fields nor a document": ({"fields": None}, {"/letter_type"}),
    "both": ({"document": a_document()}, {"/letter_type"}),
    "another's letter type": ({"letter_type": "boligstoette-afgoerelse"}, {"/letter_type"}),
    "a letter type that is a path": ({"letter_type": "../../etc/passwd"}, {"/letter_type"}),
    "another's department": ({"department": "boern-og-skole"}, {"/department"}),
}


@pytest.mark.parametrize(("changes", "pointers"), WRONG.values(), ids=WRONG.keys())
def test_every_wrong_field_is_named_at_once(
    stranger: httpx.Client, closed_door: Served, changes: dict[str, Any], pointers: set[str]
) -> None:
    answer = stranger.post("/v1/letters", json=letter(**changes))
    assert answer.status_code == 422, answer.text
    said = answer.json()
    assert said["type"] == "/problems/validation"
    assert {fault["pointer"] for fault in said["errors"]} == pointers
    assert all(fault["detail"].endswith(".") or ": " in fault["detail"] for fault in said["errors"])
    assert SECRET not in answer.text
    assert letters(closed_door.house) == 0


PDFS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "broken base64": ({"pdf": "a"}, {"/document/pdf"}),
    "base64 with a line break": ({"pdf": "JVBE\nRi0x"}, {"/document/pdf"}),
    "base64url": ({"pdf": "JVBERi0-_w=="}, {"/document/pdf"}),
    "no PDF": ({"pdf": base64.b64encode(b"hello").decode()}, {"/document/pdf"}),
    "empty": ({"pdf": ""}, {"/document/pdf"}),
    "a bomb": ({"pdf": base64.b64encode(inflating()).decode()}, {"/document/pdf"}),
    "20 MB": ({"pdf": base64.b64encode(bytes(15_200_000)).decode()}, {"/document/pdf"}),
    "no title": ({"title": ""}, {"/document/title"}),
    "a title like a CPR number": ({"title": "Om 010263-1236"}, {"/document/title"}),
    "dated long ago": ({"dated": "2020-01-01"}, {"/document/dated"}),
    "dated next century": ({"dated": "2126-01-01"}, {"/document/dated"}),
    "not dated": ({"dated": None}, {"/document/dated"}),
}


@pytest.mark.parametrize(("changes", "pointers"), PDFS.values(), ids=PDFS.keys())
def test_a_pdf_that_cannot_go_out_is_refused_at_the_door(
    stranger: httpx.Client, closed_door: Served, changes: dict[str, Any], pointers: set[str]
) -> None:
    answer = stranger.post("/v1/letters", json=finished(**changes))
    assert answer.status_code == 422, answer.text
    assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers
    assert letters(closed_door.house) == 0


def test_a_cpr_number_that_fails_modulus_11_is_a_cpr_number(system: httpx.Client) -> None:
    assert not valid_modulus_11(person())
    assert system.post("/v1/letters", json=letter()).status_code == 202


MARKUP = (
    "<b>Ørn</b> & Søn",
    "{{ 7*7 }}",
    "{% for x in y %}",
    '<img src="file:///etc/passwd"/>',
    "'; DROP TABLE letter; --",
)


@pytest.mark.parametrize("name", MARKUP)
def test_markup_and_template_syntax_in_a_name_are_letters_like_others(
    system: httpx.Client, house: House, name: str
) -> None:
    answer = system.post("/v1/letters", json=letter(recipients=[recipient(name=name)]))
    assert answer.status_code == 202
    run_to_rest(house)
    one = answer.json()["letters"][0]["links"]
    assert system.get(one["self"]).json()["state"] == "SENT"
    assert system.get(one["proof"]).json()["recipient"]["name"] == name


def test_a_body_that_says_it_is_too_large_is_not_read(system: httpx.Client, served: Served) -> None:
    head = (
        "POST /v1/letters HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: {system.headers['authorization']}\r\nContent-Length: 90000000\r\n\r\n"
    )
    answer = talk(served, head.encode())
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["limit"] == 61_000_000  # 45 MB of PDFs in base64, and the rest


def test_a_body_that_does_not_say_how_large_it_is_is_read_no_further_than_the_limit(
    system: httpx.Client, served: Served
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(70):
            yield b" " * 1_000_000

    try:
        answer = system.post("/v1/letters", content=chunks(), headers=JSON)
    except httpx.WriteError:  # the answer came, and the door shut, while we were still talking
        return
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/x-ndjson"},
    ],
)
def test_another_media_type_is_refused(system: httpx.Client, headers: dict[str, str]) -> None:
    answer = system.post("/v1/letters", content=raw(), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/media-type")


@pytest.mark.parametrize(
    "path",
    ["/v1/letters/x", "/v1/letters/%00", "/v1/letters/..%2f..%2fetc", "/v1/mailings/1/letters", "/v1/nothing", "/v1/"],
)
def test_what_is_not_there_is_404(system: httpx.Client, path: str) -> None:
    lines = {"Content-Type": "application/x-ndjson"}
    answer = system.post(path, content=b"{}", headers=lines) if "mailings" in path else system.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_a_method_that_is_not_there_says_which_are(system: httpx.Client) -> None:
    answer = system.put("/v1/mailings")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("reference", ["%00", "a%0ab", "", "x" * 129])
def test_a_reference_that_no_letter_can_have_is_refused(system: httpx.Client, reference: str) -> None:
    answer = system.get(f"/v1/letters?reference={reference}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "reference"


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"reference": "x" * 500}, 128),
        ({"case_number": "x" * 500}, 64),
        ({"channel": {"wish": "paper", "reason": "x" * 1001}}, 500),
    ],
)
def test_a_text_that_is_far_too_long_hears_its_own_limit(
    system: httpx.Client, changes: dict[str, Any], limit: int
) -> None:
    (fault,) = system.post("/v1/letters", json=letter(**changes)).json()["errors"]
    assert fault["detail"] == f"This may have at most {limit} characters."


def test_a_query_that_cannot_be_used_is_named(system: httpx.Client) -> None:
    answer = system.get("/v1/events", params={"limit": "mange"})
    assert answer.json()["errors"] == [{"parameter": "limit", "detail": "This is not a whole number."}]
    assert "mange" not in answer.text


def test_a_ledger_that_cannot_be_written_is_503_and_worth_another_call(served: Served, system: httpx.Client) -> None:
    with served.house.ledger.writing() as tx:
        tx.exec_driver_sql("DROP TABLE submission")  # to the driver the same as a full disk: an operational error
    answer = system.post("/v1/letters", json=letter())
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/ledger-away")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    "reference",
    [
        "010203-1236",
        "010203\u20131236",
        "01.02.03-1236",
        "01 02 03 1236",
        "010203/1236",
        "01-02-03-1236",
        "010203 - 1236",
        "01 02 03 12 36",
        "01/02/03/12/36",
    ],
)
def test_a_reference_that_could_be_a_cpr_number_is_refused(system: httpx.Client, reference: str) -> None:
    answer = system.post("/v1/letters", json=letter(reference=f"sag {reference}"))
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/reference"]


@pytest.mark.parametrize(
    "reference", ["26/004711", "2026-12-08-1234", "sag 1234567890123", "B-17", "99.13.01-P35-1-26"]
)
def test_a_reference_that_is_none_is_taken(system: httpx.Client, reference: str) -> None:
    assert system.post("/v1/letters", json=letter(reference=reference)).status_code == 202


def test_a_reference_that_no_face_can_print_is_refused_at_the_door(system: httpx.Client) -> None:
    answer = system.post("/v1/letters", json=letter(reference="sag \U0001f600"))
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/reference"]


def test_what_nobody_foresaw_is_500_without_a_word_of_it(
    served: Served, system: httpx.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = letter(recipients=[recipient(name=SECRET)])
    assert system.post("/v1/letters", json=body).status_code == 202
    with served.house.ledger.writing() as tx:
        tx.exec_driver_sql("UPDATE submission SET fingerprints = 'broken'")
    with caplog.at_level(logging.INFO):
        answer = system.post("/v1/letters", json=body)
    assert answer.status_code == 500
    assert answer.json() == {"type": "/problems/internal", "title": "A fault on our side", "status": 500}
    assert "JSONDecodeError" in caplog.text
    for said in (SECRET, person(), "fingerprints", "SELECT"):
        assert said not in caplog.text


def test_without_a_seal_key_nothing_is_taken_in(system: httpx.Client, house: House, served: Served) -> None:
    keys = house.settings.seal_keys_file
    assert keys is not None
    stored = json.loads(keys.read_text())
    keys.write_text(json.dumps({**stored, "seal": {"2026-11": stored["seal"]["2026-11"]}}))
    answer = system.post("/v1/letters", json=letter())
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert letters(house) == 0
    assert httpx.get(served.url + "/readyz").status_code == 503


def talk(served: Served, sent: bytes) -> bytes:
    """Send these bytes and nothing more, and hear what comes."""
    where = urlsplit(served.url)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=20) as line:
        line.sendall(sent)
        return b"".join(iter(lambda: line.recv(65536), b""))


def letters(house: House) -> int:
    with house.ledger.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(t.letter)).scalar_one())
