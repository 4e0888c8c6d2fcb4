"""Letters come in, once each, and nothing that was answered is lost."""

from dataclasses import replace
from datetime import date
from threading import Thread
from uuid import UUID

import httpx
import pytest

from outbound.contents import PERSON, unpack_addressee
from outbound.delivery import House
from outbound.life import Status
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, look
from tests.outside import World
from tests.people import company, person
from tests.serving import Served, serve
from tests.web.bodies import ADDRESS, finished, letter, lines, recipient

NDJSON = {"Content-Type": "application/x-ndjson"}


def test_a_letter_is_taken_in_and_the_workers_are_rung(system: httpx.Client, served: Served) -> None:
    answer = system.post("/v1/letters", json=letter())
    assert answer.status_code == 202
    (one,) = answer.json()["letters"]
    assert answer.headers["location"] == one["links"]["self"]
    assert system.get(one["links"]["self"]).json()["state"] == "RECEIVED"
    assert served.rung == [("render-single", 1)]


def test_each_recipient_gets_a_letter_of_their_own_linked_by_the_reference(system: httpx.Client) -> None:
    people = [
        recipient(),
        recipient(role="parent", cpr=person("well", 2)),
        recipient(role="copy", cpr=None, cvr=company()),
        recipient(role="representative", cpr=None, address=ADDRESS),
    ]
    taken = system.post("/v1/letters", json=letter(recipients=people)).json()["letters"]
    found = system.get("/v1/letters", params={"reference": "ref-1"}).json()["letters"]
    assert [one["id"] for one in found] == [one["id"] for one in taken]
    assert [one["role"] for one in found] == ["party", "parent", "copy", "representative"]
    siblings = system.get(taken[1]["links"]["self"]).json()["siblings"]
    assert siblings == [taken[place]["id"] for place in (0, 2, 3)]


def test_a_repeat_is_the_same_letter(system: httpx.Client, served: Served) -> None:
    first = system.post("/v1/letters", json=letter())
    again = system.post("/v1/letters", json=letter())
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert len(served.rung) == 1


def test_a_repeat_of_a_finished_letter_is_the_same_letter_also_when_it_could_not_come_in_today(
    system: httpx.Client, house: House, world: World, moving_clock: MovingClock
) -> None:
    body = letter(useful_until="2026-11-24")
    first = system.post("/v1/letters", json=body).json()["letters"][0]
    run_to_rest(house)
    world.report()
    run_to_rest(house)
    moving_clock.pass_(days=30)
    again = system.post("/v1/letters", json=body)
    assert again.status_code == 200
    assert again.json()["letters"][0] == {**first, "state": "DELIVERED"}


def test_other_content_under_a_reference_is_refused_and_says_what_differs(system: httpx.Client) -> None:
    first = system.post("/v1/letters", json=letter()).json()["letters"][0]["id"]
    other = letter(
        case_number="26/77", recipients=[recipient(name="En Anden")], channel={"wish": "paper", "reason": "x"}
    )
    answer = system.post("/v1/letters", json=other)
    assert answer.status_code == 409
    said = answer.json()
    assert (said["type"], said["letter"]) == ("/problems/other-content", first)
    assert said["differs"] == ["case_number", "recipients", "channel/wish", "channel/reason"]
    assert "En Anden" not in answer.text


def test_two_calls_at_once_are_one_letter(served: Served) -> None:
    answers: list[httpx.Response] = []

    def call() -> None:
        with served.system() as client:
            answers.append(client.post("/v1/letters", json=letter()))

    callers = [Thread(target=call) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [202]
    assert len({answer.json()["letters"][0]["id"] for answer in answers}) == 1


def test_a_finished_pdf_is_taken_in(system: httpx.Client, house: House) -> None:
    answer = system.post("/v1/letters", json=finished())
    assert answer.status_code == 202, answer.text
    run_to_rest(house)
    copy = system.get(answer.json()["letters"][0]["links"]["pdf"])
    assert copy.headers["content-type"] == "application/pdf"
    assert copy.content.startswith(b"%PDF-")


def test_a_system_sees_its_own_letters_only(system: httpx.Client, served: Served) -> None:
    one = system.post("/v1/letters", json=letter()).json()["letters"][0]["links"]["self"]
    nowhere = "/v1/letters/01a20699-8cf8-77f3-ac4a-191c39340ef4"
    with served.system("skole") as other:
        assert other.get("/v1/letters", params={"reference": "ref-1"}).json() == {"letters": []}
        assert other.get("/v1/events").json()["events"] == []
        for method, path in (("GET", ""), ("GET", "/pdf"), ("GET", "/proof"), ("PUT", "/journalised"), ("DELETE", "")):
            theirs, missing = other.request(method, one + path), other.request(method, nowhere + path)
            assert theirs.status_code == missing.status_code == 404
            assert theirs.json() == missing.json()


@pytest.mark.parametrize("key", ["", "omr_" + "x" * 43, "Ædelgås"])
def test_without_a_key_of_ours_nothing_is_said(served: Served, key: str) -> None:
    headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
    for path in ("/v1/letters?reference=a", "/v1/events", "/v1/letter-types"):
        answer = httpx.get(served.url + path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"] == "/problems/unauthorized"


def test_a_system_may_write_for_its_own_departments_and_types_only(served: Served) -> None:
    with served.system("skole") as school:
        answer = school.post("/v1/letters", json=letter(letter_type="boligstoette-afgoerelse"))
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/letter_type", "/department"]


def test_single_letters_have_a_limit_and_mailings_have_none(house: House) -> None:
    slow = replace(house, settings=house.settings.model_copy(update={"rate_limit_per_minute": 2}))
    with serve(slow) as served, served.system() as system:
        singles = [system.post("/v1/letters", json=letter(f"r{number}")) for number in range(3)]
        assert [one.status_code for one in singles] == [202, 202, 429]
        assert 1 <= int(singles[2].headers["retry-after"]) <= 31
        body = {"reference": "m", "department": "beskaeftigelse", "title": "Mange"}
        mailing = system.post("/v1/mailings", json=body).json()["id"]
        many = lines([letter(f"m{number}") for number in range(5)])
        answer = system.post(f"/v1/mailings/{mailing}/letters", content=many, headers=NDJSON)
        assert answer.text.count('"status":202') == 5
        with served.system("boligstoette") as other:
            assert other.post("/v1/letters", json=letter(department="borgerservice")).status_code == 202


def test_the_lane_follows_from_the_mailing(system: httpx.Client, house: House, served: Served) -> None:
    mailing = system.post("/v1/mailings", json={"reference": "m", "department": "beskaeftigelse", "title": "Mange"})
    assert mailing.status_code == 201
    taken = system.post("/v1/letters", json=letter(mailing=mailing.json()["id"]))
    assert taken.status_code == 202
    assert system.get(taken.json()["letters"][0]["links"]["self"]).json()["mailing"] == mailing.json()["id"]
    assert served.rung == [("render-mailing", 1)]


def test_a_mailing_opened_again_is_the_same_mailing(system: httpx.Client) -> None:
    body = {"reference": "m", "department": "beskaeftigelse", "title": "Mange"}
    first, again = system.post("/v1/mailings", json=body), system.post("/v1/mailings", json=body)
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    other = system.post("/v1/mailings", json={**body, "title": "Flere"})
    assert (other.status_code, other.json()["differs"]) == (409, ["title"])


@pytest.fixture
def mailing(system: httpx.Client) -> str:
    body = {"reference": "m", "department": "beskaeftigelse", "title": "Mange"}
    return f"/v1/mailings/{system.post('/v1/mailings', json=body).json()['id']}/letters"


def test_a_wrong_line_sinks_no_neighbour(system: httpx.Client, mailing: str) -> None:
    sent = [letter("a"), "{", letter("b", fields={}), letter("a"), '"x"', letter("a", case_number="9"), letter("c")]
    answer = system.post(mailing, content=lines(sent), headers=NDJSON)
    assert answer.status_code == 200
    said = [httpx.Response(200, content=line).json() for line in answer.text.splitlines()]
    assert [one["line"] for one in said] == [1, 2, 3, 4, 5, 6, 7]
    assert [one["status"] for one in said] == [202, 400, 422, 200, 422, 409, 202]
    assert said[3]["letters"][0]["id"] == said[0]["letters"][0]["id"] == said[5]["letter"]
    assert len(system.get("/v1/events").json()["events"]) == 2


def test_a_misspelt_name_in_a_line_is_named(system: httpx.Client, mailing: str) -> None:
    answer = system.post(mailing, content=lines([letter(case_nummer="Solvej")]), headers=NDJSON)
    said = httpx.Response(200, content=answer.content.strip()).json()
    assert [one["pointer"] for one in said["errors"]] == ["/case_nummer"]
    assert "Solvej" not in answer.text


def test_a_byte_order_mark_before_the_first_line_is_passed_over(system: httpx.Client, mailing: str) -> None:
    sent = b"\xef\xbb\xbf" + lines([letter("a"), letter("b")])
    answer = system.post(mailing, content=sent, headers=NDJSON)
    said = [httpx.Response(200, content=line).json() for line in answer.text.splitlines()]
    assert [(one["line"], one["status"]) for one in said] == [(1, 202), (2, 202)]


def test_a_line_is_answered_under_its_own_number_past_an_empty_one(system: httpx.Client, mailing: str) -> None:
    sent = lines([letter("first")]).strip() + b"\n\n" + lines([letter("third")]).strip()
    answer = system.post(mailing, content=sent, headers=NDJSON)
    said = [httpx.Response(200, content=line).json() for line in answer.text.splitlines()]
    assert [(one["line"], one["status"]) for one in said] == [(1, 202), (3, 202)]


def test_a_thousand_lines_are_taken_in_and_one_more_is_too_many(
    system: httpx.Client, mailing: str, served: Served
) -> None:
    sent = [letter(f"r{number}") for number in range(1000)]
    answer = system.post(mailing, content=lines(sent), headers=NDJSON)
    assert answer.text.count('"status":202') == 1000
    assert sum(tickets for _, tickets in served.rung) >= 1000 // served.house.settings.handful
    again = system.post(mailing, content=lines(sent), headers=NDJSON)
    assert again.text.count('"status":200') == 1000
    too_many = system.post(mailing, content=lines([*sent, letter("more")]), headers=NDJSON)
    assert (too_many.status_code, too_many.json()["type"]) == (422, "/problems/validation")


def test_a_mailing_of_another_system_is_not_there(served: Served, mailing: str) -> None:
    with served.system("skole") as other:
        assert other.post(mailing, content=lines([letter()]), headers=NDJSON).status_code == 404


def test_a_letter_for_later_waits_and_one_that_cannot_be_rendered_then_is_said_today(
    system: httpx.Client, house: House
) -> None:
    later = system.post("/v1/letters", json=letter(not_before="2026-12-01")).json()["letters"][0]
    run_to_rest(house)
    found = look(house, UUID(later["id"]))
    assert (found.status, found.not_before) == (Status.RECEIVED, date(2026, 12, 1))


PARTS = {"street": "Prøvevej", "house_number": "10 a", "floor": "2", "door": "tv", "care_of": "Bo Prøve"}


def in_parts(**changes: object) -> dict[str, object]:
    return {"name": "Solvej Prøvesen", "parts": PARTS, "postcode": "0800", "town": "Høje Taastrup", **changes}


def test_an_address_in_parts_is_written_as_lines(system: httpx.Client, house: House) -> None:
    body = letter(recipients=[recipient(cpr=None, address=in_parts())])
    one = UUID(system.post("/v1/letters", json=body).json()["letters"][0]["id"])
    with house.ledger.writing() as tx:
        found = unpack_addressee(house.seal.open(tx, one, PERSON, "test", "test") or b"")
    assert found.address is not None
    assert found.address.as_lines()[1:] == ("c/o Bo Prøve", "Prøvevej 10A, 2. tv.", "0800 Høje Taastrup")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parts": {**PARTS, "floor": "hems"}}, "parts/floor: A floor is st, kl, k2 and on, or 1 to 99."),
        ({"lines": ["Prøvevej 7"]}, "not both"),
        ({"country": "NO"}, "not both"),
    ],
    ids=["a faulty part", "parts and lines", "parts abroad"],
)
def test_faulty_parts_are_named(system: httpx.Client, changes: dict[str, object], said: str) -> None:
    answer = system.post("/v1/letters", json=letter(recipients=[recipient(cpr=None, address=in_parts(**changes))]))
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == "/recipients/0/address"
    assert said in fault["detail"]
    assert "hems" not in answer.text
