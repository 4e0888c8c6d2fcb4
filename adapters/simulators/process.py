"""What the simulators share as processes: arguments, ports that last, the control port, ready.json, the end."""

import argparse
import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.simulators.invented import child, company, name_of, person
from adapters.simulators.moods import Moods, Unmeant
from adapters.simulators.outcomes import Register, outcome_of
from adapters.simulators.records import Records
from adapters.simulators.wire import Door, Reply, Request

MAKERS = {"person": person, "child": child, "company": company}
Shutting = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Arguments:
    """`--dir DIR [--port N] [--specs DIR] [--certificates DIR] [--push-to FILE] [--form NAME]`"""

    folder: Path
    port: int
    specs: Path | None
    certificates: Path
    push_to: Path
    form: str


def arguments(what: str, given: list[str] | None = None) -> Arguments:
    """Reads the arguments, makes the folder and takes away an old ready.json."""
    parser = argparse.ArgumentParser(prog=f"python -m adapters.simulators.{what}")
    parser.add_argument("--dir", type=Path, required=True, help="records, keys, ports and ready.json live here")
    parser.add_argument(
        "--port", type=int, default=0, help="the supplier's port (default: the last one, or a free one)"
    )
    parser.add_argument("--specs", type=Path, default=None, help="the folder of the published schemas")
    parser.add_argument(
        "--certificates", type=Path, default=None, help="what is shown in mutual TLS (default: certificates/ in DIR)"
    )
    parser.add_argument(
        "--push-to", type=Path, default=None, help="where receipts are to be pushed (default: push-to.json in DIR)"
    )
    parser.add_argument(
        "--form", choices=("ours", "brevhuset"), default="ours", help="in which form a printing house takes runs"
    )
    found = parser.parse_args(given)
    found.dir.mkdir(parents=True, exist_ok=True)
    (found.dir / "ready.json").unlink(missing_ok=True)
    shown = (found.certificates or found.dir / "certificates").resolve()
    push_to = found.push_to or found.dir / "push-to.json"
    return Arguments(found.dir, found.port, found.specs, shown, push_to, found.form)


class Outages:
    """The mood `down`: shuts the supplier's port and opens it again after its `seconds`, or when the mood ends."""

    def __init__(self, moods: Moods, shut: Shutting, reopen: Shutting) -> None:
        self._moods, self._shut, self._reopen = moods, shut, reopen
        self._is_down = False
        self._timer: asyncio.TimerHandle | None = None

    async def follow(self) -> None:
        """Brings the port in step with the mood."""
        down = self._moods.has("down")
        if down is not None and not self._is_down:
            self._is_down = True
            await self._shut()
        if down is None and self._is_down:
            await self._reopen()
            self._is_down = False
        self._set_timer(down)

    def _set_timer(self, down: dict[str, float] | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if down and "seconds" in down:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(down["seconds"], lambda: loop.create_task(self._end()))

    async def _end(self) -> None:
        self._moods.clear("down")
        await self.follow()


class Control:
    """The control port: takings, counts and mood. It never misbehaves."""

    def __init__(self, records: Records, moods: Moods, outages: Outages) -> None:
        self._records, self._moods, self._outages = records, moods, outages
        self.door = Door(self.answer)

    async def answer(self, request: Request) -> Reply:
        """The answer to one request of a test."""
        match request.method, request.path:
            case "GET", "/takings":
                after = request.one("after", "0")
                return Reply(200, {"takings": self._records.takings(int(after) if after.isdecimal() else 0)})
            case "GET", "/requests":
                return Reply(200, self._records.counts())
            case "GET", "/mood":
                return Reply(200, self._moods.now)
            case "GET", "/people":
                return _people(request)
            case "POST", "/names":
                return _names(request)
            case "POST", "/mood":
                return await self._set_mood(request)
        return Reply(404, {"message": "GET /takings, /requests, /mood, /people and POST /mood, /names are here."})

    async def _set_mood(self, request: Request) -> Reply:
        try:
            self._moods.put(request.json())
        except (Unmeant, ValueError) as fault:
            return Reply(400, {"message": str(fault)})
        await self._outages.follow()
        return Reply(200, self._moods.now)


def _people(request: Request) -> Reply:
    """Invented numbers for those who may not import this package: `?outcome=exempt&kind=person&first=0&count=10`."""
    make = MAKERS.get(request.one("kind", "person"))
    try:
        first, count = int(request.one("first", "0")), int(request.one("count", "1"))
        if make is None or first < 0 or not 0 < count <= 10_000:
            raise ValueError("kind is person, child or company; first counts from 0; count is 1 to 10000.")
        return Reply(200, {"numbers": [make(request.one("outcome", "well"), first + n) for n in range(count)]})
    except (KeyError, ValueError) as fault:
        return Reply(400, {"message": str(fault.args[0])})


def _names(request: Request) -> Reply:
    """What invented people are called, '' where the register knows nobody: `{"numbers": [...]}`."""
    try:
        numbers = request.json()["numbers"]
        unknown = (Register.NOT_FOUND, Register.UNAVAILABLE)
        names = ["" if outcome_of(one).register in unknown else name_of(one) for one in numbers]
    except (ValueError, KeyError, TypeError):
        return Reply(400, {"message": "The body is an object of 'numbers'."})
    return Reply(200, {"names": names})


def write_ready(folder: Path, env: dict[str, str], control: int, url: str) -> None:
    """DIR/ready.json, whole or not at all: the OUTBOUND_ variables that the router needs, and the control port."""
    ready = {"env": env, "control": f"http://127.0.0.1:{control}", "url": url, "pid": os.getpid()}
    temporary = folder / "ready.json.tmp"
    temporary.write_text(json.dumps(ready, indent=1))
    temporary.replace(folder / "ready.json")


async def until_ended() -> None:
    """Waits for SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()


async def serve(
    given: Arguments, records: Records, moods: Moods, door: Door, env: Callable[[], dict[str, str]]
) -> None:
    """Runs an HTTP simulator to its end: its door, its control port, ready.json."""

    async def reopen() -> None:
        await door.open(0)

    await door.open(given.port or records.kept("port") or 0)
    records.keep("port", door.port)
    await with_control(given, records, moods, Outages(moods, door.shut, reopen), env, door.url)


async def with_control(
    given: Arguments,
    records: Records,
    moods: Moods,
    outages: Outages,
    env: Callable[[], dict[str, str]],
    url: str,
) -> None:
    """Opens the control port, says ready and waits for the end."""
    control = Control(records, moods, outages)
    await control.door.open(records.kept("control_port") or 0)
    records.keep("control_port", control.door.port)
    await outages.follow()
    write_ready(given.folder, env(), control.door.port, url)
    await until_ended()
