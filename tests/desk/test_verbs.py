"""What may be done with a letter in each of its states, and that nothing else may."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from outbound import delivery, desk
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand, Verb
from outbound.ledger import tables as t
from outbound.ledger.mailings import open_mailing
from outbound.ledger.sending import live_dispatch
from outbound.letter import Channel, Lane, Life, Mailbox, Mailing, News, Person
from outbound.life import Status
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, look, submission
from tests.outside import HOME_ADDRESS, World
from tests.people import person

HAND = Hand("mester", "prøve")
MENDING = {Verb.MEND, Verb.REROUTE, Verb.CANCEL}
STATES: dict[str, tuple[Status, set[Verb]]] = {
    "received": (Status.RECEIVED, {Verb.HOLD, *MENDING}),
    "rendered": (Status.RENDERED, {Verb.HOLD, *MENDING}),
    "routed": (Status.ROUTED, {Verb.HOLD, *MENDING}),
    "in doubt": (Status.SENDING, set()),
    "sent": (Status.SENT, {Verb.RESEND}),
    "delivered": (Status.DELIVERED, {Verb.RESEND}),
    "returned": (Status.RETURNED, {Verb.ACKNOWLEDGE, Verb.RESEND}),
    "cancelled": (Status.CANCELLED, {Verb.RESEND}),
    "held": (Status.HELD, {Verb.RELEASE, *MENDING}),
    "held in doubt": (Status.HELD, {Verb.TAKEN, Verb.NOT_TAKEN}),
    "held without a receipt": (Status.HELD, {Verb.WAIT_ON, Verb.ARRIVED, Verb.CAME_BACK, Verb.WAS_REFUSED}),
}
ACTS: dict[Verb, Callable[[House, UUID], object]] = {
    Verb.CANCEL: lambda house, one: desk.cancel(house, one, HAND),
    Verb.HOLD: lambda house, one: desk.hold(house, one, HAND),
    Verb.RELEASE: lambda house, one: desk.release(house, one, HAND),
    Verb.REROUTE: lambda house, one: desk.reroute(house, one, Channel.PRINT, HAND),
    Verb.MEND: lambda house, one: desk.mend_address(house, one, HOME_ADDRESS, HAND),
    Verb.TAKEN: lambda house, one: desk.settle_taken(house, one, HAND),
    Verb.NOT_TAKEN: lambda house, one: desk.settle_not_taken(house, one, HAND),
    Verb.WAIT_ON: lambda house, one: desk.wait_on(house, one, HAND),
    Verb.ARRIVED: lambda house, one: desk.arrived(house, one, HAND),
    Verb.CAME_BACK: lambda house, one: desk.came_back(house, one, HAND),
    Verb.WAS_REFUSED: lambda house, one: desk.was_refused(house, one, HAND),
    Verb.ACKNOWLEDGE: lambda house, one: desk.acknowledge(house, one, HAND),
    Verb.RESEND: lambda house, one: desk.resend(house, one, HAND),
}
"""Every verb but REPLACE, which these letters never have: nobody handed in a PDF."""


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def brought_to(state: str, house: House, world: World, moving_clock: MovingClock) -> UUID:
    """A letter in this state, by the way that leads there."""
    if state == "held":
        world.enrolment.default, world.persons.default = Mailbox.EXEMPT, Person(Life.DEAD)
    world.digital.plan = lambda consignment: {"in doubt": "drop", "held in doubt": "drop"}.get(state, "take")
    (letter,) = hand_in(house, submission(person()))
    if state in ("rendered", "routed"):
        delivery.render_handful(house, Lane.SINGLE)
    if state == "routed":
        delivery.route_handful(house, Lane.SINGLE)
    if state == "cancelled":
        desk.cancel(house, letter, HAND)
    if state in ("received", "rendered", "routed", "cancelled"):
        return letter
    run_to_rest(house)
    if state in ("delivered", "returned"):
        world.report(News.DELIVERED if state == "delivered" else News.RETURNED)
    if state in ("held in doubt", "held without a receipt"):
        moving_clock.pass_(days=7)
    run_to_rest(house)
    return letter


def acts_written(house: House) -> int:
    with house.ledger.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(t.act)).scalar() or 0)


def test_each_state_has_its_verbs(state: str, house: House, world: World, moving_clock: MovingClock) -> None:
    letter = brought_to(state, house, world, moving_clock)
    status, verbs = STATES[state]
    assert look(house, letter).status is status
    with house.ledger.reading() as tx:
        assert set(desk.verbs_for(look(house, letter), live_dispatch(tx, letter))) == verbs


def test_a_verb_that_does_not_fit_changes_nothing(
    state: str, house: House, world: World, moving_clock: MovingClock
) -> None:
    letter = brought_to(state, house, world, moving_clock)
    before, written = look(house, letter), acts_written(house)
    for verb in ACTS.keys() - STATES[state][1]:
        with pytest.raises(DeskRefusal) as refusal:
            ACTS[verb](house, letter)
        assert refusal.value.code == "not-now"
    assert look(house, letter) == before
    assert acts_written(house) == written


@pytest.mark.parametrize(
    ("state", "verb"), [(state, verb) for state, (_, verbs) in STATES.items() for verb in sorted(verbs)]
)
def test_a_verb_that_fits_is_done_and_written_down(
    state: str, verb: Verb, house: House, world: World, moving_clock: MovingClock
) -> None:
    letter = brought_to(state, house, world, moving_clock)
    before, written = look(house, letter), acts_written(house)
    ACTS[verb](house, letter)
    assert verb is Verb.RESEND or look(house, letter).version > before.version
    assert acts_written(house) == written + 1


@pytest.mark.parametrize(
    "hand", [Hand("", "why"), Hand("  ", "why"), Hand("by", ""), Hand("by", " \n"), Hand("x" * 81, "w")]
)
def test_an_act_has_a_name_and_a_why(house: House, hand: Hand) -> None:
    (letter,) = hand_in(house, submission(person()))
    for act in (
        lambda: desk.cancel(house, letter, hand),
        lambda: desk.pause(house, "channel", "digital", hand),
        lambda: desk.resume(house, "channel", "digital", hand),
    ):
        with pytest.raises(DeskRefusal):
            act()
    assert acts_written(house) == 0


def test_the_why_lies_under_the_seal(house: House) -> None:
    (letter,) = hand_in(house, submission(person()))
    desk.cancel(house, letter, Hand("mester", "Fru Prøvesen er flyttet"))
    with house.ledger.writing() as tx:
        act = tx.execute(select(t.act)).one()
        assert "Prøvesen" not in str(tuple(act))
        assert house.seal.open(tx, act.id, "why", "mester", "prøve") == "Fru Prøvesen er flyttet".encode()


@pytest.mark.parametrize(
    ("scope", "key"),
    [
        ("", "x"),
        ("letter", "x"),
        ("channel", "pigeon"),
        ("mailing", "no id"),
        ("system", ""),
        ("type", "x" * 65),
        ("channel", "' OR 1=1 --"),
    ],
)
def test_what_cannot_be_stopped_is_refused(house: House, scope: str, key: str) -> None:
    for act in (desk.pause, desk.resume):
        with pytest.raises(DeskRefusal) as refusal:
            act(house, scope, key, HAND)
        assert refusal.value.code == "no-such-stop"


def test_a_mailing_is_stopped_by_its_id_however_it_is_written(house: House) -> None:
    which = UUID("0190ac00-0000-7000-8000-000000000001")
    with pytest.raises(DeskRefusal) as refusal:
        desk.pause(house, "mailing", str(which), HAND)
    assert (refusal.value.code, acts_written(house)) == ("no-such-stop", 0)
    with house.ledger.writing() as tx:
        open_mailing(tx, Mailing(which, "jobcenter", "m", "beskaeftigelse", "Prøve"))
    assert desk.pause(house, "mailing", "0190AC00-0000-7000-8000-000000000001", HAND)
    assert not desk.pause(house, "mailing", "0190ac00000070008000000000000001", HAND)
    assert desk.resume(house, "mailing", "0190ac00-0000-7000-8000-000000000001", HAND)


def test_a_letter_that_is_not_there_is_refused(house: House) -> None:
    for act in ACTS.values():
        with pytest.raises(DeskRefusal) as refusal:
            act(house, UUID(int=7))
        assert refusal.value.code == "no-such-letter"


@pytest.mark.parametrize("why", ["", " \n", "\x00", "\x1b\x07 \x85", "\u200b\u200e"])
def test_a_why_in_which_nothing_can_be_seen_is_no_why(house: House, why: str) -> None:
    (letter,) = hand_in(house, submission(person()))
    with pytest.raises(DeskRefusal) as refused:
        desk.hold(house, letter, Hand("mester", why))
    assert refused.value.code == "why"
    assert look(house, letter).status is Status.RECEIVED


def test_a_why_is_kept_without_control_characters(house: House) -> None:
    (letter,) = hand_in(house, submission(person()))
    desk.hold(house, letter, Hand("mester", "Hun \x1b[2Jringede\x00\nog 👨\u200d👩 kom\x9b"))
    with house.ledger.writing() as tx:
        act = tx.execute(select(t.act.c.id)).scalar_one()
        assert house.seal.open(tx, act, "why", "mester", "prøve") == "Hun [2Jringede\nog 👨\u200d👩 kom".encode()
