"""What lives says so, as the timer and the pools do in every round."""

from outbound.delivery import House
from outbound.ledger import signs


def alive(house: House, *names: str) -> None:
    """The timer or these pools give a sign of life now."""
    with house.ledger.writing() as tx:
        for name in names:
            signs.give(tx, signs.Kind.TIMER if name == signs.TIMER else signs.Kind.POOL, name)
