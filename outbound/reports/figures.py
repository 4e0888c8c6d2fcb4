"""What the figures are: shares and savings, with their formulas. Pure; docs/measures.md says the same in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from outbound.tariff_row import Part

CERTAIN = tuple(part for part in Part if part.certain)


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters handed over in a period, less those that came back as refused in it; so a number may be negative.

    `local`: letters printed at the office, as far as they have been reported; None = unknown. `estimated`: that number
    rests on a counting week, or on a part of a longer report.
    """

    digital: int = 0
    printed: int = 0
    local: int | None = None
    estimated: bool = False

    @property
    def through_router(self) -> int:
        """Digital and remote-printed together."""
        return self.digital + self.printed

    @property
    def digital_share(self) -> Fraction | None:
        """Digital andel: digital / (digital + printed by remote print). None without letters."""
        return share(self.digital, self.through_router)

    @property
    def paper_share(self) -> Fraction | None:
        """Papirandel: printed by remote print / (digital + printed by remote print). None without letters."""
        return share(self.printed, self.through_router)

    @property
    def router_share(self) -> Fraction | None:
        """Fjernprintandel (Holbæk's measure, high is good): through the router / all letters, local print included.

        None while local print is unknown: the figure is then "ukendt", never 100 %.
        """
        if self.local is None:
            return None
        return share(self.through_router, self.through_router + self.local)

    def __add__(self, other: "Letters") -> "Letters":
        known = None if self.local is None or other.local is None else self.local + other.local
        estimated = known is not None and (self.estimated or other.estimated)
        return Letters(self.digital + other.digital, self.printed + other.printed, known, estimated)


@dataclass(frozen=True, slots=True)
class Money:
    """What letters cost and would have cost at the office, in øre without VAT, part by part.

    `by_print` is what the same letters cost, or the digital ones would have cost, by our own remote print: it lies
    between cost and baseline and parts the saving in two. `failed` and `returned` are of the cost, and not beside it:
    tries that were refused and charged all the same, and letters that came back. `charged` and `invoiced` are what
    suppliers say that they charged, by receipt and by invoice; they are no part of cost or saving. `householding` is
    the part of the certain saving that came of envelopes shared: alone less share.
    """

    cost: Mapping[Part, int] = field(default_factory=dict)
    baseline: Mapping[Part, int] = field(default_factory=dict)
    charged: int = 0
    by_print: Mapping[Part, int] = field(default_factory=dict)
    failed: int = 0
    returned: int = 0
    invoiced: int = 0
    householding: int = 0

    def saved(self, part: Part) -> int:
        """Baseline less cost; negative where the router cost more. It is `saved_digitally` and `saved_by_print`."""
        return self.baseline.get(part, 0) - self.cost.get(part, 0)

    def saved_digitally(self, part: Part) -> int:
        """What the mailbox saved against our own remote print; letters on paper have no share in it."""
        return self.by_print.get(part, 0) - self.cost.get(part, 0)

    def saved_by_print(self, part: Part) -> int:
        """What remote print saves against the office: of printed letters, and of digital ones had they been printed."""
        return self.baseline.get(part, 0) - self.by_print.get(part, 0)

    @property
    def certain(self) -> int:
        """The saving that is realised when the letter goes: porto and materials."""
        return sum(self.saved(part) for part in CERTAIN)

    @property
    def certain_digitally(self) -> int:
        """Of the certain saving: digital instead of remote print."""
        return sum(self.saved_digitally(part) for part in CERTAIN)

    @property
    def certain_by_print(self) -> int:
        """Of the certain saving: remote print instead of the office."""
        return sum(self.saved_by_print(part) for part in CERTAIN)

    @property
    def estimated(self) -> int:
        """The saving that rests on an estimate of working time."""
        return sum(self.saved(part) for part in Part if not part.certain)

    def __add__(self, other: "Money") -> "Money":
        return Money(
            _sum(self.cost, other.cost),
            _sum(self.baseline, other.baseline),
            self.charged + other.charged,
            _sum(self.by_print, other.by_print),
            self.failed + other.failed,
            self.returned + other.returned,
            self.invoiced + other.invoiced,
            self.householding + other.householding,
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """Letters and money of one department, month, channel, route, system or letter type."""

    letters: Letters = Letters()
    money: Money = field(default_factory=Money)

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.letters + other.letters, self.money + other.money)


def rounded(amount: Fraction | int) -> int:
    """To the nearest whole, half upwards."""
    return floor(amount + Fraction(1, 2))


def share(part: int | Fraction, whole: int) -> Fraction | None:
    """The part of the whole. None where the whole is nothing, or corrections outweigh the letters of the period."""
    return Fraction(part, whole) if whole > 0 and 0 <= part <= whole else None


def _sum(one: Mapping[Part, int], other: Mapping[Part, int]) -> dict[Part, int]:
    return {part: one.get(part, 0) + other.get(part, 0) for part in Part if part in one or part in other}
