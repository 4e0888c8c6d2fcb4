"""A typeface in a letter: the characters that it uses, and their way into the file. Safe between threads.

In the text's face every letter begins with the same alphabet, that of ordinary Danish text, so its subset is made and
compressed once and shared; characters beyond it are added for the letter that has them. The other faces, of which a
letter needs few characters, have only those. What is kept is keyed by the characters and holds no text.
"""

import zlib
from codecs import charmap_build, charmap_encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import RLock
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont, TTFontFace

from outbound.rendering.document import Raw, stream

subset_lock = RLock()
_BEYOND_ASCII = "æøåÆØÅéÉüÜöÖäÄ§–—…”“’«»•·½°€áóè"  # 31: the codes before the space
_ALPHABET = "\x00" + _BEYOND_ASCII + "".join(map(chr, range(32, 127))) + "\u00ad"  # the soft hyphen: a parted word
_NEXT = len(_ALPHABET)
_DEFLATED = b"/Filter/FlateDecode"


class _SharedFace(TTFontFace):
    """TTFontFile keeps one read position for all threads: unlocked, letters are now and then silently corrupt."""

    def makeSubset(self, subset: Sequence[int]) -> bytes:
        """The font file of one letter."""
        with subset_lock:
            made: bytes = super().makeSubset(subset)
            return made


@dataclass(frozen=True, slots=True)
class Subset:
    """A typeface with so many characters, ready to be written."""

    file: Raw
    to_unicode: Raw
    widths: bytes
    last: int


class LetterFont(TTFont):
    """One face for every letter of the process; what belongs to a letter hangs on its document."""

    def __init__(self, name: str, path: str, *, usual: bool) -> None:
        super().__init__(name, path, asciiReadable=False)
        self.face = _SharedFace(path)
        self._usual = usual and all(ord(sign) in self.face.charToGlyph for sign in _ALPHABET[1:])
        self._codes: Any = charmap_build(_ALPHABET) if self._usual else None

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> Any:
        """The text as codes of the letter's subset or subsets."""
        if self._usual:
            if doc not in self.state:
                self.state[doc] = self._begun()
            try:
                return [(0, charmap_encode(text.replace("\xa0", " "), "strict", self._codes)[0])] if text else []
            except UnicodeEncodeError:
                pass
        return super().splitString(text, doc, encoding)

    def _begun(self) -> Any:
        state: Any = TTFont.State(False, self)
        state.subsets = [[ord(sign) for sign in _ALPHABET]]
        state.assignments = {ord(sign): code for code, sign in enumerate(_ALPHABET)}
        state.nextCode = _NEXT
        return state

    def addObjects(self, doc: Any) -> None:
        """The typeface's objects, in a document that has all its text."""
        state = self.state[doc]
        state.frozen = 1
        for number, characters in enumerate(state.subsets):
            self._add(doc, number, made_subset(self, tuple(characters)))
        del self.state[doc]

    def _add(self, doc: Any, number: int, made: Subset) -> None:
        inside = self.getSubsetInternalName(number, doc)[1:]
        name = b"/" + SUBSETN(number) + b"+" + self.face.name
        file = _reference(doc, Raw(made.file.body))
        descriptor = _reference(doc, Raw(b"<</FontName%b/FontFile2 %b%b>>" % (name, file, self._measures)))
        font = Raw(
            b"<</Type/Font/Subtype/TrueType/BaseFont%b/FirstChar 0/LastChar %d/Widths%b"
            % (name, made.last, made.widths)
            + b"/ToUnicode %b/FontDescriptor %b>>" % (_reference(doc, Raw(made.to_unicode.body)), descriptor)
        )
        doc.Reference(font, inside)
        doc.idToObject["BasicFonts"].dict[inside] = font

    @cached_property
    def _measures(self) -> bytes:
        face = self.face
        entries = {
            "Type": "/FontDescriptor",
            "Ascent": face.ascent,
            "CapHeight": face.capHeight,
            "Descent": face.descent,
            "Flags": face.flags & ~32 | 4,  # symbolic: the codes are the letter's own
            "FontBBox": pdfdoc.PDFArray(face.bbox),
            "ItalicAngle": face.italicAngle,
            "StemV": face.stemV,
            "MissingWidth": face.defaultWidth,
        }
        written: bytes = pdfdoc.PDFDictionary(entries).format(pdfdoc.DummyDoc())
        return written.removeprefix(b"<<").removesuffix(b">>")


def _reference(doc: Any, raw: Raw) -> bytes:
    written: bytes = doc.Reference(raw).format(doc)
    return written


@lru_cache(maxsize=64)
def made_subset(font: LetterFont, characters: tuple[int, ...]) -> Subset:
    """The subset's objects. Kept: nearly every letter has the usual characters and no other."""
    file = font.face.makeSubset(characters)
    return Subset(
        stream(zlib.compress(file), b"/Length1 %d" % len(file) + _DEFLATED),
        stream(zlib.compress(_to_unicode(characters)), _DEFLATED),
        b"[%b]" % b" ".join(b"%d" % font.face.getCharWidth(code) for code in characters),
        len(characters) - 1,
    )


def _to_unicode(characters: Sequence[int]) -> bytes:
    """What each code reads as. Code 0 is no character: mapped to U+0000, as ReportLab does, it breaks PDF/A."""
    real = [(code, chr(sign).encode("utf-16-be").hex()) for code, sign in enumerate(characters) if sign]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /LetterSans-Unicode def /CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for start in range(0, len(real), 100):  # the most that one block may have
        some = real[start : start + 100]
        lines += [f"{len(some)} beginbfchar", *(f"<{code:02X}> <{sign}>" for code, sign in some), "endbfchar"]
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")
