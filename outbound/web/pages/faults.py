"""A page for each fault, in Danish: what happened and what to do now, nothing else."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from outbound.web.pages.looks import page

SAID = {
    400: ("Det kan vi ikke læse", "Gå tilbage, og prøv igen."),
    403: (
        "Det har du ikke adgang til",
        "Din konto har ikke den rolle eller de forvaltninger, som det kræver. Tal med it-driften.",
    ),
    404: ("Siden findes ikke", "Kontrollér adressen. Et brev kan være slettet, fordi det ikke længere skal gemmes."),
    405: ("Det kan siden ikke", "Gå tilbage, og brug sidens knapper."),
    409: ("Det kan ikke lade sig gøre nu", "Brevet er kommet videre imens. Se på det igen."),
    413: ("Det er for meget på én gang", "Gå tilbage, og skriv kortere."),
    422: ("Noget mangler eller er forkert", "Gå tilbage, og ret det."),
    429: ("For mange forsøg", "Vent lidt, og prøv igen."),
    500: ("Der er sket en fejl hos os", "Fejlen er noteret. Prøv igen om lidt, eller tal med it-driften."),
    503: ("Det kan ikke lade sig gøre lige nu", "Prøv igen om lidt."),
}


def fault_page(request: Request, status: int, said: str = "") -> HTMLResponse:
    """The page for this status; `said` is a sentence of ours that says more."""
    title, what_to_do = SAID.get(status, SAID[500])
    if said and status == 409:  # a refusal says itself what is the matter: the letter need not have gone on
        what_to_do = ""
    return page(request, "fault.html", status, title=title, what_to_do=what_to_do, said=said)
