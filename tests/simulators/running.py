"""A simulator as a process, and its control port, for the tests that speak its wire."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import wait_for

HTTP = httpx.Client(verify=False, trust_env=False, timeout=5)  # loopback; loading certificates is slow


@dataclass
class Simulator:
    """One simulator under a folder; start it, speak to it, kill it, start it again."""

    kind: str
    folder: Path
    specs: Path | None = None
    ready: dict[str, Any] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Simulator":
        command = [sys.executable, "-m", f"adapters.simulators.{self.kind}", "--dir", str(self.folder)]
        command += ["--specs", str(self.specs)] if self.specs else []
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        process = self._process = subprocess.Popen(command)
        wait_for(lambda: ready.exists() or process.poll() is not None, f"{self.kind} to be ready")
        self.ready = json.loads(ready.read_text())
        return self

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(10)

    @property
    def env(self) -> dict[str, str]:
        found: dict[str, str] = self.ready["env"]
        return found

    def mood(self, **mood: object) -> httpx.Response:
        return HTTP.post(f"{self.ready['control']}/mood", json=mood)

    def be(self, mood: str, **words: object) -> None:
        """Clears what was and sets this mood, whole."""
        assert self.mood(mood=mood, **words).status_code == 200

    def present_mood(self) -> dict[str, Any]:
        found: dict[str, Any] = HTTP.get(f"{self.ready['control']}/mood").json()
        return found

    def takings(self, dispatch: str | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = HTTP.get(f"{self.ready['control']}/takings").json()["takings"]
        return [taking for taking in found if dispatch in (None, taking["dispatch"])]

    def requests(self) -> dict[str, int]:
        counts: dict[str, int] = HTTP.get(f"{self.ready['control']}/requests").json()
        return counts
