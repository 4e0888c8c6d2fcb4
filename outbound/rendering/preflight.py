"""Ready-made PDFs: checked at the API, made ready for the post. The file itself is opened in a child process only."""

from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Any

from outbound.letter import Document, ReadyMade
from outbound.rendering import fonts
from outbound.rendering.children import Busy, Died, Killed, pool
from outbound.rendering.cover import draw_cover
from outbound.rendering.faults import RenderingFault
from outbound.rendering.letter_type import LONGEST_TITLE
from outbound.rendering.metadata import Facts
from outbound.rendering.paging import MOST_PAGES
from outbound.rendering.renderer import sheets_of
from outbound.rendering.return_mark import carried, draw_return_code
from outbound.rendering.sheet import draw_marker, one_line
from outbound.rendering.structure import Element
from outbound.rendering.tagged import TaggedCanvas
from outbound.rendering.verdict import Expected, Figures, Found, Place, Preflight, is_warning
from outbound.rendering.views import Frame
from outbound.rendering.window import WINDOW, Box, PrintPage
from outbound.rendering.wire import Message

SECONDS = 10.0
MEMORY = 512_000_000
LARGEST = 15_000_000
TRIES = 2  # a child may have been killed by somebody else


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may take: seconds, once a child is free; bytes of the child's memory; bytes and pages of its own.

    `page`: where things may stand for the print provider.
    """

    seconds: float = SECONDS
    memory: int = MEMORY
    largest: int = LARGEST
    most_pages: int = MOST_PAGES
    page: PrintPage = WINDOW


@dataclass(frozen=True, slots=True)
class _Work:
    """What a child is asked to do with a file beside checking it."""

    task: str = "check"
    cover: bytes = b""
    stamp: bytes = b""
    code: bytes = b""  # put on where its place is clear
    expected: Expected = field(default_factory=Expected)


def preflight(pdf: bytes, expected: Expected | None = None, limits: Limits | None = None) -> Preflight:
    """Can this PDF go out as a letter? Takes some ten milliseconds a page. Never raises for anything a file does."""
    return _asked(pdf, _Work(expected=expected or NOTHING_KNOWN), limits or Limits())[0]


NOTHING_KNOWN = Expected(paper=True, window=False)


def marked(pdf: bytes, expected: Expected | None = None, limits: Limits | None = None) -> tuple[Preflight, bytes]:
    """The verdict, and the PDF with every place marked in red; no bytes where the file cannot be opened at all."""
    return _asked(pdf, _Work("mark", expected=expected or NOTHING_KNOWN), limits or Limits())


def prepare(ready_made: ReadyMade, frame: Frame, *, plex: str = "duplex", limits: Limits | None = None) -> Document:
    """The letter as it goes out: with a cover sheet or a marker where the frame asks for them, else as it came.

    Raises RenderingFault: `title`, the code of the first fault that `preflight` finds, or what the cover may raise.
    """
    title = one_line(ready_made.title)
    if not 0 < len(title) <= LONGEST_TITLE:
        raise RenderingFault("title")
    limits = limits or Limits()
    cover = _cover(frame, plex, limits.page) if frame.cover or frame.cover_sheet else b""
    stamp = _stamp(frame, limits.page) if frame.marker else b""
    code = carried(frame, limits.page) if cover else frame.return_code if frame.address else ""
    on_page = _code(frame, limits.page) if code and not cover else b""
    work = _Work("make" if cover or stamp or on_page else "check", cover, stamp, on_page, _expected(ready_made, frame))
    found, made = _asked(ready_made.pdf, work, limits)
    if found.codes:
        raise RenderingFault(found.codes[0])
    pages = found.pages + (0 if not cover else 2 if plex == "duplex" else 1)
    return Document(
        pdf=made or ready_made.pdf,
        title=title,
        dated=ready_made.dated,
        pages=pages,
        sheets=sheets_of(pages, plex),
        return_code=code if cover or (on_page and found.code_clear) else "",
    )


def _expected(ready_made: ReadyMade, frame: Frame) -> Expected:
    """What was accepted at the door is not refused for its looks again; but whose name, and what address, is looked at.

    Only now is it known which of its recipients the letter is for, and that the register protects an address.
    """
    names, hidden = [frame.recipient], list(ready_made.must_not_occur)
    if frame.address is not None:
        names.append(frame.address.name)
    if frame.cover and frame.address is not None:
        hidden += frame.address.lines
    shown = frame.address is not None and not (frame.cover or frame.cover_sheet)
    return Expected(tuple(names) if shown else (), tuple(hidden), paper=False, window=False)


def _cover(frame: Frame, plex: str, page: PrintPage) -> bytes:
    out, root = BytesIO(), Element("Document")
    canvas = _canvas(out, frame, root)
    draw_cover(canvas, frame, plex, Element("Sect", root), page)
    canvas.save()
    return out.getvalue()


def _stamp(frame: Frame, page: PrintPage) -> bytes:
    """The marker without a mark of its own: it becomes an artifact of the page that it is put on."""
    out = BytesIO()
    canvas = _canvas(out, frame, Element("Document"))
    draw_marker(canvas, frame.marker, None, page)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _code(frame: Frame, page: PrintPage) -> bytes:
    """The return code, as an artifact too; nothing where the page has no place for it."""
    out = BytesIO()
    canvas = _canvas(out, frame, Element("Document"))
    if page.code_box is None:
        return b""
    draw_return_code(canvas, frame.return_code, page.code_box, marked=False)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _canvas(out: BytesIO, frame: Frame, root: Element) -> TaggedCanvas:
    fonts.register()
    return TaggedCanvas(out, Facts("", "", "", "da", frame.dated), root)


def _asked(pdf: bytes, work: _Work, limits: Limits) -> tuple[Preflight, bytes]:
    if len(pdf) > limits.largest:
        return _failed("too-large", limits.largest), b""
    head = {**asdict(limits), "task": work.task, "expected": asdict(work.expected)}
    request = Message(head, (pdf, work.cover, work.stamp, work.code))
    for _ in range(TRIES):
        try:
            answer = pool().ask(request, limits.seconds, 3 * limits.largest + 10_000_000)
            return _understood(answer, work.expected, limits), answer.parts[0]
        except Busy:
            return _failed("pdf-busy"), b""
        except Killed:
            return _failed("pdf-time"), b""
        except Died:
            continue
        except (KeyError, IndexError, TypeError, ValueError):  # a child that a file took over may say anything
            break
    return _failed("pdf-unreadable"), b""


def _understood(answer: Message, expected: Expected, limits: Limits) -> Preflight:
    pages = int(answer.head["pages"])
    found = [_found(str(code), places, expected, limits) for code, places in answer.head["found"]]
    found.sort(key=lambda one: one.warning)
    clear = bool(answer.head.get("code_clear"))
    return Preflight(pages, sheets_of(pages, "duplex"), tuple(found), _figures(answer.head["figures"]), clear)


def _found(code: str, places: Any, expected: Expected, limits: Limits) -> Found:
    told = tuple(Place(int(page), Box(*map(float, box)) if box else None) for page, box in places)
    most = limits.most_pages if code == "too-many-pages" else 0
    return Found(code, is_warning(code, expected), told, most, limits.page)


def _figures(given: Any) -> Figures:
    tagged, words, long_words, sentences, appeal = given
    return Figures(bool(tagged), int(words), int(long_words), int(sentences), bool(appeal))


def _failed(code: str, most: int = 0) -> Preflight:
    return Preflight(0, 0, (Found(code, False, (), most),))
