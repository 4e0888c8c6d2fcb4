"""Letters share typefaces, templates and caches; no letter may differ for it, or carry anything of another's."""

import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader
from pypdf.generic import StreamObject

from outbound.letter import Document
from outbound.settings import HOME
from tests.rendering.many import PEOPLE, Person, people
from tests.rendering.tags import Tagged

Pages = tuple[bytes, str]  # PDF and twin


def pages_of(document: Document) -> Pages:
    return document.pdf, document.html or ""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[Pages]:
    """Everybody's letter, each as a process makes it that has made no other."""
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "tests.rendering.many", str(folder)], cwd=HOME, check=True, timeout=100)
    return [((folder / f"{n}.pdf").read_bytes(), (folder / f"{n}.html").read_text("utf-8")) for n in range(PEOPLE)]


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_every_letter_is_as_if_it_were_alone(alone: list[Pages], seed: int) -> None:
    order = [*people(), *people()]
    random.Random(seed).shuffle(order)
    for person in order:
        assert pages_of(person.render()) == alone[person.number], person


@pytest.mark.parametrize("seed", range(2))
def test_among_many_threads_every_letter_is_as_if_it_were_alone(alone: list[Pages], seed: int) -> None:
    order = [*people(), *people()]
    random.Random(seed).shuffle(order)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(Person.render, order))
    finally:
        sys.setswitchinterval(usual)
    for person, document in zip(order, made, strict=True):
        assert pages_of(document) == alone[person.number], person


def test_nothing_of_one_is_in_anothers_letter() -> None:
    """Rendered side by side in this process, after all the others."""
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(Person.render, people()))
    for person, document in zip(people(), made, strict=True):
        held, said = b"\0".join(bytes_of(document)), texts_of(document)
        assert person.marker in said
        assert person.rare in said
        assert {other.number for other in people() if has_trace(other, held, said)} == {person.number}


def has_trace(person: Person, held: bytes, said: str) -> bool:
    """Is the person's word or letter in a text, or in the bytes in one of the ways that a PDF may write it?"""
    word = person.marker.encode(), person.marker.encode("utf-16-be")
    letter = f"<{ord(person.rare):04X}>".encode()  # as an embedded typeface lists its characters
    traces = [*word, *(one.hex().encode() for one in word), *(one.hex().upper().encode() for one in word), letter]
    return person.marker in said or person.rare in said or any(trace in held for trace in traces)


def bytes_of(document: Document) -> Iterator[bytes]:
    """The file as it stands, every object of it, and every stream unpacked."""
    yield document.pdf
    reader = PdfReader(BytesIO(document.pdf))
    for number in range(1, int(str(reader.trailer["/Size"]))):
        found: Any = reader.get_object(number)
        yield repr(found).encode()
        if isinstance(found, StreamObject):
            yield found.get_data()


def texts_of(document: Document) -> str:
    """What is seen, heard and read, and what the file says of itself."""
    reader = PdfReader(BytesIO(document.pdf))
    metadata: Any = reader.root_object["/Metadata"]
    with pypdfium2.PdfDocument(document.pdf) as shown:
        seen = "".join(page.get_textpage().get_text_range() for page in shown)
    about = f"{reader.metadata}{metadata.get_data().decode()}"
    return f"{seen}{Tagged(document.pdf).root.text}{about}{document.html}{document.title}"
