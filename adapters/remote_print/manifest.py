"""What a print run says of itself: envelopes, the letters in each, and control totals; as XML and as a table.

A job ticket of a provider's own (adapters/remote_print/forms.py) is written from the same plain values. Nothing here
says whom a letter is for: the address stands in the window of the PDF and nowhere else.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from uuid import UUID

from adapters.xml import escaped, one_line, stamp
from outbound.letter import Consignment, Dispatch

RUN = "urn:outbound:print-run:2"
TEXT = 100  # characters of a manifest's free values

NameOf = Callable[[Dispatch, int], str]
"""A letter's file name, by the letter and its number in the run (1, 2, …)."""


@dataclass(frozen=True, slots=True)
class PrintLetter:
    """One PDF of the run. `sheets` are sheets of A4 by its `plex`, `bytes` and `sha256` those of the PDF."""

    job: str
    file: str
    sha256: str
    bytes: int
    pages: int
    sheets: int
    colour: str  # mono, colour
    plex: str  # simplex, duplex
    cost_centre: str
    inserts: tuple[str, ...]
    return_code: str
    number: int  # its place in the run, from 1

    def attributes(self) -> dict[str, str]:
        """By their names on the wire, in the order of the schema; the last two are empty where there is nothing."""
        names = ("job", "file", "sha256", "bytes", "pages", "sheets", "colour", "plex")
        told = {name: str(getattr(self, name)) for name in names}
        more = {"inserts": " ".join(self.inserts), "return-code": self.return_code}
        return {**told, "cost-centre": self.cost_centre, **more}


@dataclass(frozen=True, slots=True)
class PrintEnvelope:
    """One thing to post, with the letters in it, the one whose address shows first."""

    id: str
    format: str  # C5, C4
    letter_class: str
    country: str
    letters: tuple[PrintLetter, ...]

    @property
    def sheets(self) -> int:
        """Of all its letters."""
        return sum(one.sheets for one in self.letters)

    def attributes(self) -> dict[str, str]:
        """By their names on the wire."""
        told = {"id": self.id, "format": self.format, "class": self.letter_class, "country": self.country}
        return {**told, "sheets": str(self.sheets)}


@dataclass(frozen=True, slots=True)
class Product:
    """Letters that are printed and posted alike, counted."""

    colour: str
    plex: str
    format: str
    letter_class: str
    letters: int
    pages: int
    sheets: int

    def attributes(self) -> dict[str, str]:
        """By their names on the wire."""
        told = {"colour": self.colour, "plex": self.plex, "format": self.format, "class": self.letter_class}
        return told | {name: str(getattr(self, name)) for name in ("letters", "pages", "sheets")}


@dataclass(frozen=True, slots=True)
class PrintRun:
    """The whole of it. `created` is UTC and ends in Z; `proof`: to be looked at, nothing of it is ever posted."""

    id: str
    provider: str
    lane: str
    created: str
    proof: bool
    envelopes: tuple[PrintEnvelope, ...]

    @property
    def letters(self) -> tuple[PrintLetter, ...]:
        """In the order in which they are printed."""
        return tuple(chain.from_iterable(envelope.letters for envelope in self.envelopes))

    @property
    def pages(self) -> int:
        """Of all letters."""
        return sum(one.pages for one in self.letters)

    @property
    def sheets(self) -> int:
        """Of all letters."""
        return sum(one.sheets for one in self.letters)

    @property
    def bytes(self) -> int:
        """Of all PDFs."""
        return sum(one.bytes for one in self.letters)

    @property
    def products(self) -> tuple[Product, ...]:
        """The letters by how they are printed and posted."""
        alike: dict[tuple[str, str, str, str], list[PrintLetter]] = {}
        for envelope in self.envelopes:
            for one in envelope.letters:
                alike.setdefault((one.colour, one.plex, envelope.format, envelope.letter_class), []).append(one)
        return tuple(
            Product(*kind, len(some), sum(one.pages for one in some), sum(one.sheets for one in some))
            for kind, some in sorted(alike.items())
        )

    def attributes(self) -> dict[str, str]:
        """By their names on the wire, in the order of the schema."""
        head = {name: getattr(self, name) for name in ("id", "provider", "lane", "created")}
        totals = {"letters": len(self.letters), "envelopes": len(self.envelopes)}
        totals |= {"pages": self.pages, "sheets": self.sheets, "bytes": self.bytes}
        return {**head, "proof": str(self.proof).lower(), **{name: str(number) for name, number in totals.items()}}


def print_run(consignment: Consignment, name_of: NameOf, cut: int = TEXT) -> PrintRun:
    """The consignment as a printer wants it: by product, envelope, sheets, country and postcode, then by id.

    The same consignment gives the same run, in whatever order its letters are given. `cut`: characters of a cost centre
    at most.
    """
    shared = sorted(
        consignment.dispatches,
        key=lambda one: (str(_envelope_of(one)), one.envelope_of not in (None, one.id), str(one.id)),
    )
    wrapped = [tuple(some) for _, some in groupby(shared, _envelope_of)]
    numbers = iter(range(1, len(shared) + 1))
    return PrintRun(
        id=str(consignment.id),
        provider=consignment.provider,
        lane=str(consignment.lane),
        created=stamp(consignment.closed_at),
        proof=consignment.proof,
        envelopes=tuple(
            _envelope(some, [_letter(one, number, name_of, cut) for one, number in zip(some, numbers, strict=False)])
            for some in sorted(wrapped, key=_order)
        ),
    )


def manifest_xml(run: PrintRun) -> bytes:
    """The manifest as `print-run.xsd` has it."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<run xmlns="{RUN}" {_written(run.attributes())}>']
    lines += [f"  <product {_written(product.attributes())}/>" for product in run.products]
    for envelope in run.envelopes:
        lines.append(f"  <envelope {_written(envelope.attributes())}>")
        lines += [f"    <letter {_written(_said(one.attributes()))}/>" for one in envelope.letters]
        lines.append("  </envelope>")
    return "\n".join([*lines, "</run>", ""]).encode()


def manifest_csv(run: PrintRun) -> bytes:
    """The same letters as a table, each with what its envelope says: semicolons, UTF-8, one line of headings."""
    rows = [
        {**{f"envelope-{name}": value for name, value in envelope.attributes().items()}, **one.attributes()}
        for envelope in run.envelopes
        for one in envelope.letters
    ]
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], delimiter=";", lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def _envelope_of(one: Dispatch) -> UUID:
    return one.envelope_of or one.id


def _order(some: Sequence[Dispatch]) -> tuple[object, ...]:
    first, sheets = some[0], sum(one.document.sheets for one in some)
    address = first.recipient.address
    place = (address.country != "DK", address.country, address.postcode) if address else (False, "DK", "")
    product = (any(one.colour for one in some), first.document.plex, first.letter_class)
    return (*product, first.envelope, sheets, *place, str(_envelope_of(first)))


def _envelope(some: Sequence[Dispatch], letters: Sequence[PrintLetter]) -> PrintEnvelope:
    """Format, class and country are those of its first letter, whose address shows in the window."""
    first = some[0]
    address = first.recipient.address
    return PrintEnvelope(
        id=str(_envelope_of(first)),
        format=one_line(first.envelope, TEXT),
        letter_class=one_line(first.letter_class, TEXT),
        country=address.country if address else "DK",
        letters=tuple(letters),
    )


def _letter(dispatch: Dispatch, number: int, name_of: NameOf, cut: int) -> PrintLetter:
    document = dispatch.document
    return PrintLetter(
        job=str(dispatch.id),
        file=name_of(dispatch, number),
        sha256=hashlib.sha256(document.pdf).hexdigest(),
        bytes=len(document.pdf),
        pages=document.pages,
        sheets=document.sheets,
        colour="colour" if dispatch.colour else "mono",
        plex=document.plex,
        cost_centre=one_line(dispatch.cost_centre, cut),
        inserts=document.inserts,
        return_code=one_line(dispatch.return_code, TEXT),
        number=number,
    )


def _said(attributes: dict[str, str]) -> dict[str, str]:
    """Without what stands only where there is some."""
    return {name: value for name, value in attributes.items() if value or name not in ("inserts", "return-code")}


def _written(attributes: dict[str, str]) -> str:
    return " ".join(f'{name}="{escaped(value)}"' for name, value in attributes.items())
