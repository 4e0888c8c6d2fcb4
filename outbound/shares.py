"""An amount shared out among the letters of one envelope, exactly to the øre. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """One letter's share of the envelope that it goes in.

    `weights`: the sheets of every letter in it, the one on top first; `place`: this letter's among them, from 1.
    """

    weights: tuple[int, ...]
    place: int

    @property
    def sheets(self) -> int:
        """Those of the whole envelope."""
        return sum(self.weights)

    @property
    def inputs(self) -> dict[str, int | str]:
        """The share as an entry of the accounts keeps it."""
        return {"weights": ",".join(map(str, self.weights)), "place": self.place}

    @classmethod
    def kept_in(cls, inputs: Mapping[str, int | str]) -> "Share | None":
        """The share that an entry keeps; None where it keeps none. Raises ValueError or KeyError where it is none."""
        if "weights" not in inputs:
            return None
        share = cls(tuple(map(int, str(inputs["weights"]).split(","))), int(inputs["place"]))
        if not 1 <= share.place <= len(share.weights) or min(share.weights) < 1:
            raise ValueError(f"{inputs['place']} is no place among the weights {inputs['weights']}.")
        return share

    def of(self, amount: int) -> int:
        """This letter's part of the amount; those of all places make up the whole."""
        return parted(amount, self.weights)[self.place - 1]


def parted(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """The amount (øre) in parts by these weights: the largest remainders get the øre left over, ties by order."""
    whole = sum(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(amount * weights[place] % whole))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return tuple(parts)
