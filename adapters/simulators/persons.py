"""A plain register of persons and companies over HTTP and JSON, until the real wire (SF1520) is spoken.

`python -m adapters.simulators.persons --dir DIR [--port N]`
`POST /persons` with `{"ids": [{"cpr": "..."}, {"cvr": "..."}]}`, a bearer token, and an answer per id in order.
"""

import asyncio
import secrets
from dataclasses import asdict
from typing import Any

from adapters.simulators import process
from adapters.simulators.invented import address_of, name_of, successor_of
from adapters.simulators.moods import Moods
from adapters.simulators.outcomes import Register, outcome_of
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Reply, Request

MOST = 1000
LENGTHS = {"cpr": 10, "cvr": 8}
FAULTS_HERE = {"slow", "busy", "drop_answer", "error_before_take", "wrong_certificate", "down"}
STATUSES = {
    Register.NOT_FOUND: "not_found",
    Register.UNAVAILABLE: "unavailable",
    Register.EMIGRATED: "emigrated",
}


class PersonRegister:
    """Answers look-ups by number."""

    def __init__(self, records: Records, moods: Moods, token: str) -> None:
        self._records, self._moods, self._token = records, moods, token

    async def answer(self, request: Request) -> Reply | None:
        """The answer to one request; None hangs up."""
        self._records.count("lookup")
        slow = self._moods.strikes("slow", "lookup")
        if slow is not None:
            await asyncio.sleep(slow.get("ms", 1000) / 1000)
        refusal = self._refusal(request)
        if refusal is not None:
            self._records.count(f"lookup-{refusal.status}")
            return refusal
        try:
            ids = _ids(request)
        except ValueError as fault:
            return Reply(400, {"message": str(fault)})
        dropped = self._moods.strikes("drop_answer", "lookup") is not None
        return None if dropped else Reply(200, {"persons": [*map(_entry, ids)]})

    def _refusal(self, request: Request) -> Reply | None:
        wrong = self._moods.strikes("wrong_certificate", "lookup")
        if wrong is not None:
            return Reply(wrong.get("status", 403), {"message": "The certificate is not accepted."})
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return Reply(401, {"message": "The bearer token is missing or wrong."})
        if (request.method, request.path) != ("POST", "/persons") or request.query:
            return Reply(404, {"message": "POST /persons is here; numbers stand in the body."})
        if (busy := self._moods.strikes("busy", "lookup")) is not None:
            retry = {"Retry-After": str(busy.get("retry_after", 1))}
            return Reply(busy.get("status", 503), {"message": "Try again later."}, retry)
        if (broken := self._moods.strikes("error_before_take", "lookup")) is not None:
            return Reply(broken.get("status", 500), {"message": "Something broke."})
        return None


def _ids(request: Request) -> list[dict[str, str]]:
    given = request.json()
    ids = given.get("ids") if isinstance(given, dict) and set(given) == {"ids"} else None
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST or not all(map(_is_id, ids)):
        raise ValueError(f"The body is an object of 'ids': 1 to {MOST} objects of one cpr (10 digits) or cvr (8).")
    return ids


def _is_id(given: object) -> bool:
    if not isinstance(given, dict) or len(given) != 1:
        return False
    ((kind, number),) = given.items()
    well = isinstance(number, str) and number.isascii() and number.isdigit()
    return well and kind in LENGTHS and len(number) == LENGTHS[kind]


def _entry(given: dict[str, str]) -> dict[str, Any]:
    ((kind, number),) = given.items()
    register = outcome_of(number).register
    status = STATUSES.get(register) or _life(kind, register)
    if status in ("not_found", "unavailable"):
        return {"id": given, "status": status}
    address = address_of(number)
    return {
        "id": given,
        "status": status,
        "name": name_of(number),
        "address": asdict(address) if address else None,
        "protected": register is Register.PROTECTED,
        "currentCpr": successor_of(number) if kind == "cpr" and register is Register.CHANGED else None,
    }


def _life(kind: str, register: Register) -> str:
    if register is Register.DEAD:
        return "dead" if kind == "cpr" else "dissolved"
    return "alive"


async def run(given: process.Arguments) -> None:
    """Serves until SIGTERM."""
    records = Records(given.folder)
    moods = Moods(records, FAULTS_HERE)
    token = records.kept("token") or secrets.token_urlsafe(24)
    records.keep("token", token)
    door = Door(PersonRegister(records, moods, token).answer)

    def env() -> dict[str, str]:
        return {"OUTBOUND_PERSONS_URL": f"http://127.0.0.1:{door.port}/", "OUTBOUND_PERSONS_TOKEN": token}

    await process.serve(given, records, moods, door, env)


if __name__ == "__main__":
    asyncio.run(run(process.arguments("persons")))
