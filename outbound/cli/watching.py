"""`outbound now`: the answer for 03:00 and what needs a hand; the lost letters, and the verb that helps."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from outbound.cli.acts import By, Letters, Why, each_letter
from outbound.cli.faults import Code
from outbound.cli.ids import MOST_SHOWN, say_ids
from outbound.cli.opening import hand, opened_house, opened_ledger
from outbound.cli.tables import Form, age, clean, moment, plain, shown
from outbound.cli.views import AsForm
from outbound.flow import Place
from outbound.loose_ends import nudge as take_up
from outbound.lost import Lost, lost_letters
from outbound.needs import Need, needs
from outbound.watch import Watch, watch
from outbound.web.pages import drift_words
from outbound.web.pages.words import WAITS_FOR, state_said

NEEDS = {"what": "Hvad", "count": "Antal", "age": "Ældste", "waits_for": "Venter på"}
NEEDS_PLAIN = dict.fromkeys(("kind", "code", "key", "by", "count", "since", "until", "waits_for"), "")
LOST = {"letter": "Brev", "system": "Fagsystem", "state": "Tilstand", "since": "Siden", "loss": "Hvad er galt"}
PLACE = ("step", "lane", "channel", "due", "in_hand", "later", "oldest", "per_minute", "wrong")


def now(form: AsForm = Form.TABLE) -> None:
    """The answer for 03:00: what is lost, what waits and until when, the first deadline; and what needs a hand.

    Exit code 1 where letters are lost, the timer or a pool shows no life, a deadline is in danger, or the ledger is a
    back-up and nothing is sent.
    """
    with opened_house() as house, house.ledger.reading() as tx:
        seen, wanted = watch(tx, house.settings), needs(tx, house)
    if form is Form.JSON:
        typer.echo(json.dumps(plain(_plain(seen, wanted)), ensure_ascii=False, indent=1))
    elif form is Form.CSV:
        typer.echo(shown([_need(one) for one in wanted], NEEDS_PLAIN, form))
    else:
        typer.echo(" ".join(drift_words.said(seen)))
        typer.echo(
            "\n" + shown([_need_said(one) for one in wanted], NEEDS, form) if wanted else "Intet kræver en hånd."
        )
    if not seen.is_well:
        raise typer.Exit(Code.FOUND)


def lost(
    limit: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="At most so many; else 50, with --ids all.")
    ] = None,
    form: AsForm = Form.TABLE,
    ids: Annotated[
        bool, typer.Option("--ids", help="Ids alone, one a line, as `outbound nudge -` reads them.")
    ] = False,
) -> None:
    """Letters that are lost: accepted, and nothing will ever bring anybody to them.

    Exit code 1 where there are any.
    """
    with opened_ledger() as (settings, ledger), ledger.reading() as tx:
        found = lost_letters(tx, settings, None, limit or MOST_SHOWN)
        if ids:
            say_ids(lambda after, most: [one.letter.id for one in lost_letters(tx, settings, after, most)], limit)
    if not ids:
        empty = not found and form is Form.TABLE
        typer.echo("Ingen breve er tabt." if empty else shown([_lost(one, form) for one in found], LOST, form))
    if found:
        raise typer.Exit(Code.FOUND)


def nudge(letters: Letters, by: By, why: Why) -> None:
    """Bring lost letters back among those that somebody comes to.

    Refused for a letter that is not lost, or not in a way that this helps. Nothing is sent by this alone.
    """
    each_letter(letters, hand(by, why), lambda house, one, who: str(take_up(house, one, who)), "is taken up again")


def _need(one: Need) -> Mapping[str, Any]:
    return {name: getattr(one, name) for name in NEEDS_PLAIN}


def _need_said(one: Need) -> Mapping[str, Any]:
    said = {"what": clean(drift_words.need(one)), "count": one.count, "age": age(one.since)}
    return {**said, "waits_for": WAITS_FOR[one.waits_for]}


def _plain(seen: Watch, wanted: list[Need]) -> Mapping[str, Any]:
    names = ("lost", "waiting", "going", "drained_at", "stopped", "later_until", "silent", "restored", "is_well")
    first = seen.deadline
    deadline = first and {name: getattr(first, name) for name in ("kind", "at", "letter", "letters", "in_danger")}
    return {
        **{name: getattr(seen, name) for name in names},
        "deadline": deadline,
        "needs": [_need(one) for one in wanted],
        "flow": [_place(one) for one in seen.way.places],
    }


def _place(one: Place) -> Mapping[str, Any]:
    return {name: getattr(one, name) for name in PLACE}


def _lost(one: Lost, form: Form) -> Mapping[str, Any]:
    row: dict[str, Any] = {"letter": one.letter.id, "system": one.letter.system, "loss": one.loss}
    if form is not Form.TABLE:
        return {**row, "state": one.letter.status, "since": one.letter.updated_at}
    said = {"state": state_said(one.letter.status, one.letter.channel), "since": moment(one.letter.updated_at)}
    return {**row, **said, "loss": drift_words.LOSSES[one.loss]}
