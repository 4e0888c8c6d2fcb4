"""What the simulated SF1520 says of an invented person: the whole PersonLookupResponse, in the order of its schema.

It says more than anybody asked for, as the real one does, and has traps: the dead and those whose number was changed
still have the address of then, the homeless one that says so.
"""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from adapters.simulators.invented import Address, address_of, name_of, successor_of
from adapters.simulators.outcomes import Register, outcome_of

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
FAULT = "http://serviceplatformen.dk/xml/schemas/ServiceplatformFault/1/"
STATUS = {
    Register.DEAD: 90,
    Register.ABROAD: 80,
    Register.EMIGRATED: 80,
    Register.CHANGED: 60,
    Register.NO_ADDRESS: 3,
}
COUNTRIES = {"SE": (5120, "SVERIGE"), "DE": (5180, "TYSKLAND"), "NO": (5110, "NORGE"), "GB": (5170, "STORBRITANNIEN")}
"""Country codes are invented; the names are what stands in the last line."""

LAST_KNOWN = Address("Fraflyttet Prøvevej 99", "4300", "Holbæk")


def envelope(content: str) -> bytes:
    """A SOAP 1.1 answer."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body>{content}</s:Body></s:Envelope>'
    ).encode()


def fault(code: str, text: str, who: str = "Server") -> bytes:
    """A ServiceplatformFault. Its text carries the number, as suppliers' texts do."""
    error = f"<f:Error><f:ErrorCode>{escape(code)}</f:ErrorCode><f:ErrorText>{escape(text)}</f:ErrorText></f:Error>"
    detail = f'<f:ServiceplatformFault xmlns:f="{FAULT}"><f:ErrorList>{error}</f:ErrorList></f:ServiceplatformFault>'
    return envelope(
        f"<s:Fault><faultcode>s:{who}</faultcode><faultstring>{escape(text)}</faultstring>"
        f"<detail>{detail}</detail></s:Fault>"
    )


def response(namespace: str, number: str, known_as: str) -> bytes:
    """Of a person whom the register has; `known_as` is the number by which name and address were invented."""
    register = outcome_of(number).register
    status = STATUS.get(register, 1)
    current = successor_of(number) if register is Register.CHANGED else number
    person = _elements(
        ("personnummer", number),
        ("gaeldendePersonnummer", current),
        ("navn", _elements(("personadresseringsnavn", escape(name_of(known_as))), ("fornavn", "Prøve"))),
        ("foedselsdato", "<p:dato>1970-02-02</p:dato>"),
        ("antalBoernUnder18", "0"),
        ("status", _elements(("status", str(status)), ("statusdato", "<p:dato>2020-01-01T00:00:00</p:dato>"))),
        ("adressebeskyttelse", _protection(register)),
        ("tilmeldtNemsms", "false"),
        ("tilmeldtDigitalpost", "true"),
    )
    told = _elements(("persondata", person), ("adresse", _addresses(register, known_as)), ("relationer", ""))
    return envelope(f'<p:PersonLookupResponse xmlns:p="{namespace}">{told}</p:PersonLookupResponse>')


def _protection(register: Register) -> str:
    hidden = register is Register.PROTECTED
    begun = (("startdato", "2020-01-01"),) if hidden else ()
    return _elements(*begun, ("beskyttet", "true" if hidden else "false"))


def _addresses(register: Register, known_as: str) -> str:
    if register is Register.NO_ADDRESS:
        return _elements(("aktuelAdresse", _home(Address("Uden fast bopæl", "4300", "Holbæk"), 9901)))
    if register in (Register.DEAD, Register.CHANGED):
        return _elements(("aktuelAdresse", _home(LAST_KNOWN, 4242)))
    if register is Register.EMIGRATED:
        return _elements(("udrejseoplysninger", _elements(("udrejselandekode", "5103"))))
    address = address_of(known_as)
    if address is None:
        return ""
    return _elements(
        ("udrejseoplysninger", _away(address)) if register is Register.ABROAD else ("aktuelAdresse", _home(address, 1))
    )


def _home(address: Address, road: int) -> str:
    floor = f", {address.floor}. {address.door or ''}".rstrip() if address.floor else ""
    given = (
        ("kommunekode", "316"),
        ("vejkode", str(road)),
        ("conavn", address.co),
        ("bynavn", address.place),
        ("postnummer", address.postcode),
        ("postdistrikt", address.town),
        ("standardadresse", f"{address.street}{floor}"),
    )
    return _elements(*((name, escape(value)) for name, value in given if value))


def _away(address: Address) -> str:
    code, country = COUNTRIES[address.country]
    lines = (address.street, f"{address.postcode} {address.town}", country)
    numbered = ((f"udlandsadresse{number}", escape(line)) for number, line in enumerate(lines, 1))
    return _elements(("udrejselandekode", str(code)), *numbered)


def _elements(*given: tuple[str, str]) -> str:
    parts: Iterable[str] = (f"<p:{name}>{value}</p:{name}>" for name, value in given)
    return "".join(parts)
