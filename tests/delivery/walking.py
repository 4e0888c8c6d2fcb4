"""Workers for the tests: each call is one round of what tickets would set off."""

from outbound import delivery
from outbound.delivery import House
from outbound.letter import Channel, Lane
from tests.house import Crash

STEPS = (
    lambda house: delivery.render_handful(house, Lane.SINGLE),
    lambda house: delivery.route_handful(house, Lane.SINGLE),
    lambda house: delivery.send_handful(house, Channel.DIGITAL, Lane.SINGLE),
    lambda house: delivery.send_handful(house, Channel.PRINT, Lane.SINGLE),
    lambda house: delivery.mind_doubts(house, Channel.DIGITAL),
    lambda house: delivery.mind_doubts(house, Channel.PRINT),
    lambda house: delivery.fetch(house),
    lambda house: delivery.settle(house),
)


def one_round(house: House) -> int:
    """Every step once, and the timer's; how much was done."""
    done = sum(step(house) for step in STEPS)
    return done + delivery.recover(house) + delivery.hold_overdue(house)


def run_to_rest(house: House, rounds: int = 20) -> None:
    """Until nothing is due any more."""
    for _ in range(rounds):
        if not one_round(house):
            return


def run_with_a_crash(house: House, commit: int, after: bool) -> bool:
    """Run, dying at this commit of the worker's; False where it never came to it."""
    ledger = house.ledger
    ledger.commits, ledger.die_at, ledger.after = 0, commit, after  # type: ignore[attr-defined]
    try:
        run_to_rest(house)
    except Crash:
        return True
    finally:
        ledger.die_at = None  # type: ignore[attr-defined]
    return False
