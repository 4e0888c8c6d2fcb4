"""Invented people and companies: numbers that pick an outcome, and names and addresses derived from a number.

No person here exists. CPR numbers made here fail modulus 11 and are never born on 1 January, the only date for which
numbers failing it have been issued (cpr.dk, 10-05-2023). CVR numbers must carry a valid check digit (python-stdnum
dk.cvr) and are invented all the same.
"""

import hashlib
from dataclasses import dataclass
from typing import TypeVar

from adapters.simulators.outcomes import STREETS, Printing, Register, endings, outcome_of

T = TypeVar("T")

CPR_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)

FIRST_NAMES = (
    "Ådse", "Bjørnvig", "Cirkeline", "Dagfrid", "Eskelund", "Fjolner", "Gudveig", "Hjalte", "Ingvor", "Jorunde",
    "Kvist", "Liljefrid", "Mågens", "Nørrine", "Odbjørg", "Påskeline", "Rosmus", "Søljerik", "Tjalfe", "Ulvhild",
    "Vårdis", "Ymer", "Æbbelone", "Ørnulf",
)  # fmt: skip
LAST_NAMES = (
    "Prøvesen", "Lyngtofte", "Birkemosegård", "Klitrose", "Ådalskær", "Tangloppe", "Stenkløver", "Rørhøne",
    "Havtorn-Øst", "Mosekonge", "Vindfælde", "Æblegren", "Skovmærke", "Brombærdal", "Østersø-Testrup", "Gærdesmutte",
)  # fmt: skip
STREET_NAMES = (
    "Prøvevænget", "Eksempelstræde", "Testrupvej", "Ål og Ænder Alle", "Blåmejsebakken", "Øvre Påfundsgade",
    "Gammel Opdigtet Landevej", "Kørvelhaven", "Svanemosesvinget", "Luftkastellet", "Tænkeboks Plads", "Sindbilledvej",
)  # fmt: skip
TOWNS = (
    ("4300", "Holbæk"), ("4360", "Kirke Eskilstrup"), ("4420", "Regstrup"), ("4440", "Mørkøv"), ("4450", "Jyderup"),
    ("4500", "Nykøbing Sj"), ("2100", "København Ø"), ("8000", "Aarhus C"), ("5000", "Odense C"), ("9000", "Aalborg"),
    ("6000", "Kolding"), ("7100", "Vejle"), ("3700", "Rønne"), ("6792", "Rømø"), ("8305", "Samsø"),
    ("5970", "Ærøskøbing"),
)  # fmt: skip
ABROAD = (
    ("Påhittsgatan 14", "211 34", "MALMÖ", "SE"),
    ("Erfundener Weg 7", "24937", "FLENSBURG", "DE"),
    ("Oppdiktet vei 3 B", "0155", "OSLO", "NO"),
    ("12 Made-up Lane", "EH1 1AA", "EDINBURGH", "GB"),
)
COMPANIES = (
    "Ærtebælgens Prøvebageri",
    "Sandslottet Murerfirma",
    "Foreningen Luft & Lys",
    "Nulpunkt Regnskab",
)
FORMS = ("ApS", "A/S", "I/S")


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `street` has the house number in it, `country` is ISO 3166 alpha-2."""

    street: str
    postcode: str
    town: str
    country: str = "DK"
    co: str | None = None
    floor: str | None = None
    door: str | None = None
    place: str | None = None


def valid_modulus_11(cpr: str) -> bool:
    """Whether the number passes the old check (weights 4,3,2,7,6,5,4,3,2,1); it proves and disproves nothing."""
    return sum(int(d) * w for d, w in zip(cpr, CPR_WEIGHTS, strict=True)) % 11 == 0


def valid_cvr(cvr: str) -> bool:
    """Whether the number's check digit is right (python-stdnum dk.cvr)."""
    return cvr[0] != "0" and sum(int(d) * w for d, w in zip(cvr, CVR_WEIGHTS, strict=True)) % 11 == 0


def person(outcome: str = "well", n: int = 0) -> str:
    """The n'th invented adult's CPR number (born 1950-1989) that picks the outcome; different for every n < 12,000."""
    return _cpr(outcome, n, 1950, 40, "0123")


def child(outcome: str = "awaiting", n: int = 0) -> str:
    """The same, born 2014-2019: under 15 until 2029. Different for every n < 1,900."""
    return _cpr(outcome, n, 2014, 6, "4567")


def company(outcome: str = "well", n: int = 0) -> str:
    """The n'th invented CVR number that picks the outcome; its check digit is valid. Different for every n < 29,000."""
    tails = endings(outcome)
    tail = tails[n % len(tails)]
    start = 100_000 + (n // len(tails)) * 30
    return next(cvr for head in range(start, start + 30) if valid_cvr(cvr := f"{head:06d}{tail}"))


def _cpr(outcome: str, n: int, first_year: int, years: int, centuries: str) -> str:
    tails = endings(outcome)
    rest, day_of_all = divmod(n, 27 * 12 * years)
    days = day_of_all * 7919 % (27 * 12 * years)  # scattered: 7919 is a prime that divides none of these
    day, month, year = (
        days % 27 + 2,
        days // 27 % 12 + 1,
        first_year + days // 27 // 12,
    )  # never the first of a month
    for step in range(40):
        serial = (rest + step * 7) % 40
        cpr = f"{day:02d}{month:02d}{year % 100:02d}{centuries[serial // 10]}{serial % 10}{tails[n % len(tails)]}"
        if not valid_modulus_11(cpr):
            return cpr
    raise ValueError("No invented number is left for this n; ask for a smaller one.")


def name_of(number: str) -> str:
    """The invented name of a person (10 digits) or company (8 digits)."""
    register = outcome_of(number).register
    if register is Register.MARKUP_NAME:
        return 'Bob <img src="file:///etc/passwd"> & {{7*7}} Søn'
    if len(number) == 8:
        return (
            f"{_pick(COMPANIES, number, 'company')} {_pick(LAST_NAMES, number, 'last')} {_pick(FORMS, number, 'form')}"
        )
    if register is Register.LONG_NAME:
        return " ".join((*FIRST_NAMES[10:22], *LAST_NAMES[:9]))
    middle = f" {_pick(LAST_NAMES, number, 'middle')}" if _hash(number, "middle?") % 3 == 0 else ""
    return f"{_pick(FIRST_NAMES, number, 'first')}{middle} {_pick(LAST_NAMES, number, 'last')}"


def address_of(number: str) -> Address | None:
    """The invented address, or None for one who has none in the register."""
    outcome = outcome_of(number)
    if outcome.register in (
        Register.NO_ADDRESS,
        Register.EMIGRATED,
        Register.NOT_FOUND,
        Register.UNAVAILABLE,
    ):
        return None
    if outcome.register is Register.ABROAD:
        return Address(*_pick(ABROAD, number, "abroad"))
    postcode, town = _pick(TOWNS, number, "town")
    shape = _hash(number, "shape") % 6
    return Address(
        street=f"{_street(number, outcome.printing)} {_hash(number, 'house') % 180 + 1}{'B' if shape == 3 else ''}",
        postcode=postcode,
        town=town,
        co=f"{_pick(FIRST_NAMES, number, 'co')} {_pick(LAST_NAMES, number, 'co')}" if shape == 1 else None,
        floor=("st", "1", "2", "3", "4")[_hash(number, "floor") % 5] if shape in (0, 2) else None,
        door=("tv", "mf", "th")[_hash(number, "door") % 3] if shape in (0, 2) else None,
        place="Sønder Påfund" if shape == 4 else None,
    )


def successor_of(cpr: str) -> str:
    """The current number of somebody whose number was changed: same birth date, an ending that is WELL."""
    first = _hash(cpr, "changed") % 60
    candidates = (f"{cpr[:8]}{(first + step) % 60:02d}" for step in range(60))
    return next(c for c in candidates if not valid_modulus_11(c))


def _street(number: str, printing: Printing) -> str:
    return STREETS.get(printing) or _pick(STREET_NAMES, number, "street")


def _hash(number: str, what: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{what}|{number}".encode(), digest_size=6).digest())


def _pick(choices: tuple[T, ...], number: str, what: str) -> T:
    return choices[_hash(number, what) % len(choices)]
