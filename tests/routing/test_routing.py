"""Every route, every pair of routes in order of precedence, and the promises over all circumstances."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.letter import Address, Channel, Life, Mailbox, Person, Recipient, Role, Wish
from outbound.postal_address import usable
from outbound.routing import (
    OBSTACLES,
    REASONS,
    Circumstances,
    Route,
    asks_person,
    choose_route,
    postal_address,
)

HOUSE = Address("Asta Testesen", ("Prøvevej 7",), "4300", "Holbæk")
ALIVE, DEAD = Person(Life.ALIVE), Person(Life.DEAD)
PLAIN: dict[str, Any] = {"mailbox": Mailbox.ENROLLED, "person": ALIVE, "address": HOUSE}
DIGITAL_REFUSED = {"refused": frozenset({Channel.DIGITAL})}

# What makes each reason fit, and nothing besides.
MAKES_REASON: dict[Route, dict[str, Any]] = {
    Route.MAILBOX_CLOSED: {"mailbox": Mailbox.CLOSED},
    Route.RECIPIENT_DEAD: {"person": DEAD},
    Route.CHOSEN_PAPER: {"chosen": Channel.PRINT},
    Route.CHOSEN_DIGITAL: {"chosen": Channel.DIGITAL},
    Route.LOOK_UP_UNKNOWN: {"mailbox": Mailbox.UNKNOWN},
    Route.PAPER_DEMANDED: {"wish": Wish.PAPER},
    Route.PAPER_ONLY: {"paper_only": True},
    Route.DIGITAL_NOT_ENROLLED: {"wish": Wish.DIGITAL, "mailbox": Mailbox.EXEMPT},
    Route.DIGITAL_NOT_POSSIBLE: {"wish": Wish.DIGITAL, **DIGITAL_REFUSED},
    Route.DIGITAL_DEMANDED: {"wish": Wish.DIGITAL},
    Route.DIGITAL_REFUSED: DIGITAL_REFUSED,
    Route.DIGITAL_TOO_LARGE: {"digital_too_large": True},
    Route.ENROLLED: {"mailbox": Mailbox.ENROLLED},
    Route.EXEMPT: {"mailbox": Mailbox.EXEMPT},
    Route.LEFT_THE_COUNTRY: {"mailbox": Mailbox.LEFT_THE_COUNTRY},
    Route.NOT_YET_ACTIVE: {"mailbox": Mailbox.NOT_YET_ACTIVE},
    Route.UNDER_15: {"mailbox": Mailbox.UNDER_15},
    Route.NOT_ENROLLED: {"mailbox": Mailbox.NOT_ENROLLED},
    Route.NO_NUMBER: {"mailbox": None},
}
MAKES_OBSTACLE: dict[Route, dict[str, Any]] = {
    Route.REGISTER_UNKNOWN: {"person": Person(Life.UNKNOWN)},
    Route.NOT_IN_REGISTER: {"person": Person(Life.NOT_FOUND)},
    Route.NO_POSTAL_ADDRESS: {"address": None},
    Route.POSTCODE_UNKNOWN: {"written": True, "address": replace(HOUSE, postcode="9991")},
    Route.TOWN_NOT_OF_POSTCODE: {"written": True, "address": replace(HOUSE, postcode="4300", town="Odense C")},
    Route.PRINT_TOO_LARGE: {"print_too_large": True},
    Route.NO_CHANNEL_LEFT: {"refused": frozenset({Channel.PRINT})},
}

# Two demands that cannot both be met make a third route.
MAKES_THIRD: dict[frozenset[Route], Route] = {
    frozenset({Route.CHOSEN_DIGITAL, Route.DIGITAL_NOT_POSSIBLE}): Route.DIGITAL_NOT_POSSIBLE,
    frozenset({Route.CHOSEN_DIGITAL, Route.DIGITAL_REFUSED}): Route.DIGITAL_NOT_POSSIBLE,
    frozenset({Route.CHOSEN_DIGITAL, Route.DIGITAL_TOO_LARGE}): Route.DIGITAL_NOT_POSSIBLE,
    frozenset({Route.CHOSEN_DIGITAL, Route.NO_NUMBER}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.PAPER_ONLY, Route.DIGITAL_NOT_ENROLLED}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.PAPER_ONLY, Route.DIGITAL_NOT_POSSIBLE}): Route.DIGITAL_NOT_POSSIBLE,
    frozenset({Route.PAPER_ONLY, Route.DIGITAL_DEMANDED}): Route.DIGITAL_NOT_POSSIBLE,
    frozenset({Route.DIGITAL_DEMANDED, Route.DIGITAL_REFUSED}): Route.DIGITAL_NOT_POSSIBLE,
    frozenset({Route.DIGITAL_DEMANDED, Route.DIGITAL_TOO_LARGE}): Route.DIGITAL_NOT_POSSIBLE,
    frozenset({Route.DIGITAL_DEMANDED, Route.EXEMPT}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_DEMANDED, Route.LEFT_THE_COUNTRY}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_DEMANDED, Route.NOT_YET_ACTIVE}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_DEMANDED, Route.UNDER_15}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_DEMANDED, Route.NOT_ENROLLED}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_DEMANDED, Route.NO_NUMBER}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_NOT_POSSIBLE, Route.EXEMPT}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_NOT_POSSIBLE, Route.LEFT_THE_COUNTRY}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_NOT_POSSIBLE, Route.NOT_YET_ACTIVE}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_NOT_POSSIBLE, Route.UNDER_15}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_NOT_POSSIBLE, Route.NOT_ENROLLED}): Route.DIGITAL_NOT_ENROLLED,
    frozenset({Route.DIGITAL_NOT_POSSIBLE, Route.NO_NUMBER}): Route.DIGITAL_NOT_ENROLLED,
    # Without a number there is no mailbox for it to be too large for.
    frozenset({Route.DIGITAL_TOO_LARGE, Route.NO_NUMBER}): Route.NO_NUMBER,
}


def circumstances(*makings: Mapping[str, Any]) -> Circumstances:
    return Circumstances(**{key: value for making in (PLAIN, *makings) for key, value in making.items()})


def agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[key] == other[key] for key in one.keys() & other.keys())


REASON_PAIRS = [
    (first, second)
    for first, second in combinations(MAKES_REASON, 2)
    if agree(MAKES_REASON[first], MAKES_REASON[second])
]
OBSTACLE_PAIRS = [
    (first, second)
    for first, second in combinations(MAKES_OBSTACLE, 2)
    if agree(MAKES_OBSTACLE[first], MAKES_OBSTACLE[second])
]
PAPER = [route for route in MAKES_REASON if route.channel is Channel.PRINT]
NOT_PAPER = [route for route in MAKES_REASON if route.channel is not Channel.PRINT]


def test_the_tables_here_have_a_row_for_every_route_in_its_order_of_precedence() -> None:
    assert [*MAKES_REASON, *MAKES_OBSTACLE] == list(Route)
    assert [route for route, _ in (*REASONS, *OBSTACLES)] == list(Route)


@pytest.mark.parametrize("route", MAKES_REASON, ids=lambda r: r.code)
def test_a_reason_alone_gives_its_route(route: Route) -> None:
    assert choose_route(circumstances(MAKES_REASON[route])) is route


@pytest.mark.parametrize("pair", REASON_PAIRS, ids=lambda pair: "+".join(r.code for r in pair))
def test_of_two_reasons_the_earlier_wins(pair: tuple[Route, Route]) -> None:
    first, second = pair
    expected = MAKES_THIRD.get(frozenset(pair), first)
    assert choose_route(circumstances(MAKES_REASON[first], MAKES_REASON[second])) is expected


@pytest.mark.parametrize("obstacle", MAKES_OBSTACLE, ids=lambda r: r.code)
@pytest.mark.parametrize("reason", PAPER, ids=lambda r: r.code)
def test_an_obstacle_outranks_every_reason_for_paper(reason: Route, obstacle: Route) -> None:
    refused = MAKES_REASON[reason].get("refused", frozenset()) | MAKES_OBSTACLE[obstacle].get("refused", frozenset())
    found = choose_route(circumstances(MAKES_REASON[reason], MAKES_OBSTACLE[obstacle], {"refused": refused}))
    about_the_number = obstacle in {Route.REGISTER_UNKNOWN, Route.NOT_IN_REGISTER}
    assert found is (reason if reason is Route.NO_NUMBER and about_the_number else obstacle)


@pytest.mark.parametrize("obstacle", MAKES_OBSTACLE, ids=lambda r: r.code)
@pytest.mark.parametrize("reason", NOT_PAPER, ids=lambda r: r.code)
def test_an_obstacle_to_paper_is_nothing_to_a_letter_that_does_not_go_on_paper(reason: Route, obstacle: Route) -> None:
    refused = MAKES_REASON[reason].get("refused", frozenset()) | MAKES_OBSTACLE[obstacle].get("refused", frozenset())
    makings = (MAKES_OBSTACLE[obstacle], MAKES_REASON[reason], {"refused": refused})
    assert choose_route(circumstances(*makings)) is reason


@pytest.mark.parametrize("pair", OBSTACLE_PAIRS, ids=lambda pair: "+".join(r.code for r in pair))
def test_of_two_obstacles_the_earlier_wins(pair: tuple[Route, Route]) -> None:
    first, second = pair
    makings = (MAKES_REASON[Route.EXEMPT], MAKES_OBSTACLE[second], MAKES_OBSTACLE[first])
    assert choose_route(circumstances(*makings)) is first


LETTERS_PROMISED = [
    # A failed look-up is not an answer, and closed outranks a demand: it is looked up again first.
    (
        "paper is demanded and the look-up fails",
        {"wish": Wish.PAPER, "mailbox": Mailbox.UNKNOWN},
        Route.LOOK_UP_UNKNOWN,
    ),
    (
        "the type is paper-only and the look-up fails",
        {"paper_only": True, "mailbox": Mailbox.UNKNOWN},
        Route.LOOK_UP_UNKNOWN,
    ),
    (
        "the type is paper-only and the mailbox closed",
        {"paper_only": True, "mailbox": Mailbox.CLOSED},
        Route.MAILBOX_CLOSED,
    ),
    ("it was refused and the look-up fails", {**DIGITAL_REFUSED, "mailbox": Mailbox.UNKNOWN}, Route.LOOK_UP_UNKNOWN),
    # The life sign comes before any paper to somebody with a number.
    ("exempt and dead", {"mailbox": Mailbox.EXEMPT, "person": DEAD}, Route.RECIPIENT_DEAD),
    ("exempt and nobody asked", {"mailbox": Mailbox.EXEMPT, "person": None}, Route.REGISTER_UNKNOWN),
    ("refused digitally and dead", {**DIGITAL_REFUSED, "person": DEAD}, Route.RECIPIENT_DEAD),
    ("chosen for paper by a person and dead", {"chosen": Channel.PRINT, "person": DEAD}, Route.RECIPIENT_DEAD),
    (
        "not enrolled, and the register does not answer",
        {"mailbox": Mailbox.NOT_ENROLLED, "person": Person(Life.UNKNOWN)},
        Route.REGISTER_UNKNOWN,
    ),
    (
        "not enrolled, and the register does not know the number",
        {"mailbox": Mailbox.NOT_ENROLLED, "person": Person(Life.NOT_FOUND)},
        Route.NOT_IN_REGISTER,
    ),
    # Demanded on paper, it never slips into a mailbox because its address is faulty.
    ("paper is demanded without an address", {"wish": Wish.PAPER, "address": None}, Route.NO_POSTAL_ADDRESS),
    # Neither channel.
    ("both channels refused", {"refused": frozenset({Channel.DIGITAL, Channel.PRINT})}, Route.NO_CHANNEL_LEFT),
    (
        "a person chose a mailbox that refused it",
        {"chosen": Channel.DIGITAL, **DIGITAL_REFUSED},
        Route.DIGITAL_NOT_POSSIBLE,
    ),
    # A person's choice stands where the look-up fails, yet not without a life sign.
    ("a person chose paper in an outage", {"chosen": Channel.PRINT, "mailbox": Mailbox.UNKNOWN}, Route.CHOSEN_PAPER),
    (
        "a person chose paper and nobody asked the register",
        {"chosen": Channel.PRINT, "person": None},
        Route.REGISTER_UNKNOWN,
    ),
    (
        "a person chose digital over a demand for paper",
        {"chosen": Channel.DIGITAL, "wish": Wish.PAPER},
        Route.CHOSEN_DIGITAL,
    ),
    (
        "a person chose paper over a demand for digital",
        {"chosen": Channel.PRINT, "wish": Wish.DIGITAL},
        Route.CHOSEN_PAPER,
    ),
]


@pytest.mark.parametrize(("when", "making", "route"), LETTERS_PROMISED, ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_promised_holds_when(when: str, making: Mapping[str, Any], route: Route) -> None:
    assert choose_route(circumstances(making)) is route


@pytest.mark.parametrize("route", Route, ids=lambda r: r.code)
def test_a_route_has_a_channel_or_waits_for_somebody_or_for_an_answer(route: Route) -> None:
    assert (route.channel is not Channel.NONE) + route.held + route.waits == 1
    assert Route.of(route.code) is route
    assert route.sentence.endswith(".")


def test_codes_are_kebab_case_and_no_two_sentences_are_the_same() -> None:
    assert all(route.code == route.code.lower().replace("_", "-").strip() for route in Route)
    assert len({route.sentence for route in Route}) == len(Route)


def test_the_recipe_lists_every_code_in_its_order() -> None:
    text = (Path(__file__).parents[2] / "docs" / "recipes" / "route.md").read_text(encoding="utf-8")
    table = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert table == [route.code for route in Route]


ODD = replace(HOUSE, postcode="9991"), replace(HOUSE, postcode="4300", town="Odense C")
ADDRESSES = st.sampled_from([None, HOUSE, replace(HOUSE, postcode="1000"), replace(HOUSE, name=""), *ODD])
ALL_CIRCUMSTANCES = st.builds(
    Circumstances,
    mailbox=st.none() | st.sampled_from(Mailbox),
    stale=st.booleans(),
    person=st.none() | st.builds(Person, st.sampled_from(Life)),
    address=ADDRESSES,
    wish=st.sampled_from(Wish),
    chosen=st.sampled_from([None, Channel.PRINT, Channel.DIGITAL]),
    paper_only=st.booleans(),
    refused=st.frozensets(st.sampled_from([Channel.PRINT, Channel.DIGITAL])),
    digital_too_large=st.booleans(),
    print_too_large=st.booleans(),
    written=st.booleans(),
)


@given(ALL_CIRCUMSTANCES)
def test_the_promises_hold_in_all_circumstances(c: Circumstances) -> None:
    route = choose_route(c)
    if c.mailbox is Mailbox.CLOSED or c.life is Life.DEAD:
        assert route.held, "closed or dead never gets a channel"
    if route.channel is Channel.PRINT:
        assert c.mailbox is not Mailbox.UNKNOWN or c.chosen is Channel.PRINT, "unknown never becomes paper"
        assert not c.stale or c.chosen is Channel.PRINT, "an answer from before a failed look-up never becomes paper"
        assert c.mailbox is None or c.life is Life.ALIVE, "no paper without a life sign"
        assert usable(c.address)
        assert not (c.written and c.address in ODD), "no paper to a postcode and a town that are not one place"
        assert not c.print_too_large
        assert not c.digital_only, "a letter that must not go on paper never does"
    if route.channel is Channel.DIGITAL:
        assert c.mailbox is not None
        assert not c.digital_too_large
        assert c.mailbox is Mailbox.ENROLLED or c.chosen is Channel.DIGITAL
        assert not (c.wish is Wish.PAPER or c.paper_only) or c.chosen is Channel.DIGITAL
    assert route.channel not in c.refused, "a channel that refused is never chosen"


@given(ALL_CIRCUMSTANCES)
def test_the_register_is_asked_exactly_where_its_answer_could_let_paper_go(c: Circumstances) -> None:
    answered = {choose_route(replace(c, person=Person(life))) for life in Life if c.mailbox and c.person is None}
    if Route.REGISTER_UNKNOWN in answered:
        assert asks_person(c)
    else:
        assert not asks_person(c)


@given(ALL_CIRCUMSTANCES)
def test_where_the_register_need_not_be_asked_a_life_sign_changes_nothing(c: Circumstances) -> None:
    if c.mailbox and c.person is None and not asks_person(c):
        assert choose_route(c) is choose_route(replace(c, person=ALIVE))


STALE: dict[str, tuple[dict[str, Any], Route]] = {
    "enrolled": ({}, Route.ENROLLED),
    "demanded digital": ({"wish": Wish.DIGITAL}, Route.DIGITAL_DEMANDED),
    "demanded on paper": ({"wish": Wish.PAPER}, Route.LOOK_UP_UNKNOWN),
    "of a type for paper": ({"paper_only": True}, Route.LOOK_UP_UNKNOWN),
    "refused in the mailbox": (DIGITAL_REFUSED, Route.LOOK_UP_UNKNOWN),
    "too large for the mailbox": ({"digital_too_large": True}, Route.LOOK_UP_UNKNOWN),
    "exempt, if such an answer were kept": ({"mailbox": Mailbox.EXEMPT}, Route.LOOK_UP_UNKNOWN),
    "closed, if such an answer were kept": ({"mailbox": Mailbox.CLOSED}, Route.MAILBOX_CLOSED),
    "chosen for paper by a person": ({"chosen": Channel.PRINT}, Route.CHOSEN_PAPER),
}


@pytest.mark.parametrize("case", STALE)
def test_an_answer_from_before_a_failed_look_up_is_good_for_the_mailbox_alone(case: str) -> None:
    making, route = STALE[case]
    assert choose_route(circumstances({"stale": True}, making)) is route


@pytest.mark.parametrize("odd", ODD, ids=["unknown postcode", "another town"])
def test_an_address_of_the_person_register_is_not_held_against_our_older_table(odd: Address) -> None:
    assert choose_route(circumstances({"mailbox": Mailbox.EXEMPT, "address": odd, "written": False})) is Route.EXEMPT


def test_circumstances_do_not_show_the_person() -> None:
    shown = repr(circumstances({"person": Person(Life.ALIVE, "Asta Testesen", HOUSE)}))
    assert "Asta" not in shown
    assert "Prøvevej" not in shown


def test_paper_goes_where_the_sender_says_else_where_the_register_says() -> None:
    elsewhere = replace(HOUSE, lines=("Andenvej 2",))
    known = Person(Life.ALIVE, address=elsewhere)
    assert postal_address(Recipient(Role.PARTY, "Asta", address=HOUSE), known) is HOUSE
    assert postal_address(Recipient(Role.PARTY, "Asta"), known) is elsewhere
    assert postal_address(Recipient(Role.PARTY, "Asta"), None) is None
