"""Digital Post on its wire through the whole house: receipts, fetched or pushed, each once; a wrong certificate."""

import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from adapters import connect
from adapters.digital_post.receipts import PulledReceipts
from adapters.simulators.certificates import certificates, client_context
from outbound import delivery, desk, standing
from outbound.delivery import House
from outbound.ledger import inbox
from outbound.ledger import tables as t
from outbound.letter import Channel
from outbound.life import Status
from outbound.settings import load
from outbound.stack.places import scratch
from outbound.stack.up import Stack
from tests.adapters.conftest import close
from tests.audited import differences
from tests.delivery.walking import HAND, run_to_rest
from tests.house import Crash, dispatches, hand_in, look, submission
from tests.people import person
from tests.waiting import wait_for
from workers.opening import open_house

ENV = {
    "OUTBOUND_DIGITAL_POST_RECEIPTS": "both",
    "OUTBOUND_UNMATCHED_SECONDS": "0",
    "OUTBOUND_PRINT_GATHER_SECONDS": "100000",
    "OUTBOUND_RETRY_FIRST": "0.2",
    "OUTBOUND_RETRY_MOST": "0.5",
}
BECOMES = {
    "well": Status.DELIVERED,
    "refused_closed": Status.ROUTED,  # for paper, by a new dispatch when its run closes
    "memo_invalid": Status.HELD,
    "unknown_code": Status.HELD,
}
Way = str


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    folder = scratch("outbound-receipts-")
    folder.chmod(0o755)
    with Stack(folder, ENV, postgres=request.param == "postgresql", workers=False) as stack:
        yield stack


@pytest.fixture(scope="module")
def opened(stack: Stack) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in stack.env.items():
            environment.setenv(name, value)
        opened = open_house(load())
    yield opened
    assert differences(opened.ledger) == []
    opened.ledger.close()
    close(opened.outside)


@pytest.fixture
def house(opened: House, stack: Stack) -> House:
    """The whole house, before a mailbox that is well."""
    _mood(stack)
    return opened


@pytest.fixture(params=["pull", "push"])
def way(request: pytest.FixtureRequest, stack: Stack, house: House) -> Iterator[Way]:
    """How receipts come: fetched by us, with nobody to push them to; or pushed, and never fetched."""
    given: str = request.param
    announced, away = stack.folder / "receipts.json", stack.folder / "away.json"
    if given == "pull":
        announced.rename(away)
    yield given
    if given == "pull":
        away.rename(announced)


def of(house: House, way: Way) -> House:
    """The house as it is when receipts come this way only."""
    kept = [one for one in house.outside.sources if way == "pull" or one.provider != "digital-post"]
    return replace(house, outside=replace(house.outside, sources=tuple(kept)))


def _mood(stack: Stack, **receipts: object) -> None:
    body = json.dumps({"mood": "well", "receipts": {"after": 0, **receipts}}).encode()
    with urllib.request.urlopen(f"{stack.controls['digital-post']}/mood", body, timeout=10):
        pass


def requests(stack: Stack) -> dict[str, int]:
    with urllib.request.urlopen(f"{stack.controls['digital-post']}/requests", timeout=10) as answer:
        found: dict[str, int] = json.load(answer)
    return found


def lying(stack: Stack) -> int:
    """Receipts that the mailbox has and nobody has taken."""
    return int(asked(stack, "SELECT count(*) FROM pending")[0][0])


def asked(stack: Stack, sql: str, *values: object) -> list[Any]:
    """The mailbox's own memory."""
    file = stack.folder / "simulators" / "digital-post" / "records.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as records:
        return records.execute(sql, values).fetchall()


def promise(stack: Stack, content: object) -> None:
    """A receipt that the mailbox has for us, whatever it says."""
    values = (str(uuid4()), str(uuid4()), json.dumps(content))
    asked(stack, "INSERT INTO pending (id, due, subject, content) VALUES (?, 0, ?, ?)", *values)


def sent(house: House, *outcomes: str, n: int = 0) -> list[UUID]:
    return [letter for outcome in outcomes for letter in hand_in(house, submission(person(outcome, n)))]


def work(house: House, stack: Stack) -> None:
    """Until no receipt lies at the mailbox and everything here is at rest."""

    def at_rest() -> bool:
        run_to_rest(house)
        return lying(stack) == 0

    wait_for(at_rest, "the receipts to be taken", 60)
    run_to_rest(house)


def rows(house: House, letters: list[UUID]) -> list[Any]:
    """What lies in the inbox about these letters' dispatches: provider and state."""
    ours = {str(one.id) for letter in letters for one in dispatches(house, letter)}
    with house.ledger.writing() as tx:
        found = tx.execute(select(t.receipt_inbox)).all()
        bodies = [house.seal.open(tx, row.owner, "receipt", "test", "test") or b"" for row in found]
    return [row for row, body in zip(found, bodies, strict=True) if any(one.encode() in body for one in ours)]


def settled(house: House, letters: list[UUID]) -> None:
    """Each letter is where its outcome says, by one digital dispatch, and nobody suspects anything."""
    for letter, (outcome, status) in zip(letters, BECOMES.items(), strict=True):
        assert look(house, letter).status is status, outcome
        channels = [one.channel for one in dispatches(house, letter)]
        assert channels.count(Channel.DIGITAL) == 1, outcome
    assert {row.state for row in rows(house, letters)} == {"settled"}
    with house.ledger.reading() as tx:
        assert standing.count_incidents(tx) == 0


@pytest.mark.parametrize("mood", [{}, {"twice": True, "shuffled": True}, {"before_answer": True}])
def test_each_receipt_has_its_one_effect(house: House, stack: Stack, way: Way, mood: dict[str, bool]) -> None:
    _mood(stack, **mood)
    ours = of(house, way)
    letters = sent(ours, *BECOMES, n=len(mood) + 10 * ("before_answer" in mood))
    before = requests(stack)
    work(ours, stack)
    settled(house, letters)
    pushed = requests(stack).get("push-taken", 0) - before.get("push-taken", 0)
    assert pushed == (0 if way == "pull" else len(letters) * (2 if "twice" in mood else 1))


def test_the_same_receipt_pushed_and_fetched_has_one_effect(house: House, stack: Stack) -> None:
    letters = sent(house, *BECOMES, n=30)
    _mood(stack, late=3600)
    run_to_rest(of(house, "push"))
    told = asked(stack, "SELECT content FROM pending")
    asked(stack, "DELETE FROM pending")
    for (content,) in told:
        assert pushed(stack, content.encode()) == 200
    run_to_rest(of(house, "push"))
    settled(house, letters)
    announced, away = stack.folder / "receipts.json", stack.folder / "away.json"
    announced.rename(away)
    try:
        for (content,) in told:
            promise(stack, json.loads(content))
        work(of(house, "pull"), stack)
    finally:
        away.rename(announced)
    settled(house, letters)
    assert len(rows(house, letters)) == 2 * len(letters)


def test_what_is_about_nobody_or_unreadable_stands_before_a_person(house: House, stack: Stack, way: Way) -> None:
    ours = of(house, way)
    with house.ledger.reading() as tx:
        before = standing.loose_receipts(tx, 0, 1000)
    promise(stack, {"messageUUID": str(uuid4()), "receiptStatus": "COMPLETED", "errorCode": None})
    promise(stack, {"messageUUID": str(uuid4()), "receiptStatus": "SHREDDED", "note": way})
    promise(stack, {"note": way})
    (letter,) = sent(ours, "well", n=40 + (way == "pull"))
    work(ours, stack)
    with house.ledger.reading() as tx:
        new = standing.loose_receipts(tx, max((one.row for one in before), default=0), 1000)
    assert sorted((one.provider, one.state) for one in new) == [
        ("digital-post", "unmatched"),
        ("digital-post", "unreadable"),
        ("digital-post", "unreadable"),
    ]
    assert look(house, letter).status is Status.DELIVERED


def test_a_push_that_is_no_json_is_kept_for_a_person(house: House, stack: Stack) -> None:
    rubbish = f"<ikke-json>{uuid4()}".encode()
    assert pushed(stack, rubbish) == 200
    run_to_rest(of(house, "push"))
    raw = house.seal.fingerprint_bytes("receipt", rubbish)
    with house.ledger.reading() as tx:
        state = tx.execute(select(t.receipt_inbox.c.state).where(t.receipt_inbox.c.provider_id == raw)).scalar_one()
    assert state == "unreadable"


def pushed(stack: Stack, body: bytes) -> int:
    """The status that the listener answers the mailbox's own certificate with."""
    shown = certificates(stack.folder / "simulators" / "certificates")
    door = json.loads((stack.folder / "receipts.json").read_text())["doors"]["digital-post"]
    tls = client_context(shown.pusher, shown.authority.certificate)
    with urllib.request.urlopen(urllib.request.Request(door, body), timeout=20, context=tls) as answer:
        return int(answer.status)


@pytest.mark.parametrize("dies", ["before our commit", "after our commit"])
def test_a_receipt_is_deleted_at_the_mailbox_only_after_our_commit(
    house: House, stack: Stack, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    announced, away = stack.folder / "receipts.json", stack.folder / "away.json"
    announced.rename(away)
    try:
        ours = of(house, "pull")
        letters = sent(ours, *BECOMES, n=50 + (dies == "before our commit"))
        run_to_rest(of(house, "push"))
        wait_for(lambda: lying(stack) == len(letters), "the receipts")
        with monkeypatch.context() as dying:
            if dies == "before our commit":
                dying.setattr(inbox, "keep", _dies)
            else:
                dying.setattr(PulledReceipts, "confirm", _dies)
            with pytest.raises(Crash):
                delivery.fetch(ours)
        assert lying(stack) == len(letters)
        assert len(rows(house, letters)) == (0 if dies == "before our commit" else len(letters))
        work(ours, stack)
    finally:
        away.rename(announced)
    settled(house, letters)
    assert len(rows(house, letters)) == len(letters)


def _dies(*_: object) -> bool:
    raise Crash


def test_a_listener_that_is_killed_loses_and_doubles_nothing(house: House, stack: Stack) -> None:
    ours = of(house, "push")
    _mood(stack, twice=True)
    stack.supervisor.kill("receipts", restart=False)
    letters = [letter for n in range(60, 85) for letter in sent(house, "well", n=n)]
    run_to_rest(ours)
    assert lying(stack) == 2 * len(letters)
    stack.start_receipts()
    wait_for(lambda: lying(stack) < 2 * len(letters), "the first pushes", 60)
    stack.supervisor.kill("receipts")
    assert lying(stack) > 0, "it died with receipts on their way"
    work(ours, stack)
    assert {look(house, letter).status for letter in letters} == {Status.DELIVERED}
    assert {len(dispatches(house, letter)) for letter in letters} == {1}
    assert {row.state for row in rows(house, letters)} == {"settled"}


def test_while_the_listener_is_away_letters_stand_sent_and_arrive_when_it_is_back(house: House, stack: Stack) -> None:
    ours = of(house, "push")
    stack.supervisor.kill("receipts", restart=False)
    failed = requests(stack).get("push-failed", 0)
    (letter,) = sent(ours, "well", n=95)
    run_to_rest(ours)
    wait_for(lambda: requests(stack).get("push-failed", 0) > failed, "pushes that fail")
    assert look(house, letter).status is Status.SENT
    stack.start_receipts()
    work(ours, stack)
    assert look(house, letter).status is Status.DELIVERED


def test_a_certificate_that_is_not_let_in_pauses_the_channel_and_costs_no_letter(house: House, stack: Stack) -> None:
    shown = certificates(stack.folder / "simulators" / "certificates").stranger
    files = {"digital_post_certificate_file": shown.certificate, "digital_post_key_file": shown.key}
    strangers = connect(house.settings.model_copy(update=files))
    wrong = replace(house, outside=replace(house.outside, mailers={**house.outside.mailers, **strangers.mailers}))
    letters = [letter for n in range(200, 204) for letter in sent(house, "well", n=n)]
    takings = asked(stack, "SELECT count(*) FROM taking")

    def paused() -> list[tuple[str, str, str]]:
        run_to_rest(wrong)
        with house.ledger.reading() as tx:
            return [(one.scope, one.key, one.by) for one in standing.pauses(tx)]

    wait_for(paused, "the channel to be paused")
    close(strangers)
    assert paused() == [("channel", "digital", "misconfigured")]
    assert {look(house, letter).status for letter in letters} == {Status.ROUTED}
    assert asked(stack, "SELECT count(*) FROM taking") == takings
    desk.resume(house, "channel", "digital", HAND)

    def arrived() -> bool:
        run_to_rest(house)
        return {look(house, letter).status for letter in letters} == {Status.DELIVERED}

    wait_for(arrived, "the letters to arrive")
