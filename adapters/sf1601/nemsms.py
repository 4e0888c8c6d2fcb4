"""Reminders by text message (NemSMS) through the common post component: the MeMo of the direct road under the
KombiValgKode `NemSMS`, and whoever has one by `PostForespoerg_1/nemsms`.
"""

from collections.abc import Mapping, Sequence

from adapters.digital_post.memo import Sender
from adapters.digital_post.nemsms import nemsms
from adapters.sf1601.kombi import DIGITAL, kombi_request, send
from adapters.sf1601.look_up import PostQuery
from adapters.sf1601.service import Service
from outbound.letter import Answer, Blame, Rejected, TextMessage
from outbound.ports import PersonId

CHOICE = "NemSMS"


class KombiNemSms:
    """See `outbound.ports.TextMessages`."""

    provider = DIGITAL

    def __init__(self, service: Service, query: PostQuery, sender: Sender, version: str, repeat_is_safe: bool) -> None:
        self._service, self._query, self._sender, self._version = service, query, sender, version
        self.repeat_is_safe = repeat_is_safe

    def registered(self, ids: Sequence[PersonId]) -> Mapping[PersonId, bool | None]:
        """By PostForespoerg, one number a call."""
        return self._query.nemsms(ids)

    def send(self, message: TextMessage) -> Answer:
        """Answered as a letter is."""
        if message.recipient.number is None:
            return Rejected(message.id, "no-number", Blame.RECIPIENT)
        content = nemsms(message, self._sender, self._version)
        return send(self._service, message.id, kombi_request(CHOICE, content))
