"""People: SF1520 (CPR replika opslag) on Serviceplatformen, service PersonBaseDataExtended, operation PersonLookup.

SOAP 1.1 over mutual TLS, one person a call, with the InvocationContext of the service agreement in the body.
Sources: the WSDL and schemas of the service in itk-dev/serviceplatformen
(resources/person-base-data-extended-service-contract, version 4), read for names and order, not copied; version 5 at
the same place with its own number in address and namespace (magenta-aps/service_person_stamdata_udvidet, which sends
the same InvocationContext to both). `PNRNotFound` in the text of a fault is what OS2mo reads as "there is no such
person"; no list of faults is published.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from adapters.http import Answered, Caller, refuse_strangers
from adapters.persons.cpr_answers import Answer, CprReading
from adapters.xml import escaped
from outbound.letter import Person
from outbound.ports import Misconfigured, OutsideError, Unavailable

logger = logging.getLogger(__name__)

NAMESPACE = "http://serviceplatformen.dk/xml/wsdl/soap11/CPR/PersonBaseDataExtended/{}/"
INVOCATION = "http://serviceplatformen.dk/xml/schemas/InvocationContext/1/"
PNR = "http://serviceplatformen.dk/xml/schemas/cpr/PNR/1/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
AWAY = frozenset({"no-connection", "connect-timeout", "tls"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who asks, as the service agreement names it: four UUIDs, and the service's version."""

    service_agreement: str
    user_system: str
    user: str
    service: str
    version: str = "5"

    @property
    def namespace(self) -> str:
        """Of request and answer."""
        return NAMESPACE.format(self.version)

    @property
    def action(self) -> str:
        """The header SOAPAction, in its quotation marks."""
        return f'"{self.namespace}PersonLookup"'


class CprRegister:
    """Looks people up, `at_once` at a time. Shared by all threads of a process."""

    def __init__(
        self, caller: Caller, agreement: Agreement, reading: CprReading, patience: float, at_once: int
    ) -> None:
        """`caller` has the service's whole address as its base; `patience`: seconds after which one look-up begins no
        further call."""
        self._caller, self._agreement, self._reading = caller, agreement, reading
        self._patience, self._at_once = patience, at_once

    def look_up(self, numbers: Sequence[str]) -> dict[str, Person]:
        """By number, those that were answered. Never raises OutsideError."""
        wanted = list(dict.fromkeys(numbers))
        if not wanted:
            return {}
        round_ = _Round(time.monotonic() + self._patience)
        with ThreadPoolExecutor(min(self._at_once, len(wanted)), "persons") as threads:
            found = list(threads.map(lambda number: self._person(number, round_), wanted))
        if round_.failed:
            codes = ", ".join(sorted(set(round_.failed)))
            logger.warning("The person register did not answer about %d people: %s.", len(round_.failed), codes)
        return {number: person for number, person in zip(wanted, found, strict=True) if person}

    def close(self) -> None:
        """Closes the connections; the next look-up opens new ones."""
        self._caller.close()

    def _person(self, number: str, round_: "_Round") -> Person | None:
        try:
            answer = self._ask(number, round_)
            if answer.current == number:
                return answer.person
            # The number was changed: whatever stands under the old one may be of then.
            now = self._ask(answer.current, round_)
            if now.current != answer.current:
                raise Unavailable("number-changed-twice")
            return replace(now.person, current_cpr=answer.current)
        except OutsideError as fault:
            round_.note(fault)
        return None

    def _ask(self, number: str, round_: "_Round") -> Answer:
        round_.may_go_on()
        body = "".join(_question(self._agreement, number)).encode()
        return self._read(self._caller.call("POST", "", body, "text/xml; charset=utf-8"), number)

    def _read(self, answered: Answered, number: str) -> Answer:
        refuse_strangers(answered)
        if answered.status not in (200, 500):  # SOAP 1.1: a fault comes with 500
            raise Unavailable(f"http-{answered.status}", answered.retry_after)
        return self._reading.answer(answered.body, number)


@dataclass(slots=True)
class _Round:
    """One look-up of many, until `ends` (monotonic). A register that is away is not asked about the others."""

    ends: float
    failed: list[str] = field(default_factory=list)
    away: threading.Event = field(default_factory=threading.Event)

    def may_go_on(self) -> None:
        if self.away.is_set():
            raise Unavailable("not-asked")
        if time.monotonic() > self.ends:
            raise Unavailable("no-time-left")

    def note(self, fault: OutsideError) -> None:
        self.failed.append(fault.code)
        if isinstance(fault, Misconfigured) or fault.code in AWAY:
            self.away.set()


def headers(agreement: Agreement) -> dict[str, str]:
    """What every call carries."""
    return {"SOAPAction": agreement.action, "Accept": "text/xml"}


def _question(agreement: Agreement, number: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><p:PersonLookupRequest xmlns:p="{agreement.namespace}">'
    yield f'<i:InvocationContext xmlns:i="{INVOCATION}">'
    yield f"<i:ServiceAgreementUUID>{escaped(agreement.service_agreement)}</i:ServiceAgreementUUID>"
    yield f"<i:UserSystemUUID>{escaped(agreement.user_system)}</i:UserSystemUUID>"
    yield f"<i:UserUUID>{escaped(agreement.user)}</i:UserUUID>"
    yield f"<i:ServiceUUID>{escaped(agreement.service)}</i:ServiceUUID></i:InvocationContext>"
    yield f'<c:PNR xmlns:c="{PNR}">{escaped(number)}</c:PNR>'
    yield "</p:PersonLookupRequest></soap:Body></soap:Envelope>"
