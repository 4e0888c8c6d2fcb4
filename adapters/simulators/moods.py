"""Moods: how a simulator misbehaves, set by `POST /mood`, kept over a restart. docs/simulators.md has the table.

A mood is a JSON object of faults. A fault is `true` (always), `{"next": 3}` (the next three times) or
`{"probability": 0.02, "seed": 7}`, with its own parameters beside; `"on": ["send"]` limits it to kinds of requests.
`{"mood": "well"}` clears everything; `{"mood": "busy", "retry_after": 2}` clears and sets one; without `mood` the
faults named are changed and the others stay.
"""

import random
from collections.abc import Mapping
from typing import Any

from adapters.simulators.records import Records

COMMON = {"on", "next", "probability", "seed"}

FAULTS: dict[str, set[str]] = {
    "slow": {"ms"},
    "busy": {"status", "retry_after"},
    "drop_answer": set(),
    "error_after_take": {"status"},
    "error_before_take": {"status"},
    "refuse": {"code", "status"},
    "wrong_certificate": {"status"},
    "down": {"seconds"},
    "break_after_bytes": {"bytes"},
    "disk_full": {"bytes"},
    "stall": {"bytes", "ms"},
    "corrupt": set(),
    "read_only": set(),
    "snatch": set(),
    "refuse_rename": set(),
    "break_before_rename": set(),
    "break_after_rename": set(),
    "refuse_login": set(),
    "garbled": set(),
    "fault": {"code"},
    "redirect": set(),
    "flood": set(),
    "wrong_nonce": set(),
    "wrong_audience": set(),
    "wrong_party": set(),
    "expired": set(),
    "unsigned": set(),
    "hmac": set(),
    "other_issuer": set(),
    "unknown_key": set(),
    "forged": set(),
    "no_names": set(),
    "ahead": {"seconds"},
    "rotate": set(),
}
SFTP_ONLY = {
    "break_after_bytes", "disk_full", "stall", "corrupt", "read_only", "snatch", "refuse_rename",
    "break_before_rename", "break_after_rename", "refuse_login",
}  # fmt: skip
REGISTERS_ONLY = {"garbled", "fault"}
HOOKS_ONLY = {"redirect", "flood"}
SIGN_IN_ONLY = {
    "wrong_nonce", "wrong_audience", "wrong_party", "expired", "unsigned", "hmac", "other_issuer", "unknown_key",
    "forged", "no_names", "ahead", "rotate",
}  # fmt: skip
HTTP_FAULTS = set(FAULTS) - SFTP_ONLY - REGISTERS_ONLY - HOOKS_ONLY - SIGN_IN_ONLY
SIGN_IN_FAULTS = SIGN_IN_ONLY | {"slow", "busy", "drop_answer", "garbled", "down"}
REGISTER_FAULTS = {"slow", "busy", "drop_answer", "error_before_take", "wrong_certificate", "down"} | REGISTERS_ONLY
HOOK_FAULTS = (HTTP_FAULTS - {"wrong_certificate"}) | HOOKS_ONLY
RECEIPTS: dict[str, Any] = {
    "after": 0.2, "late": 0.0, "very_late": 3.0, "twice": False, "before_answer": False, "never": False,
    "unknown_code": False, "shuffled": False, "ahead": 0.0, "return_file": False,
    "uncounted": False, "miscounted": False, "strangers": False,
}  # fmt: skip
PACE: dict[str, Any] = {
    "pick_up": 0.2,
    "printed": 0.2,
    "posted": 0.2,
    "returned": 0.2,
    "read_addresses": True,
}
KINDS = {"send", "lookup", "receipts", "login"}
RANGES = {"status": (400, 599), "next": (1, 1_000_000), "probability": (0, 1)}
FRACTIONS = {
    "ms",
    "seconds",
    "probability",
    "after",
    "late",
    "very_late",
    "ahead",
    "pick_up",
    "printed",
    "posted",
    "returned",
}
REPEATS = ("same", "duplicate", "duplicate_receipt", "second")


class Unmeant(ValueError):
    """A mood that this simulator does not know; the text says which word."""


class Moods:
    """The present mood of one simulator.

    `allowed` are the faults it can have; `usual` limits a fault to kinds of requests when its `on` says nothing.
    """

    def __init__(self, records: Records, allowed: set[str], usual: Mapping[str, list[str]] | None = None) -> None:
        self._records = records
        self._allowed = allowed
        self._usual = usual or {}
        self._now: dict[str, Any] = records.kept("mood") or {}
        self._draws = sum(records.counts().values())

    @property
    def now(self) -> dict[str, Any]:
        """The whole mood with its defaults."""
        return {**self._now, "receipts": self.receipts, "pace": self.pace, "repeat": self.repeat}

    @property
    def receipts(self) -> dict[str, Any]:
        """How receipts come; seconds for `after`, `late`, `very_late` and `ahead`."""
        return {**RECEIPTS, **self._now.get("receipts", {})}

    @property
    def pace(self) -> dict[str, Any]:
        """How fast the printing house works, in seconds."""
        return {**PACE, **self._now.get("pace", {})}

    @property
    def repeat(self) -> str:
        """What a repeated id gets."""
        return str(self._now.get("repeat", "same"))

    def put(self, wish: object) -> None:
        """Takes a mood document. Raises Unmeant and changes nothing when a word in it is not known."""
        if not isinstance(wish, dict):
            raise Unmeant("A mood is a JSON object.")
        changed = {} if "mood" in wish else dict(self._now)
        for name, value in self._spelled_out(wish).items():
            self._check(name, value)
            if value is None or value is False:
                changed.pop(name, None)
            elif name in ("receipts", "pace"):
                changed[name] = {**changed.get(name, {}), **value}
            else:
                changed[name] = {} if value is True else value
        self._keep(changed)

    def strikes(self, fault: str, kind: str) -> dict[str, Any] | None:
        """The fault's parameters when it strikes this request (and uses up one of its `next`), else None."""
        spec = self._now.get(fault)
        if spec is None or kind not in spec.get("on", self._usual.get(fault, [kind])) or not self._drawn(fault, spec):
            return None
        if "next" in spec:
            self._use_up(fault, spec)
        return dict(spec)

    def has(self, fault: str) -> dict[str, Any] | None:
        """The fault's parameters while it is set, without using it up."""
        return self._now.get(fault)

    def clear(self, fault: str) -> None:
        """Ends one fault."""
        self._keep({name: value for name, value in self._now.items() if name != fault})

    def _spelled_out(self, wish: dict[str, Any]) -> dict[str, Any]:
        name = wish.get("mood", "well")
        if name == "well":
            return {key: value for key, value in wish.items() if key != "mood"}
        if name not in self._allowed:
            raise Unmeant(f"There is no mood {name!r} here; known are well, {', '.join(sorted(self._allowed))}.")
        others = {key: value for key, value in wish.items() if key in self._words() - {name}}
        own = {key: value for key, value in wish.items() if key != "mood" and key not in others}
        return {name: own, **others}

    def _words(self) -> set[str]:
        return self._allowed | {"receipts", "pace", "repeat"}

    def _check(self, name: str, value: object) -> None:
        if name not in self._words():
            raise Unmeant(f"There is no {name!r} in a mood here; known are {', '.join(sorted(self._words()))}.")
        if name == "repeat":
            if value not in (None, *REPEATS):
                raise Unmeant(f"'repeat' is one of {', '.join(REPEATS)}.")
        elif value is not None and not isinstance(value, bool):
            self._check_words(name, value)
        elif value is True and name in ("receipts", "pace"):
            raise Unmeant(f"{name!r} is an object.")

    def _check_words(self, name: str, value: object) -> None:
        known = {"receipts": set(RECEIPTS), "pace": set(PACE)}.get(name) or FAULTS[name] | COMMON
        if not isinstance(value, dict) or set(value) - known:
            raise Unmeant(f"{name!r} is true, false or an object of {', '.join(sorted(known))}.")
        for word, meant in value.items():
            if not _means_something(word, meant):
                raise Unmeant(f"{word!r} in {name!r} has a value that means nothing; see docs/simulators.md.")

    def _drawn(self, fault: str, spec: Mapping[str, Any]) -> bool:
        if "probability" not in spec:
            return True
        self._draws += 1
        drawn = random.Random(f"{spec.get('seed', 0)}|{fault}|{self._draws}").random()
        return drawn < float(spec["probability"])

    def _use_up(self, fault: str, spec: Mapping[str, Any]) -> None:
        left = int(spec["next"]) - 1
        if left > 0:
            self._keep({**self._now, fault: {**spec, "next": left}})
        else:
            self.clear(fault)

    def _keep(self, mood: dict[str, Any]) -> None:
        self._now = mood
        self._records.keep("mood", mood)


def _means_something(word: str, value: object) -> bool:
    if word == "on":
        return isinstance(value, list) and bool(value) and set(map(str, value)) <= KINDS
    if word == "code":
        return isinstance(value, str) and 0 < len(value) <= 80
    if isinstance({**RECEIPTS, **PACE}.get(word), bool):
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    least, most = RANGES.get(word, (0, 86_400_000))
    return least <= value <= most and (word in FRACTIONS or isinstance(value, int))
