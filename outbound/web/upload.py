"""A form with a file in it, read into memory and no further than allowed: a letter must lie on no disk in the open.

(The framework's own reader puts files of a megabyte and more into a temporary file.)
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from outbound.web.body import read_limited
from outbound.web.problems import Kind, Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MULTIPART = "multipart/form-data"
MOST_PARTS = 20
LARGEST_FIELD = 2_000  # bytes
AROUND = 20_000  # bytes of the form around its file


@dataclass(slots=True)
class Upload:
    """The fields of a form, and the content of its one file. What the file was called there is not kept."""

    fields: dict[str, str] = field(default_factory=dict)
    file: bytes = b""


@dataclass(slots=True)
class _Part:
    """A part as it is being read."""

    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    disposition: bytes = b""
    body: bytearray = field(default_factory=bytearray)


async def read_upload(request: Request, largest: int) -> Upload:
    """A form whose file has at most `largest` bytes. Raises Problem (400, 413, 415)."""
    raw = await read_limited(request, MULTIPART, largest + AROUND)
    _, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        found = _parts(raw, options.get(b"boundary", b""))
        upload = _upload(found)
    except (FormParserError, ValueError):
        raise Problem(Kind.BROKEN_BODY) from None
    if len(upload.file) > largest:
        raise Problem(Kind.TOO_LARGE)
    return upload


def _parts(raw: bytes, boundary: bytes) -> list[_Part]:
    """Raises FormParserError, ValueError where the form is not whole or has too many parts."""
    if not boundary:
        raise ValueError("no boundary")
    found: list[_Part] = []
    ended = False

    def begin() -> None:
        if len(found) >= MOST_PARTS:
            raise ValueError("too many parts")
        found.append(_Part())

    def header_end() -> None:
        part = found[-1]
        if bytes(part.header).lower() == b"content-disposition":
            part.disposition = bytes(part.value)
        part.header.clear()
        part.value.clear()

    def end() -> None:
        nonlocal ended
        ended = True

    callbacks: MultipartCallbacks = {
        "on_part_begin": begin,
        "on_header_field": lambda data, start, stop: found[-1].header.extend(data[start:stop]),
        "on_header_value": lambda data, start, stop: found[-1].value.extend(data[start:stop]),
        "on_header_end": header_end,
        "on_part_data": lambda data, start, stop: found[-1].body.extend(data[start:stop]),
        "on_end": end,
    }
    parser = MultipartParser(boundary, callbacks)
    parser.write(raw)
    parser.finalize()
    if not ended:
        raise ValueError("the form is not whole")
    return found


def _upload(parts: list[_Part]) -> Upload:
    """Raises ValueError for a part without a name, a name or file that stands twice, a field too long."""
    found, files = Upload(), 0
    for part in parts:
        kind, options = parse_options_header(part.disposition)
        name = options.get(b"name", b"").decode()
        if kind != b"form-data" or not name:
            raise ValueError("a part without a name")
        if b"filename" in options:
            files += 1
            found.file = bytes(part.body)
        elif len(part.body) > LARGEST_FIELD or name in found.fields:
            raise ValueError("a field too long, or twice")
        else:
            found.fields[name] = part.body.decode()
    if files != 1:
        raise ValueError("not one file")
    return found
