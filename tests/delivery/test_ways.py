"""Every way, walked on both databases: once in peace, and with a crash at every commit, before it and after it."""

import os

import pytest

from tests.delivery.crashing import anew, crash_at, places_on, thinned
from tests.delivery.walking import Walk
from tests.delivery.ways import WAYS, Way


@pytest.fixture(params=WAYS, ids=str)
def told(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


def test_a_walk(told: Way, walk: Walk) -> None:
    told(walk)
    walk.holds()


WHOLE = frozenset(
    {
        "a_letter_for_the_mailbox",
        "letters_printed_in_one_run",
        "a_letter_refused_late_is_printed_then",
        "a_letter_that_kills_its_worker",
        "a_dropped_answer_is_settled_by_the_receipt",
        "a_dropped_answer_is_settled_by_asking",
        "a_supplier_that_knows_its_letters_is_handed_the_same_again",
        "a_paused_channel_keeps_its_letters",
        "a_letter_not_before_a_day_leaves_on_that_day",
        "a_letter_dated_yesterday_is_rendered_again",
        "a_letter_that_came_back_is_shown_until_somebody_has_seen_it",
        "a_receipt_that_contradicts_before_the_next_hand_over_stops_it",
    }
)
"""Ways with a crash at every single commit, in every run."""
LONG = bool(os.environ.get("OUTBOUND_TORTURE"))
SWEPT = [(told, "sqlite") for told in WAYS] + [(told, "postgresql") for told in WAYS if LONG or told in WHOLE]
"""What is walked with crashes: every way on SQLite; the same locks and moves hold on PostgreSQL."""


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize(("told", "house"), SWEPT, indirect=True)
def test_a_walk_with_a_crash_at_every_commit(told: Way, walk: Walk) -> None:
    places = thinned(places_on(told, anew(walk)), most_places(told, walk))
    for commit, after in places:
        again = anew(walk)
        crash_at(again, commit, after=after)
        try:
            told(again)
            again.holds()
        except AssertionError as fault:
            fault.add_note(f"The crash came {'after' if after else 'before'} commit {commit}.")
            raise
    assert places


def most_places(told: Way, walk: Walk) -> int:
    """All of them in the long run, and always of the ways that `WHOLE` names; else some of them."""
    if LONG:
        return 100_000
    if not walk.ledger.sqlite:
        return 4
    return 30 if told.__name__ in WHOLE else 4


def test_every_way_is_long_enough_to_crash_on(walk: Walk) -> None:
    WAYS["a_letter_for_the_mailbox"](walk)
    assert walk.ledger.fate.commits > 8
