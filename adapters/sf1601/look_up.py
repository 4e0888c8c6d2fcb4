"""Who can receive Digital Post, and who NemSMS: `GET PostForespoerg_1/digitalpost?cprNumber=` or `cvrNumber=`, one
number a call, and the same of `nemsms`.

The answer is `{"result": true|false}` and no more: a no says neither exempt nor closed nor under 15, so it is "not
enrolled, reason unknown", and the person register is asked before paper. The interface wants the number in the address
of the call; nothing here or in `adapters.http` writes an address down.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from adapters.http import usable
from adapters.sf1601.service import Service
from outbound.letter import Mailbox
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, PersonId, Unavailable

logger = logging.getLogger(__name__)

ENTITY_ID = "http://entityid.kombit.dk/service/postforespoerg/1"
CALL_SECONDS = 10.0  # that one call may take in all, as its users have it
PATH = "PostForespoerg_1"
MAILBOX, TEXT_MESSAGES = "digitalpost", "nemsms"
ANSWERS = {True: Mailbox.ENROLLED, False: Mailbox.NOT_ENROLLED, None: Mailbox.UNKNOWN}


class PostQuery:
    """The enrolment register by the common post component. Whoever got no answer is unknown, and nobody else."""

    def __init__(self, service: Service, patience: float, at_once: int) -> None:
        """`patience`: seconds after which one look-up begins no further call; `at_once`: calls at the same time."""
        self._service, self._patience, self._at_once = service, patience, at_once

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Mailbox]:
        """See `outbound.ports.EnrolmentRegister`."""
        return {i: ANSWERS[said] for i, said in self._asked(MAILBOX, ids).items()}

    def nemsms(self, ids: Sequence[PersonId]) -> Mapping[PersonId, bool | None]:
        """Whether each can get a NemSMS; None where no answer could be had. Never raises OutsideError."""
        return self._asked(TEXT_MESSAGES, ids)

    def _asked(self, about: str, ids: Sequence[PersonId]) -> dict[PersonId, bool | None]:
        wanted = [i for i in dict.fromkeys(ids) if i.cpr or i.cvr]
        asking = _Round(self._service, f"{PATH}/{about}", time.monotonic() + self._patience)
        found = asking.answers(wanted, self._at_once)
        return {i: found.get(i) for i in ids}


class _Round:
    """One look-up, until `ends` (monotonic) or until an answer says that no other will be better."""

    def __init__(self, service: Service, path: str, ends: float) -> None:
        self._service, self._path, self._ends = service, path, ends
        self._is_hopeless = threading.Event()

    def answers(self, ids: Sequence[PersonId], at_once: int) -> dict[PersonId, bool]:
        if not ids:
            return {}
        with ThreadPoolExecutor(min(at_once, len(ids)), "post-query") as threads:
            told = list(threads.map(self._one, ids))
        faults = [one.code for one in told if isinstance(one, OutsideError)]
        if faults:
            logger.warning("%d of %d recipients could not be looked up: %s.", len(faults), len(ids), faults[0])
        return {i: one for i, one in zip(ids, told, strict=True) if isinstance(one, bool)}

    def _one(self, wanted: PersonId) -> bool | OutsideError:
        if self._is_hopeless.is_set() or time.monotonic() > self._ends:
            return Unavailable("no-time-left")
        try:
            return self._ask(wanted)
        except OutsideError as fault:
            if isinstance(fault, Misconfigured) or (isinstance(fault, Unavailable) and fault.retry_after is not None):
                self._is_hopeless.set()
            return fault

    def _ask(self, wanted: PersonId) -> bool:
        query = f"cprNumber={wanted.cpr}" if wanted.cpr else f"cvrNumber={wanted.cvr}"
        result = usable(self._service.call("GET", f"{self._path}?{query}")).get("result")
        if not isinstance(result, bool):
            raise OutcomeUnknown("unreadable-answer")
        return result
