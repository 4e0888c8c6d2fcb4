"""The process that opens foreign PDFs: `python -m outbound.rendering.preflight_child`, a socket as its standard input.

It answers one request after the other until its socket closes. Every request has its own limits of time and memory;
the parent kills the process where they are not enough. It has no environment, no files and no secrets of ours.
"""

import resource
import signal
import socket
import struct
from dataclasses import astuple
from typing import Any

from pypdf.errors import LimitReachedError

from outbound.print_page import print_page_from
from outbound.rendering.assembly import assemble
from outbound.rendering.foreign import Unfit, opened
from outbound.rendering.inspection import Finding, inspect
from outbound.rendering.joining import join
from outbound.rendering.marking import mark
from outbound.rendering.reading import read
from outbound.rendering.verdict import Expected, Figures, Place, is_warning
from outbound.rendering.wire import Message, receive, send

_OPEN_FILES = 32


def main() -> None:
    """Serve until the parent hangs up."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    with socket.socket(fileno=0) as parent:
        send(parent, Message({}, ()))
        while True:
            try:
                request = receive(parent)
            except (ConnectionError, struct.error):
                return
            answer = _answered(request)
            send(parent, answer)
            if answer.head.get("spent"):
                return


def _answered(request: Message) -> Message:
    """Never raises: what a file does to its reader is the file's fault."""
    _limit(float(request.head["seconds"]), int(request.head["memory"]))
    try:
        return _worked(request.head, request.parts)
    except Unfit as fault:
        return _refusal(fault.code)
    except LimitReachedError:
        return _refusal("pdf-content")
    except MemoryError:
        return _refusal("pdf-memory", spent=True)  # a process that once ran out is not used again
    except Exception:
        return _refusal("pdf-unreadable")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _worked(head: dict[str, Any], parts: tuple[bytes, ...]) -> Message:
    expected = Expected(**head.get("expected", {}))
    if head.get("task") == "enclose":
        return _enclosed(head, parts, expected)
    pdf, cover, stamp, code = parts
    finding, sheets = inspect(opened(pdf), int(head["most_pages"]))
    read(pdf, sheets, expected, finding, print_page_from(head["page"]))
    if head.get("task") == "mark":
        return _found(finding, mark(sheets, finding))
    if head.get("task") == "make" and all(is_warning(code, expected) for code in finding.faults):
        return _found(finding, assemble(pdf, cover, [stamp, code if finding.code_clear else b""]))
    return _found(finding)


def _enclosed(head: dict[str, Any], parts: tuple[bytes, ...], expected: Expected) -> Message:
    """The attachments counted, and one file of the letter and them where that is asked for."""
    letter, *attachments = parts
    found, pages = [], []
    for pdf in attachments:
        finding, sheets = inspect(opened(pdf), int(head["most_pages"]))
        if expected.must_not_occur:
            read(pdf, sheets, expected, finding, print_page_from(head["page"]))
        found += [code for code in finding.faults if not is_warning(code, expected)]
        pages.append(finding.pages)
    made = b""
    if head["together"] and not found:
        made = join(letter, list(zip(attachments, pages, head["titles"], strict=True)), duplex=bool(head["duplex"]))
    return Message({"pages": pages, "found": [(code, []) for code in found]}, (made,))


def _found(finding: Finding, made: bytes = b"") -> Message:
    told = [(code, [_place(place) for place in places]) for code, places in finding.faults.items()]
    head = {"pages": finding.pages, "found": told, "figures": astuple(finding.figures)}
    return Message({**head, "code_clear": finding.code_clear}, (made,))


def _place(place: Place) -> tuple[int, tuple[float, ...] | None]:
    box = place.box
    return place.page, tuple(round(number, 1) for number in astuple(box)) if box else None


def _refusal(code: str, *, spent: bool = False) -> Message:
    figures = astuple(Figures())
    return Message({"pages": 0, "found": [(code, [])], "figures": figures, "spent": spent}, (b"",))


def _limit(seconds: float, memory: int) -> None:
    """The process dies by itself a little later than its parent would kill it, should the parent be gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, seconds + 2)


if __name__ == "__main__":
    main()
