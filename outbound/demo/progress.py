"""Where the letters are, followed by the systems' own feeds of events; and a line about it at the terminal."""

import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from outbound.demo.faults import DemoFault
from outbound.demo.scenario import LETTERS
from outbound.demo.systems import Api, HandedIn
from outbound.life import Status

LOOKS_EVERY = 0.4  # seconds
PATIENCE = 100.0  # seconds for the whole journey
PLAIN_EVERY = 2.0  # seconds between two lines where nobody can see a line change
AT_REST = frozenset({Status.DELIVERED, Status.RETURNED, Status.HELD, Status.CANCELLED})
GONE = frozenset({Status.SENT, Status.DELIVERED, Status.RETURNED})
BAR = 30
WORDS = {
    Status.RECEIVED: "modtaget",
    Status.RENDERED: "sat op",
    Status.ROUTED: "klar",
    Status.SENDING: "under afsendelse",
    Status.SENT: "afsendt",
    Status.DELIVERED: "afleveret",
    Status.RETURNED: "retur",
    Status.HELD: "standset",
    Status.CANCELLED: "annulleret",
}


class Following:
    """The state of every letter, as its system's feed tells it."""

    def __init__(self, apis: Sequence[Api]) -> None:
        self._cursors = dict.fromkeys(apis, "")
        self.states: dict[str, Status] = {}

    def look(self) -> None:
        """Read what has happened since the last look."""
        for api in self._cursors:
            while self._read(api):
                pass

    def _read(self, api: Api) -> bool:
        cursor = self._cursors[api]
        answer = api.get("/v1/events", limit="1000", **({"after": cursor} if cursor else {}))
        self._cursors[api] = answer["next"]
        for event in answer["events"]:
            self.states[event["letter"]] = Status(event["now"])
        return bool(answer["events"])

    def gone(self) -> int:
        """How many letters a supplier has taken."""
        return sum(state in GONE for state in self.states.values())


class Screen:
    """One line that changes, or plain lines where the output is no terminal."""

    def __init__(self, live: bool) -> None:
        self._live, self._started, self._last, self._said = live, time.monotonic(), -PLAIN_EVERY, ""

    def say(self, text: str) -> None:
        """A line that stays."""
        print(f"\r\x1b[K{text}" if self._live else text, flush=True)

    def show(self, states: Mapping[str, Status], at_rest: int) -> None:
        """Where the letters are now."""
        now = time.monotonic() - self._started
        text = _line(states, at_rest, now)
        if self._live:
            sys.stdout.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
            sys.stdout.flush()
        elif now - self._last >= PLAIN_EVERY and text[BAR:] != self._said:
            self._last, self._said = now, text[BAR:]
            print(text, flush=True)


def _line(states: Mapping[str, Status], at_rest: int, seconds: float) -> str:
    counted = Counter(states.values())
    said = ", ".join(f"{WORDS[state]} {counted[state]}" for state in Status if counted[state])
    filled = BAR * at_rest // LETTERS
    return f"{'█' * filled}{'░' * (BAR - filled)} {at_rest:>3}/{LETTERS} fremme  {seconds:4.0f} s  {said}"


def arrived(states: Mapping[str, Status], handed_in: Sequence[HandedIn]) -> int:
    """How many letters are where the scenario says that they end."""
    return sum(states.get(one.letter) is one.group.end for one in handed_in)


def follow(
    following: Following, handed_in: Sequence[HandedIn], screen: Screen, enough: Callable[[], bool], what: str
) -> None:
    """Look until it is enough. Raises DemoFault where that takes too long."""
    patience_ends = time.monotonic() + PATIENCE
    while True:
        following.look()
        screen.show(following.states, arrived(following.states, handed_in))
        if enough():
            return
        if time.monotonic() > patience_ends:
            raise DemoFault(f"Der er gået {PATIENCE:.0f} sekunder uden at {what}.\n{missing(following, handed_in)}")
        time.sleep(LOOKS_EVERY)


def missing(following: Following, handed_in: Sequence[HandedIn]) -> str:
    """The letters that are not where they should be, one a line."""
    late = [one for one in handed_in if following.states.get(one.letter) is not one.group.end]
    return "\n".join(
        f"  {one.letter} ({one.group.outcome}): {following.states.get(one.letter, '–')}, ventet {one.group.end}"
        for one in late[:20]
    )
