"""Planted people are found nowhere outside the seal after the whole journey, in any process."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis
from sqlalchemy import LargeBinary, select

from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.ledger.feed import Cursor, events_after
from outbound.ledger.tallies import Name
from outbound.stack.places import scratch
from outbound.stack.up import Stack
from outbound.web.access import issue_key
from tests.audited import differences
from tests.people import person
from tests.waiting import wait_for

ENV = {
    "OUTBOUND_TIMER_SECONDS": "0.5",
    "OUTBOUND_PRINT_GATHER_SECONDS": "1",
    "OUTBOUND_RETRY_FIRST": "0.3",
    "OUTBOUND_RETRY_MOST": "1",
    "OUTBOUND_DIGITAL_POST_TIMEOUT": "2",
    "OUTBOUND_DIGITAL_POST_RECEIPTS": "both",
}
OUTCOMES = (
    "well",
    "exempt",
    "exempt_protected",
    "closed",
    "refused_closed",
    "unknown_code",
    "memo_invalid",
)
NAME = "Zebulon Lækagesen"
STREET = "Plantevej 17"
WORDS = "planteordet"
PEOPLE = [person(outcome, 77) for outcome in OUTCOMES]
PLANTED = [*PEOPLE, *(f"{number[:6]}-{number[6:]}" for number in PEOPLE), NAME, "Lækagesen", STREET, WORDS]


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def journey(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack through which planted people's letters went, well and badly, with every kind of bad call beside them."""
    folder = scratch("outbound-leaks-")
    folder.chmod(0o755)
    with Stack(folder, ENV, postgres=request.param == "postgresql") as stack:
        ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
        with ledger.writing() as tx:
            key = issue_key(tx, "jobcenter")
        with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            _misbehave(client, stack)
            ids = [_hand_in(client, number) for number in PEOPLE]
            wait_for(lambda: _settled(ledger, len(ids)), "the letters to go their ways", 60)
            wait_for(lambda: _told_of(stack, ledger), "everything that has happened to be told", 60)
            for one in ids:
                client.get(f"/v1/letters/{one}").raise_for_status()
                client.get(f"/v1/letters/{one}/proof")
        stack.stop_workers()
        yield stack
        assert differences(ledger) == []
        ledger.close()


def test_redis_carries_no_person(journey: Stack) -> None:
    client = redis.Redis.from_url(journey.env["OUTBOUND_REDIS_URL"])
    keys: Any = client.keys("*")
    content = b"".join(key + (client.dump(key) or b"") for key in keys)
    client.close()
    files = b"".join(path.read_bytes() for path in (journey.folder / "redis").rglob("*") if path.is_file())
    assert not found_in(content + files)


def test_no_column_outside_the_seal_carries_a_person(journey: Stack) -> None:
    ledger = Ledger(journey.env["OUTBOUND_DATABASE_URL"])
    with ledger.reading() as tx:
        for table in t.metadata.sorted_tables:
            columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
            for row in tx.execute(select(*columns)):
                assert not found_in(repr(tuple(row)).encode()), table.name
    ledger.close()


def test_no_file_of_ours_carries_a_person(journey: Stack) -> None:
    """Logs of every process, both ledgers' own files; the simulators' records are the outside's own."""
    outside = journey.folder / "simulators"
    files = [path for path in journey.folder.rglob("*") if path.is_file() and outside not in path.parents]
    assert {path.name for path in files} >= {"web.log", "network-pool.log", "render-pool.log", "timer.log"}
    for path in files:
        assert not found_in(path.name.encode()), path
        assert not found_in(path.read_bytes()), path


def test_metrics_carry_no_person(journey: Stack) -> None:
    assert not found_in(httpx.get(f"{journey.url}/metrics", timeout=10).raise_for_status().content)


def test_every_process_gave_a_sign_of_life(journey: Stack) -> None:
    said = httpx.get(f"{journey.url}/metrics", timeout=10).raise_for_status().text
    for sign in ("timer_seconds", 'pool_seconds{pool="render"}', 'pool_seconds{pool="network"}'):
        assert re.search(rf"^outbound_{re.escape(sign)} [\d.]+$", said, re.MULTILINE), sign
    for supplier in ("digital-post", "print"):
        assert re.search(rf'^outbound_fetch_seconds{{provider="{supplier}"}} [\d.]+$', said, re.MULTILINE), supplier
    assert 'outbound_tickets{queue="receipts"}' in said
    assert 'outbound_look_ups_total{answer="enrolled",register="enrolment"}' in said


def test_the_planted_words_can_be_found_at_all(journey: Stack) -> None:
    """The search sees what is there: the outside's own records do carry the recipients."""
    records = (journey.folder / "simulators" / "digital-post").rglob("records.sqlite*")
    assert found_in(b"".join(path.read_bytes() for path in records))


def test_a_letter_is_followed_from_the_call_to_the_receipt_by_its_correlation_id(journey: Stack) -> None:
    """By the logs alone: taken in by web, rendered, routed and handed over by workers, delivered by a receipt."""
    found = [line for line in logged(journey) if line.get("correlation") == followed(PEOPLE[0])]
    (call,) = [line for line in found if line["event"] == "call"]
    assert (call["route"], call["status"], call["system"], call["process"]) == ("/v1/letters", 202, "jobcenter", "web")
    moves = [line for line in found if line["event"] == "moved"]
    assert [line["now"] for line in moves] == ["RECEIVED", "RENDERED", "ROUTED", "SENDING", "SENT", "DELIVERED"]
    first, *_, last = [line["by"] for line in moves]
    assert (first, last) == ("system", "receipt")
    assert [line["process"] for line in moves] == ["web", *["worker"] * 5]
    assert len({line["letter"] for line in moves}) == 1
    ((dispatch, consignment, provider),) = {
        (line["dispatch"], line["consignment"], line["provider"]) for line in moves if line["now"] in LEFT
    }
    assert dispatch != consignment
    assert provider == "digital-post"


def test_every_line_of_every_process_is_an_event(journey: Stack) -> None:
    """JSON with a time, but for the few lines that dramatiq's own parent process says at its start and its end."""
    lines = logged(journey)
    assert {line["process"] for line in lines} >= {"web", "worker"}
    assert all(line["time"].endswith("Z") and line["event"] and line["level"] for line in lines)
    assert {line["event"] for line in lines} >= {"call", "moved"}


def test_the_system_was_told_by_webhook_what_its_feed_says(journey: Stack) -> None:
    """The simulated system checks signature, time and order by its own eyes, and took every event once."""
    ledger = Ledger(journey.env["OUTBOUND_DATABASE_URL"])
    wanted = in_the_feed(ledger)
    ledger.close()
    assert told(journey) == wanted
    assert len(wanted) >= len(PEOPLE) * 4
    control = journey.controls["specialist-system"]
    assert not {name for name in httpx.get(f"{control}/requests", timeout=10).json() if name.startswith("wrong")}


def in_the_feed(ledger: Ledger) -> list[str]:
    """The cursor of every event of the system's."""
    with ledger.reading() as tx:
        return [str(one.cursor) for one in events_after(tx, "jobcenter", Cursor(), 1000)]


def told(stack: Stack) -> list[str]:
    """The cursor of every event that the system was told, in the order of the telling."""
    takings = httpx.get(f"{stack.controls['specialist-system']}/takings", timeout=10).json()["takings"]
    return [one["detail"]["event"]["data"]["cursor"] for one in takings if one["nth"] == 1]


LEFT = ("SENDING", "SENT", "DELIVERED")


def followed(number: str) -> str:
    """The correlation id that this person's letter was handed in with."""
    return f"follow-{PEOPLE.index(number)}-me"


def logged(stack: Stack) -> list[dict[str, Any]]:
    """Every line of the logs of our own processes, in the order of their times."""
    files = [stack.folder / "logs" / f"{name}.log" for name in OURS]
    lines = [line for file in files for line in file.read_text().splitlines()]
    of_parent = [line for line in lines if "dramatiq.MainProcess]" in line]
    found = [json.loads(line) for line in lines if line not in of_parent]
    assert len(of_parent) <= 10
    return sorted(found, key=lambda line: str(line["time"]))


OURS = ("web", "receipts", "render-pool", "network-pool", "timer")


def found_in(content: bytes) -> list[str]:
    """The planted words that stand in this content, in UTF-8, UTF-16, Latin-1 or JSON's escapes."""
    return [word for word in PLANTED if any(form in content for form in _forms(word))]


def _forms(word: str) -> set[bytes]:
    escaped = word.encode("ascii", "backslashreplace").replace(b"\\xe6", b"\\u00e6")
    return {word.encode(), word.encode("utf-16-le"), word.encode("latin-1"), escaped}


def _body(number: str, **changes: Any) -> dict[str, Any]:
    fields = {"reason": WORDS}
    return {
        "reference": f"plant-{PEOPLE.index(number)}",
        "department": "beskaeftigelse",
        "letter_type": "moedeindkaldelse",
        "recipients": [{"name": NAME, "cpr": number}],
        "fields": {**_example(), **changes.pop("fields", {})},
        "channel": {"wish": "any", **fields},
        **changes,
    }


def _example() -> dict[str, Any]:
    from outbound.settings import HOME

    text = (HOME / "templates" / "letters" / "moedeindkaldelse" / "example.json").read_text()
    fields: dict[str, Any] = httpx.Response(200, text=text).json()
    return fields


def _hand_in(client: httpx.Client, number: str) -> str:
    answer = client.post("/v1/letters", json=_body(number), headers={"X-Correlation-Id": followed(number)})
    assert answer.status_code == 202, answer.text
    assert answer.headers["X-Correlation-Id"] == followed(number)
    return str(answer.json()["letters"][0]["id"])


def _misbehave(client: httpx.Client, stack: Stack) -> None:
    """Calls that fail in every way, each with a planted word in it."""
    number = PEOPLE[0]
    address = {"name": NAME, "lines": [STREET], "postcode": "1000", "town": WORDS}
    for body in (
        _body(number, reference=number),
        _body(number, case_number=f"{number[:6]}-{number[6:]}"),
        _body(number, letter_type=NAME),
        _body(number, fields={WORDS: STREET}),
        _body(number, recipients=[{"name": NAME, "cpr": f"{number}9"}]),
        _body(number, recipients=[{"name": NAME, "cpr": number, "address": address}]),
        _body(number, **{NAME: number}),
        {NAME: number},
    ):
        assert 400 <= client.post("/v1/letters", json=body).status_code < 500
    assert 400 <= client.post("/v1/letters", content=f'{{"{NAME}": {number}').status_code < 500
    client.get("/v1/letters", params={"reference": number})
    client.get(f"/v1/letters/{number}")
    client.get("/v1/letters", headers={"Authorization": f"Bearer {number}"})
    client.post("/v1/recipients/precheck", json={"recipients": [{"cpr": one} for one in PEOPLE]})
    mood = {"drop_answer": {"next": 1}}
    httpx.post(f"{stack.controls['digital-post']}/mood", json=mood, timeout=10).raise_for_status()


def _settled(ledger: Ledger, letters: int) -> bool:
    """Everything has gone as far as it goes without days passing."""
    with ledger.reading() as tx:
        now = list(tx.execute(select(t.letter.c.status)).scalars())
    return len(now) == letters and set(now) <= {"DELIVERED", "HELD"}


def _told_of(stack: Stack, ledger: Ledger) -> bool:
    """The system has been told everything, and what the workers count in memory is written."""
    with ledger.reading() as tx:
        counted = tx.execute(
            select(t.tally.c.total).where(t.tally.c.name == Name.LOOK_UP, t.tally.c.answer == "enrolled")
        ).first()
    return counted is not None and told(stack) == in_the_feed(ledger)
