"""What letter types are called on the pages of management: by their titles, as `outbound template list` shows them."""

from collections import Counter
from collections.abc import Mapping

from outbound.rendering import LetterType


def titles_of(types: Mapping[str, LetterType]) -> dict[str, str]:
    """By code. A title that two types share has the code behind it; a type whose title is of each letter has none."""
    found = {code: one.label or one.title for code, one in types.items()}
    known = {code: title for code, title in found.items() if title and "{{" not in title}
    many = Counter(known.values())
    return {code: title if many[title] == 1 else f"{title} ({code})" for code, title in known.items()}
