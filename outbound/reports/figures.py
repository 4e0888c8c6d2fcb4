"""What the figures are: shares and savings, with their formulas. Pure; docs/measures.md says the same in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from outbound.tariff_row import Part


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

    `charged` is what suppliers say that they charged, for the letters where they say so; it is no part of the saving.
    """

    cost: Mapping[Part, int] = field(default_factory=dict)
    baseline: Mapping[Part, int] = field(default_factory=dict)
    charged: int = 0

    def saved(self, part: Part) -> int:
        """Baseline less cost; negative where the router cost more."""
        return self.baseline.get(part, 0) - self.cost.get(part, 0)

    @property
    def certain(self) -> int:
        """The saving that is realised when the letter goes: porto and materials."""
        return sum(self.saved(part) for part in Part if part.certain)

    @property
    def estimated(self) -> int:
        """The saving that rests on an estimate of working time."""
        return sum(self.saved(part) for part in Part if not part.certain)

    def __add__(self, other: "Money") -> "Money":
        charged = self.charged + other.charged
        return Money(_sum(self.cost, other.cost), _sum(self.baseline, other.baseline), charged)


@dataclass(frozen=True, slots=True)
class Figure:
    """Letters and money of one department, month, channel, route, system or letter type."""

    letters: Letters = Letters()
    money: Money = field(default_factory=Money)

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.letters + other.letters, self.money + other.money)


def share(part: int, whole: int) -> Fraction | None:
    """The part of the whole. None where the whole is nothing, or corrections outweigh the letters of the period."""
    return Fraction(part, whole) if whole > 0 and 0 <= part <= whole else None


def _sum(one: Mapping[Part, int], other: Mapping[Part, int]) -> dict[Part, int]:
    return {part: one.get(part, 0) + other.get(part, 0) for part in Part if part in one or part in other}
