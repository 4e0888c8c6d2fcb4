"""Ready-made PDFs tried before they are handed in: the verdict, or the PDF itself with every place marked in red."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from outbound.delivery.render import preflight_limits
from outbound.rendering import NOTHING_KNOWN, RULES, Expected, Fault, Found, Preflight, marked, preflight
from outbound.rendering.verdict import Place
from outbound.web.access import Caller, count_single
from outbound.web.api import examples
from outbound.web.api.description import BODY, may_answer, takes
from outbound.web.api.handed_in import PreflightIn, Undecodable, pdf_of
from outbound.web.api.letters import pdf_answer, single_limit
from outbound.web.body import JSON, parse_as, read_limited
from outbound.web.problems import Kind, invalid
from outbound.web.rooms import Inside, rooms_of

router = APIRouter(prefix="/v1/preflight", tags=["before a letter"])
PDF = "application/pdf"
ABOUT = (
    "Would this PDF be taken in? Send it as it is, or in base64 with what you know of the letter. Nothing is kept. The "
    "codes (under `window` false, those of the window are warnings; under `paper` false, those of paper are; the "
    "answer says your print provider's millimetres):\n\n"
)
ABOUT += "\n".join(
    f"- `{code}`: {rule.meaning.format(most='a limit')} {rule.what_to_do}" for code, rule in RULES.items()
)
TAKES = takes(PreflightIn, a_finished_PDF=examples.PREFLIGHT)
TAKES["requestBody"]["content"][PDF] = {"schema": {"type": "string", "format": "binary"}}
ANSWERS = may_answer(*BODY, Kind.RATE)


class BoxOut(BaseModel):
    """A rectangle on the page as it is seen: millimetres from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


class PlaceOut(BaseModel):
    """Where: a page, from 1; null where it is about the whole document or its pages cannot be counted."""

    page: int | None
    box: BoxOut | None


class FoundOut(BaseModel):
    """One code with its places, at most a hundred. A fault keeps the letter out; a warning does not."""

    code: str
    severity: Literal["fault", "warning"]
    sentence: str
    what_to_do: str
    places: list[PlaceOut]


class FiguresOut(BaseModel):
    """Figures of the text: the readability index LIX, its parts, and whether the letter speaks of appeal (klage)."""

    tagged: bool
    words: int
    long_words: Annotated[int, Field(description="Words of more than six letters.")]
    sentences: int
    lix: int | None
    appeal: bool


class PreflightOut(BaseModel):
    """Would it be taken in? With everything that was found; none of it repeats a word of the letter."""

    acceptable: bool
    pages: int
    sheets: Annotated[int, Field(description="Printed on both sides.")]
    found: list[FoundOut]
    figures: FiguresOut


Asked = tuple[bytes, Expected]


async def _asked(request: Request) -> Asked:
    """The PDF alone, or in JSON with what its sender knows of the letter."""
    limit = rooms_of(request).house.settings.pdf_limit
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == PDF:
        return await read_limited(request, PDF, limit), NOTHING_KNOWN
    raw = await read_limited(request, JSON, single_limit(request))
    return await run_in_threadpool(_from_json, raw, limit)


def _from_json(raw: bytes, limit: int) -> Asked:
    body = parse_as(PreflightIn, raw)
    try:
        pdf = pdf_of(body.pdf, "", limit)
    except Undecodable as fault:
        raise invalid(fault.faults) from None
    return pdf, Expected(tuple(body.names), tuple(body.must_not_occur), body.paper, body.window)


@router.post("", responses=ANSWERS, openapi_extra=TAKES, description=ABOUT)
def check(caller: Caller, inside: Inside, asked: Annotated[Asked, Depends(_asked)]) -> PreflightOut:
    """Would this PDF be taken in?"""
    count_single(inside, caller)
    pdf, expected = asked
    return _told(preflight(pdf, expected, preflight_limits(inside.house.settings)))


@router.post(
    "/marked",
    response_class=Response,
    responses={**ANSWERS, 200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra=TAKES,
)
def check_marked(caller: Caller, inside: Inside, asked: Annotated[Asked, Depends(_asked)]) -> Response:
    """The same PDF with every place marked in red, its code beside it. 422 where the file cannot be opened at all."""
    count_single(inside, caller)
    pdf, expected = asked
    found, made = marked(pdf, expected, preflight_limits(inside.house.settings))
    if not made:
        raise invalid([Fault("", fault.message) for fault in found.faults])
    return pdf_answer(made, "marked.pdf")


def _told(found: Preflight) -> PreflightOut:
    figures = found.figures
    same = ("tagged", "words", "long_words", "sentences", "lix", "appeal")
    return PreflightOut(
        acceptable=not found.codes,
        pages=found.pages,
        sheets=found.sheets,
        found=[_found(one) for one in found.found],
        figures=FiguresOut(**{name: getattr(figures, name) for name in same}),
    )


def _found(one: Found) -> FoundOut:
    return FoundOut(
        code=one.code,
        severity="warning" if one.warning else "fault",
        sentence=one.sentence,
        what_to_do=one.what_to_do,
        places=[_place(place) for place in one.places],
    )


def _place(place: Place) -> PlaceOut:
    box = place.box
    seen = BoxOut(left=box.left, top=box.top, width=box.width, height=box.height) if box else None
    return PlaceOut(page=place.page or None, box=seen)
