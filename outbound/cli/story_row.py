"""A letter's story for other programs, as `outbound show --json` prints it: codes and times, no person."""

from collections.abc import Mapping
from typing import Any

from outbound.desk import verbs_for
from outbound.story import Story, Try

STORY = dict.fromkeys(
    (
        "letter", "status", "held_code", "waits_for", "route", "channel", "system", "reference", "case_number",
        "department", "letter_type", "dated", "created_at", "due_at", "useful_until", "follows", "followed_by",
        "acknowledged_at", "journalised_at", "events", "tries", "incidents", "acts", "money", "verbs",
    ),
    "",
)  # fmt: skip


def story_row(of: Story) -> Mapping[str, Any]:
    """The columns of STORY."""
    one = of.letter
    return {
        **{name: getattr(one, name) for name in STORY if hasattr(one, name)},
        "letter": one.id,
        "events": [{"at": e.at, "now": e.now, "code": e.code, "by": e.by} for e in of.events],
        "tries": [_try_row(each) for each in of.tries],
        "incidents": [{"at": each.at, "code": each.code} for each in of.incidents],
        "acts": [{"at": each.at, "verb": each.verb, "by": each.by} for each in of.acts],
        "money": [{"day": m.day, "stage": m.stage, "measure": m.measure, "amount": m.amount} for m in of.money],
        "followed_by": list(of.followed_by),
        "verbs": [str(verb) for verb in verbs_for(one, of.live)],
    }


def _try_row(each: Try) -> Mapping[str, Any]:
    names = ("id", "channel", "provider", "outcome", "code", "transmission", "taken_at", "available_at")
    return {name: getattr(each.dispatch, name) for name in names}
