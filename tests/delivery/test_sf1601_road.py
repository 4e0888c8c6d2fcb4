"""Letters through the whole house by SF1601, both channels, on both databases: real adapters, a simulated platform."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.sf1601.connection import Platform
from adapters.simulators.certificates import certificates
from outbound import delivery
from outbound.clock import COPENHAGEN
from outbound.delivery import House
from outbound.ledger import reminders
from outbound.ledger import tables as t
from outbound.ledger.reminders import Reminder, ReminderState
from outbound.letter import Address, Channel, Life, Person
from outbound.life import Status
from outbound.ports import Outside
from outbound.routing import Route
from tests.adapters.conftest import settings_of
from tests.adapters.outside import Simulator, simulated
from tests.audited import differences
from tests.conftest import find_specs
from tests.delivery.walking import run_to_rest
from tests.house import CrashingLedger, MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.simulators.running import Simulator as Process
from tests.waiting import wait_for
from tests.web.test_receipt_doors import open_doors

ADDRESS = Address("Solvej Prøvesen", ("Prøvevænget 12, 2. tv",), "4300", "Holbæk")
ALIVE = Person(Life.ALIVE, ADDRESS.name, ADDRESS)


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated("sf1601", tmp_path_factory.mktemp("sf1601"), find_specs()) as running:
        yield running


@pytest.fixture
def platform(simulator: Simulator) -> Simulator:
    simulator.mood()
    return simulator


def by_sf1601(house: House, env: dict[str, str], **changes: Any) -> House:
    """The same house with this outside; persons stay the model's."""
    settings = settings_of(env, sf1601="both", serviceplatform_timeout=3, beskedfordeler_timeout=3, **changes)
    road = Platform(settings)
    sources, doors = road.receipts()
    for source in sources:  # left over from an earlier test
        for raw in source.fetch():
            source.confirm(raw)
    mailers = {Channel.DIGITAL: road.digital(), Channel.PRINT: road.print()}
    query = road.look_up()
    texts = road.text_messages(query)
    outside = Outside(mailers, query, house.outside.persons, sources, doors, texts)
    return replace(house, outside=outside)


@pytest.fixture
def home(house: House, platform: Simulator, world: World) -> Iterator[House]:
    world.persons.default = ALIVE
    found = by_sf1601(house, platform.env)
    yield found
    close(found)


def close(home: House) -> None:
    for part in (*home.outside.mailers.values(), home.outside.enrolment, home.outside.text_messages):
        for name in ("service", "_service"):
            if hasattr(part, name):
                getattr(part, name).close()


def comes_to(home: House, letter: UUID, status: Status) -> None:
    """Works the house until the letter is there."""

    def is_there() -> bool:
        run_to_rest(home)
        return look(home, letter).status is status

    wait_for(is_there, f"{status}: it is {look(home, letter).status}, {look(home, letter).route}")


def handed_in(home: House, outcome: str = "well", number: int = 0) -> UUID:
    (letter,) = hand_in(home, submission(person(outcome, number)))
    run_to_rest(home)
    return letter


def ways(home: House, letter: UUID) -> list[tuple[str, str, str]]:
    return [(one.channel, one.outcome, one.code or "") for one in dispatches(home, letter)]


def times_taken(home: House, platform: Simulator, letter: UUID) -> int:
    ours = {str(one.id) for one in dispatches(home, letter)}
    return sum(taking["dispatch"] in ours and not taking["refused"] for taking in platform.takings())


def test_a_letter_arrives_in_the_mailbox(home: House, platform: Simulator) -> None:
    letter = handed_in(home)
    comes_to(home, letter, Status.DELIVERED)
    assert look(home, letter).route == Route.ENROLLED.code
    (only,) = dispatches(home, letter)
    assert (only.channel, only.outcome) == ("digital", "taken")
    assert only.available_at is not None
    assert times_taken(home, platform, letter) == 1
    assert differences(home.ledger) == []


def test_whoever_is_not_enrolled_gets_paper_with_the_vendors_postage_beside_our_price(
    home: House, platform: Simulator
) -> None:
    letter = handed_in(home, "exempt")
    comes_to(home, letter, Status.DELIVERED)
    assert look(home, letter).route == Route.NOT_ENROLLED.code  # why, a yes or no cannot say
    assert ways(home, letter) == [("print", "taken", "")]
    with home.ledger.reading() as tx:
        wanted = select(t.entry.c.amount).where(t.entry.c.letter_id == letter, t.entry.c.stage == "charged")
        assert list(tx.execute(wanted).scalars()) == [2190]  # a notice goes quick
    assert times_taken(home, platform, letter) == 1
    assert differences(home.ledger) == []


@pytest.mark.parametrize(
    ("then", "status", "route"),
    [(ALIVE, Status.DELIVERED, Route.NOT_ENROLLED), (Person(Life.DEAD), Status.HELD, Route.RECIPIENT_DEAD)],
    ids=["alive", "dead"],
)
def test_nothing_is_printed_before_the_register_has_answered(
    home: House,
    platform: Simulator,
    world: World,
    moving_clock: MovingClock,
    then: Person,
    status: Status,
    route: Route,
) -> None:
    world.persons.default = Person(Life.UNKNOWN)
    letter = handed_in(home, "closed")
    assert (look(home, letter).status, look(home, letter).route) == (Status.RENDERED, Route.REGISTER_UNKNOWN.code)
    assert dispatches(home, letter) == []
    world.persons.default = then
    moving_clock.pass_(minutes=5)
    comes_to(home, letter, status)
    assert look(home, letter).route == route.code
    assert times_taken(home, platform, letter) == (status is Status.DELIVERED)


@pytest.mark.parametrize(
    "mood",
    [{"busy": {"on": ["lookup"]}}, {"error_before_take": {"on": ["lookup"]}}, {"drop_answer": {"on": ["lookup"]}}],
    ids=["busy", "error", "dropped"],
)
def test_a_look_up_that_fails_waits_and_never_becomes_paper(
    home: House, platform: Simulator, moving_clock: MovingClock, mood: dict[str, Any]
) -> None:
    platform.mood(**mood)
    letter = handed_in(home)
    assert (look(home, letter).status, look(home, letter).route) == (Status.RENDERED, Route.LOOK_UP_UNKNOWN.code)
    platform.mood()
    moving_clock.pass_(minutes=5)
    comes_to(home, letter, Status.DELIVERED)
    assert ways(home, letter) == [("digital", "taken", "")]


def test_a_letter_refused_by_receipt_goes_on_paper_with_the_reason(home: House, platform: Simulator) -> None:
    letter = handed_in(home, "refused_closed")
    comes_to(home, letter, Status.DELIVERED)
    assert look(home, letter).route == Route.DIGITAL_REFUSED.code
    assert ways(home, letter) == [("digital", "refused", "recipient.is.closed"), ("print", "taken", "")]
    assert times_taken(home, platform, letter) == 1


@pytest.mark.parametrize("outcome", ["well", "exempt"], ids=["digital", "print"])
def test_a_dropped_answer_is_a_doubt_that_the_receipt_settles(home: House, platform: Simulator, outcome: str) -> None:
    platform.mood(drop_answer={"next": 1, "on": ["send"]}, receipts={"after": 1.0})
    letter = handed_in(home, outcome)
    assert [outcome for _, outcome, _ in ways(home, letter)] == ["doubt"]
    comes_to(home, letter, Status.DELIVERED)
    assert times_taken(home, platform, letter) == 1


@pytest.mark.parametrize("repeat", ["same", "duplicate", "duplicate_receipt"])
@pytest.mark.parametrize("outcome", ["well", "exempt"], ids=["digital", "print"])
def test_a_repeat_that_is_safe_is_one_letter_whatever_is_said_of_it(
    house: House, platform: Simulator, world: World, moving_clock: MovingClock, outcome: str, repeat: str
) -> None:
    world.persons.default = ALIVE
    safe = {"sf1601_digital_repeat_is_safe": True, "sf1601_print_repeat_is_safe": True}
    home = by_sf1601(house, platform.env, **safe)
    platform.mood(error_after_take={"next": 1}, repeat=repeat, receipts={"after": 0.5})
    letter = handed_in(home, outcome)
    moving_clock.pass_(minutes=2)
    for channel in (Channel.DIGITAL, Channel.PRINT):
        delivery.mind_doubts(home, channel)
    assert platform.requests()["repeat"] >= 1
    comes_to(home, letter, Status.DELIVERED)
    assert times_taken(home, platform, letter) == 1
    assert len(dispatches(home, letter)) == 1
    close(home)


@pytest.mark.parametrize("outcome", ["well", "exempt"], ids=["digital", "print"])
def test_while_the_platform_is_down_letters_wait_and_then_go_once(
    home: House, platform: Simulator, moving_clock: MovingClock, outcome: str
) -> None:
    platform.mood(busy={"on": ["send"]})
    letter = handed_in(home, outcome)
    assert look(home, letter).status is Status.ROUTED
    assert times_taken(home, platform, letter) == 0
    platform.mood(down=True)
    moving_clock.pass_(minutes=2)
    run_to_rest(home)
    assert look(home, letter).status is Status.ROUTED
    platform.mood()
    moving_clock.pass_(minutes=20)
    comes_to(home, letter, Status.DELIVERED)
    assert times_taken(home, platform, letter) == 1


def test_mail_that_comes_back_is_shown_as_returned(home: House, world: World) -> None:
    world.persons.default = replace(ALIVE, address=replace(ADDRESS, lines=("Returvænget 3",)))
    letter = handed_in(home, "exempt")
    comes_to(home, letter, Status.RETURNED)


def test_a_code_that_nobody_knows_holds_the_letter_in_doubt(home: House, platform: Simulator) -> None:
    platform.mood(refuse={"code": "what.is.this"})
    letter = handed_in(home)
    assert look(home, letter).status is Status.HELD
    assert ways(home, letter) == [("digital", "doubt", "what.is.this")]
    assert times_taken(home, platform, letter) == 0


MONDAY = datetime(2027, 1, 11, 10, tzinfo=COPENHAGEN)
DAY_BEFORE = datetime(2027, 1, 19, 10, 16, tzinfo=COPENHAGEN)


def reminded(home: House, clock: MovingClock, outcome: str = "well") -> Reminder:
    """A letter that has arrived, and its reminder, once it was due."""
    clock.to(MONDAY)
    one = submission(person(outcome, 7))
    fields = {**dict(one.fields or {}), "dag": "2027-01-20", "klokken": "10:15"}
    (letter,) = hand_in(home, replace(one, fields=fields))
    comes_to(home, letter, Status.DELIVERED)
    clock.to(DAY_BEFORE)
    delivery.send_reminders(home)
    with home.ledger.reading() as tx:
        found = reminders.reminder_of(tx, letter)
    assert found is not None
    return found


def settles(home: House, one: Reminder, state: ReminderState) -> Reminder:
    def now() -> Reminder:
        with home.ledger.reading() as tx:
            return reminders.find(tx, one.id) or one

    def is_settled() -> bool:
        run_to_rest(home)
        return now().state is state

    wait_for(is_settled, f"the reminder to be {state}")
    return now()


def inbox(home: House) -> set[str]:
    with home.ledger.reading() as tx:
        return set(tx.execute(select(t.receipt_inbox.c.state)).scalars())


def sms_taken(platform: Simulator, one: Reminder) -> list[str]:
    return [taking["channel"] for taking in platform.takings() if taking["dispatch"] == str(one.id)]


@pytest.mark.parametrize("outcome", ["well", "exempt"])
def test_a_reminder_goes_beside_its_letter_and_its_receipts_are_our_own(
    house: House, platform: Simulator, world: World, moving_clock: MovingClock, outcome: str
) -> None:
    world.persons.default = ALIVE
    home = by_sf1601(house, platform.env, beskedfordeler_our_systems=("another",))  # a wrong filter loses none
    one = reminded(home, moving_clock, outcome)
    assert (one.state, one.provider) == (ReminderState.SENT, "sf1601-digital")
    settles(home, one, ReminderState.DELIVERED)
    assert sms_taken(platform, one) == ["nemsms"]
    assert inbox(home) == {"settled"}
    assert differences(home.ledger) == []
    close(home)


def test_whoever_has_no_nemsms_gets_none(home: House, platform: Simulator, moving_clock: MovingClock) -> None:
    one = reminded(home, moving_clock, "no_nemsms")
    assert (one.state, one.code) == (ReminderState.DROPPED, "no-nemsms")
    assert sms_taken(platform, one) == []


def test_a_reminder_whose_answer_is_lost_is_settled_by_its_receipt(
    home: House, platform: Simulator, moving_clock: MovingClock
) -> None:
    platform.mood(drop_answer={"next": 2, "on": ["send"]}, receipts={"after": 1.0})
    one = reminded(home, moving_clock)
    assert (one.state, one.code) == (ReminderState.SENDING, "no-answer")
    settles(home, one, ReminderState.DELIVERED)
    assert sms_taken(platform, one) == ["nemsms"]


def test_tokens_that_the_platform_has_forgotten_are_got_anew(
    sqlite_house: House, moving_clock: MovingClock, world: World, tmp_path: Path
) -> None:
    platform = Process("sf1601", tmp_path, find_specs()).start()
    assert isinstance(sqlite_house.ledger, CrashingLedger)
    sqlite_house.ledger.wipe()
    house = replace(sqlite_house, outside=world.outside())
    home = by_sf1601(house, platform.env)
    first = handed_in(home, number=1)
    platform.end(signal.SIGKILL)
    platform.start()
    second = handed_in(home, number=2)
    assert [[outcome for _, outcome, _ in ways(home, letter)] for letter in (first, second)] == [["taken"]] * 2
    close(home)
    platform.end()


def test_receipts_are_pushed_to_the_door_that_is_announced(
    sqlite_house: House, moving_clock: MovingClock, world: World, tmp_path: Path
) -> None:
    assert isinstance(sqlite_house.ledger, CrashingLedger)
    sqlite_house.ledger.wipe()
    platform = Process("sf1601", tmp_path, find_specs()).start()
    home = by_sf1601(replace(sqlite_house, outside=world.outside()), platform.env, beskedfordeler_push=True)
    shown = certificates(tmp_path / "certificates")
    own = {"receipts_certificate_file": shown.listener.certificate, "receipts_key_file": shown.listener.key}
    home = replace(home, settings=home.settings.model_copy(update=own))
    letters: list[UUID] = []

    def is_pushed() -> bool:
        letters.append(handed_in(home, number=len(letters)))
        return platform.requests().get("push-taken", 0) > 0

    with open_doors(home, shown) as doors:
        door = {"doors": {"beskedfordeler": f"{doors.url}/receipts/beskedfordeler"}}
        (tmp_path / "push-to.json").write_text(json.dumps(door))
        wait_for(is_pushed, "a push")
        comes_to(home, letters[-1], Status.DELIVERED)
    close(home)
    platform.end()


def test_no_number_of_anybody_is_in_the_log(home: House, platform: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    platform.mood(error_before_take={"on": ["lookup"], "next": 2}, refuse={"next": 1})
    letters = [handed_in(home, "well", number) for number in range(4)]
    assert letters
    assert caplog.text
    assert not [number for number in range(4) if person("well", number) in caplog.text]
