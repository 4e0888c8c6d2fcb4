"""What goes with a letter, named at its end, so that whoever opens the envelope knows what should be in it."""

from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element

_HEADINGS = {"da": "Bilag", "en": "Enclosures"}


def name_attachments(body: _Element, titles: Sequence[str], language: str) -> None:
    """Add the list to the letter's body, in PDF and twin alike: after the signature, before the footnotes."""
    if not titles:
        return
    heading, entries = etree.Element("h2"), etree.Element("ul")
    heading.text = _HEADINGS.get(language, _HEADINGS["da"])
    for title in titles:
        etree.SubElement(entries, "li").text = title
    at = len(body)
    while at and body[at - 1].tag == "p" and body[at - 1].get("class") == "note":
        at -= 1
    body[at:at] = [heading, entries]
