"""Waiting for something to become true, instead of sleeping and hoping."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Return as soon as `condition` is true. Fails the test, naming `what`, when it stays false."""
    patience_ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < patience_ends, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.01)
