"""The demo checks itself: by the suppliers' own records every letter was taken once, or stands HELD and was not."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from outbound.demo.scenario import LETTERS
from outbound.demo.suppliers import Taking
from outbound.demo.systems import HandedIn
from outbound.letter import Channel
from outbound.life import Status
from outbound.reports import Letters, Report
from outbound.routing import Route

TAKEN = frozenset({Status.SENT, Status.DELIVERED, Status.RETURNED})


def faults(
    handed_in: Sequence[HandedIn],
    letters: Mapping[str, Any],
    takings: Sequence[Taking],
    told: Mapping[Route, Route] = MappingProxyType({}),
) -> Iterator[str]:
    """Everything that is not as it must be, in sentences. `letters`: each as the API shows it, by id. `told`: the
    routes that this look-up cannot tell, and what becomes of them."""
    if len(letters) != LETTERS or len({one.letter for one in handed_in}) != LETTERS:
        yield f"Der blev taget imod {len(letters)} breve, ikke {LETTERS}."
    counted, strangers = _counted(letters, takings)
    if strangers:
        yield f"Leverandørerne har {strangers} breve, som routeren ikke kender."
    for one in handed_in:
        route = told.get(one.group.route, one.group.route)
        yield from _of_letter(one, letters[one.letter], counted[one.letter], route)


def figures(
    handed_in: Sequence[HandedIn], letters: Mapping[str, Any], takings: Sequence[Taking], told: Report
) -> Iterator[str]:
    """Where the report does not say what the suppliers took, by department and channel."""
    counted, _ = _counted(letters, takings)
    taken: dict[str, Counter[str]] = defaultdict(Counter)
    for one in handed_in:
        taken[one.group.department] += counted[one.letter]
    reported = {line.key: line.figure.letters for line in told.lines}
    for key in sorted({*taken, *reported}):
        mine, theirs = reported.get(key, Letters()), taken[key]
        if (mine.digital, mine.printed) != (theirs[Channel.DIGITAL], theirs[Channel.PRINT]):
            yield (
                f"Rapporten siger {mine.digital} digitale breve og {mine.printed} på papir for {key}; leverandørerne "
                f"tog {theirs[Channel.DIGITAL]} og {theirs[Channel.PRINT]}."
            )


def _counted(letters: Mapping[str, Any], takings: Sequence[Taking]) -> tuple[dict[str, Counter[str]], int]:
    """For each letter how often each channel took it and never refused it; and the takings of nobody's letter."""
    owner = {dispatch["id"]: letter for letter, found in letters.items() for dispatch in found["dispatches"]}
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    strangers = 0
    for one in takings:
        strangers += one.dispatch not in owner
        if one.dispatch in owner and not one.refused:
            counted[owner[one.dispatch]][one.channel] += 1
    return counted, strangers


def _of_letter(one: HandedIn, found: Any, takings: Counter[str], route: Route) -> Iterator[str]:
    state, code = found["state"], (found["route"] or {}).get("code")
    if state != one.group.end or code != route.code:
        yield f"Brev {one.letter} endte som {state} ad ruten {code}, ikke {one.group.end} ad {route.code}."
    if len(takings) > 1:
        yield f"Brev {one.letter} gik ud ad begge kanaler."
    must = 1 if state in TAKEN else 0
    if takings.total() != must:
        yield f"Brev {one.letter} ({state}) blev taget {takings.total()} gange, ikke {must}."
    if found["incidents"]:
        yield f"Brev {one.letter} har en hændelse: {found['incidents'][0]['code']}."
