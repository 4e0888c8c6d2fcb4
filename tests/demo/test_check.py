"""The demo's check is worth something: whatever goes wrong with a letter, it says so."""

from collections.abc import Callable
from typing import Any

import pytest

from outbound.demo import check
from outbound.demo.scenario import MAILING, SINGLE, TOLD_BY_YES_OR_NO
from outbound.demo.suppliers import Taking
from outbound.demo.systems import HandedIn
from outbound.reports import By, Figure, Letters, Line, Period, Report

TAKEN_STATES = ("DELIVERED", "RETURNED")
World = tuple[list[HandedIn], dict[str, Any], list[Taking]]


def as_it_should_be() -> World:
    handed_in: list[HandedIn] = []
    letters: dict[str, Any] = {}
    takings: list[Taking] = []
    for group in (*SINGLE, *MAILING):
        for _ in range(group.letters):
            number = str(len(handed_in))
            channel = "digital" if group.route.channel == "digital" else "print"
            handed_in.append(HandedIn(number, group, f"ref-{number}"))
            letters[number] = {
                "state": str(group.end),
                "route": {"code": group.route.code},
                "dispatches": [{"id": f"d{number}"}],
                "incidents": [],
            }
            if group.end in TAKEN_STATES:
                takings.append(Taking(f"d{number}", channel, False))
    return handed_in, letters, takings


def test_nothing_is_said_where_all_is_well() -> None:
    assert list(check.faults(*as_it_should_be())) == []


def test_where_a_look_up_says_no_more_than_yes_or_no_other_routes_are_right() -> None:
    handed_in, letters, takings = as_it_should_be()
    for one in handed_in:
        letters[one.letter]["route"]["code"] = TOLD_BY_YES_OR_NO.get(one.group.route, one.group.route).code
    assert list(check.faults(handed_in, letters, takings, TOLD_BY_YES_OR_NO)) == []
    assert len(list(check.faults(handed_in, letters, takings))) > 10


def test_a_taking_that_was_refused_later_does_not_count() -> None:
    handed_in, letters, takings = as_it_should_be()
    letters["0"]["dispatches"].append({"id": "first"})
    takings.append(Taking("first", "digital", True))
    assert list(check.faults(handed_in, letters, takings)) == []


def lost(world: World) -> None:
    world[2].pop(0)


def doubled(world: World) -> None:
    world[2].append(world[2][0])


def on_both_channels(world: World) -> None:
    world[2].append(Taking(world[2][0].dispatch, "print", False))


def of_nobody(world: World) -> None:
    world[2].append(Taking("nobody's", "print", False))


def held_and_taken(world: World) -> None:
    held = next(one.letter for one in world[0] if one.group.end == "HELD")
    world[2].append(Taking(f"d{held}", "print", False))


def ended_otherwise(world: World) -> None:
    world[1]["0"]["state"] = "HELD"


def went_otherwise(world: World) -> None:
    world[1]["0"]["route"] = None


def with_an_incident(world: World) -> None:
    world[1]["0"]["incidents"].append({"code": "both-suspected"})


def never_accepted(world: World) -> None:
    gone = world[0].pop()
    del world[1][gone.letter]


@pytest.mark.parametrize(
    "wrong",
    [
        lost, doubled, on_both_channels, of_nobody, held_and_taken, ended_otherwise, went_otherwise, with_an_incident,
        never_accepted,
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_said(wrong: Callable[[World], None]) -> None:
    world = as_it_should_be()
    wrong(world)
    assert list(check.faults(*world))


def reported(world: World) -> Report:
    """What the report should say of it."""
    handed_in, letters, takings = world
    channels = {one.dispatch: one.channel for one in takings}
    lines: dict[str, Letters] = {}
    for one in handed_in:
        went = channels.get(letters[one.letter]["dispatches"][0]["id"], "")
        more = Letters(went == "digital", went == "print")
        lines[one.group.department] = lines.get(one.group.department, Letters()) + more
    told = tuple(Line(key, key, Figure(letters)) for key, letters in lines.items())
    return Report(Period.month(2026, 11), By.DEPARTMENT, told, Line("", "I alt", Figure()))


def test_the_report_says_what_the_suppliers_took() -> None:
    world = as_it_should_be()
    told = reported(world)
    assert list(check.figures(*world, told)) == []
    world[2].append(Taking("d0", "print", False))
    assert list(check.figures(*world, told)) == [
        "Rapporten siger {0} digitale breve og {1} på papir for {2}; leverandørerne tog {0} og {3}.".format(
            told.lines[0].figure.letters.digital,
            told.lines[0].figure.letters.printed,
            told.lines[0].key,
            told.lines[0].figure.letters.printed + 1,
        )
    ]
