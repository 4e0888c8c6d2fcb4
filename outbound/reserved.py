"""Names that no person may have: under them stands what the router itself and the specialist systems did.

The reading log tells people from the router by name: whoever had one of these would not be seen in it.
"""

from collections.abc import Collection

ROUTER = ("worker", "timer", "receipt")
"""Under which the router moves letters and opens the seal."""
RESERVED = frozenset({*ROUTER, "misconfigured", "restored", "api"})
"""These, and those under which it pauses a channel or tells where something came from."""


def is_reserved(name: str, systems: Collection[str] = ()) -> bool:
    """Is it the router's own or a system's (`systems`), however it is spelled?"""
    return name.strip().casefold() in {*RESERVED, *(system.casefold() for system in systems)}
