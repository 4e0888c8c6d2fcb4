"""Invented people for tests: a number picks what the simulated outside does with it (docs/simulators.md).

`person("exempt", 3)` is the fourth invented adult who is exempt from Digital Post; her number fails modulus 11 and
she is not born on 1 January, so that nobody real can have it. `company` numbers must have a valid check digit and are
invented all the same.
"""

from adapters.simulators.invented import (
    address_of,
    child,
    company,
    name_of,
    person,
    successor_of,
    valid_cvr,
    valid_modulus_11,
)
from adapters.simulators.outcomes import TABLE, WELL

OUTCOMES = (WELL.name, *(row.name for row in TABLE.values()))

__all__ = [
    "OUTCOMES",
    "address_of",
    "child",
    "company",
    "name_of",
    "person",
    "successor_of",
    "valid_cvr",
    "valid_modulus_11",
]
