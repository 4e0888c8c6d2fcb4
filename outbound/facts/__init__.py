"""Person-free facts, folded from the entries by the timer: never too old, only sometimes too short.

Whoever reads takes what is folded and the entries after it. All of it is made of the entries alone, and again at will.
"""

from outbound.facts.days import NOT_SAID, Fact, Otherwise, Sums, Way, facts_of
from outbound.facts.days import fold as fold_days
from outbound.facts.days import rebuild as rebuild_days
from outbound.facts.kinds import Kind, fold, hand_overs, unfold
from outbound.facts.people import People, count_people, people_of

__all__ = [
    "NOT_SAID",
    "Fact",
    "Kind",
    "Otherwise",
    "People",
    "Sums",
    "Way",
    "count_people",
    "facts_of",
    "fold",
    "fold_days",
    "hand_overs",
    "people_of",
    "rebuild_days",
    "unfold",
]
