"""What becomes of a letter that the common post component took, told through Beskedfordeler (PKO_PostStatus)."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.simulators.amqp_broker import Broker
from adapters.simulators.fjernprint import PaperLetter
from adapters.simulators.memo import Memo
from adapters.simulators.moods import Moods
from adapters.simulators.nemsms import KIND, becomes
from adapters.simulators.outcomes import STREETS, Printing, Sending
from adapters.simulators.post_status import Happening, event
from adapters.simulators.push import Pusher
from adapters.simulators.records import Records

HELD_ANSWER, LOOK = 1.5, 0.02  # seconds that an answer waits to be overtaken by its receipt, looking for it
DIGITAL, PAPER = "Digital Post", "Fysisk Post"
TEXT = "NemSMS"  # assumed: no source shows the KanalKode of a text message
DUPLICATES = {DIGITAL: "memo.duplicate", TEXT: "memo.duplicate", PAPER: "afsendelse.duplicate"}
"""Invented: no source shows them."""
RETURNED = "Returpost"  # invented: no source shows the types of ForsendelseHaendelseTypeKode

REFUSALS: dict[Sending, tuple[str, str]] = {
    Sending.IS_CLOSED: ("recipient.is.closed", "6003 Modtageren {cpr} kan ikke modtage digital post"),
    Sending.NOT_ALLOWED: ("recipient.is.exempt", "Modtageren {cpr} er fritaget"),
    Sending.NO_SUBSCRIPTION: ("recipient.has.no.nemsms", "{cpr} er ikke tilmeldt NemSMS"),
    Sending.FILE_NOT_ALLOWED: ("file.extension.not.allowed", "Filtypen til {cpr} er ikke tilladt"),
    Sending.MEMO_INVALID: ("memo.invalid", "SAXParseException: Value '{cpr}' is not facet-valid"),
    Sending.UNKNOWN_CODE: ("recipient.mailbox.in.limbo", "Ukendt tilstand for {cpr}"),
}
"""Codes and texts; the texts carry the recipient's number on purpose, as the suppliers' do."""


@dataclass(frozen=True, slots=True)
class News:
    """One event to come: its status, how long after the taking, and perhaps an error and an amount in kroner."""

    status: str
    after: float = 0.0
    error: tuple[str, str] | None = None
    happening: str = ""
    amount: str = ""


class PostEvents:
    """Promises the events of a letter when it is taken; the queue keeps them until they are read.

    `pusher`: where they are pushed instead, once there is a door.
    """

    def __init__(self, records: Records, moods: Moods, broker: Broker, system: str) -> None:
        self._records, self._moods, self._broker, self._system = records, moods, broker, system
        self.pusher: Pusher | None = None

    def settle(self, letter: Memo | PaperLetter, transmission: str) -> None:
        """Promises what becomes of a letter just taken, and marks the taking when it is to be refused."""
        wishes = self._moods.receipts
        if wishes["never"]:
            return
        channel = channel_of(letter)
        told = list(self._of_memo(letter) if isinstance(letter, Memo) else self._of_paper(letter))
        for news in reversed(told) if wishes["shuffled"] else told:
            self._promise(_id(letter), channel, transmission, news)
            if news.error is not None:
                self._records.refuse(_id(letter), transmission, news.error[0])

    def call_duplicate(self, letter: Memo | PaperLetter, transmission: str) -> None:
        """Promises that a repeat is refused as one; what the first became stands."""
        channel = channel_of(letter)
        news = News("Fejlet", error=(DUPLICATES[channel], "Er allerede modtaget"))
        self._promise(_id(letter), channel, transmission, news)

    async def overtake(self) -> None:
        """Where the mood wants receipts before answers: waits until somebody read one, but not for long."""
        if not self._moods.receipts["before_answer"]:
            return
        lying = self._broker.lying()
        for _ in range(int(HELD_ANSWER / LOOK)):
            await asyncio.sleep(LOOK)
            if self._broker.lying() < lying:
                return

    def _of_memo(self, memo: Memo) -> Iterator[News]:
        sending = Sending.UNKNOWN_CODE if self._moods.receipts["unknown_code"] else becomes(memo)
        if sending is Sending.NEVER:
            return
        yield News("Modtaget Digital Post")
        late = self._moods.receipts["very_late"] if sending is Sending.LATE else 0.0
        if sending in REFUSALS:
            code, text = REFUSALS[sending]
            yield News("Fejlet", late, (code, text.format(cpr=memo.recipient)))
        else:
            yield News("Afleveret Digital Post", late)

    def _of_paper(self, letter: PaperLetter) -> Iterator[News]:
        pace, printing = self._moods.pace, _printing(letter)
        refuse = self._moods.strikes("refuse", "receipts")
        yield News("Modtaget fjernprint")
        if self._moods.receipts["unknown_code"] or printing is Printing.UNKNOWN_CODE:
            yield News("Fejlet", pace["printed"], ("limbo", "Ukendt tilstand"))
        elif printing is Printing.REFUSED or refuse is not None:
            code = (refuse or {}).get("code", "address.unreadable")
            yield News("Fejlet", pace["printed"], (code, f"Afvist: {letter.address}"))
        elif printing is not Printing.NEVER:
            posted = pace["printed"] + pace["posted"]
            yield News("Afleveret til print og kuvertering", pace["printed"])
            yield News("Modtaget Post Danmark", posted, None, "Porto", _postage(letter))
            if printing is Printing.RETURNED:
                yield News("Opdatering fra Post Danmark", posted + pace["returned"], None, RETURNED)

    def _promise(self, subject: str, channel: str, transmission: str, news: News) -> None:
        wishes, at = self._moods.receipts, datetime.now(UTC)
        happenings = [Happening(news.happening, at, news.amount)] if news.happening else []
        body = event(
            subject,
            news.status,
            at,
            channel=channel,
            error=news.error,
            happenings=happenings,
            transmission=transmission,
            system=self._system,
            pushed=self.pusher is not None,
        )
        wait = 0.0 if wishes["before_answer"] else wishes["after"] + wishes["late"] + news.after
        for _ in range(2 if wishes["twice"] else 1):
            (self.pusher or self._broker).put(body, wait)


def channel_of(letter: Memo | PaperLetter) -> str:
    """Its KanalKode."""
    if isinstance(letter, Memo):
        return TEXT if letter.kind == KIND else DIGITAL
    return PAPER


def _id(letter: Memo | PaperLetter) -> str:
    return letter.uuid if isinstance(letter, Memo) else letter.id


def _printing(letter: PaperLetter) -> Printing:
    return next((printing for printing, street in STREETS.items() if street in letter.address), Printing.POSTED)


def _postage(letter: PaperLetter) -> str:
    """What the vendor charges for postage, in kroner; invented numbers."""
    price = 2190 if letter.category == "Prioritaire" else 1290
    price += (900 if letter.envelope == "C4" else 0) + (1500 if letter.country != "DK" else 0)
    return f"{price // 100}.{price % 100:02d}"
