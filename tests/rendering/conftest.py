"""The project's own letter types and an invented municipality to send them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outbound.letter import Address
from outbound.rendering import Frame, Letterhead, LetterTypes

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "letters"
HEAD = Letterhead(
    name="Nordby Kommune",
    return_address="Nordby Kommune, Rådhuspladsen 1, 9999 Nordby",
    department="Borgerservice",
    phone="99 99 99 99",
    mail="post@nordby.example",
    web="www.nordby.example",
    opening_hours="Mandag-onsdag 10-15\nTorsdag 10-17",
)
ADDRESS = Address("Ærø Øster Ågård", ("Opdigtet Allé 12, 3. tv.",), "9999", "Nordby")


@pytest.fixture(scope="session")
def letter_types() -> LetterTypes:
    return LetterTypes.load(TEMPLATES)


def usual_frame(**changes: Any) -> Frame:
    """An invented person's letter, dated 24. november 2026; `changes` stand over it."""
    usual = {
        "recipient": "Ærø Øster Ågård",
        "dated": date(2026, 11, 24),
        "letterhead": HEAD,
        "address": ADDRESS,
        "case_number": "26/004711",
        "reference": "BS-118",
        "caseworker": "Birgitte Løvstrøm",
    }
    return Frame(**{**usual, **changes})


@pytest.fixture
def frame() -> Callable[..., Frame]:
    return usual_frame
