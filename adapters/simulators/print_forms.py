"""The forms in which the printing house takes runs: the router's own, and that of an invented provider, Brevhuset."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.simulators import brevhuset, print_run
from adapters.simulators.openpgp import HouseKey
from adapters.simulators.print_jobs import TakenRun
from adapters.simulators.print_run import UUID

HEX = r"[0-9a-f]{32}"
TEMPORARY = rf"/incoming/(?P<id>{UUID.pattern})[0-9A-Za-z._-]{{0,80}}\.tmp"


@dataclass(frozen=True, slots=True)
class HouseForm:
    """What may be uploaded, what name a finished run has (its id in the group `id`), and how it is read.

    `folders`: a run is a folder, made under a temporary name. `read` is given the path, the run's id, whether to read
    the first pages' text, and the house's key; it raises Rejected.
    """

    upload: re.Pattern[str]
    final: re.Pattern[str]
    folders: bool
    read: Callable[[Path, str, bool, HouseKey], TakenRun]

    def run_of(self, name: str) -> str | None:
        """The id of the finished run of that name in `incoming`."""
        found = self.final.fullmatch(f"/incoming/{name}")
        return print_run.dashed(found["id"]) if found else None


FORMS = {
    "ours": HouseForm(
        upload=re.compile(TEMPORARY),
        final=re.compile(rf"/incoming/(?P<id>{UUID.pattern})\.zip(\.pgp)?"),
        folders=False,
        read=print_run.read_run,
    ),
    "brevhuset": HouseForm(
        upload=re.compile(TEMPORARY + r"/[0-9A-Za-z][0-9A-Za-z._-]{0,59}"),
        final=re.compile(rf"/incoming/BH_(?P<id>{HEX})"),
        folders=True,
        read=brevhuset.read_run,
    ),
}
