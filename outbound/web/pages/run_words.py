"""The Danish words of print runs, on the pages and at the terminal."""

from outbound import clock
from outbound.ledger.proofs import ProofRun
from outbound.ledger.run_values import UNANSWERED, GivenOrder, Run, RunState
from outbound.letter import News
from outbound.life import Outcome
from outbound.ports import RunOrder

RUN_STATES = {
    RunState.CLOSED: "Lukket",
    RunState.BEGUN: "Afleveres nu",
    RunState.DOUBT: "I tvivl",
    RunState.TAKEN: "Hos trykkeriet",
    RunState.HELD_BACK: "Holdt tilbage",
    RunState.RECALLED: "Kaldt tilbage",
    RunState.DONE: "Afsluttet",
    RunState.REFUSED: "Afvist",
    RunState.NOT_SENT: "Ikke afleveret",
}
RUN_ORDERS = {
    RunOrder.HOLD: ("Hold kørslen tilbage", "Trykkeriet trykker den først, når den bliver frigivet."),
    RunOrder.RELEASE: ("Frigiv kørslen", "Trykkeriet trykker den nu."),
    RunOrder.RECALL: (
        "Kald kørslen tilbage",
        "Intet af den bliver trykt, hvis trykkeriet når det. Brevene standser derefter, til driften har set på dem.",
    ),
}
ORDERED = {RunOrder.HOLD: "Hold tilbage", RunOrder.RELEASE: "Frigiv", RunOrder.RECALL: "Kald tilbage"}
ANSWERED = {
    News.HELD_BACK: "holdt tilbage",
    News.LET_GO: "frigivet",
    News.RECALLED: "kaldt tilbage",
    News.TOO_LATE: "for sent: trykkeriet kan ikke mere",
    UNANSWERED: "blev ikke besvaret",
}
COUNTED = {"letters": "breve", "envelopes": "kuverter", "pages": "sider", "sheets": "ark"}
PROOF_OUTCOMES = {
    Outcome.OPEN: "Afleveres nu",
    Outcome.TAKEN: "Hos trykkeriet",
    Outcome.DOUBT: "I tvivl",
    Outcome.REFUSED: "Afvist",
    Outcome.VOID: "Ikke afleveret",
}
TOLD = {
    News.RECEIVED: "modtaget",
    News.DELIVERED: "postet",
    News.RETURNED: "kommet retur",
    News.REFUSED: "afvist",
    News.DUPLICATE: "kendt i forvejen",
    News.TRY_AGAIN: "kasseret",
    News.UNCLEAR: "uklart",
}
MISSING = "Trykkeriet har ikke meldt kørslen modtaget. Ring til dem, og giv dem kørslens id."


def order_said(one: GivenOrder) -> str:
    """What became of an order."""
    if one.answer:
        return ANSWERED.get(one.answer, one.answer)
    if one.given_at:
        return "givet, venter på svar"
    return f"ikke givet endnu ({one.code}); prøves igen" if one.code else "gives nu"


def remarks(run: Run) -> list[str]:
    """What somebody should see of a run at once: that it is missing, that counts differ, that an order is open."""
    found = ["mangler svar"] if run.missing(clock.now()) else []
    if run.differs:
        found.append("andre tal hos trykkeriet")
    if run.open_order:
        found.append(f"{ORDERED[run.open_order.kind].lower()}: {order_said(run.open_order)}")
    return found


def proof_said(one: ProofRun) -> str:
    """Where a proof run is."""
    said = PROOF_OUTCOMES[one.outcome]
    if one.told:
        said += f", {TOLD.get(one.told, one.told)}"
    return f"{said} ({one.code})" if one.code else said
