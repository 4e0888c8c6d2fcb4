"""The money of letters that share an envelope: one porto and one envelope, and each letter its share of them.

Beside its share each letter has entries `alone-…`: what it would have cost in an envelope of its own. What householding
saved is the difference, and stands on its own line. Which letters an envelope is shared by, each entry says itself
(`weights`, `place`), and so does the one that counts the letter: an envelope that turns out to hold other letters than
was booked is booked anew.
"""

from datetime import date

from outbound.accounts.measures import ALONE
from outbound.postage import Price, Sending, Tariffs
from outbound.shares import Share


def prices_of(tariffs: Tariffs, sending: Sending, share: Share, day: date) -> list[tuple[str, Price]]:
    """The letter's share of each part, and what the part would have cost alone. Raises NoPrice."""
    shares = [(str(price.part), price) for price in tariffs.shared(sending, share, day).prices]
    return shares + [(f"{ALONE}{price.part}", price) for price in tariffs.price(sending, day).prices]
