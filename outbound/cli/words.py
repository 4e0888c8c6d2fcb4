"""The Danish words of the terminal, one for each member."""

from outbound.desk import Verb
from outbound.ledger.values import Step
from outbound.letter import Channel, Lane, WaitsFor
from outbound.life import Status

CHANNELS = {Channel.DIGITAL: "Digital Post", Channel.PRINT: "fjernprint", Channel.NONE: "ingen"}
LANES = {Lane.SINGLE: "enkeltbreve", Lane.MAILING: "masseforsendelser"}
STEPS = {Step.RENDER: "opsætning", Step.ROUTE: "ruting", Step.SEND: "afsendelse"}
WAITS_FOR = {
    WaitsFor.SENDER: "fagsystemet",
    WaitsFor.DEPARTMENT: "forvaltningen",
    WaitsFor.OPERATIONS: "driften",
}
STATES = {
    Status.RECEIVED: "modtaget",
    Status.RENDERED: "sat op",
    Status.ROUTED: "rutet",
    Status.SENDING: "under afsendelse",
    Status.SENT: "afsendt",
    Status.DELIVERED: "leveret",
    Status.RETURNED: "kommet retur",
    Status.HELD: "standset",
    Status.CANCELLED: "annulleret",
}
VERBS = {
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
