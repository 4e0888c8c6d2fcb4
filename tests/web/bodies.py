"""Bodies as specialist systems send them. The people are invented."""

import base64
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from outbound.rendering import LetterTypes
from outbound.settings import HOME
from tests.people import person
from tests.rendering.pdfs import pdf

ADDRESS = {"name": "Solvej Prøvesen", "lines": ["Prøvevej 7, 2. tv."], "postcode": "8000", "town": "Aarhus C"}


@cache
def fields() -> dict[str, Any]:
    """The example of the meeting notice."""
    types = LetterTypes.load(HOME / "templates" / "letters")
    return dict(types["moedeindkaldelse"].example or {})


def recipient(**changes: Any) -> dict[str, Any]:
    return {"name": "Solvej Prøvesen", "cpr": person(), **changes}


def letter(reference: str = "ref-1", **changes: Any) -> dict[str, Any]:
    """A meeting notice to one person."""
    return {
        "reference": reference,
        "department": "beskaeftigelse",
        "letter_type": "moedeindkaldelse",
        "recipients": [recipient()],
        "fields": fields(),
        **changes,
    }


def finished(reference: str = "ref-pdf", **document: Any) -> dict[str, Any]:
    """A finished PDF to one person."""
    body = letter(reference, letter_type="faerdigt-brev", document=a_document(**document))
    del body["fields"]
    return body


def a_document(**changes: Any) -> dict[str, Any]:
    encoded = base64.b64encode(pdf()).decode()
    return {"pdf": encoded, "title": "Svar på din ansøgning", "dated": "2026-11-23", **changes}


def lines(bodies: Sequence[object]) -> bytes:
    """NDJSON: what is text already is sent as it is."""
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in bodies).encode()
