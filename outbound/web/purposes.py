"""What somebody, or the router, opens the seal or looks for a person for: the code that stands in the reading log, its
words there, and its words where a page has somebody choose it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """`said`: what was done, in the log and in the letter to whoever asks for access. `offered`: what one is about to
    do; empty where no page has it chosen."""

    said: str
    offered: str = ""


PURPOSES = {
    "page-inquiry": Purpose("modtageren eller sagsbehandleren spurgte", "Modtageren eller sagsbehandleren spørger"),
    "page-fault": Purpose("en fejl blev undersøgt", "En fejl undersøges"),
    "page-return": Purpose("returpost blev behandlet", "Returpost behandles"),
    "page-access": Purpose("indsigt efter databeskyttelsesreglerne", "Indsigt efter databeskyttelsesreglerne"),
    "page-pause": Purpose("begrundelsen for en pause blev læst"),
    "receipt-inquiry": Purpose("en kvitterings brev skulle findes", "Kvitteringens brev skal findes"),
    "pair-receipt": Purpose("en kvittering blev parret med sit brev"),
    "case-inquiry": Purpose("modtageren spurgte til brevet", "Modtageren spørger til brevet"),
    "case-work": Purpose("sagen blev behandlet", "Sagen behandles"),
    "case-return": Purpose("returpost blev behandlet", "Returpost behandles"),
    "case-complaint": Purpose("klage eller retssag", "Klage eller retssag"),
    "case-access": Purpose(
        "indsigt efter reglerne om databeskyttelse, offentlighed eller partsaktindsigt",
        "Indsigt efter reglerne om databeskyttelse, offentlighed eller partsaktindsigt",
    ),
    "case-resend": Purpose("brevet skulle sendes igen"),
    "access-request": Purpose("indsigt efter databeskyttelsesreglerne"),
    "render": Purpose("brevet blev sat op"),
    "send": Purpose("brevet blev sendt"),
    "route": Purpose("vejen blev valgt"),
    "check-address": Purpose("adressen blev kontrolleret"),
    "remind": Purpose("en påmindelse blev sendt"),
    "settle": Purpose("en kvittering blev læst"),
    "api-proof": Purpose("beviset blev hentet til sagen"),
    "api-pdf": Purpose("kopien blev hentet til sagen"),
    "precheck": Purpose("der blev spurgt, om modtageren kan få Digital Post"),
    "mend": Purpose("adressen blev rettet"),
    "resend": Purpose("brevet blev sendt igen"),
    "show": Purpose("læst ved en terminal"),
    "systembreve": Purpose("systembreve"),
    "batch": Purpose("begrundelsen for en handling på mange breve blev brugt"),
}


def offered(*codes: str) -> dict[str, str]:
    """These purposes as a page offers them: the code and its words."""
    return {code: PURPOSES[code].offered for code in codes}
