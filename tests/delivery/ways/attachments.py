"""Letters with attachments: beside them in the mailbox, behind them on paper, and what changes on the way between."""

from outbound.letter import Attachment, Channel, Mailbox
from outbound.life import Status
from tests.delivery.walking import Walk
from tests.delivery.ways import ENROLLED, way
from tests.house import submission
from tests.rendering.made import pages, text

BESIDE = (
    Attachment(pages([text(30, 120, "Beregning")]), "Beregning af ydelsen"),
    Attachment(pages([text(30, 120, "Kort")], [text(30, 120, "Mere kort")]), "Kort over Ærø"),
)


@way
def attachments_go_beside_a_letter_for_the_mailbox(walk: Walk) -> None:
    (letter,) = walk.hand_in(submission(ENROLLED, attachments=BESIDE))
    walk.run()
    walk.ends(letter, Status.SENT, code="enrolled")
    if not walk.crashed:
        assert walk.see(letter).document_channel == Channel.DIGITAL


@way
def attachments_are_printed_behind_a_letter_for_paper(walk: Walk) -> None:
    walk.world.enrolment.default = Mailbox.EXEMPT
    (letter,) = walk.hand_in(submission(ENROLLED, attachments=BESIDE))
    walk.run()
    walk.ends(letter, Status.SENT, code="exempt")
    assert walk.see(letter).document_channel == Channel.PRINT


@way
def a_letter_with_attachments_that_the_mailbox_refuses_is_made_again_for_paper(walk: Walk) -> None:
    walk.world.digital.plan = lambda consignment: "refuse"
    (letter,) = walk.hand_in(submission(ENROLLED, attachments=BESIDE))
    walk.run()
    if not walk.crashed:
        walk.ends(letter, Status.SENT, code="digital-refused")
        assert walk.see(letter).document_channel == Channel.PRINT
