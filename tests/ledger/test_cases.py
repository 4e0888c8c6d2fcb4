"""What waits for a department, on both databases: the right letters, page by page, by an index of their own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text, update
from uuid_utils.compat import uuid7

from outbound import cases, clock
from outbound.cases import Place, Task
from outbound.ledger import Ledger
from outbound.ledger import tables as t
from outbound.letter import WaitsFor
from outbound.life import Status
from tests.ledger.test_schema import a_letter

OWN, OTHER = frozenset({"borgerservice"}), frozenset({"boern-og-skole"})
BOTH = OWN | OTHER


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    opened = Ledger(database_url)
    yield opened
    opened.close()


def rows(ledger: Ledger, count: int, **changes: Any) -> list[UUID]:
    """Letters as old as they stand here, each a second older than the one before, but every third of the same age."""
    made, at = [], clock.now().replace(microsecond=0)
    with ledger.writing() as tx:
        for number in range(count):
            found = a_letter_of_its_own(tx)
            age = at - timedelta(seconds=number - number % 3)
            values = {"department": "borgerservice", "status": Status.HELD, "waits_for": WaitsFor.DEPARTMENT}
            tx.execute(update(t.letter).where(t.letter.c.id == found).values({**values, "updated_at": age, **changes}))
            made.append(found)
    return made


def a_letter_of_its_own(tx: Any) -> UUID:
    """`a_letter` under a reference that no other has, and an id in the order of time."""
    found, new, reference = a_letter(tx), UUID(str(uuid7())), uuid4().hex
    tx.execute(update(t.submission).where(t.submission.c.reference == "r").values(reference=reference))
    tx.execute(update(t.letter).where(t.letter.c.id == found).values(id=new, reference=reference))
    return new


def listed(ledger: Ledger, task: Task, whose: cases.Departments, size: int = 4) -> list[UUID]:
    """The whole list, read a page at a time."""
    found: list[UUID] = []
    after: Place | None = None
    with ledger.reading() as tx:
        while page := cases.waiting(tx, task, whose, after, size):
            found += [one.letter.id for one in page]
            after = page[-1].place
        assert cases.count(tx, task, whose) == len(found)
    return found


def test_each_list_holds_what_waits_and_nothing_else(ledger: Ledger) -> None:
    today = clock.today()
    (decide,) = rows(ledger, 1)
    (sender,) = rows(ledger, 1, waits_for=WaitsFor.SENDER)
    (receipt,) = rows(ledger, 1, waits_for=WaitsFor.OPERATIONS, held_code="no-receipt")
    (back,) = rows(ledger, 1, status=Status.RETURNED, waits_for=None)
    (soon,) = rows(ledger, 1, status=Status.ROUTED, waits_for=None, useful_until=today)
    rows(ledger, 1, status=Status.RETURNED, waits_for=None, acknowledged_at=clock.now())
    rows(ledger, 1, status=Status.SENT, waits_for=None, useful_until=today)
    rows(ledger, 1, department="boern-og-skole")
    lists = {task: listed(ledger, task, OWN) for task in Task}
    assert lists == {
        Task.DECIDE: [decide],
        Task.SENDER: [sender],
        Task.RECEIPT: [receipt],
        Task.RETURNED: [back],
        Task.SOON: [soon],
    }
    assert len(listed(ledger, Task.DECIDE, BOTH)) == 2
    assert len(listed(ledger, Task.DECIDE, None)) == 2
    assert listed(ledger, Task.DECIDE, frozenset()) == []


def test_the_pages_of_a_list_meet_without_a_gap_or_a_double(ledger: Ledger) -> None:
    made = rows(ledger, 11)
    found = listed(ledger, Task.DECIDE, OWN, 4)
    assert sorted(found) == sorted(made)
    assert found[0] in made[:3]  # the newest first


def test_no_more_is_counted_than_is_said(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "MOST_COUNTED", 2)
    rows(ledger, 5)
    with ledger.reading() as tx:
        assert cases.count(tx, Task.DECIDE, OWN) == 3


INDEX = {
    Task.DECIDE: "ix_letter_held",
    Task.SENDER: "ix_letter_held",
    Task.RECEIPT: "ix_letter_held",
    Task.RETURNED: "ix_letter_came_back",
    Task.SOON: "ix_letter_last_day",
}


def test_each_list_is_read_by_its_own_index(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(ledger, 3)
    explain = "EXPLAIN QUERY PLAN " if ledger.sqlite else "EXPLAIN "
    with ledger.engine.connect() as tx:
        if not ledger.sqlite:
            tx.execute(text("SET enable_seqscan = off"))
        for task, index in INDEX.items():
            plan: list[str] = []

            def explained(conn: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
                cursor.execute(explain + statement, parameters)
                plan.extend(str(row) for row in cursor.fetchall())  # noqa: B023

            event.listen(tx, "before_cursor_execute", explained)
            cases.waiting(tx, task, OWN, None, 5)
            event.remove(tx, "before_cursor_execute", explained)
            assert index in "\n".join(plan), (task, plan)
