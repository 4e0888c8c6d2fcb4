"""What a preflight can say of a PDF: codes, places and figures. None of it carries a word of the letter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from string import Template

from outbound.rendering.faults import Fault
from outbound.rendering.lix import Lix
from outbound.rendering.window import WINDOW, Box, PrintPage

_PAGES_NAMED = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means, and what its sender does now. A warning is told; the letter is taken in all the same."""

    meaning: str
    what_to_do: str
    warning: bool = False


_WRITTEN: Mapping[str, Rule] = {
    "pdf-unreadable": Rule(
        "The file is no PDF that can be read; it must begin with %PDF- and be whole.",
        "Make the PDF again, and send the file itself: no archive, no other format under its name.",
    ),
    "pdf-encrypted": Rule(
        "The PDF is protected by a password or by restrictions.",
        "Save it without protection.",
    ),
    "pdf-empty": Rule("The PDF has no pages.", "Send at least one page."),
    "too-many-pages": Rule(
        "The PDF has more pages than one envelope takes ({most}).",
        "Part the letter, or print it more tightly.",
    ),
    "too-large": Rule("The file has more than {most} bytes.", "Make images smaller, or part the letter."),
    "page-not-a4-portrait": Rule(
        "A page is not A4 portrait (210 × 297 mm, give or take 2 mm) as it is seen, turned and cropped.",
        "Set the page size to A4 portrait; turn wide tables on the page, not the page itself.",
    ),
    "content-outside-printable-area": Rule(
        "Something stands where the printer cannot print or puts its marks: in the left $clear_left mm, the lowest "
        "$clear_bottom mm, or $edge mm from the other edges.",
        "Move it inwards; leave the margins white.",
    ),
    "address-window-not-clear": Rule(
        "Beside the address something else shows in the window of the envelope, or may slide into it.",
        "Keep $risk_left to $risk_right mm from the left and $risk_top to $risk_bottom mm from the top white, but for "
        "the return line and the address.",
    ),
    "address-missing": Rule(
        "No address stands in the window of the first page ($address_left to $address_right mm from the left, "
        "$address_top to $address_bottom mm from the top).",
        "Put the address there, name first; or leave the recipient's address out, and a cover sheet carries it.",
    ),
    "recipient-mismatch": Rule(
        "The name in the window is not the recipient's.",
        "See whether two letters were swapped. Accents, order, initials and middle names may differ.",
    ),
    "protected-address-in-text": Rule(
        "An address that must not occur stands in the letter.",
        "Take the address out, also from the window: where it is protected, a cover sheet carries it.",
    ),
    "font-not-embedded": Rule(
        "A page uses a typeface that is neither in the file nor one of the 14 standard ones.",
        "Embed all typefaces when you make the PDF (PDF/A does).",
    ),
    "active-content": Rule(
        "The PDF holds JavaScript, an action, an embedded file, sound or film, a reference to another file, or a form "
        "that does more than show its text.",
        "Print it to an ordinary PDF; send enclosures as pages. Links to web addresses, mail and "
        "telephones are allowed.",
    ),
    "pdf-content": Rule(
        "The PDF unpacks to far more than a letter can need.",
        "Make drawings simpler and images smaller.",
    ),
    "pdf-time": Rule("The PDF takes too long to check.", "Make it simpler; if it is simple, try again."),
    "pdf-memory": Rule("The PDF takes too much memory to check.", "Make images smaller."),
    "pdf-busy": Rule("The checking of PDFs is busy.", "Try again shortly."),
    "page-without-text": Rule(
        "A page has no text that can be read, only a picture: it can be neither checked nor read aloud.",
        "Send the document itself and not a scan of it, or recognise its text (OCR).",
        warning=True,
    ),
    "not-tagged": Rule(
        "The PDF has no structure (tags): a screen reader must guess the order and what is a heading.",
        "Switch tagging (PDF/UA or PDF/A-2a) on in the program that makes the letter.",
        warning=True,
    ),
}


@cache
def rules_for(page: PrintPage) -> Mapping[str, Rule]:
    """The rules, with the millimetres of a print provider's page."""
    said = {name: f"{getattr(page, name):g}" for name in ("clear_left", "clear_bottom", "edge")}
    for name, box in (("risk", page.risk), ("address", page.address)):
        said |= {f"{name}_{side}": f"{getattr(box, side):g}" for side in ("left", "right", "top", "bottom")}
    return {
        code: Rule(Template(rule.meaning).substitute(said), Template(rule.what_to_do).substitute(said), rule.warning)
        for code, rule in _WRITTEN.items()
    }


RULES = rules_for(WINDOW)
"""The rules as they are where nobody says otherwise."""
PAPER_ONLY = frozenset({"content-outside-printable-area"})
WINDOW_ONLY = frozenset({"address-window-not-clear", "address-missing"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What the sender knows of the letter, against which it is checked.

    `names`: of whoever may stand in the window; none is not checked. `must_not_occur`: addresses. `paper`: it may be
    printed. `window`: its first page lies behind the window of an envelope, no cover sheet before it. Without the
    latter two, what would then be a fault is a warning.
    """

    names: tuple[str, ...] = ()
    must_not_occur: tuple[str, ...] = ()
    paper: bool = True
    window: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or 0 for the whole document; and where on it, as it is seen, where that can be said."""

    page: int
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A code with every place where it was found."""

    code: str
    warning: bool
    places: tuple[Place, ...]
    most: int = 0
    page: PrintPage = field(default=WINDOW, repr=False)

    @property
    def sentence(self) -> str:
        """What is the matter, and where."""
        said = rules_for(self.page)[self.code].meaning.format(most=self.most)
        where = pages_named(place.page for place in self.places)
        return f"{said} ({where})" if where else said

    @property
    def what_to_do(self) -> str:
        """What its sender does now."""
        return rules_for(self.page)[self.code].what_to_do


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the text, for the reports on a system's letters; never the text itself."""

    tagged: bool = False
    words: int = 0
    long_words: int = 0  # of more than six letters
    sentences: int = 0
    appeal: bool = False  # the letter speaks of appeal (klage)

    @property
    def lix(self) -> int | None:
        """The Danish readability index: words a sentence + percentage of long words. None for less than a sentence."""
        if not self.words or not self.sentences:
            return None
        return Lix(self.words, self.long_words, self.sentences).value


@dataclass(frozen=True, slots=True)
class Preflight:
    """The verdict: pages, sheets when printed on both sides, everything found, and figures of the text."""

    pages: int
    sheets: int
    found: tuple[Found, ...] = ()
    figures: Figures = Figures()
    code_clear: bool = False  # is the place of the return code white on its first page?

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that keep the letter from being taken in."""
        return tuple(one.code for one in self.found if not one.warning)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The codes that are only told."""
        return tuple(one.code for one in self.found if one.warning)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The same as `codes`, as sentences."""
        return tuple(Fault("", f"{one.sentence} {one.what_to_do}", one.code) for one in self.found if not one.warning)


def is_warning(code: str, expected: Expected) -> bool:
    """Is this only told, of a letter of which that is expected?"""
    if code in PAPER_ONLY:
        return not expected.paper
    if code in WINDOW_ONLY:
        return not (expected.paper and expected.window)
    return RULES[code].warning


def pages_named(pages: Iterable[int]) -> str:
    """`page 2`, `pages 2, 3`; empty where it is about the whole document."""
    numbers = sorted({page for page in pages if page})
    if not numbers:
        return ""
    shown = ", ".join(map(str, numbers[:_PAGES_NAMED])) + (" …" if len(numbers) > _PAGES_NAMED else "")
    return f"page {shown}" if len(numbers) == 1 else f"pages {shown}"
