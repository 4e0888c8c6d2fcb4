"""Foreign PDFs: what is found in them, and that none of them can hurt anybody."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ContentStream

from outbound.letter import Channel, ReadyMade
from outbound.rendering import WINDOW, Frame, Limits, RenderingFault, preflight, prepare
from outbound.rendering.children import Child, pool
from outbound.rendering.wire import Message
from tests.rendering.made import box, letter
from tests.rendering.pdfs import inflating, pdf, slow
from tests.rendering.placed import glyphs, text_of
from tests.waiting import wait_for

Made = Callable[..., Frame]
GOOD = pdf()
ROOT = Path(__file__).resolve().parents[2]


def test_an_ordinary_pdf_has_no_fault() -> None:
    found = preflight(pdf(boxes=["[0 0 595.28 841.89]"] * 5))
    assert (found.pages, found.sheets, found.faults) == (5, 3, ())


def test_it_takes_some_milliseconds_when_warm() -> None:
    preflight(GOOD)
    started = monotonic()
    for _ in range(20):
        preflight(GOOD)
    assert (monotonic() - started) / 20 < 0.1


def encrypted() -> bytes:
    writer, out = PdfWriter(clone_from=BytesIO(GOOD)), BytesIO()
    writer.encrypt("", owner_password="eier", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


FAULTY = {
    "empty": (b"", "pdf-unreadable"),
    "no pdf": (b"PK\x03\x04 something else", "pdf-unreadable"),
    "only a header": (b"%PDF-1.7\n%%EOF", "pdf-unreadable"),
    "cut off": (pdf(boxes=["[0 0 595 842]"] * 3)[:300], "pdf-unreadable"),
    "no pages": (pdf(boxes=[]), "pdf-empty"),
    "too many pages": (pdf(boxes=["[0 0 595 842]"] * 81), "too-many-pages"),
    "a tree that bites its tail": (pdf(boxes=[]).replace(b"/Kids[]", b"/Kids[2 0 R 2 0 R]"), "pdf-unreadable"),
    "encrypted": (encrypted(), "pdf-encrypted"),
    "letter": (pdf(boxes=["[0 0 595 842]", "[0 0 612 792]"]), "page-not-a4-portrait"),
    "landscape": (pdf(boxes=["[0 0 842 595]"]), "page-not-a4-portrait"),
    "turned": (pdf(page="/Rotate 90"), "page-not-a4-portrait"),
    "turned from above": (pdf(pages="/Rotate 270"), "page-not-a4-portrait"),
    "no box": (pdf(boxes=["null"]), "pdf-unreadable"),
    "a box of words": (pdf(boxes=["[(a)(b)(c)(d)]"]), "pdf-unreadable"),
    "javascript at opening": (pdf(catalog="/OpenAction<</S/JavaScript/JS(app.alert)>>"), "active-content"),
    "javascript by name": (pdf(catalog="/Names<</JavaScript<</Names[]>>>>"), "active-content"),
    "launch": (pdf(page="/Annots[<</Subtype/Link/A<</S/Launch/F(cmd)>>>>]"), "active-content"),
    "launch behind a link": (
        pdf(page="/Annots[<</Subtype/Link/A<</S/URI/URI(x)/Next[<</S/Launch>>]>>>>]"),
        "active-content",
    ),
    "a link to a file": (pdf(page="/Annots[<</Subtype/Link/A<</S/URI/URI(file:///c:/x.exe)>>>>]"), "active-content"),
    "a link that is a script": (
        pdf(page="/Annots[<</Subtype/Link/A<</S/URI/URI( JavaScript:alert\\(1\\))>>>>]"),
        "active-content",
    ),
    "a script after a number": (
        pdf(page="/Annots[<</Subtype/Link/A<</S/URI/URI(javascript:1;x)>>>>]"),
        "active-content",
    ),
    "a script behind signs that readers pass over": (
        pdf(page="/Annots[<</Subtype/Link/A<</S/URI/URI(\\001java\\tscript:x)>>>>]"),
        "active-content",
    ),
    "a launch that is named elsewhere": (
        pdf(page="/Annots[<</Subtype/Link/A<</S 5 0 R/F(cmd)>>>>]", extra=[b"/Launch"]),
        "active-content",
    ),
    "an attachment that is named elsewhere": (
        pdf(page="/Annots[<</Subtype 5 0 R>>]", extra=[b"/FileAttachment"]),
        "active-content",
    ),
    "launch in the outline": (
        pdf(catalog="/Outlines 5 0 R", extra=[b"<</First<</A<</S/Launch>>>>>>"]),
        "active-content",
    ),
    "an action on a page": (pdf(page="/AA<</O<</S/JavaScript>>>>"), "active-content"),
    "embedded files": (pdf(catalog="/Names<</EmbeddedFiles<</Names[]>>>>"), "active-content"),
    "an attachment": (pdf(page="/Annots[<</Subtype/FileAttachment>>]"), "active-content"),
    "xfa": (pdf(catalog="/AcroForm<</XFA[]>>"), "active-content"),
    "a foreign typeface": (
        pdf(page="/Resources<</Font<</F<</Type/Font/Subtype/TrueType/BaseFont/Comic>>>>>>"),
        "font-not-embedded",
    ),
    "a typeface that begins like a standard one": (
        pdf(page="/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/HelveticaNeueLTPro-Cn>>>>>>"),
        "font-not-embedded",
    ),
    "an image without end": (
        pdf(
            page="/Resources<</XObject<</I 5 0 R>>>>",
            extra=[b"<</Subtype/Image/Width 99999/Height 99999/Length 0>>stream\n\nendstream"],
        ),
        "pdf-content",
    ),
    "a bomb": (inflating(), "pdf-content"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_a_letter_may_not_be_is_found(name: str) -> None:
    given, code = FAULTY[name]
    found = preflight(given)
    assert found.codes == (code,)
    assert all(fault.message.endswith(".") and "{" not in fault.message for fault in found.faults)


def test_all_kinds_of_fault_are_found_at_once() -> None:
    found = preflight(pdf(boxes=["[0 0 612 792]", "[0 0 842 595]"], catalog="/AcroForm<</XFA[]>>", page="/AA<<>>"))
    assert set(found.codes) == {"page-not-a4-portrait", "active-content"}
    assert any("(pages 1, 2)" in fault.message for fault in found.faults)


def test_a_file_that_is_too_large_is_not_even_opened() -> None:
    found = preflight(GOOD, limits=Limits(largest=100))
    assert found.codes == ("too-large",)


@pytest.mark.parametrize(
    "link",
    [
        "https://www.nordby.example",
        "HTTP://nordby.example",
        "mailto:post@nordby.example",
        "tel:+4599999999",
        "www.nordby.example:8080/a",
    ],
)
def test_links_and_standard_typefaces_are_fine(link: str) -> None:
    page = (
        f"/Annots[<</Subtype/Link/A<</S/URI/URI({link})>>>>]"
        "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>>>>>"
    )
    assert preflight(pdf(page=page, catalog="/OpenAction[4 0 R/Fit]")).faults == ()


def test_a_slow_file_is_killed_at_its_limit_and_its_neighbours_are_unharmed() -> None:
    given = slow()
    with ThreadPoolExecutor(6) as threads:
        started = monotonic()
        bomb = threads.submit(preflight, given, None, Limits(seconds=0.5))
        neighbours = list(threads.map(lambda _: preflight(GOOD), range(60)))
        found, took = bomb.result(), monotonic() - started

    assert found.codes == ("pdf-time",)
    assert took < 30
    assert all(neighbour.faults == () for neighbour in neighbours)
    assert preflight(GOOD).faults == ()


def test_a_child_has_an_end_of_its_memory() -> None:
    assert preflight(inflating(), limits=Limits(memory=180_000_000)).codes == ("pdf-memory",)
    assert preflight(GOOD, limits=Limits(memory=512_000_000)).faults == ()


def test_a_child_that_is_killed_is_replaced() -> None:
    preflight(GOOD)
    for child in list(pool().alive):
        os.kill(child.process.pid, signal.SIGKILL)
    codes = [preflight(GOOD).codes for _ in range(6)]
    assert codes == [()] * 6


def test_children_know_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_SESSION_SECRET", "hemmelig")
    child = Child()
    try:
        head = asdict(Limits(most_pages=9))
        assert child.ask(Message(head, (GOOD, b"", b"", b"")), 10, 1000).head["pages"] == 1
        assert b"hemmelig" not in Path(f"/proc/{child.process.pid}/environ").read_bytes()
        assert len(list(Path(f"/proc/{child.process.pid}/fd").iterdir())) == 3
    finally:
        child.end()


FORKED = """
import os, sys
sys.path.insert(0, {root!r})
from outbound.rendering import preflight
from outbound.rendering.children import Child, pool
from outbound.rendering.wire import Message
from tests.rendering.made import box, letter
from tests.rendering.pdfs import pdf
assert preflight(pdf()).faults == ()
before = {{child.process.pid for child in pool().alive}}
pid = os.fork()
if pid == 0:
    ok = preflight(pdf()).faults == () and not before & {{child.process.pid for child in pool().alive}}
    pool().end()
    os._exit(0 if ok else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert preflight(pdf()).faults == ()
assert {{child.process.pid for child in pool().alive}} == before
"""


def test_a_forked_process_has_children_of_its_own() -> None:
    subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKED.format(root=str(ROOT))], check=True, cwd=ROOT, timeout=60
    )


ORPHAN = """
import sys, time
sys.path.insert(0, {root!r})
from outbound.rendering import preflight
from outbound.rendering.children import Child, pool
from outbound.rendering.wire import Message
from tests.rendering.made import box, letter
from tests.rendering.pdfs import pdf
preflight(pdf())
print(*(child.process.pid for child in pool().alive), flush=True)
time.sleep(60)
"""


def test_no_child_outlives_a_parent_that_was_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN.format(root=str(ROOT))], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert pids
    wait_for(lambda: not any(_alive(pid) for pid in pids), "the end of the orphans")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ready_made(given: bytes = GOOD) -> ReadyMade:
    return ReadyMade(given, "Brev fra Nordby", date(2026, 11, 24))


def test_a_ready_made_pdf_goes_out_as_it_came(frame: Made) -> None:
    document = prepare(ready_made(), frame())
    assert document.pdf == GOOD
    assert (document.title, document.dated, document.pages, document.sheets) == (
        "Brev fra Nordby",
        date(2026, 11, 24),
        1,
        1,
    )


@pytest.mark.parametrize("asked", ["cover", "cover_sheet"])
def test_a_cover_sheet_carries_the_address(frame: Made, asked: str) -> None:
    document = prepare(ready_made(), frame(**{asked: True}))
    reader = PdfReader(BytesIO(document.pdf))
    assert (document.pages, document.sheets, len(reader.pages)) == (3, 2, 3)

    found = glyphs(_first_pages(document.pdf, 2))
    inside = [glyph for glyph in found if glyph.touches(WINDOW.address)]
    assert text_of(inside) == "Ærø Øster Ågård\nOpdigtet Allé 12, 3. tv.\n9999 Nordby"
    assert all(glyph.inside(WINDOW.address) for glyph in inside)
    assert prepare(ready_made(), frame(**{asked: True}), plex="simplex").pages == 2


def _first_pages(given: bytes, pages: int) -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.append(BytesIO(given), pages=(0, pages))
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("box", "turn"),
    [
        ("[0 0 595 842]", 0),
        ("[100 50 695 892]", 0),
        ("[0 0 842 595]", 90),
        ("[10 20 605 862]", 180),
        ("[0 0 842 595]", 270),
    ],
)
def test_the_marker_stands_in_the_top_margin_however_the_page_is_turned(frame: Made, box: str, turn: int) -> None:
    given = pdf(boxes=[box], page=f"/Rotate {turn}/Resources<</XObject<<>>>>", contents=b"q 1 0 0 1 9 9 cm")
    assert preflight(given).faults == ()
    document = prepare(ready_made(given), frame(marker="Genudsendt"))
    page = PdfReader(BytesIO(document.pdf)).pages[0]
    assert "Genudsendt" in page.extract_text()

    orders = ContentStream(page.get_contents(), None).operations
    assert [operator for _, operator in orders].count(b"Do") == 1
    a, b, c, d, e, f = (float(number) for number in [given for given, operator in orders if operator == b"cm"][-1])
    x, y = 128 / 25.4 * 72, 842 - 12.5 / 25.4 * 72  # where the marker is drawn on a page that lies as it should
    place = (a * x + c * y + e, b * x + d * y + f)
    assert _as_seen(place, [float(side) for side in page.mediabox], turn) == pytest.approx((x, y), abs=0.01)


def _as_seen(place: tuple[float, float], box: list[float], turn: int) -> tuple[float, float]:
    x, y = place[0] - box[0], place[1] - box[1]
    wide, tall = box[2] - box[0], box[3] - box[1]
    return {0: (x, y), 90: (y, wide - x), 180: (wide - x, tall - y), 270: (tall - y, x)}[turn]


def test_the_same_pdf_is_made_ready_in_the_same_bytes(frame: Made) -> None:
    one, two = (prepare(ready_made(), frame(cover=True, marker="Genudsendt")) for _ in range(2))
    assert one == two
    assert preflight(one.pdf).faults == ()


@pytest.mark.parametrize("name", ["encrypted", "a bomb", "landscape"])
def test_a_faulty_pdf_is_not_made_ready(frame: Made, name: str) -> None:
    given, code = FAULTY[name]
    with pytest.raises(RenderingFault, match=f"^{code}$"):
        prepare(ready_made(given), frame(cover=True))


@pytest.mark.parametrize("channel", [Channel.PRINT, Channel.DIGITAL])
def test_a_letter_that_shows_its_own_window_must_show_its_own_recipient(frame: Made, channel: Channel) -> None:
    swapped = ready_made(letter(lines=("Bo Berg", "Opdigtet Allé 12, 3. tv.", "9999 Nordby")))
    with pytest.raises(RenderingFault, match=r"^recipient-mismatch$"):
        prepare(swapped, frame(channel=channel))
    assert prepare(swapped, frame(cover_sheet=True)).pages == 3
    assert prepare(swapped, frame(address=None)).pages == 1
    assert prepare(ready_made(letter()), frame()).pages == 1


def test_a_protected_address_stands_on_the_cover_and_nowhere_else(frame: Made) -> None:
    with pytest.raises(RenderingFault, match=r"^protected-address-in-text$"):
        prepare(ready_made(letter()), frame(cover=True))
    assert prepare(ready_made(letter(lines=())), frame(cover=True)).pages == 3


def test_what_was_taken_in_is_not_refused_for_its_looks_when_it_is_rendered(frame: Made) -> None:
    assert prepare(ready_made(letter(box(2, 150, 6, 40))), frame()).pages == 1


@pytest.mark.parametrize("asked", [{"cover_sheet": True}, {"marker": "Genudsendt"}])
def test_a_tagged_pdf_keeps_its_tags(frame: Made, asked: dict[str, Any]) -> None:
    given = pdf(
        catalog="/MarkInfo<</Marked true>>/StructTreeRoot 5 0 R",
        page="/StructParents 0",
        contents=b"/P <</MCID 0>> BDC 0 0 m EMC",
        extra=[
            b"<</Type/StructTreeRoot/K 6 0 R/ParentTree<</Nums[0[6 0 R]]>>>>",
            b"<</Type/StructElem/S/P/P 5 0 R/Pg 4 0 R/K 0>>",
        ],
    )
    assert preflight(given).figures.tagged
    made = prepare(ready_made(given), frame(**asked)).pdf
    reader = PdfReader(BytesIO(made))
    root: Any = reader.root_object["/StructTreeRoot"]
    children = root["/K"] if isinstance(root["/K"], list) else [root["/K"]]
    (element,) = [one for child in children if (one := child.get_object())["/S"] == "/P"]
    assert preflight(made).figures.tagged
    assert element["/Pg"]["/StructParents"] == 0
    assert element["/Pg"] == reader.pages[-1]
