"""The proof of a letter: for the case file, for a complaint, for a court. As JSON and as a PDF."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from outbound.contents import Addressee
from outbound.organisation import System
from outbound.web.access import Caller
from outbound.web.api.description import may_answer
from outbound.web.api.handed_out import LetterOut
from outbound.web.api.letters import own_story, pdf_answer
from outbound.web.api.telling import letter_out
from outbound.web.problems import Kind
from outbound.web.proof_sheet import Proof, gather, proof_pdf
from outbound.web.rooms import Inside, Rooms

router = APIRouter(prefix="/v1/letters", tags=["letters"])
PDF = "application/pdf"


class ProvedRecipientOut(BaseModel):
    """Who the letter is for, as handed in; `address` is where paper goes, from you or from the person register.

    `current_cpr` is the number that the letter went under where the one handed in had been changed.
    """

    role: str
    name: str
    cpr: str | None
    current_cpr: str | None
    cvr: str | None
    address: list[str]
    protected: bool


class ProvedAttachmentOut(BaseModel):
    """What went with the letter."""

    title: str
    pages: int


class ProofOut(BaseModel):
    """Everything the router knows of a letter's way. `recipient` and `title` are null when no longer kept."""

    made_at: datetime
    title: str | None
    attachments: list[ProvedAttachmentOut]
    recipient: ProvedRecipientOut | None
    letter: LetterOut


@router.get(
    "/{letter}/proof",
    response_model=ProofOut,
    responses={
        **may_answer(Kind.NOT_FOUND),
        200: {"model": ProofOut, "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def prove(caller: Caller, inside: Inside, letter: UUID, request: Request) -> ProofOut | Response:
    """Recipient, title, fingerprint, every time and id, route and reason, what came back, incidents on its way.

    As a PDF with `Accept: application/pdf`, or under `…/proof.pdf`. The opening is logged.
    """
    proof = _proof(inside, caller, letter)
    if request.headers.get("accept", "").strip().lower().startswith(PDF):
        return pdf_answer(proof_pdf(proof), f"{letter}-proof.pdf")
    return ProofOut(
        made_at=proof.made_at,
        title=proof.title,
        attachments=[ProvedAttachmentOut(title=one.title, pages=one.pages) for one in proof.attachments],
        recipient=_recipient(proof.addressee) if proof.addressee else None,
        letter=letter_out(proof.story),
    )


@router.get(
    "/{letter}/proof.pdf",
    response_class=Response,
    responses={
        **may_answer(Kind.NOT_FOUND),
        200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def prove_as_pdf(caller: Caller, inside: Inside, letter: UUID) -> Response:
    """The proof as a PDF, in Danish."""
    return pdf_answer(proof_pdf(_proof(inside, caller, letter)), f"{letter}-proof.pdf")


def _proof(inside: Rooms, caller: System, letter: UUID) -> Proof:
    return gather(inside.house, own_story(inside, caller, letter), caller.name, "api-proof")


def _recipient(addressee: Addressee) -> ProvedRecipientOut:
    who, address = addressee.recipient, addressee.address
    return ProvedRecipientOut(
        role=who.role,
        name=who.name,
        cpr=who.cpr,
        current_cpr=addressee.current_cpr,
        cvr=who.cvr,
        address=list(address.as_lines()) if address else [],
        protected=addressee.protected,
    )
