"""Every sign-in and every refusal: a line in the log, and a count for whoever asks for numbers. Since this process
began."""

import logging
from collections import Counter
from collections.abc import Mapping
from threading import Lock

log = logging.getLogger(__name__)
_counted: Counter[tuple[str, str]] = Counter()
_lock = Lock()
IN = "in"


def signed_in(way: str, name: str) -> None:
    """Somebody is in, under their account's name."""
    log.info("Signed in by %s as %r.", way, name)
    _count(way, IN)


def turned_away(way: str, code: str) -> None:
    """Somebody is not. Without the name: it may be anything that was typed."""
    log.warning("Nobody was signed in by %s (%s).", way, code)
    _count(way, code)


def sign_in_counts() -> Mapping[tuple[str, str], int]:
    """How many by way (local, oidc, proxy) and outcome (`in`, or the stand code of a refusal)."""
    with _lock:
        return dict(_counted)


def _count(way: str, outcome: str) -> None:
    with _lock:
        _counted[way, outcome] += 1
