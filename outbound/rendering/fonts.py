"""The letter's faces: made once from the font packages, registered once per process, safe between threads.

Source Sans 3 (the package has the variable font) is instanced with fontTools into three static faces; Noto Sans
takes over for any run of text that Source Sans lacks. Both are under the SIL Open Font License 1.1, which reserves
the name "Source" for unmodified files: the instances carry a name of our own. They are never handed to anybody;
letters embed subsets of them, which the licence lets go with any document.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any

from reportlab.pdfbase import pdfmetrics

from outbound.rendering.subsets import LetterFont


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One static face: its name in our documents, the variable font it comes from and the place on its axes.

    There are those of this module and no other, so two are the same where they are one object.
    """

    name: str
    package: str
    file: str
    axes: tuple[tuple[str, float], ...]

    @property
    def cache_name(self) -> str:
        """Changes with the package, with fontTools and with this recipe: an old cache is never taken for a new one."""
        distribution = self.package.replace("_", "-")
        return f"{self.name}-{version(distribution)}-{version('fonttools')}-{RECIPE}.ttf"


STRAY_SECONDS = 3600.0
"""An unfinished file as old as this belongs to a process that was killed: making a face takes seconds."""

RECIPE = 1  # raise when `_instance` changes what it writes
SOURCE, NOTO = "fontpkg_source_sans_3", "fontpkg_noto_sans"
REGULAR = Face("LetterSans-Regular", SOURCE, "SourceSans3[wght].ttf", (("wght", 400),))
BOLD = Face("LetterSans-Bold", SOURCE, "SourceSans3[wght].ttf", (("wght", 650),))
ITALIC = Face("LetterSans-Italic", SOURCE, "SourceSans3-Italic[wght].ttf", (("wght", 400),))
OTHER_REGULAR = Face("OtherSans-Regular", NOTO, "NotoSans[wdth,wght].ttf", (("wght", 400), ("wdth", 100)))
OTHER_BOLD = Face("OtherSans-Bold", NOTO, "NotoSans[wdth,wght].ttf", (("wght", 650), ("wdth", 100)))
FACES = (REGULAR, BOLD, ITALIC, OTHER_REGULAR, OTHER_BOLD)
# Noto's italic is left out: a name in a rare script inside emphasis stands upright rather than not at all.
STANDS_IN = {REGULAR: OTHER_REGULAR, BOLD: OTHER_BOLD, ITALIC: OTHER_REGULAR}
SOFT_HYPHEN = "\u00ad"  # what is written where a word is parted: looks like a hyphen, and is known to be none
_UNUSED_TABLES = ("GSUB", "GPOS", "GDEF", "STAT", "BASE", "fpgm", "prep", "cvt ", "gasp")
_INVISIBLE = frozenset(
    {
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xE000, 0xF900),
        *(0xAD, 0xFEFF, 0xFFFC, 0xFFFD),
    }
)  # controls, zero-width and bidirectional marks, private use: nothing to print, or a text that reads otherwise

_registration = Lock()
_registered: dict[Face, LetterFont] = {}


def font_cache(env: Mapping[str, str] = os.environ) -> Path:
    """Where the instances lie: OUTBOUND_FONT_CACHE, else the user's cache folder, else a folder of our own in /tmp.

    Only OUTBOUND_FONT_CACHE is read from `env`: processes of the stack are given it there or not at all.
    """
    named = env.get("OUTBOUND_FONT_CACHE")
    if named:
        return Path(named)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache")
    wanted = home / "outbound-mail-router" / "fonts"
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _private_temporary()
    return wanted if os.access(wanted, os.W_OK) else _private_temporary()


def _private_temporary() -> Path:
    """A folder that nobody else may write in: somebody's own font file must not become ours."""
    folder = Path(tempfile.gettempdir()) / f"outbound-fonts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        return Path(tempfile.mkdtemp(prefix="outbound-fonts-"))
    return folder


def missing_faces(folder: Path) -> tuple[Face, ...]:
    """The faces that nobody has made in this folder yet."""
    return tuple(face for face in FACES if not (folder / face.cache_name).exists())


def face_file(face: Face, folder: Path) -> Path:
    """The face as a file, made where it is missing. Two processes at once both make it; the rename is atomic."""
    path = folder / face.cache_name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".tmp")
        try:
            _remove_strays(Path(unfinished))
            with os.fdopen(handle, "wb") as file:
                file.write(_instance(face))
                file.flush()
                os.fsync(file.fileno())
            os.chmod(unfinished, 0o644)
            os.replace(unfinished, path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
    return path


def _remove_strays(new: Path) -> None:
    """Unfinished files of processes that were killed, beside this new one; those of living ones are young.

    Their ages are told by the new file: it and they have their times from the same file system.
    """
    now = new.stat().st_mtime
    for stray in new.parent.glob("tmp*.tmp"):
        with suppress(FileNotFoundError, PermissionError):
            if stray.stat().st_mtime < now - STRAY_SECONDS:
                stray.unlink()


def _instance(face: Face) -> bytes:
    """The variable font frozen at one place of its axes: the same bytes every time, without hints and layout tables."""
    # Only here: half a second of imports that a process with a warm cache never needs.
    from fontTools.ttLib import TTFont as FontFile
    from fontTools.varLib import instancer

    source = files(face.package) / "files" / face.file
    font = FontFile(BytesIO(source.read_bytes()), recalcTimestamp=False)
    for table in _UNUSED_TABLES:
        if table in font:
            del font[table]
    keep = instancer.OverlapMode.KEEP_AND_DONT_SET_FLAGS
    instancer.instantiateVariableFont(font, dict(face.axes), inplace=True, overlap=keep, optimize=False)
    _rename(font, face.name)
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def _rename(font: Any, name: str) -> None:
    """Our own name, and of the old records the copyright and the licence only."""
    family, style = name.split("-")
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in (0, 13) and record.langID == 0x409]
    for number, text in ((1, family), (2, style), (3, name), (4, f"{family} {style}"), (6, name)):
        table.setName(text, number, 3, 1, 0x409)


def register() -> None:
    """The faces known to ReportLab in this process. Cheap after the first call."""
    if len(_registered) == len(FACES):
        return
    with _registration:
        folder = font_cache()
        for face in FACES:
            if face not in _registered:
                font = LetterFont(face.name, str(face_file(face, folder)), usual=face is REGULAR)
                pdfmetrics.registerFont(font)
                _registered[face] = font


def font_of(face: Face) -> LetterFont:
    """The face as ReportLab knows it. `register` has been called."""
    return _registered[face]


@cache
def advances(face: Face) -> Mapping[str, float]:
    """How wide each character that the face has is, in thousandths of the size. A line break is as wide as nothing."""
    register()
    measured = _registered[face].face
    wide = {sign: float(measured.getCharWidth(ord(sign))) for sign in _coverage()[face]}
    return {**wide, "\u00a0": wide[" "], "\n": 0.0, SOFT_HYPHEN: wide["-"]}  # what keeps words together is a space


@cache
def _coverage() -> Mapping[Face, frozenset[str]]:
    register()
    return {face: _characters(face) for face in FACES}


def _characters(face: Face) -> frozenset[str]:
    known: Mapping[int, int] = _registered[face].face.charToGlyph
    return frozenset(chr(code) for code in known if code not in _INVISIBLE)


def unprintable(text: str) -> tuple[str, ...]:
    """The characters of `text` that no face has, each once, in order. A line break is no character."""
    missing = set(text) - _printable()
    return tuple(sorted(missing)) if missing else ()


@cache
def _printable() -> frozenset[str]:
    coverage = _coverage()
    stand_ins = coverage[OTHER_REGULAR] & coverage[OTHER_BOLD]
    mine = coverage[REGULAR] & coverage[BOLD] & coverage[ITALIC]
    return mine | stand_ins | {"\n", "\r", "\t"}


def runs(text: str, face: Face) -> Iterator[tuple[Face, str]]:
    """`text` in runs of one face each: the asked one for every word that it has whole."""
    if _coverage()[face].issuperset(text):
        yield face, text
        return
    pieces = (piece for word in re.split("( )", text) for piece in _faces_of(word, face))
    for own, some in groupby(pieces, key=itemgetter(0)):
        yield own, "".join(piece for _, piece in some)


def _faces_of(word: str, face: Face) -> Iterator[tuple[Face, str]]:
    """A word in one face, where there is one that has all of it; else letter by letter."""
    mine, stand_in = _coverage()[face], STANDS_IN[face]
    if mine.issuperset(word):
        yield face, word
    elif _coverage()[stand_in].issuperset(word):
        yield stand_in, word
    else:
        yield from ((face if letter in mine else stand_in, letter) for letter in word)


def width(text: str, face: Face, size: float) -> float:
    """Points that `text` is wide."""
    try:
        return sum(map(advances(face).__getitem__, text)) * size / 1000
    except KeyError:  # a character that this face lacks
        return sum(pdfmetrics.stringWidth(run, part.name, size) for part, run in runs(text, face))
