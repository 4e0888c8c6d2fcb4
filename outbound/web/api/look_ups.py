"""Before a letter is made: who can get it digitally, which letter types there are, and how one looks."""

from collections.abc import Iterator
from math import ceil
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from outbound import clock, delivery
from outbound.intake import number_faults, postal_faults, title_faults
from outbound.ledger import readings
from outbound.letter import Channel, Mailbox, Recipient, Role
from outbound.organisation import OrganisationFault, System
from outbound.ports import PersonId
from outbound.rendering import Fault, Frame, LetterType, RenderingFault, render
from outbound.rendering.fields import character_faults
from outbound.web.access import Caller
from outbound.web.api import examples
from outbound.web.api.description import BODY, may_answer, takes
from outbound.web.api.handed_in import PrecheckIn, PreviewIn, WhoIn
from outbound.web.api.letters import pdf_answer
from outbound.web.body import json_body
from outbound.web.problems import Kind, Problem, invalid
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/v1", tags=["before a letter"])
ROOM = 200_000  # bytes of a body here
PRECHECK_ROOM = 1_000_000  # 10,000 recipients, however they are indented


def _room(_: Request) -> int:
    return ROOM


def _precheck_room(_: Request) -> int:
    return PRECHECK_ROOM


class PrecheckedOut(BaseModel):
    """What the mailbox register says of the recipient at this place in the call.

    `digital`: can get Digital Post now; null where the register gave no answer, which is not a no: ask again.
    """

    recipient: int
    digital: bool | None
    mailbox: Mailbox


class PrecheckOut(BaseModel):
    """An answer for each recipient, by its place; no number is repeated."""

    recipients: list[PrecheckedOut]


class LetterTypeOut(BaseModel):
    """A letter type that your system may use. `fields` is the JSON Schema (2020-12) of the fields it takes."""

    name: str
    title: str
    ready_made: bool
    paper_only: bool
    digital_only: bool
    both_parents: bool
    languages: list[str]
    retention_months: int
    fields: dict[str, Any] | None
    example: dict[str, Any] | None


class LetterTypesOut(BaseModel):
    """The letter types that your system may use."""

    letter_types: list[LetterTypeOut]
    departments: list[str]


@router.post(
    "/recipients/precheck",
    responses=may_answer(*BODY, Kind.RATE),
    openapi_extra=takes(PrecheckIn, a_citizen_and_a_company=examples.PRECHECK),
)
def precheck(
    caller: Caller, body: Annotated[PrecheckIn, Depends(json_body(PrecheckIn, _precheck_room))], inside: Inside
) -> PrecheckOut:
    """Can these recipients get Digital Post? For up to 10,000 at a time; nothing is kept but a line for each in the
    reading log, that your system asked."""
    faults = [fault for place, who in enumerate(body.recipients) for fault in _who_faults(who, f"/recipients/{place}")]
    if faults:
        raise invalid(faults)
    ids = [PersonId(cpr=who.cpr, cvr=who.cvr) for who in body.recipients]
    answers = delivery.precheck(inside.house, ids)
    if answers is None:
        raise Problem(Kind.RATE, headers={"Retry-After": str(ceil(inside.house.settings.timer_seconds))})
    _note_readings(inside, caller, ids)
    return PrecheckOut(recipients=[_prechecked(place, answers[one]) for place, one in enumerate(ids)])


@router.get("/letter-types", responses=may_answer())
def letter_types(caller: Caller, inside: Inside) -> LetterTypesOut:
    """What your system may write, and for which departments."""
    found = [one for name, one in inside.house.types.items() if name in caller.letter_types]
    return LetterTypesOut(letter_types=[_type_out(one) for one in found], departments=sorted(caller.departments))


@router.post(
    "/letter-types/{name}/preview",
    response_class=Response,
    responses={
        **may_answer(*BODY, Kind.NOT_FOUND),
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    },
    openapi_extra=takes(PreviewIn, a_meeting={"fields": examples.LETTER["fields"]}),
)
def preview(
    caller: Caller, body: Annotated[PreviewIn, Depends(json_body(PreviewIn, _room))], inside: Inside, name: str
) -> Response:
    """The letter with these fields, as a PDF. Nothing is kept and nothing is sent."""
    if name not in caller.letter_types or name not in inside.house.types:
        raise Problem(Kind.NOT_FOUND, "Your system has no such letter type.")
    letter_type = inside.house.types[name]
    if faults := [*_preview_faults(caller, letter_type, body)]:
        raise invalid(faults)
    try:
        made = render(letter_type, body.fields, _frame(inside, caller, letter_type, body))
    except RenderingFault as fault:
        raise invalid([Fault("/fields", f"The letter cannot be rendered with these fields ({fault.code}).")]) from None
    return pdf_answer(made.pdf, f"{name}.pdf")


def _note_readings(inside: Rooms, caller: System, ids: list[PersonId]) -> None:
    """Whoever asks what the router has on them is told of this, too."""
    keys = {inside.house.seal.fingerprint("recipient", one.cpr or one.cvr) for one in ids}
    with inside.house.ledger.writing() as tx:
        readings.note_search(tx, uuid4(), keys, caller.name, "precheck")


def _prechecked(place: int, mailbox: Mailbox) -> PrecheckedOut:
    digital = None if mailbox is Mailbox.UNKNOWN else mailbox is Mailbox.ENROLLED
    return PrecheckedOut(recipient=place, digital=digital, mailbox=mailbox)


def _who_faults(who: WhoIn, pointer: str) -> Iterator[Fault]:
    yield from number_faults(Recipient(Role.PARTY, "", who.cpr, who.cvr), pointer)
    if who.cpr is None and who.cvr is None:
        yield Fault(pointer, "Give a CPR number or a CVR number.")


def _type_out(one: LetterType) -> LetterTypeOut:
    same = ("name", "title", "ready_made", "paper_only", "digital_only", "both_parents", "retention_months")
    return LetterTypeOut(
        **{name: getattr(one, name) for name in same},
        languages=list(one.languages),
        fields=dict(one.schema) if one.schema else None,
        example=dict(one.example) if one.example else None,
    )


def _preview_faults(caller: System, letter_type: LetterType, body: PreviewIn) -> Iterator[Fault]:
    if letter_type.ready_made:
        yield Fault("", "This letter type comes as a finished PDF; there is nothing to preview.")
        return
    if body.department is not None and body.department not in caller.departments:
        yield Fault("/department", "Your system has no such department.")
    yield from (Fault(f"/fields{fault.pointer}", fault.message) for fault in letter_type.faults(body.fields))
    for name in ("recipient", "case_number"):
        text = getattr(body, name)
        if not text.isprintable():
            yield Fault(f"/{name}", "Give printable characters on one line.")
        yield from character_faults(text, f"/{name}")
    for place, title in enumerate(body.attachments):
        yield from title_faults(title, f"/attachments/{place}")
    if body.address is not None:
        yield from postal_faults(body.address.noun(), "/address")


def _frame(inside: Rooms, caller: System, letter_type: LetterType, body: PreviewIn) -> Frame:
    today = clock.today()
    own = letter_type.department if letter_type.department in caller.departments else min(caller.departments)
    try:
        head = inside.house.organisation.letterhead(body.department or own, today)
    except OrganisationFault:
        raise invalid([Fault("/department", "The department is not in force today.")]) from None
    return Frame(
        recipient=body.recipient,
        dated=body.dated or today,
        letterhead=head,
        address=body.address.noun() if body.address else None,
        case_number=body.case_number,
        reference="",
        channel=Channel(body.channel),
        attachments=tuple(body.attachments),
        format=body.format,
    )
