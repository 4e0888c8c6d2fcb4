"""A letter and its attachments (bilag) as they go out: on paper one file, in the mailbox each for itself.

The attachments themselves are foreign files, opened in a child process only. For the mailbox they stay as they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from outbound.letter import Attachment, Channel, Document
from outbound.rendering.children import Busy, Died, Killed, pool
from outbound.rendering.faults import RenderingFault
from outbound.rendering.preflight import TRIES, Limits
from outbound.rendering.renderer import sheets_of
from outbound.rendering.verdict import Expected
from outbound.rendering.views import Frame
from outbound.rendering.wire import Message


def enclosed(
    letter: Document, attachments: Sequence[Attachment], frame: Frame, *, plex: str = "duplex", limits: Limits
) -> Document:
    """The letter with its attachments, as the frame's channel takes them; they are looked at once more.

    For print one file, each attachment on a fresh sheet. For the mailbox the letter alone, since each attachment is a
    document of its own there. Either way the pages are those on paper, by which letters are priced and compared.
    Raises RenderingFault.
    """
    together = frame.channel is Channel.PRINT
    hidden = frame.address.lines if frame.cover and frame.address is not None else ()
    head = {
        **asdict(limits),
        "task": "enclose",
        "expected": asdict(Expected((), hidden, paper=False, window=False)),
        "titles": [one.title for one in attachments],
        "together": together,
        "duplex": plex == "duplex",
    }
    answer = _asked(Message(head, (letter.pdf, *(one.pdf for one in attachments))), limits)
    pages = _counts(answer, len(attachments))
    whole = pages_together(letter.pages, pages, plex)
    return replace(
        letter,
        pdf=answer.parts[0] if together else letter.pdf,
        pages=whole,
        sheets=sheets_of(whole, plex),
        attachments=tuple(Attachment(b"", one.title, count) for one, count in zip(attachments, pages, strict=True)),
    )


def pages_together(letter: int, attachments: Iterable[int], plex: str) -> int:
    """Pages on paper, the empty backs included after which an attachment begins on a sheet of its own."""
    whole = letter
    for pages in attachments:
        whole += pages + (whole % 2 if plex == "duplex" else 0)
    return whole


def _asked(request: Message, limits: Limits) -> Message:
    most = sum(map(len, request.parts)) * 3 + 10_000_000
    for _ in range(TRIES):
        try:
            return pool().ask(request, limits.seconds, most)
        except Busy:
            raise RenderingFault("pdf-busy") from None
        except Killed:
            raise RenderingFault("pdf-time") from None
        except Died:
            continue
    raise RenderingFault("pdf-unreadable")


def _counts(answer: Message, attachments: int) -> list[int]:
    """The pages of each. Raises RenderingFault for what was found; a child that a file took over may say anything."""
    try:
        codes, pages = [str(code) for code, _ in answer.head["found"]], answer.head["pages"]
        if not codes and len(pages) == attachments:
            return [int(count) for count in pages]
    except (KeyError, TypeError, ValueError):
        codes = []
    raise RenderingFault(codes[0] if codes else "pdf-unreadable")
