"""Post that came back, told at a terminal: by its code, under a name and with a reason."""

import sys
from typing import Annotated

import typer

from outbound.cli.acts import By
from outbound.cli.faults import Code
from outbound.cli.opening import hand, opened_house
from outbound.cli.telling import progress, tell
from outbound.letter import ReturnReason
from outbound.post_room import Found, scan
from outbound.web.pages.words import SCANS

Codes = Annotated[list[str], typer.Argument(help="Codes in the windows; - reads them from standard input, one a line.")]
Reason = Annotated[ReturnReason, typer.Option("--reason", help="Why they came back.")]


def returned(codes: Codes, reason: Reason, by: By) -> None:
    """Say that letters came back by post.

    Each is known by the code in its window (eleven digits). One that cannot be understood hinders no other.
    """
    who = hand(by, reason)
    with opened_house() as house:
        refused = sum(
            _told(code, scan(house, code, reason, who.by).found) for code in progress(_given(codes), "Letters")
        )
    if refused:
        raise typer.Exit(Code.REFUSED)


def _told(code: str, found: Found) -> bool:
    """Say what came of it; True where it was refused."""
    good = found in (Found.RETURNED, Found.ALREADY)
    tell(f"{code}: {SCANS[found]}", done=good, code=found, id=code)
    return not good


def _given(codes: list[str]) -> list[str]:
    lines = [line for code in codes for line in (sys.stdin.read().splitlines() if code == "-" else [code])]
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))
