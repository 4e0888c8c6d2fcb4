"""`/drift`: incidents, receipts without a letter, doubts, lost letters, returned post; with the verbs for each."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from outbound import loose_ends, standing
from outbound.delivery import House
from outbound.desk import DeskRefusal, Hand
from outbound.ledger import incidents as incident_ledger
from outbound.ledger.letters import letter as found_letter
from outbound.ledger.values import Step
from outbound.life import Status
from outbound.lost import lost_letters
from outbound.web.pages import drift_words, words
from outbound.web.pages.cases import departments_of
from outbound.web.pages.concerns import OnDutyForAll, must_see
from outbound.web.pages.faults import fault_page
from outbound.web.pages.operations import A_PAGE, OnDuty, letters_page
from outbound.web.pages.signed_in import Form, Person, check_token
from outbound.web.rooms import Inside
from workers.queues import RECEIPTS, queue_name

router = APIRouter(prefix="/drift")
Place = Annotated[int, Query(ge=0, lt=2**62)]
Number = Annotated[int, Path(gt=0, lt=2**62)]
INCIDENTS = {"luk": loose_ends.close_incident, "genaabn": loose_ends.reopen_incident}
RECEIPT_VERBS = {"igen": loose_ends.work_again, "til-side": loose_ends.put_aside}
QUEUES = {Status.RECEIVED: Step.RENDER, Status.RENDERED: Step.ROUTE, Status.ROUTED: Step.SEND}


@router.get("/haendelser")
def incidents(person: OnDuty, inside: Inside, efter: Place = 0, lukkede: bool = False) -> Response:
    """Incidents that nobody has closed, or with `lukkede` those that somebody has."""
    listed = standing.closed_incidents if lukkede else standing.open_incidents
    with inside.house.ledger.reading() as tx:
        found = listed(tx, efter, A_PAGE + 1, departments_of(person))
    return person.page("incidents.html", title="Hændelser", words=words, closed=lukkede, **_paged(found, efter))


@router.post("/haendelser/{incident}/{verb}")
def see_to_incident(
    person: OnDuty, request: Request, form: Form, inside: Inside, incident: Number, verb: str
) -> Response:
    """Close an incident, or open it again."""
    check_token(person, form)
    if verb not in INCIDENTS:
        return fault_page(request, 404)
    with inside.house.ledger.reading() as tx:
        must_see(person.account, incident_ledger.department(tx, incident))
    back = "/drift/haendelser" + ("?lukkede=true" if verb == "genaabn" else "")
    return _done(person, request, form, lambda hand: INCIDENTS[verb](inside.house, incident, hand), back)


@router.get("/kvitteringer")
def receipts(person: OnDutyForAll, inside: Inside, efter: Place = 0, til_side: bool = False) -> Response:
    """Receipts that match no dispatch of ours or cannot be read, or with `til_side` those that were put aside."""
    listed = standing.receipts_aside if til_side else standing.loose_receipts
    with inside.house.ledger.reading() as tx:
        found, foreign = listed(tx, efter, A_PAGE + 1), standing.count_foreign_receipts(tx)
    more: dict[str, Any] = {"foreign": foreign, "aside": til_side, "purposes": drift_words.PURPOSES}
    return person.page("receipts.html", title="Kvitteringer", **more, **_paged(found, efter))


@router.post("/kvitteringer/{row}/aabn")
def open_receipt(person: OnDutyForAll, request: Request, form: Form, inside: Inside, row: Number) -> Response:
    """The receipt as it came; written in the reading log under this person's name."""
    check_token(person, form)
    if (purpose := form.get("purpose", "")) not in drift_words.PURPOSES:
        return fault_page(request, 422, "Vælg, hvorfor kvitteringen åbnes.")
    try:
        text = loose_ends.open_receipt(inside.house, row, person.account.name, purpose)
    except DeskRefusal as refusal:
        return _refused(request, refusal)
    names: dict[str, Any] = {"back": "/drift/kvitteringer", "back_said": "Kvitteringer"}
    return person.page("sealed_text.html", title=f"Kvittering nr. {row}", text=text, **names)


@router.post("/kvitteringer/{row}/par")
def pair_receipt(person: OnDutyForAll, request: Request, form: Form, inside: Inside, row: Number) -> Response:
    """Say which dispatch the receipt is about; to its letter."""
    check_token(person, form)
    try:
        dispatch = UUID(form.get("dispatch", "").strip())
    except ValueError:
        return fault_page(request, 422, drift_words.REFUSALS["no-such-dispatch"])
    try:
        letter = loose_ends.pair_receipt(inside.house, row, dispatch, person.hand(_why(form)))
    except DeskRefusal as refusal:
        return _refused(request, refusal)
    return RedirectResponse(f"/drift/breve/{letter}", 303)


@router.post("/kvitteringer/{row}/{verb}")
def see_to_receipt(
    person: OnDutyForAll, request: Request, form: Form, inside: Inside, row: Number, verb: str
) -> Response:
    """Have a receipt worked once more, or put it aside."""
    check_token(person, form)
    if verb not in RECEIPT_VERBS:
        return fault_page(request, 404)

    def act(hand: Hand) -> None:
        RECEIPT_VERBS[verb](inside.house, row, hand)
        inside.ring(RECEIPTS, 1)

    return _done(person, request, form, act, "/drift/kvitteringer")


@router.get("/tvivl")
def doubts(person: OnDutyForAll, inside: Inside) -> Response:
    """The consignments in doubt, the oldest first."""
    with inside.house.ledger.reading() as tx:
        found, count = standing.doubts(tx, A_PAGE), standing.count_doubts(tx)
    return person.page("doubts.html", title="Afsendelser i tvivl", words=words, doubts=found, count=count)


@router.get("/tvivl/{consignment}")
def in_doubt(person: OnDutyForAll, inside: Inside, consignment: UUID, efter: UUID | None = None) -> Response:
    """The letters of a consignment that are in doubt in it."""
    with inside.house.ledger.reading() as tx:
        found = standing.in_consignment(tx, consignment, efter, A_PAGE + 1)
    said = "Leverandøren har dem måske. Spørg dem, og afgør hvert brev på dets egen side, når det er standset."
    return letters_page(person, found, "Breve i tvivl", said=said, after=efter)


@router.get("/retur")
def returns(person: OnDuty, inside: Inside, efter: UUID | None = None) -> Response:
    """Letters that came back and that nobody has seen to."""
    with inside.house.ledger.reading() as tx:
        found = standing.unseen_returns(tx, efter, A_PAGE + 1)
    said = (
        "De er kommet retur, og ingen har set til dem. Send dem igen, eller sig på brevets side, at det er behandlet."
    )
    return letters_page(person, found, "Returpost, som ingen har set til", said=said, after=efter)


@router.get("/tabte")
def lost(person: OnDuty, inside: Inside, efter: UUID | None = None) -> Response:
    """Letters that nothing brings anybody to, with what is wrong with each."""
    with inside.house.ledger.reading() as tx:
        found = lost_letters(tx, inside.house.settings, efter, A_PAGE + 1)
    mine = [one for one in found[:A_PAGE] if person.account.may_see(one.letter.department)]
    more: dict[str, Any] = {"next": found[A_PAGE - 1].letter.id if len(found) > A_PAGE else None, "after": efter}
    names: dict[str, Any] = {"words": words, "says": drift_words, "helped": loose_ends.HELPED}
    return person.page("lost.html", title="Tabte breve", lost=mine, **names, **more)


@router.post("/tabte/{letter}")
def nudge(person: OnDuty, request: Request, form: Form, inside: Inside, letter: UUID) -> Response:
    """Bring a lost letter back among those that somebody comes to."""
    check_token(person, form)
    with inside.house.ledger.reading() as tx:
        one = found_letter(tx, letter)
    must_see(person.account, one.department if one else None)

    def act(hand: Hand) -> None:
        loose_ends.nudge(inside.house, letter, hand)
        _ring_for(inside.house, inside.ring, letter)

    return _done(person, request, form, act, "/drift/tabte")


def _ring_for(house: House, ring: Callable[[str, int], None], letter: UUID) -> None:
    with house.ledger.reading() as tx:
        one = found_letter(tx, letter)
    if one is not None and (step := QUEUES.get(one.status)):
        ring(queue_name(step, one.lane, one.channel if step is Step.SEND else None), 1)


def _done(person: Person, request: Request, form: dict[str, str], act: Callable[[Hand], object], back: str) -> Response:
    """Do it, once the form's token has been checked."""
    try:
        act(person.hand(_why(form)))
    except DeskRefusal as refusal:
        return _refused(request, refusal)
    return RedirectResponse(back, 303)


def _refused(request: Request, refusal: DeskRefusal) -> Response:
    said = drift_words.REFUSALS.get(refusal.code) or words.REFUSALS.get(refusal.code, "")
    return fault_page(request, 422 if refusal.code in ("why", "no-such-dispatch") else 409, said)


def _why(form: dict[str, str]) -> str:
    return form.get("why", "").strip()[:500]


def _paged(found: Sequence[object], after: int) -> dict[str, Any]:
    shown = found[:A_PAGE]
    last = getattr(shown[-1], "id", None) or getattr(shown[-1], "row", 0) if shown else after
    return {"rows": shown, "next": last if len(found) > A_PAGE else None, "after": after}
