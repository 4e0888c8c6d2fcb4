"""The person register over HTTP and JSON: `POST persons` with a bearer token.

`{"ids": [{"cpr": "…"}, {"cvr": "…"}]}` is answered by `{"persons": [{"id": …, "status": …, "name": …, "address": …,
"protected": …, "currentCpr": …}]}`. The numbers stand in the body, never in a URL. The municipality's real source is
SF1520; a client of it takes this one's place in `adapters.connect`.
"""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.http import Caller, usable
from adapters.persons.addresses import address
from outbound.letter import Life, Person
from outbound.ports import OutsideError, PersonId, Unavailable

logger = logging.getLogger(__name__)

CHUNK = 500  # ids a call; the register takes 1,000
LIVES = {
    "alive": Life.ALIVE,
    "emigrated": Life.ALIVE,
    "dead": Life.DEAD,
    "dissolved": Life.DEAD,
    "not_found": Life.NOT_FOUND,
}
NOBODY = Person(Life.UNKNOWN)


class Persons:
    """The person register. A failed look-up is Life.UNKNOWN, for those it did not answer and for nobody else."""

    def __init__(self, caller: Caller, patience: float) -> None:
        """`patience`: seconds after which one look-up begins no further call."""
        self._caller, self._patience = caller, patience

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """See `outbound.ports.PersonRegister`."""
        wanted = [i for i in dict.fromkeys(ids) if i.cpr or i.cvr]
        ends = time.monotonic() + self._patience
        found: dict[PersonId, Person] = {}
        for start in range(0, len(wanted), CHUNK):
            found |= self._chunk(wanted[start : start + CHUNK], ends)
        return {i: found.get(i, NOBODY) for i in ids}

    def _chunk(self, ids: list[PersonId], ends: float) -> dict[PersonId, Person]:
        try:
            if time.monotonic() > ends:
                raise Unavailable("no-time-left")
            return self._ask(ids)
        except OutsideError as fault:
            logger.warning("The person register did not answer about %d people: %s.", len(ids), fault.code)
        return {}

    def _ask(self, ids: list[PersonId]) -> dict[PersonId, Person]:
        body = json.dumps({"ids": [{"cpr": i.cpr} if i.cpr else {"cvr": i.cvr} for i in ids]}).encode()
        rows = usable(self._caller.call("POST", "persons", body, "application/json")).get("persons")
        if not isinstance(rows, list):
            raise Unavailable("unreadable-answer")
        told: dict[PersonId, Person] = {}
        for row in rows:
            _gather(told, row, {i.cpr or i.cvr: i for i in ids})
        return told


def _gather(told: dict[PersonId, Person], row: object, asked: Mapping[str | None, PersonId]) -> None:
    """Adds what one row says of somebody asked for. Two rows about one that disagree say nothing."""
    given = row.get("id") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(given, dict) or len(given) != 1:
        return
    ((kind, number),) = given.items()
    who = asked.get(number if isinstance(number, str) else None)
    if who is None or number != (who.cpr if kind == "cpr" else who.cvr):
        return
    person = _person(row)
    told[who] = person if told.get(who, person) == person else NOBODY


def _person(row: Mapping[str, Any]) -> Person:
    """One answer; a row that is not as agreed is no answer."""
    life = LIVES.get(str(row.get("status")), Life.UNKNOWN)
    name, protected, current = row.get("name", ""), row.get("protected", False), row.get("currentCpr")
    if life in (Life.UNKNOWN, Life.NOT_FOUND):
        return Person(life)
    if not isinstance(name, str) or not isinstance(protected, bool) or not _is_cpr(current):
        return NOBODY
    try:
        return Person(life, name.strip(), address(name, row.get("address")), protected, current)
    except ValueError:
        return NOBODY


def _is_cpr(given: object) -> bool:
    return given is None or (isinstance(given, str) and len(given) == 10 and given.isascii() and given.isdigit())
