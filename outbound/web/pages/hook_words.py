"""Danish words for webhooks, on the page and at the terminal."""

from outbound import clock
from outbound.ledger.hooks import MOST_COUNTED, Hook, HookState
from outbound.rendering.danish import FILTERS
from outbound.webhooks import HookStanding

STATES = {
    HookState.ON: "Leverer",
    HookState.STOPPED: "Standset",
    HookState.GONE: "Afmeldt af systemet (410)",
    HookState.GIVEN_UP: "Opgivet efter dage med fejl",
}
CODES = {
    "timeout": "Systemet svarede ikke i tide.",
    "connect-timeout": "Der kom ingen forbindelse i tide.",
    "no-connection": "Der er ingen forbindelse til systemet.",
    "broken-connection": "Forbindelsen blev afbrudt.",
    "certificate": "Systemets certifikat kan ikke godkendes.",
    "tls": "Der kan ikke aftales en krypteret forbindelse.",
    "http-401": "Systemet kan ikke godkende signaturen. Har det den rigtige hemmelighed?",
    "http-404": "Adressen findes ikke hos systemet.",
    "http-409": "Systemet siger, at rækkefølgen er forkert.",
    "http-410": "Systemet siger, at det ikke længere vil have beskeder.",
}
REFUSALS = {
    "why": "Skriv hvorfor.",
    "name": "Du er ikke logget ind med et navn.",
    "so-already": "Det står allerede sådan.",
    "ahead": "Så langt er systemet ikke nået. Kun det, der er leveret, kan leveres igen.",
    "no-webhook": "Systemet har ingen webhook.",
}


def state_said(one: Hook) -> str:
    """How it stands, in a few words."""
    if one.state is HookState.ON and one.failing_since:
        return "Prøver igen"
    return STATES[one.state]


def code_said(code: str | None) -> str:
    """Why the last try failed, as a sentence; empty where it did not."""
    if not code:
        return ""
    if code in CODES:
        return CODES[code]
    return f"Systemet svarede {code.removeprefix('http-')}." if code.startswith("http-") else code


def behind(one: HookStanding) -> str:
    """How many events it has not been told."""
    count = one.backlog.events
    said = FILTERS["tal"](count)
    return f"{said} eller flere" if count >= MOST_COUNTED else str(said)


def secrets_said(one: Hook) -> str:
    """Which secrets sign."""
    both = len(one.generations) == 2 and one.older_until is not None
    until = one.older_until.astimezone(clock.COPENHAGEN) if both and one.older_until else None
    return f"nr. {one.generation}" + (f" og {one.generation - 1} til {until:%d.%m.%Y kl. %H.%M}" if until else "")
