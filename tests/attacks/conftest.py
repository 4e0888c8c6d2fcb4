"""One router for all that is tried against it and refused."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from outbound.web.people import Role
from tests.pages.conftest import house, served
from tests.serving import Served

__all__ = ["house", "served"]

ACCOUNT = {
    Role.OPERATIONS: "drift",
    Role.CASES: "sag",
    Role.MANAGEMENT: "ledelse",
    Role.DATA_PROTECTION: "dpo",
    Role.POST_ROOM: "post",
}


@pytest.fixture
def people(served: Served) -> Iterator[dict[Role, httpx.Client]]:
    """Somebody signed in of each role, who is led nowhere."""
    with ExitStack() as stack:
        found = {role: stack.enter_context(served.signed_in(name)) for role, name in ACCOUNT.items()}
        for browser in found.values():
            browser.follow_redirects = False
        yield found
