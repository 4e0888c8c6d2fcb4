"""Everything about one person as a zip, made while it is sent: what may be handed to the person, and beside it what a
caseworker needs to decide on the rest.

`til-borgeren/`: the sheet, and each letter with its attachments. `til-sagsbehandleren/`: everything as JSON, with the
whys and the names of readers, which are handed out only after somebody has looked at them.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from io import RawIOBase
from typing import Any
from uuid import UUID

from outbound import clock, person_file
from outbound.delivery import House
from outbound.person_file import FiledLetter, Look
from outbound.web.access_sheet import Sheet, access_pdf

CITIZEN, CASEWORKER = "til-borgeren", "til-sagsbehandleren"
README = """Mappen til-borgeren kan udleveres: en oversigt og brevene til personen selv.

Mappen til-sagsbehandleren er til dig, der besvarer anmodningen: alle oplysninger som JSON, også begrundelser, som
kolleger har skrevet, og navne på dem, der har læst. Se dem igennem, før noget af det udleveres: andres oplysninger
hører ikke med. Slet filen, når sagen er besvaret.
"""


class _Pipe(RawIOBase):
    """What a zip is written to, taken away as it comes."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, some: Any, /) -> int:
        self._waiting += some
        return len(some)

    def take(self) -> bytes:
        """What has come since the last time."""
        found, self._waiting = bytes(self._waiting), bytearray()
        return found


def sheet_of(house: House, found: Look, by: str, letters: Iterator[FiledLetter] | None = None) -> Sheet:
    """The sheet of this look; each letter is opened for `by`."""
    return Sheet(
        letters=person_file.file(house, found.keys, by, pdfs=False) if letters is None else letters,
        searches=person_file.searches(house, found.keys),
        systems=frozenset(one.name for one in house.organisation.systems),
        municipality=house.organisation.municipality.name,
        made_at=clock.now(),
    )


def bundle(house: House, found: Look, by: str) -> Iterator[bytes]:
    """The zip, a piece at a time. No more than one letter's files are in memory."""
    pipe = _Pipe()
    told: list[FiledLetter] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LÆS-MIG.txt", README)
        for number, one in enumerate(person_file.file(house, found.keys, by, pdfs=True), 1):
            for name, body in _files(number, one):
                archive.writestr(f"{CITIZEN}/breve/{name}", body, zipfile.ZIP_STORED)
                yield pipe.take()
            told.append(replace(one, pdf=None, attachments=tuple(replace(a, pdf=b"") for a in one.attachments)))
        sheet = sheet_of(house, found, by, iter(told))
        archive.writestr(f"{CITIZEN}/indsigt.pdf", access_pdf(sheet))
        archive.writestr(f"{CASEWORKER}/alt.json", json.dumps(as_plain(told, sheet), ensure_ascii=False, indent=1))
    yield pipe.take()


def as_plain(letters: list[FiledLetter], sheet: Sheet) -> dict[str, Any]:
    """The same for programs: every value as the ledger has it."""
    return {"made_at": _plain(sheet.made_at), "letters": _plain(letters), "searches": _plain(list(sheet.searches))}


def _files(number: int, one: FiledLetter) -> Iterator[tuple[str, bytes]]:
    name = f"{number:04d}-{one.letter.id}"
    if one.pdf is not None:
        yield f"{name}.pdf", one.pdf
    for place, each in enumerate(one.attachments, 1):
        if each.pdf:
            yield f"{name}-bilag-{place}.pdf", each.pdf


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(part) for name, part in asdict(value).items()}
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(part) for part in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return None
    return str(value) if isinstance(value, UUID | Enum) else value
