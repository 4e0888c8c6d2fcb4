"""How the terminal says what can be done; everything else is called as on the pages."""

from outbound.desk import Verb

COMMANDS = {
    Verb.CANCEL: "outbound cancel",
    Verb.RELEASE: "outbound release",
    Verb.REROUTE: "outbound reroute … digital|print",
    Verb.MEND: "outbound mend … --address FIL",
    Verb.REPLACE: "outbound mend … --pdf FIL --title TITEL",
    Verb.TAKEN: "outbound settle … taken",
    Verb.NOT_TAKEN: "outbound settle … not-taken",
    Verb.WAIT_ON: "outbound settle … wait-on",
    Verb.ARRIVED: "outbound settle … arrived",
    Verb.CAME_BACK: "outbound settle … came-back",
    Verb.WAS_REFUSED: "outbound settle … was-refused",
    Verb.ACKNOWLEDGE: "outbound settle … acknowledged",
    Verb.RESEND: "outbound resend",
}
