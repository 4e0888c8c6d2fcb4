"""Text on its way into XML: nothing that XML 1.0 forbids, nothing that is markup, nothing that turns direction."""

import re
import unicodedata
from datetime import UTC, datetime

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
HAS_MARKUP = re.compile('[&<>"]')


def one_line(text: str, most: int) -> str:
    """The text without control and formatting characters, white space folded, at most `most` characters long."""
    kept = FORBIDDEN.sub("", text)
    if not kept.isascii():
        kept = "".join(c for c in kept if unicodedata.category(c) != "Cf")
    return " ".join(kept.split())[:most].rstrip()


def escaped(text: str) -> str:
    """The text as element content or as an attribute value in double quotes."""
    return HAS_MARKUP.sub(lambda found: MARKUP[found[0]], FORBIDDEN.sub("", text))


def stamp(moment: datetime) -> str:
    """A time as every wire here wants it: UTC, whole seconds, ending in Z. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("A time without a time zone cannot be written; make it aware.")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
