"""The alerts of the deployment, as they are written."""

import re
from dataclasses import dataclass
from pathlib import Path

from outbound.settings import HOME

FILE = HOME / "deploy" / "prometheus" / "alerts.yaml"
MINUTES = {"m": 1, "h": 60, "d": 1440}


@dataclass(frozen=True)
class Alert:
    """One alert; `wait` is how many minutes it must be so."""

    name: str
    expr: str
    wait: int
    severity: str
    runbook: str


def _one(text: str, pattern: str, otherwise: str | None = None) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found or otherwise is not None, (pattern, text)
    return found[1] if found else str(otherwise)


def read(file: Path = FILE) -> dict[str, Alert]:
    """By name. The file is written one line a key; `promtool check rules` reads it as YAML."""
    found = {}
    for text in re.split(r"^ +- alert: ", file.read_text(), flags=re.MULTILINE)[1:]:
        name, wait = text.split("\n", 1)[0], _one(text, r"^ +for: (\d+[mhd])$", "0m")
        found[name] = Alert(
            name,
            _one(text, r"^ +expr: (.+)$"),
            int(wait[:-1]) * MINUTES[wait[-1]],
            _one(text, r"^ +labels: \{severity: (\w+)\}$"),
            _one(text, r'^ +runbook: "(.+)"$'),
        )
    return found


ALERTS = read()
