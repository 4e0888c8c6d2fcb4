"""The code in the address window by which a letter is known again when it comes back. Pure.

Ten digits drawn from the letter's keyed fingerprint (`outbound.ledger.names`) and a check digit: they tell of nobody,
and a ledger that is restored from a back-up gives the letter the same ones again. The check digit is that of the Damm
algorithm (python-stdnum): it finds every single wrong digit and every two neighbours that have changed places. Never a
nought in front, which spreadsheets lose; eleven digits are no CPR number.
"""

import re

from stdnum import damm

DIGITS = 10
LENGTH = DIGITS + 1


def drawn_code(drawn: int) -> str:
    """The code that a number, however large, draws."""
    digits = str(10 ** (DIGITS - 1) + drawn % (9 * 10 ** (DIGITS - 1)))
    return digits + damm.calc_check_digit(digits)


def is_code(text: str) -> bool:
    """Could this be one: its length, and its check digit?"""
    return re.fullmatch(f"[1-9][0-9]{{{DIGITS}}}", text) is not None and bool(damm.is_valid(text))


def as_scanned(text: str) -> str:
    """The digits alone, as a person types them with spaces or hyphens, and without what a scanner puts around them."""
    return re.sub(r"[\s-]", "", text)


def shown(code: str) -> str:
    """As it is printed: 123 4567 8901."""
    return f"{code[:3]} {code[3:7]} {code[7:]}"
