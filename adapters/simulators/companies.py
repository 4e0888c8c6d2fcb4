"""Erhvervsstyrelsen's distribution of CVR: an Elasticsearch that answers one kind of search.

`python -m adapters.simulators.companies --dir DIR [--port N]`
`POST /cvr-permanent/virksomhed/_search`, Basic auth, a `terms` query on `Vrvirksomhed.cvrNummer`; ten hits unless
`size` says more, as Elasticsearch has it.
"""

import asyncio
import base64
import json
import re
import secrets
from typing import Any

from adapters.simulators import process
from adapters.simulators.invented import Address, address_of, name_of
from adapters.simulators.moods import REGISTER_FAULTS, Moods
from adapters.simulators.outcomes import Register, outcome_of
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Reply, Request

BASE = "/cvr-permanent/"
USER = "outbound"
WINDOW = 3000
USUAL = 10
ASKED = re.compile(r"Vrvirksomhed(\.\w+)*")
STREET = re.compile(r"(?P<vejnavn>.*) (?P<husnummerFra>[0-9]+)(?P<bogstavFra>[A-Z]?)")
OPEN = {"periode": {"gyldigFra": "2001-02-03", "gyldigTil": None}}
ENDED = {"periode": {"gyldigFra": "2001-02-03", "gyldigTil": "2024-05-06"}}


class CompanySearch:
    """Answers searches by number."""

    def __init__(self, records: Records, moods: Moods, password: str) -> None:
        self._records, self._moods = records, moods
        self._basic = f"Basic {base64.b64encode(f'{USER}:{password}'.encode()).decode()}"

    async def answer(self, request: Request) -> Reply | None:
        """The answer to one request; None hangs up."""
        self._records.count("lookup")
        if (slow := self._moods.strikes("slow", "lookup")) is not None:
            await asyncio.sleep(slow.get("ms", 1000) / 1000)
        reply = self._refusal(request) or _found(request)
        if reply.status != 200:
            self._records.count(f"lookup-{reply.status}")
        if self._moods.strikes("drop_answer", "lookup") is not None:
            return None
        if self._moods.strikes("garbled", "lookup") is not None:
            return Reply(200, json.dumps(reply.content).encode()[:-20])
        return reply

    def _refusal(self, request: Request) -> Reply | None:
        if (wrong := self._moods.strikes("wrong_certificate", "lookup")) is not None:
            return _error(wrong.get("status", 403), "forbidden")
        if request.headers.get("authorization") != self._basic:
            return _error(401, "unauthorized")
        if (request.method, request.path) != ("POST", f"{BASE}virksomhed/_search") or request.query:
            return _error(404, "no handler found")
        if (busy := self._moods.strikes("busy", "lookup")) is not None:
            return Reply(busy.get("status", 503), {}, {"Retry-After": str(busy.get("retry_after", 1))})
        if (broken := self._moods.strikes("error_before_take", "lookup")) is not None:
            return _error(broken.get("status", 500), "something broke")
        if (mood := self._moods.strikes("fault", "lookup")) is not None:
            return Reply(200, {**_result([], 0), "timed_out": True, "fault": mood.get("code", "timeout")})
        return None


def _found(request: Request) -> Reply:
    try:
        given = request.json()
        numbers, size = _numbers(given), given.get("size", USUAL)
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        return _error(400, str(fault))
    units = [unit for number in dict.fromkeys(numbers) if (unit := _unit(number))]
    return Reply(200, _result(units[:size], len(units)))


def _numbers(given: Any) -> list[str]:
    if not set(given) <= {"_source", "size", "query"} or set(given["query"]) != {"terms"}:
        raise ValueError("A search here has _source, size and a query of terms.")
    if not all(isinstance(one, str) and ASKED.fullmatch(one) for one in given.get("_source", [])):
        raise ValueError("_source names fields of Vrvirksomhed.")
    if not isinstance(given.get("size", USUAL), int) or not 0 <= given.get("size", USUAL) <= WINDOW:
        raise ValueError(f"size is at most {WINDOW}.")
    (field,) = given["query"]["terms"]
    numbers = given["query"]["terms"][field]
    if field != "Vrvirksomhed.cvrNummer" or not isinstance(numbers, list):
        raise ValueError("terms is a list of Vrvirksomhed.cvrNummer.")
    if not all(re.fullmatch("[1-9][0-9]{7}", str(number)) for number in numbers):
        raise ValueError("A CVR number has eight digits.")
    return [str(number) for number in numbers]


def _result(units: list[dict[str, Any]], total: int) -> dict[str, Any]:
    hits = [{"_index": "cvr-v", "_type": "virksomhed", "_source": {"Vrvirksomhed": unit}} for unit in units]
    shards = {"total": 6, "successful": 6, "failed": 0}
    return {"took": 3, "timed_out": False, "_shards": shards, "hits": {"total": total, "max_score": 1.0, "hits": hits}}


def _unit(number: str) -> dict[str, Any] | None:
    register = outcome_of(number).register
    if register is Register.NOT_FOUND:
        return None
    if register is Register.UNAVAILABLE:
        return {"cvrNummer": int(number), "livsforloeb": []}
    address = address_of(number)
    return {
        "cvrNummer": int(number),
        "livsforloeb": [ENDED] if register is Register.DEAD else [OPEN],
        "virksomhedMetadata": {
            "nyesteNavn": {"navn": name_of(number), **OPEN},
            "nyesteBeliggenhedsadresse": _address(address) if address else None,
            "sammensatStatus": "OPLØST EFTER KONKURS" if register is Register.DEAD else "NORMAL",
        },
    }


def _address(address: Address) -> dict[str, Any]:
    parts = STREET.fullmatch(address.street)
    at_home = address.country == "DK" and parts is not None
    return {
        "landekode": address.country,
        "fritekst": None if at_home else f"{address.street}\n{address.postcode} {address.town}",
        "vejnavn": parts["vejnavn"] if parts and at_home else None,
        "husnummerFra": int(parts["husnummerFra"]) if parts and at_home else None,
        "bogstavFra": (parts["bogstavFra"] or None) if parts and at_home else None,
        "husnummerTil": None,
        "bogstavTil": None,
        "etage": address.floor,
        "sidedoer": address.door,
        "conavn": address.co,
        "bynavn": address.place,
        "postboks": None,
        "postnummer": int(address.postcode) if at_home else None,
        "postdistrikt": address.town if at_home else None,
    }


def _error(status: int, reason: str) -> Reply:
    return Reply(status, {"error": {"type": "search_phase_execution_exception", "reason": reason}, "status": status})


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM."""
    records = Records(given.folder)
    password = records.kept("password") or secrets.token_urlsafe(24)
    records.keep("password", password)
    moods = Moods(records, REGISTER_FAULTS)
    door = Door(CompanySearch(records, moods, password).answer)

    def env() -> dict[str, str]:
        return {
            "OUTBOUND_COMPANIES_URL": f"{door.url}{BASE}",
            "OUTBOUND_COMPANIES_USER": USER,
            "OUTBOUND_COMPANIES_PASSWORD": password,
        }

    await process.serve(given, records, moods, door, env)


if __name__ == "__main__":
    asyncio.run(run(process.arguments("companies")))
