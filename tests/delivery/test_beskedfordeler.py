"""Receipts of SF1601 through the whole house, from Beskedfordeler's own wire: by the queue, by the door, or both."""

import base64
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from adapters.beskedfordeler import receipt_parts
from adapters.simulators.certificates import certificates
from adapters.simulators.post_status import Happening, event
from adapters.simulators.push import EXACTLY
from outbound import clock, delivery, desk, standing
from outbound.delivery import House
from outbound.ledger import tables as t
from outbound.letter import Mailbox
from outbound.life import Status
from tests.adapters.outside import Simulator, simulated
from tests.audited import differences
from tests.conftest import find_specs
from tests.delivery.walking import HAND, TUESDAY, run_to_rest
from tests.house import Crash, CrashingLedger, MovingClock, dispatches, events, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.serving import accounts_file, serve
from tests.waiting import wait_for
from tests.web.test_receipt_doors import open_doors

SPECS = find_specs()
OURS, THEIRS = "8c3f5b1e-0000-4000-8000-000000000001", "8c3f5b1e-0000-4000-8000-000000000002"
PRINT = "Fysisk Post"


def assertion() -> bytes:
    ends = (clock.now() + timedelta(hours=1)).isoformat()
    conditions = f'<Conditions NotOnOrAfter="{ends}"/>'
    return f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{conditions}</Assertion>'.encode()


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated("beskedfordeler", tmp_path_factory.mktemp("beskedfordeler")) as running:
        yield running


@dataclass
class Distributor:
    """Beskedfordeler, and the house that reads its queue and opens it a door."""

    simulator: Simulator
    house: House

    def put(self, body: bytes) -> None:
        """Into the queue."""
        self._ask("/put", {"body": base64.b64encode(body).decode()})

    def push(self, body: bytes, url: str) -> None:
        """To our door, over mutual TLS."""
        door = f"{url.replace('127.0.0.1', 'localhost')}/receipts/beskedfordeler"
        self._ask("/put", {"body": base64.b64encode(body).decode(), "way": "push", "door": door})

    def lying(self, way: str = "queue") -> int:
        return int(self._ask("/lying")[way])

    @property
    def certificates(self) -> Path:
        return Path(self.simulator.env["OUTBOUND_BESKEDFORDELER_CA_FILE"]).parent

    def _ask(self, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.simulator.control + path, content), timeout=10) as said:
            return json.load(said)


@pytest.fixture
def there(simulator: Simulator, house: House) -> Distributor:
    given = {
        "beskedfordeler_queue": UUID(simulator.env["OUTBOUND_BESKEDFORDELER_QUEUE"]),
        "beskedfordeler_host": simulator.env["OUTBOUND_BESKEDFORDELER_HOST"],
        "beskedfordeler_port": int(simulator.env["OUTBOUND_BESKEDFORDELER_PORT"]),
        "beskedfordeler_ca_file": Path(simulator.env["OUTBOUND_BESKEDFORDELER_CA_FILE"]),
        "beskedfordeler_push": True,
        "beskedfordeler_push_ca_file": Path(simulator.env["OUTBOUND_BESKEDFORDELER_PUSH_CA_FILE"]),
        "beskedfordeler_push_clients": tuple(json.loads(simulator.env["OUTBOUND_BESKEDFORDELER_PUSH_CLIENTS"])),
        "receipts_certificate_file": Path(simulator.env["OUTBOUND_RECEIPTS_CERTIFICATE_FILE"]),
        "receipts_key_file": Path(simulator.env["OUTBOUND_RECEIPTS_KEY_FILE"]),
        "beskedfordeler_our_systems": (OURS,),
    }
    settings = house.settings.model_copy(update=given)
    sources, doors = receipt_parts(settings, assertion)
    outside = replace(house.outside, sources=sources, doors=doors)
    found = Distributor(simulator, replace(house, settings=settings, outside=outside))
    for source in sources:  # left over from an earlier test
        for raw in source.fetch():
            source.confirm(raw)
    return found


@pytest.fixture
def digital(there: Distributor) -> UUID:
    """A letter that the mailbox has taken."""
    return sent(there.house)


@pytest.fixture
def paper(there: Distributor, world: World) -> UUID:
    """A letter that the print vendor has taken."""
    world.enrolment.default = Mailbox.EXEMPT
    return sent(there.house)


def sent(house: House) -> UUID:
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, letter).status is Status.SENT
    return letter


def told(house: House, letter: UUID, status: str, at: datetime | None = None, **more: Any) -> bytes:
    """What Beskedfordeler says of the letter's newest dispatch."""
    newest = dispatches(house, letter)[-1]
    channel = "Digital Post" if newest.channel == "digital" else PRINT
    return event(str(newest.id), status, at or clock.now(), channel=channel, **{"pushed": False, **more})


def charged(house: House, letter: UUID) -> list[int]:
    with house.ledger.reading() as tx:
        wanted = select(t.entry.c.amount).where(t.entry.c.letter_id == letter, t.entry.c.stage == "charged")
        return list(tx.execute(wanted).scalars())


def incidents(house: House, letter: UUID) -> list[str]:
    with house.ledger.reading() as tx:
        return list(tx.execute(select(t.incident.c.code).where(t.incident.c.letter_id == letter)).scalars())


def inbox(house: House) -> list[str]:
    with house.ledger.reading() as tx:
        return sorted(tx.execute(select(t.receipt_inbox.c.state)).scalars())


def test_a_digital_letter_arrives_when_its_receipt_says_so(there: Distributor, digital: UUID) -> None:
    at = TUESDAY.astimezone(UTC) + timedelta(minutes=7)
    there.put(told(there.house, digital, "Modtaget Digital Post"))
    run_to_rest(there.house)
    assert look(there.house, digital).status is Status.SENT
    there.put(told(there.house, digital, "Afleveret Digital Post", at))
    run_to_rest(there.house)
    assert look(there.house, digital).status is Status.DELIVERED
    assert dispatches(there.house, digital)[0].available_at == at
    assert (there.lying(), inbox(there.house)) == (0, ["settled", "settled"])


def test_receipts_out_of_order_and_by_both_ways_have_one_effect(there: Distributor, digital: UUID) -> None:
    early, late = (
        told(there.house, digital, status, pushed=True)
        for status in ("Modtaget Digital Post", "Afleveret Digital Post")
    )
    with open_doors(there.house, certificates(there.certificates)) as doors:
        for body in (late, early, late):
            there.push(body, doors.url)
        wait_for(lambda: there.lying("push") == 0, "the pushes to be answered exactly")
        again = late.replace(b"AntalLeveranceforsoeg>1<", b"AntalLeveranceforsoeg>2<")
        answer = doors.push(again, path="/receipts/beskedfordeler")
    assert (answer.status_code, answer.content) == (200, EXACTLY)
    there.put(late)
    there.put(early)
    run_to_rest(there.house)
    assert look(there.house, digital).status is Status.DELIVERED
    assert events(there.house, digital).count("delivered") == 1
    assert set(inbox(there.house)) == {"settled"}
    assert incidents(there.house, digital) == []


def test_a_receipt_settles_a_doubt(there: Distributor, world: World) -> None:
    world.digital.plan = lambda consignment: "drop"
    (letter,) = hand_in(there.house, submission(person()))
    run_to_rest(there.house)
    assert [one.outcome for one in dispatches(there.house, letter)] == ["doubt"]
    there.put(told(there.house, letter, "Modtaget Digital Post"))
    run_to_rest(there.house)
    assert [one.outcome for one in dispatches(there.house, letter)] == ["taken"]
    assert look(there.house, letter).status is Status.SENT


def test_a_letter_refused_by_the_mailbox_goes_to_paper_with_the_reason(there: Distributor, digital: UUID) -> None:
    there.put(told(there.house, digital, "Fejlet", error=("recipient.is.closed", "Modtageren 0102031236 …")))
    run_to_rest(there.house)
    assert look(there.house, digital).route == "digital-refused"
    assert [(one.channel, one.outcome, one.code) for one in dispatches(there.house, digital)] == [
        ("digital", "refused", "recipient.is.closed"),
        ("print", "taken", None),
    ]
    assert differences(there.house.ledger) == []


def test_a_physical_letter_goes_through_its_stages_and_its_postage_stands_beside_our_price(
    there: Distributor, paper: UUID, tmp_path: Path
) -> None:
    for status in ("Klar", "Modtaget fjernprint", "Afsendt", "Afleveret til print og kuvertering"):
        there.put(told(there.house, paper, status))
    run_to_rest(there.house)
    assert look(there.house, paper).status is Status.SENT
    posted = [Happening("4711", clock.now(), "12.50")]
    for _ in range(2):
        there.put(told(there.house, paper, "Modtaget Post Danmark", happenings=posted))
    run_to_rest(there.house)
    assert look(there.house, paper).status is Status.DELIVERED
    assert charged(there.house, paper) == [1250]
    assert (differences(there.house.ledger), incidents(there.house, paper)) == ([], [])
    signing_in = {"accounts_file": accounts_file(tmp_path), "session_secret": SecretStr("opdigtet" * 4)}
    settings = there.house.settings.model_copy(update=signing_in)
    with serve(replace(there.house, settings=settings)) as served, served.signed_in() as browser:
        page = browser.get(f"/drift/breve/{paper}").text
    assert "opkrævet af leverandøren" in page
    assert "12,50" in page


def test_an_amount_that_differs_later_is_shown_and_not_added(there: Distributor, paper: UUID) -> None:
    for amount in ("12.50", "13.00"):
        posted = [Happening("4711", clock.now(), amount)]
        there.put(told(there.house, paper, "Modtaget Post Danmark", happenings=posted))
    run_to_rest(there.house)
    assert (charged(there.house, paper), incidents(there.house, paper)) == ([1250], ["charged-otherwise"])
    assert differences(there.house.ledger) == []


def test_a_letter_comes_back_after_it_was_posted(there: Distributor, paper: UUID) -> None:
    there.put(told(there.house, paper, "Modtaget Post Danmark"))
    there.put(
        told(there.house, paper, "Opdatering fra Post Danmark", happenings=[Happening("track-and-trace", TUESDAY)])
    )
    run_to_rest(there.house)
    assert look(there.house, paper).status is Status.DELIVERED
    there.put(told(there.house, paper, "Opdatering fra Post Danmark", happenings=[Happening("returpost", TUESDAY)]))
    there.put(told(there.house, paper, "Modtaget Post Danmark"))  # late, out of order
    run_to_rest(there.house)
    assert look(there.house, paper).status is Status.RETURNED
    assert differences(there.house.ledger) == []


def test_an_update_that_nobody_can_read_moves_nothing_and_is_shown(there: Distributor, paper: UUID) -> None:
    there.put(told(there.house, paper, "Modtaget Post Danmark"))
    for _ in range(2):
        mailed = [Happening("4711", clock.now(), "8.00")]
        there.put(told(there.house, paper, "Opdatering fra Post Danmark", happenings=mailed))
    run_to_rest(there.house)
    assert look(there.house, paper).status is Status.DELIVERED
    assert (incidents(there.house, paper), charged(there.house, paper)) == (["unclear-receipt"], [800])


@pytest.mark.parametrize("status", ["Tilbagekaldt", "Fejlet"])
def test_a_physical_letter_that_failed_waits_for_a_person(there: Distributor, paper: UUID, status: str) -> None:
    there.put(told(there.house, paper, status))
    run_to_rest(there.house)
    found = look(there.house, paper)
    assert (found.status, found.held_code) == (Status.HELD, "unknown-refusal")
    assert differences(there.house.ledger) == []


def test_a_receipt_that_contradicts_holds_the_letter_with_its_money(
    there: Distributor, world: World, moving_clock: MovingClock
) -> None:
    world.enrolment.default, world.paper.plan = Mailbox.EXEMPT, lambda consignment: "drop"
    (letter,) = hand_in(there.house, submission(person()))
    run_to_rest(there.house)
    posted = told(there.house, letter, "Modtaget Post Danmark", happenings=[Happening("4711", TUESDAY, "12.50")])
    moving_clock.pass_(days=10)
    run_to_rest(there.house)
    assert look(there.house, letter).held_code == "doubt"
    desk.settle_not_taken(there.house, letter, HAND)
    there.put(posted)
    delivery.fetch(there.house)
    delivery.settle(there.house)
    found = look(there.house, letter)
    assert (found.status, found.held_code) == (Status.HELD, "contradicted")
    assert [one.outcome for one in dispatches(there.house, letter)] == ["taken"]
    assert (charged(there.house, letter), differences(there.house.ledger)) == ([1250], [])


def test_strangers_are_counted_and_only_what_may_be_ours_is_shown(
    there: Distributor, moving_clock: MovingClock
) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for system, related in ((THEIRS, ""), ("", THEIRS), (OURS, ""), ("", "")):
        there.put(event(nobody, "Fejlet", clock.now(), pushed=False, system=system, related=related))
    there.put(event("SAG-2026-17-1", "Afsendt", clock.now(), channel=PRINT, pushed=False))
    there.put(b"no message")
    for _ in range(8):
        run_to_rest(there.house)
        moving_clock.pass_(hours=1)
    # what may be ours is looked at again after 1, 2, 4 … minutes: seven times in an hour and a little more
    assert inbox(there.house) == ["foreign"] * 3 + ["unmatched"] * 2 + ["unreadable"]
    with there.house.ledger.reading() as tx:
        assert standing.count_loose_receipts(tx) == 3
        assert standing.count_foreign_receipts(tx) == 3
    assert there.lying() == 0


def test_a_wrong_filter_loses_no_receipt_of_ours(there: Distributor, digital: UUID) -> None:
    there.put(told(there.house, digital, "Afleveret Digital Post", system=THEIRS, related=THEIRS))
    run_to_rest(there.house)
    assert look(there.house, digital).status is Status.DELIVERED


@pytest.mark.specs
def test_the_published_examples_are_kept_and_are_anothers(there: Distributor) -> None:
    assert SPECS is not None
    for file in sorted((SPECS / "sf1601" / "beskedfordeler" / "examples").glob("*.xml")):
        for _ in range(2):
            there.put(file.read_bytes())
    run_to_rest(there.house)
    assert inbox(there.house) == ["foreign", "foreign"]


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_dies_at_the_commit_loses_no_receipt(there: Distributor, digital: UUID, after: bool) -> None:
    ledger = there.house.ledger
    assert isinstance(ledger, CrashingLedger)
    there.put(told(there.house, digital, "Afleveret Digital Post"))
    ledger.fate.commits, ledger.fate.die_at, ledger.fate.after = 0, 1, after
    with pytest.raises(Crash):
        delivery.fetch(there.house)
    ledger.fate.die_at = None
    assert (there.lying(), len(inbox(there.house))) == (1, int(after))
    run_to_rest(there.house)
    assert look(there.house, digital).status is Status.DELIVERED
    assert (there.lying(), inbox(there.house)) == (0, ["settled"])


def test_receipts_that_nobody_can_fetch_are_told_of(there: Distributor, caplog: pytest.LogCaptureFixture) -> None:
    settings = there.house.settings.model_copy(update={"beskedfordeler_queue": uuid4()})
    sources, _ = receipt_parts(settings, assertion)
    delivery.fetch(replace(there.house, outside=replace(there.house.outside, sources=sources)))
    assert [record.getMessage() for record in caplog.records] == [
        "The receipts of beskedfordeler cannot be fetched until somebody mends it (no-such-queue)."
    ]
