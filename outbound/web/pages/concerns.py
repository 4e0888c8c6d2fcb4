"""Whom an act of operations concerns: one department, or all of them (`*`), which asks for an account with all."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from outbound.ledger import mailing_progress
from outbound.web.pages.signed_in import Person, needs
from outbound.web.people import EVERYWHERE, Account, Role
from outbound.web.problems import Kind, Problem

MAILING = re.compile("[0-9a-f]{32}")


def _for_all(person: Annotated[Person, Depends(needs(Role.OPERATIONS))]) -> Person:
    """Raises Problem (403)."""
    if not person.account.may_see(EVERYWHERE):
        raise Problem(Kind.FORBIDDEN)
    return person


OnDutyForAll = Annotated[Person, Depends(_for_all)]
"""Print runs, receipts, doubts and webhooks: letters of any department may be in them."""


def may_turn(tx: Any, account: Account, scope: str, key: str) -> bool:
    """May they stop this channel, system, letter type or mailing, let it go on, and read why it stands still?

    A mailing is its department's; anybody's letters may be in the others.
    """
    if account.may_see(EVERYWHERE):
        return True
    one = mailing_progress.listed(tx, UUID(key)) if scope == "mailing" and MAILING.fullmatch(key) else None
    return one is not None and account.may_see(one.department)


def must_turn(tx: Any, account: Account, scope: str, key: str) -> None:
    """Raises Problem: another department's mailing is as one that there is not (404), the rest is forbidden (403)."""
    if not may_turn(tx, account, scope, key):
        raise Problem(Kind.NOT_FOUND if scope == "mailing" else Kind.FORBIDDEN)


def must_see(account: Account, department: str | None) -> None:
    """`department`: of the letter that it is about; None where there is none such, which is told to an account with
    all. Raises Problem (404)."""
    if not account.may_see(department or EVERYWHERE):
        raise Problem(Kind.NOT_FOUND)
