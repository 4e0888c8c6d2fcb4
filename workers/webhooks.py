"""A thread for each system that is told something: a slow one keeps neither another system nor a letter waiting."""

import logging
import threading

from outbound import webhooks
from outbound.delivery import House

log = logging.getLogger(__name__)
_busy: set[str] = set()
_lock = threading.Lock()


def tell_systems(house: House) -> int:
    """Begin with every system to which something is to be told and to which this process tells nothing now.

    The threads do not outlive the process: what they had not written down yet is told again.
    """
    for system in webhooks.due(house):
        with _lock:
            if system in _busy:
                continue
            _busy.add(system)
        threading.Thread(target=_tell, args=(house, system), name=f"webhook-{system}", daemon=True).start()
    return 0


def _tell(house: House, system: str) -> None:
    try:
        while webhooks.deliver(house, system):
            pass
    except Exception as fault:  # the claim runs out; the text may carry what it must not
        log.error("Telling %s failed with %s.", system, type(fault).__name__)
    finally:
        with _lock:
            _busy.discard(system)
