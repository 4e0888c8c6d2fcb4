"""How the terminal says what can be done; everything else is called as on the pages."""

from outbound.desk import Verb

COMMANDS = {
    Verb.CANCEL: "outbound cancel {} --why …",
    Verb.HOLD: "outbound hold {} --why …",
    Verb.RELEASE: "outbound release {} --why …",
    Verb.REROUTE: "outbound reroute {} digital|print --why …",
    Verb.MEND: "outbound mend {} --address FIL --why …",
    Verb.REPLACE: "outbound mend {} --pdf FIL --title TITEL --why …",
    Verb.TAKEN: "outbound settle {} taken --why …",
    Verb.NOT_TAKEN: "outbound settle {} not-taken --why …",
    Verb.WAIT_ON: "outbound settle {} wait-on --why …",
    Verb.ARRIVED: "outbound settle {} arrived --why …",
    Verb.CAME_BACK: "outbound settle {} came-back --why …",
    Verb.WAS_REFUSED: "outbound settle {} was-refused --why …",
    Verb.ACKNOWLEDGE: "outbound settle {} acknowledged --why …",
    Verb.RESEND: "outbound resend {} --why …",
}
