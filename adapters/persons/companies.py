"""Companies: Erhvervsstyrelsen's distribution of CVR ("system-til-system-adgang"), an Elasticsearch with Basic auth.

`POST …/cvr-permanent/virksomhed/_search` with a `terms` query on `Vrvirksomhed.cvrNummer`: one call for many. Sources
of names and shapes: datahub.virk.dk (system-til-system-adgang-til-cvr-data), brokk-sindre.github.io/cvr-documentation
(endpoint, field reference), docs.cvr.dev and iustin94/netcvrdev (Adresse, Livsforloeb), meta.cdq.com (the values of
virksomhedsstatus). Whether a company exists is read from the periods of its `livsforloeb`, not from words of status.
"""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from adapters.http import Caller, usable
from adapters.persons.addresses import Home, abroad, at_home, clean, from_lines, street_of, text_of
from outbound import clock
from outbound.letter import Address, Life, Person
from outbound.ports import OutsideError, Unavailable

logger = logging.getLogger(__name__)

CHUNK = 500  # numbers a call; no limit is published, Elasticsearch's own default window is 10,000
WANTED = (
    "Vrvirksomhed.cvrNummer",
    "Vrvirksomhed.livsforloeb",
    "Vrvirksomhed.virksomhedMetadata.nyesteNavn",
    "Vrvirksomhed.virksomhedMetadata.nyesteBeliggenhedsadresse",
)


class CompanyRegister:
    """Looks companies up in bulk. Shared by all threads of a process."""

    def __init__(self, caller: Caller, patience: float) -> None:
        """`patience`: seconds after which one look-up begins no further call."""
        self._caller, self._patience = caller, patience

    def look_up(self, numbers: Sequence[str]) -> dict[str, Person]:
        """By number, those that were answered. Never raises OutsideError."""
        wanted, ends = list(dict.fromkeys(numbers)), time.monotonic() + self._patience
        found: dict[str, Person] = {}
        for start in range(0, len(wanted), CHUNK):
            found |= self._chunk(wanted[start : start + CHUNK], ends)
        return found

    def close(self) -> None:
        """Closes the connections; the next look-up opens new ones."""
        self._caller.close()

    def _chunk(self, numbers: list[str], ends: float) -> dict[str, Person]:
        try:
            if time.monotonic() > ends:
                raise Unavailable("no-time-left")
            return self._ask(numbers)
        except OutsideError as fault:
            logger.warning("The company register did not answer about %d companies: %s.", len(numbers), fault.code)
        return {}

    def _ask(self, numbers: list[str]) -> dict[str, Person]:
        query = {"terms": {"Vrvirksomhed.cvrNummer": numbers}}
        body = json.dumps({"_source": list(WANTED), "size": len(numbers), "query": query}).encode()
        answer = usable(self._caller.call("POST", "virksomhed/_search", body, "application/json"))
        told: dict[str, Person | None] = {}
        for unit in _units(answer):
            _gather(told, unit, numbers)
        return {number: person for number in numbers if (person := told.get(number, Person(Life.NOT_FOUND)))}


def _units(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All that was found. Raises Unavailable unless the search is whole: who is not in it does not exist."""
    hits, shards = answer.get("hits"), answer.get("_shards")
    rows = hits.get("hits") if isinstance(hits, dict) else None
    if answer.get("timed_out") is not False or not isinstance(shards, dict) or shards.get("failed") != 0:
        raise Unavailable("incomplete-answer")
    if not isinstance(hits, dict) or not isinstance(rows, list):
        raise Unavailable("unreadable-answer")
    total = hits.get("total")
    if (total.get("value") if isinstance(total, dict) else total) != len(rows):
        raise Unavailable("incomplete-answer")
    try:
        return [row["_source"]["Vrvirksomhed"] for row in rows]
    except (KeyError, TypeError):
        pass
    raise Unavailable("unreadable-answer")


def _gather(told: dict[str, Person | None], unit: Mapping[str, Any], asked: Sequence[str]) -> None:
    """Adds what one unit says; None for one that is not as published, or that is there twice and disagrees."""
    number = unit.get("cvrNummer") if isinstance(unit, dict) else None
    number = f"{number:08d}" if isinstance(number, int) and not isinstance(number, bool) else number
    if not isinstance(number, str) or number not in asked:
        raise Unavailable("unreadable-answer")
    try:
        person = _person(unit)
    except (ValueError, KeyError, TypeError, AttributeError):
        person = None
    told[number] = person if told.get(number, person) == person else None


def _person(unit: Mapping[str, Any]) -> Person:
    if not _exists(unit["livsforloeb"]):
        return Person(Life.DEAD)
    about = unit["virksomhedMetadata"]
    name = clean(text_of(about["nyesteNavn"], "navn"))
    if not name:
        raise ValueError("A company has a name.")
    return Person(Life.ALIVE, name, _address(name, about.get("nyesteBeliggenhedsadresse")))


def _exists(periods: Sequence[Mapping[str, Any]]) -> bool:
    """Has one of its lives not ended? Raises ValueError where none is told of."""
    ends = [one["periode"]["gyldigTil"] for one in periods]
    if not ends:
        raise ValueError("A company has a life.")
    return any(end is None or date.fromisoformat(end) >= clock.today() for end in ends)


def _address(name: str, parts: Mapping[str, Any] | None) -> Address | None:
    if parts is None:
        return None
    country = text_of(parts, "landekode") or "DK"
    free = [line for line in text_of(parts, "fritekst").splitlines() if line.strip()]
    street = _street(parts)
    if country != "DK":
        town = f"{text_of(parts, 'postnummer')} {text_of(parts, 'postdistrikt')}".strip()
        return abroad(name, free or [street, town], country)
    if not street and free:
        return from_lines(name, free)
    postcode = text_of(parts, "postnummer")
    home = Home(
        street or _box(parts),
        postcode.zfill(4) if postcode else "",
        text_of(parts, "postdistrikt"),
        text_of(parts, "conavn"),
        text_of(parts, "bynavn"),
    )
    return at_home(name, home)


def _street(parts: Mapping[str, Any]) -> str:
    if not (road := text_of(parts, "vejnavn")):
        return ""
    first = text_of(parts, "husnummerFra") + text_of(parts, "bogstavFra")
    last = text_of(parts, "husnummerTil") + text_of(parts, "bogstavTil")
    number = f"{first}-{last}" if last and last != first else first
    return street_of(road, number, text_of(parts, "etage"), text_of(parts, "sidedoer"))


def _box(parts: Mapping[str, Any]) -> str:
    box = text_of(parts, "postboks")
    return f"Postboks {box}" if box else ""
