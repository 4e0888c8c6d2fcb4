"""The router's own words on a letter, in the languages that it knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from outbound.rendering import danish, english


@dataclass(frozen=True, slots=True)
class Words:
    """The words around a letter's body. `language` is theirs; `phone` and `page` have places for what they name."""

    language: str
    phone: str
    opening_hours: str
    dated: str
    case_number: str
    reference: str
    caseworker: str
    page: str
    day: Callable[[date], str]


DANISH = Words(
    "da", "Telefon {}", "Åbningstid", "Dato", "Sagsnummer", "Reference", "Sagsbehandler", "Side {} af {}", danish.dato
)
ENGLISH = Words(
    "en",
    "Telephone {}",
    "Opening hours",
    "Date",
    "Case number",
    "Reference",
    "Caseworker",
    "Page {} of {}",
    english.day,
)


def words_in(language: str) -> Words:
    """The words for a letter in this language (`en`, `en-GB`); Danish ones where the router does not know it."""
    return ENGLISH if language.partition("-")[0] == "en" else DANISH
