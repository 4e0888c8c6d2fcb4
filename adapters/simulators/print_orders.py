"""Orders about runs, as the printing house carries them out: held runs wait, recalled ones are never printed.

An order is in time when its file lay there before the run's printing began. Where the run has not come yet, the order
waits for it.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.simulators.print_jobs import Rejected
from adapters.simulators.print_run import UUID, parsed
from adapters.simulators.records import Records

NAMESPACE = "{urn:outbound:print-order:1}"
NAMES = ("id", "run", "order", "created")
ORDERS = ("hold", "release", "recall")
LARGEST = 2_000  # bytes
FAR = 1e11  # seconds: so far away lies what a held run waits for


class Orders:
    """The files in `orders`. `answer` promises a receipt about a run, by its one word."""

    def __init__(self, records: Records, folder: Path, answer: Callable[[str, str], None]) -> None:
        self._records, self._folder, self._answer = records, folder, answer

    def carry_out(self) -> None:
        """Every order that can be carried out now, in their sequence."""
        found = []
        for path in self._folder.glob("*.xml"):
            order = read_order(path)
            found.append((order, path) if order else ({"created": "", "id": path.stem}, path))
        for order, path in sorted(found, key=lambda pair: (pair[0]["created"], pair[0]["id"])):
            if "run" not in order:
                self._records.count("order-unreadable")
                path.unlink()
            elif self._records.kept(f"run {order['run']}") or self._records.kept(f"rejected {order['run']}"):
                with self._records.together():
                    self._obey(order["run"], order["order"], path.stat().st_ctime)
                path.unlink()

    def _obey(self, run: str, order: str, given: float) -> None:
        facts = self._records.kept(f"run {run}")
        if not isinstance(facts, dict):
            self._records.count("order-ignored")
            return
        self._records.count(f"order-{order}")
        if facts["recalled"]:
            self._answer(run, "run-recalled")
        elif order == "release":
            self._release(run, facts)
            self._answer(run, "run-released")
        elif given >= facts["prints"]:
            self._answer(run, "run-too-late")
        elif order == "hold":
            self._hold(run, facts)
            self._answer(run, "run-held")
        else:
            self._recall(run, facts)
            self._answer(run, "run-recalled")

    def _hold(self, run: str, facts: dict[str, Any]) -> None:
        if facts["prints"] < FAR:
            self._put_off(run, facts, FAR - time.time())

    def _release(self, run: str, facts: dict[str, Any]) -> None:
        if facts["prints"] >= FAR:
            self._put_off(run, facts, time.time() - FAR)

    def _put_off(self, run: str, facts: dict[str, Any], seconds: float) -> None:
        """What printing brings comes so much later."""
        self._records.keep(f"run {run}", {**facts, "prints": facts["prints"] + seconds})
        self._records.change(
            "UPDATE pending SET due = due + ? WHERE subject = ? AND json_extract(content, '$.printing')", seconds, run
        )

    def _recall(self, run: str, facts: dict[str, Any]) -> None:
        self._records.keep(f"run {run}", {**facts, "recalled": True})
        self._records.change("DELETE FROM pending WHERE subject = ? AND json_extract(content, '$.printing')", run)
        self._records.change("UPDATE taking SET refused = 'recalled' WHERE consignment = ?", run)


def read_order(path: Path) -> dict[str, str] | None:
    """An order's words; None where the file is none."""
    try:
        content = path.read_bytes()
        root = parsed(content) if len(content) <= LARGEST else None
    except (Rejected, OSError):
        root = None
    if root is None or root.tag != f"{NAMESPACE}order" or len(root) or sorted(map(str, root.keys())) != sorted(NAMES):
        return None
    order = {name: str(root.get(name)) for name in NAMES}
    well = UUID.fullmatch(order["id"]) and UUID.fullmatch(order["run"]) and order["order"] in ORDERS
    return order if well and order["id"] == path.stem and order["created"].endswith("Z") else None
