"""`/ledelse/hvad-nu-hvis`: a past period as it was, and beside it as it would have been with the choices on top.

The answer is `outbound.reports.whatif`'s, as the command's. The address holds the choices, so that it can be kept.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from outbound.delivery import House
from outbound.reports import Period
from outbound.reports.choices import MOST_TYPES, Asked, CannotAsk, Choices, choices_of
from outbound.reports.management import Read
from outbound.reports.management import choices as departments_in
from outbound.reports.whatif import Change, Line, PaperOnly, TooManyPrinted, WhatIf, what_if
from outbound.reports.whatif_words import HEADINGS, cost, in_three, words
from outbound.web import charts
from outbound.web.charts import Chart, Drawn, Row
from outbound.web.pages import what_if_words as said
from outbound.web.pages.months_asked import ECHOED, NO_DEPARTMENTS, latest, period_of, running, shown_as
from outbound.web.pages.signed_in import Person, needs
from outbound.web.pages.type_titles import titles_of
from outbound.web.people import EVERYWHERE, Role
from outbound.web.rooms import Inside

HERE = "/ledelse/hvad-nu-hvis"
router = APIRouter(prefix=HERE)
SWITCH = {"til": "on", "fra": "off"}
WAYS = ("Virkelighed", "Hvad nu hvis")


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the address, as it was written."""

    first: str = ""
    last: str = ""
    points: str = ""
    postage: str = ""
    types: tuple[str, ...] = ()
    householding: str = ""

    @property
    def address(self) -> str:
        """This page with these choices."""
        named = {
            "fra": self.first, "til": self.last, "tilmeldte": self.points, "porto": self.postage,
            "samkuvertering": self.householding, "type": self.types,
        }  # fmt: skip
        return f"{HERE}?{urlencode({name: value for name, value in named.items() if value}, doseq=True)}"


def given(
    fra: str = "",
    til: str = "",
    tilmeldte: str = "",
    porto: str = "",
    samkuvertering: str = "",
    typer: Annotated[list[str] | None, Query(alias="type")] = None,
) -> Given:
    """From the address."""
    return Given(fra, til, tilmeldte, porto, tuple(typer or ()), samkuvertering)


@router.get("")
def page(
    person: Annotated[Person, Depends(needs(Role.MANAGEMENT))], inside: Inside, asked: Annotated[Given, Depends(given)]
) -> Response:
    """Choices, what they mean, and both ways side by side for the departments that this person may see."""
    period, faults = period_of(asked.first, asked.last)
    choices, more = _choices(asked)
    faults |= more
    answer = None
    if period:
        answer, too_many = _answer(inside.house, person, period, Choices() if faults else choices)
        faults |= too_many
        if choices.types - inside.house.types.keys() - answer.paper_only.keys():
            faults[str(Asked.TYPES)] = said.TYPE_UNKNOWN
    status = 422 if faults else 200
    about = _result(inside.house, person, answer, choices) if answer and not faults else None
    return person.page(
        "what_if.html",
        status,
        title="Hvad nu hvis",
        given=_echoed(asked, period),
        faults=faults,
        fields=said.FIELDS,
        period=period,
        types=_types(answer),
        titles=titles_of(inside.house.types),
        presets=_presets(asked, answer) if answer else [],
        about=about,
        latest=latest(),
        running=running(period) if period else "",
    )


def _choices(asked: Given) -> tuple[Choices, dict[str, str]]:
    try:
        switch = SWITCH.get(asked.householding, asked.householding)
        return choices_of(asked.points, asked.postage, asked.types, switch), {}
    except CannotAsk as wrong:
        return Choices(), {str(fault.of): said.FAULTS[fault] for fault in wrong.faults}


def _answer(house: House, person: Person, period: Period, choices: Choices) -> tuple[WhatIf, dict[str, str]]:
    """What is asked; reality alone, and why, where it would take too long."""
    seen = None if EVERYWHERE in person.account.departments else person.account.departments
    most = house.settings.what_if_printed
    change = Change.of(choices, house.settings.household_letters)
    with house.ledger.reading() as tx:
        try:
            return what_if(tx, period, change, house.tariffs, seen, most), {}
        except TooManyPrinted as many:
            fault = {str(Asked.HOUSEHOLDING): said.too_many_printed(many.letters, most)}
            return what_if(tx, period, Change(), house.tariffs, seen), fault


def _echoed(asked: Given, period: Period | None) -> Given:
    """What the fields show: what was written, cut where nobody can have meant it."""
    first, last = shown_as(period, asked.first, asked.last)
    return replace(
        asked,
        first=first,
        last=last,
        points=asked.points[:ECHOED],
        postage=asked.postage[:ECHOED],
    )


def _types(answer: WhatIf | None) -> list[tuple[str, PaperOnly]]:
    """The types for paper only, those with most letters first."""
    known = answer.paper_only if answer else {}
    return sorted(known.items(), key=lambda one: (-one[1].letters, one[0]))[:MOST_TYPES]


def _presets(asked: Given, answer: WhatIf) -> list[tuple[str, str]]:
    """Questions that are often asked, and their address."""
    period = Given(asked.first, asked.last)
    types = tuple(name for name, _ in _types(answer))
    found = [
        ("5 procentpoint flere tilmeldte", replace(period, points="5")),
        ("Porto på 40 kr.", replace(period, postage="40")),
        *([("Alle typer på papir gjort digitale", replace(period, types=types))] if types else []),
        ("Ingen samkuvertering", replace(period, householding="fra")),
        ("Samkuvertering for alle brevtyper", replace(period, householding="til")),
        ("Som det var", period),
    ]
    return [(name, one.address) for name, one in found]


def _result(house: House, person: Person, answer: WhatIf, choices: Choices) -> dict[str, Any]:
    """All that is said of the answer."""
    whole = EVERYWHERE in person.account.departments
    together = "I alt" if whole else "Dine forvaltninger i alt"
    names = [house.organisation.name_of(line.key, answer.period.last) for line in answer.lines]
    rows = [words(line, name) for line, name in zip((*answer.lines, answer.total), (*names, together), strict=True)]
    return {
        "sentence": said.sentence(answer.total) if choices.any else said.NOTHING_CHOSEN,
        "chosen": [*said.chosen(_titled(choices, house))],
        "about_points": said.ABOUT_POINTS if choices.points else "",
        "tiles": [*said.tiles(answer.total)],
        "whose": together,
        "charts": _charts(answer.lines, names) if answer.lines else [],
        "tables": [*zip(said.TABLES, zip(*map(in_three, (HEADINGS, *rows)), strict=True), strict=True)],
        "any": bool(answer.lines),
        "empty": "Ingen breve i perioden." if _has_departments(house, person, answer.period) else NO_DEPARTMENTS,
        "notes": answer.notes,
    }


def _titled(choices: Choices, house: House) -> Choices:
    """The same with types by their titles, to be read."""
    titles = titles_of(house.types)
    return replace(choices, types=frozenset(titles.get(name, name) for name in choices.types))


def _has_departments(house: House, person: Person, period: Period) -> bool:
    """Is any department of the period theirs?"""
    return any(person.account.may_see(code) for code in departments_in(house.organisation, Read(period)))


def _charts(lines: tuple[Line, ...], names: list[str]) -> list[Drawn]:
    named = [*zip(names, lines, strict=True)]
    shares = [Row(name, (line.real.letters.digital_share, line.digital_share)) for name, line in named]
    costs = [Row(name, (cost(line.real), cost(line.other))) for name, line in named]
    return [
        charts.bars(Chart("andel", "Digital andel", "i procent af brevene", WAYS, shares, written=said.share, most=1)),
        charts.bars(Chart("udgift", "Udgift", "i kroner uden moms", WAYS, costs, written=said.money)),
    ]
