"""What can be wrong with a letter's attachments (bilag), and with the letter and them as one. Echoes no value.

Each is held to what a ready-made PDF is held to, but that no window shows it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic

from outbound.delivery.house import House
from outbound.delivery.render import preflight_limits
from outbound.letter import Channel, Submission, Wish
from outbound.rendering import Expected, Fault, Preflight, pages_together, preflight, sheets_of

SHORTEST = 0.1  # seconds that the last of them has, whatever the others took


def attachment_faults(house: House, one: Submission, looked: Sequence[Preflight]) -> Iterator[Fault]:
    """Everything wrong with them but their titles, each named by its place in the call. `looked`: `look_at`'s."""
    settings = house.settings
    if _too_many(house, one):
        yield Fault("/attachments", f"Give at most {settings.most_attachments} attachments.", "too-many-attachments")
    elif _too_large(house, one):
        said = (
            f"The attachments have more than {settings.attachments_limit} bytes together; send fewer or smaller ones."
        )
        yield Fault("/attachments", said, "attachments-too-large")
    for place, found in enumerate(looked):
        for fault in found.faults:
            yield replace(fault, pointer=f"/attachments/{place}/pdf{fault.pointer}")


def whole_faults(house: House, one: Submission, letter_pages: int, looked: Sequence[Preflight]) -> Iterator[Fault]:
    """Does the letter, of so many pages, go into an envelope with its attachments? Asked where it may be printed."""
    if not looked or not _may_be_printed(house, one):
        return
    letter_type, printer = house.types[one.letter_type], house.outside.mailers[Channel.PRINT].provider
    pages = pages_together(letter_pages, [found.pages for found in looked], letter_type.plex)
    sheets = sheets_of(pages, letter_type.plex)
    if pages > preflight_limits(house.settings).most_pages or house.tariffs.envelope(sheets, printer) is None:
        said = f"The letter and its attachments are {pages} pages on {sheets} sheets, more than an envelope takes."
        yield Fault("/attachments", f"{said} Shorten them, or part them over more letters.", "too-many-pages")


def look_at(house: House, one: Submission) -> list[Preflight]:
    """The verdict on each, none where they are too many or too large. Together they may take the time of one PDF."""
    if _too_many(house, one) or _too_large(house, one):
        return []
    limits, end = preflight_limits(house.settings), monotonic() + house.settings.preflight_seconds
    hidden = set(one.ready_made.must_not_occur if one.ready_made else ())
    hidden |= {address for each in one.attachments for address in each.must_not_occur}
    expected = Expected((), tuple(sorted(hidden)), paper=_may_be_printed(house, one), window=False)
    return [
        preflight(each.pdf, expected, replace(limits, seconds=max(SHORTEST, end - monotonic())))
        for each in one.attachments
    ]


def _too_many(house: House, one: Submission) -> bool:
    return len(one.attachments) > house.settings.most_attachments


def _too_large(house: House, one: Submission) -> bool:
    return sum(len(each.pdf) for each in one.attachments) > house.settings.attachments_limit


def _may_be_printed(house: House, one: Submission) -> bool:
    """Neither its sender nor its type has said that it only goes to the mailbox."""
    return one.wish is not Wish.DIGITAL and not house.types[one.letter_type].digital_only
