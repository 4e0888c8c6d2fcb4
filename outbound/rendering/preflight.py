"""Ready-made PDFs: checked at the API, made ready for the post. The file itself is opened in a child process only."""

from dataclasses import dataclass
from io import BytesIO

from outbound.letter import Document, ReadyMade
from outbound.rendering import fonts
from outbound.rendering.children import Busy, Died, Killed, pool
from outbound.rendering.cover import draw_cover
from outbound.rendering.faults import Fault, RenderingFault
from outbound.rendering.inspection import SENTENCES
from outbound.rendering.letter_type import LONGEST_TITLE
from outbound.rendering.metadata import Facts
from outbound.rendering.paging import MOST_PAGES
from outbound.rendering.renderer import sheets_of
from outbound.rendering.sheet import draw_marker, one_line
from outbound.rendering.structure import Element
from outbound.rendering.tagged import TaggedCanvas
from outbound.rendering.views import Frame
from outbound.rendering.wire import Message

SECONDS = 10.0
MEMORY = 512_000_000
LARGEST = 15_000_000


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found: pages, sheets when printed on both sides, and every fault with its stand code."""

    pages: int
    sheets: int
    faults: tuple[Fault, ...]
    codes: tuple[str, ...] = ()


def preflight(
    pdf: bytes,
    *,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    largest: int = LARGEST,
    most_pages: int = MOST_PAGES,
) -> Preflight:
    """Can this PDF go out as a letter? Takes some milliseconds; never longer than `seconds` once a child is free.

    `memory` is the address space of the child in bytes, `largest` the bytes that the PDF may have. Never raises for
    anything that a file does.
    """
    return _asked(pdf, b"", b"", seconds, memory, largest, most_pages)[0]


def prepare(
    ready_made: ReadyMade,
    frame: Frame,
    *,
    plex: str = "duplex",
    seconds: float = SECONDS,
    memory: int = MEMORY,
    largest: int = LARGEST,
    most_pages: int = MOST_PAGES,
) -> Document:
    """The letter as it goes out: with a cover sheet or a marker where the frame asks for them, else as it came.

    Raises RenderingFault: `title`, the code of the first thing that `preflight` finds, or what the cover may raise.
    """
    title = one_line(ready_made.title)
    if not 0 < len(title) <= LONGEST_TITLE:
        raise RenderingFault("title")
    cover = _cover(frame, plex) if frame.cover or frame.cover_sheet else b""
    stamp = _stamp(frame) if frame.marker else b""
    found, made = _asked(ready_made.pdf, cover, stamp, seconds, memory, largest, most_pages)
    if found.codes:
        raise RenderingFault(found.codes[0])
    pages = found.pages + (0 if not cover else 2 if plex == "duplex" else 1)
    return Document(
        pdf=made or ready_made.pdf,
        title=title,
        dated=ready_made.dated,
        pages=pages,
        sheets=sheets_of(pages, plex),
    )


def _cover(frame: Frame, plex: str) -> bytes:
    out, root = BytesIO(), Element("Document")
    canvas = _canvas(out, frame, root)
    draw_cover(canvas, frame, plex, Element("Sect", root))
    canvas.save()
    return out.getvalue()


def _stamp(frame: Frame) -> bytes:
    """The marker without a mark of its own: it becomes an artifact of the page that it is put on."""
    out = BytesIO()
    canvas = _canvas(out, frame, Element("Document"))
    draw_marker(canvas, frame.marker, None)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _canvas(out: BytesIO, frame: Frame, root: Element) -> TaggedCanvas:
    fonts.register()
    return TaggedCanvas(out, Facts("", "", "", "da", frame.dated), root)


def _asked(
    pdf: bytes, cover: bytes, stamp: bytes, seconds: float, memory: int, largest: int, most_pages: int
) -> tuple[Preflight, bytes]:
    if len(pdf) > largest:
        return _failed("pdf-large", size=len(pdf), most=largest), b""
    head = {"seconds": seconds, "memory": memory, "most_pages": most_pages}
    try:
        answer = pool().ask(Message(head, (pdf, cover, stamp)), seconds, 2 * largest + 1_000_000)
        return _understood(answer, most_pages), answer.parts[0]
    except Busy:
        return _failed("pdf-busy"), b""
    except Killed:
        return _failed("pdf-time"), b""
    except Died:
        return _failed("pdf-memory"), b""
    except (KeyError, IndexError, TypeError, ValueError):  # a child that a file took over may say anything
        return _failed("pdf-broken"), b""


def _understood(answer: Message, most_pages: int) -> Preflight:
    pages = int(answer.head["pages"])
    found = [(str(code), int(page)) for code, page in answer.head["faults"]]
    faults = tuple(Fault("", SENTENCES[code].format(page=page, most=most_pages)) for code, page in found)
    return Preflight(pages, sheets_of(pages, "duplex"), faults, tuple(code for code, _ in found))


def _failed(code: str, **numbers: int) -> Preflight:
    return Preflight(0, 0, (Fault("", SENTENCES[code].format(**numbers)),), (code,))
