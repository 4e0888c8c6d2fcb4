"""The simulated outside as the demo sees it: its control ports, by which it makes people, moods and takings known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from outbound.demo.faults import DemoFault
from outbound.demo.scenario import Kind

MAILBOXES = ("digital-post", "sf1601")  # whichever runs
TAKE_NO_LETTERS = ("persons", "companies", "specialist-system")  # registers, and who is told by webhooks
CVR_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Taking:
    """A supplier took this dispatch; `refused` once it has said by receipt that it does not count."""

    dispatch: str
    channel: str
    refused: bool


class Suppliers:
    """All of them, by the addresses of their control ports."""

    def __init__(self, controls: Mapping[str, str], client: httpx.Client) -> None:
        self._controls, self._client = controls, client
        self._mailbox = next(name for name in MAILBOXES if name in controls)
        self._met: dict[tuple[str, Kind], int] = {}

    def people(self, outcome: str, kind: Kind, count: int) -> list[str]:
        """So many invented numbers that pick this outcome, none of them given before."""
        first = self._met.get((outcome, kind), 0)
        self._met[outcome, kind] = first + count
        wanted = {"outcome": outcome, "kind": kind, "first": first, "count": count}
        numbers: list[str] = self._ask(self._mailbox, "people", wanted)["numbers"]
        return numbers

    def names(self, numbers: Sequence[str]) -> list[str]:
        """What they are called; '' for those whom the register has no name for. A system knows whom it writes to."""
        answer = self._client.post(f"{self._controls[self._mailbox]}/names", json={"numbers": list(numbers)})
        if answer.status_code != httpx.codes.OK:
            raise DemoFault(f"Simulatoren kunne ikke nævne modtagerne (HTTP {answer.status_code}).")
        names: list[str] = answer.json()["names"]
        return names

    def set_mood(self, mood: Mapping[str, Any]) -> None:
        """How the mailbox behaves from now on (docs/simulators.md)."""
        answer = self._client.post(f"{self._controls[self._mailbox]}/mood", json=mood)
        if answer.status_code != httpx.codes.OK:
            raise DemoFault(f"Simulatoren af Digital Post forstod ikke sin opgave (HTTP {answer.status_code}).")

    def takings(self) -> list[Taking]:
        """Everything that was ever taken, on both channels."""
        found = [
            one
            for name in self._controls
            if name not in TAKE_NO_LETTERS
            for one in self._ask(name, "takings", {})["takings"]
        ]
        return [Taking(one["dispatch"].lower(), one["channel"], one["refused"] is not None) for one in found]

    def _ask(self, name: str, what: str, wanted: Mapping[str, Any]) -> Any:
        answer = self._client.get(f"{self._controls[name]}/{what}", params=dict(wanted))
        if answer.status_code != httpx.codes.OK:
            raise DemoFault(f"Simulatoren {name} svarede ikke på {what} (HTTP {answer.status_code}).")
        return answer.json()


def id_type(number: str) -> str:
    """`cvr` for a company's eight digits, else `cpr`."""
    return "cvr" if len(number) == CVR_DIGITS else "cpr"
