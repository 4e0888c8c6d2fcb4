"""An axis from the least to the greatest of some numbers, nought among them, and round numbers to write at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Number = int | Fraction
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """From the least to the greatest value, nought always among them."""

    least: Fraction
    greatest: Fraction
    ticks: tuple[Number, ...]

    @classmethod
    def of(cls, values: Sequence[Number | None], most: Number | None, ticked: bool = False) -> "Axis":
        """For these values, up to `most` at least; from and to a round number where it is `ticked`."""
        known = [value for value in values if value is not None]
        low, high = min([0, *known]), max([0, *known] if most is None else [most, *known])
        if low == high:
            high = Fraction(1)
        if not ticked:
            return cls(Fraction(low), Fraction(high), ())
        step = _step(Fraction(high - low), all(isinstance(value, int) for value in known))
        first, last = low // step, -(-high // step)
        ticks = tuple(_number(step * count) for count in range(int(first), int(last) + 1))
        return cls(Fraction(ticks[0]), Fraction(ticks[-1]), ticks)

    def place(self, value: Number) -> Fraction:
        """Along the axis, 0 to 100."""
        return (value - self.least) * 100 / (self.greatest - self.least)

    def span(self, value: Number) -> tuple[str, str]:
        """Where a bar begins, and how long it is."""
        zero, end = self.place(0), self.place(value)
        return percent_of(min(zero, end)), percent_of(abs(end - zero))

    def down(self, value: Number, height: int) -> float:
        """How far below the greatest a value lies, where the axis is so many pixels high."""
        return round(float(height * (100 - self.place(value)) / 100), 2)


def _step(span: Fraction, whole: bool) -> Fraction:
    """The least of 1, 2 and 5 times a power of ten that makes few enough ticks; at least 1 for whole numbers."""
    step = Fraction(1) if whole else Fraction(1, 1000)
    while span / step > 10 * MOST_TICKS:
        step *= 10
    return next(step * times for times in (1, 2, 5, 10, 20) if span / (step * times) <= MOST_TICKS)


def _number(value: Fraction) -> Number:
    return int(value) if value.denominator == 1 else value


def percent_of(part: Number) -> str:
    """As an attribute: `12.5%`."""
    return f"{float(part):.3f}".rstrip("0").rstrip(".") + "%"
