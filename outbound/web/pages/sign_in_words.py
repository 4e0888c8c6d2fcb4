"""The Danish words of signing in."""

from outbound.web.people import EVERYWHERE, Account, Role, Way

WAYS = {Way.LOCAL: "navn og adgangskode", Way.OIDC: "kommunens login", Way.PROXY: "kommunens netværk"}
DRIFT = (
    "Se køer og standsede breve, rette og slippe breve fri, sætte på pause og genoptage. Et brevs indhold åbnes kun "
    "med et formål, som skrives i læseloggen."
)
ROLES = {
    Role.OPERATIONS: ("Drift", DRIFT),
    Role.CASES: ("Sag", "Se og følge egen forvaltnings breve, og sende igen med en begrundelse."),
    Role.MANAGEMENT: ("Ledelse", "Se andele, besparelser og mål for de forvaltninger, der står herunder."),
    Role.DATA_PROTECTION: ("Databeskyttelse", "Se læseloggen, give indsigt og lægge breve i bero for sletning."),
    Role.POST_ROOM: ("Postrum", "Scanne returpost fra alle forvaltninger."),
}
TOO_NARROW = (
    "Du kan ikke åbne siderne om databeskyttelse: de viser alle forvaltninger, og du har ikke dem alle. Tal med "
    "it-driften, hvis du skal have adgang."
)
TOO_OLD = "Siden var for gammel. Prøv igen."
WRONG = "Navn og adgangskode passer ikke sammen."
REFUSED = {
    "away": "Kommunens login svarer ikke lige nu. Prøv igen om lidt.",
    "misconfigured": "Kommunens login er sat forkert op. Tal med it-driften.",
    "no-role": "Du er logget ind hos kommunen, men har ingen rolle her. Tal med it-driften.",
    "name-taken": "Dit navn bruges af en lokal konto her. Tal med it-driften.",
    "name": "Kommunens login oplyser ikke et navn, der kan bruges her. Tal med it-driften.",
    "state": "Det tog for lang tid, eller du har to faner åbne. Prøv igen.",
    "login-required": "Log ind igen for at fortsætte.",
    "provider-refused": "Kommunens login afviste dig. Prøv igen, eller tal med it-driften.",
}
REFUSED_ELSE = "Svaret fra kommunens login kan ikke bruges. Prøv igen, eller tal med it-driften."


def said_of(role: Role, account: Account) -> tuple[str, str]:
    """What the role is called, and what they may with it; or whom to ask where it opens nothing for them."""
    title, said = ROLES[role]
    wide = role is not Role.DATA_PROTECTION or account.may_see(EVERYWHERE)
    return title, said if wide else TOO_NARROW


def waiting(seconds: float) -> str:
    """How long somebody who guesses has to wait."""
    return f"For mange forsøg. Vent {int(seconds) + 1} sekunder, og prøv igen."


def refused(code: str) -> str:
    """Why nobody was let in, and what to do."""
    return REFUSED.get(code, REFUSED_ELSE)
