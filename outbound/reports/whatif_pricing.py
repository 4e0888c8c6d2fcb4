"""What one letter would cost otherwise: by other tariffs or postage, in an envelope of its own, or in the mailbox."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from outbound.accounts import ALONE, BASELINE, BY_PRINT, by_print
from outbound.facts import Kind
from outbound.letter import Channel
from outbound.postage import Sending, Tariffs
from outbound.reports.whatif_change import Change
from outbound.shares import Share
from outbound.tariff_row import NoPrice, Part

_PARTS = frozenset(str(part) for part in Part)


class Pricing:
    """What one letter of a kind would cost. Remembers how many had no price."""

    def __init__(self, change: Change, tariffs: Tariffs) -> None:
        self.change, self.tariffs = change, tariffs
        self.unpriced = 0
        self.mailbox = ""  # the provider that letters are moved to
        self.printer = ""  # whom digital letters are compared with; empty where nothing was printed
        self._home = min(tariffs.home, default="DK")
        self._prices: dict[tuple[Sending, Share | None, date], dict[str, int] | None] = {}

    def stays(self, kind: Kind, day: date, letters: int) -> Mapping[str, int]:
        """Sent the way it went."""
        prices = dict(kind.prices)
        if self.change.tariffs is not None and f"{BASELINE}{Part.PORTO}" in prices:
            prices |= self._priced(kind, kind.channel, kind.provider, day, letters) or {}
            prices |= self._compared(kind, day) if f"{BY_PRINT}{Part.PORTO}" in prices else {}
        prices = self._with_postage(kind, prices, kind.channel)
        return _alone(prices) if self.change.householding is False else prices

    def moved(self, kind: Kind, day: date, letters: int) -> tuple[Mapping[str, int], Channel]:
        """Sent to the mailbox instead; as it went, where the mailbox has no price."""
        prices = self._priced(kind, Channel.DIGITAL, self.mailbox, day, letters)
        stays = self.stays(kind, day, 0)
        if prices is None:
            return stays, kind.channel
        printed = {f"{BY_PRINT}{part}": amount for part, amount in _alone(stays).items() if part in _PARTS}
        return self._with_postage(kind, prices, Channel.DIGITAL) | printed, Channel.DIGITAL

    def _priced(self, kind: Kind, channel: Channel, provider: str, day: date, letters: int) -> dict[str, int] | None:
        share = kind.share if channel is Channel.PRINT else None
        prices = self._price(self._sending(kind, channel, provider), share, day)
        if prices is None:
            self.unpriced += letters
        return prices

    def _price(self, sending: Sending, share: Share | None, day: date) -> dict[str, int] | None:
        """In øre by measure; found once for all letters alike. None where there is no price."""
        key = (sending, share, day)
        if key not in self._prices:
            self._prices[key] = None
            with suppress(NoPrice):
                self._prices[key] = self._find(*key)
        return self._prices[key]

    def _find(self, sending: Sending, share: Share | None, day: date) -> dict[str, int]:
        cost, office = self.tariffs.price(sending, day), self.tariffs.baseline(sending, day)
        priced = {"": cost} if share is None else {ALONE: cost, "": self.tariffs.shared(sending, share, day)}
        return {
            f"{what}{price.part}": price.amount
            for what, bill in (priced | {BASELINE: office}).items()
            for price in bill.prices
        }

    def _compared(self, kind: Kind, day: date) -> dict[str, int]:
        """What the digital letter would cost by remote print; nothing where there is no price for that."""
        sending = self._sending(kind, kind.channel, kind.provider)
        try:
            prices = by_print(self.tariffs, sending, self.printer, day)
        except NoPrice:
            return {}
        return {f"{BY_PRINT}{price.part}": price.amount for price in prices}

    def _sending(self, kind: Kind, channel: Channel, provider: str) -> Sending:
        country = self._home if kind.region == "home" else "ZZ"  # which no tariff calls home
        return Sending(channel, provider, kind.sheets, kind.letter_class, country, kind.size)

    def _with_postage(self, kind: Kind, prices: Mapping[str, int], channel: Channel) -> dict[str, int]:
        postage = self.change.postage
        if postage is None:
            return dict(prices)
        porto = {f"{what}{Part.PORTO}": postage for what in (BASELINE, BY_PRINT, ALONE)}
        if channel is Channel.PRINT:
            porto[Part.PORTO] = kind.share.of(postage) if kind.share else postage
        return {**prices, **{name: amount for name, amount in porto.items() if name in prices}}


def _alone(prices: Mapping[str, int]) -> dict[str, int]:
    """The same letter in an envelope of its own."""
    alone = {name.removeprefix(ALONE): amount for name, amount in prices.items() if name.startswith(ALONE)}
    return {name: amount for name, amount in prices.items() if not name.startswith(ALONE)} | alone
