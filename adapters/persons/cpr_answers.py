"""What a PersonLookupResponse says of somebody: alive and where, dead, nobody; or a fault.

Names and order are those of PersonBaseDataExtendedServiceTypes.xsd (itk-dev/serviceplatformen). The schema says what
the statuses mean, and that road codes 9900-9999 are special ones: no place where a letter could be delivered. Whatever
is not as the schema has it is no answer: Unavailable, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from adapters.persons.addresses import Home, abroad, at_home, clean, from_lines, street_of
from outbound import clock
from outbound.letter import Address, Life, Person
from outbound.ports import Unavailable

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
NOBODY = "PNRNotFound"
RESIDENT = {"1": "DK", "3": "DK", "5": "GL", "7": "GL"}  # status to country; 3 and 7 have a special road code
ELSEWHERE = frozenset({"20", "80"})  # a number for tax only; emigrated
DISAPPEARED, DEAD = "70", "90"
NUMBER_GONE = frozenset({"30", "50", "60"})  # annulled; deleted as a double; changed
SPECIAL_ROADS = range(9900, 10_000)
TRUTH = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Answer:
    """The number that holds now, and the person as the answer has them."""

    current: str = field(repr=False)
    person: Person


class CprReading:
    """Reads the answers of one version of the service.

    `countries`: CPR's numeric country code (udrejselandekode) to ISO 3166 alpha-2, for addresses abroad whose last line
    does not name the country; the code list is not published with the interface.
    """

    def __init__(self, namespace: str, countries: Mapping[str, str]) -> None:
        self._namespace, self._countries = f"{{{namespace}}}", dict(countries)

    def answer(self, body: bytes, asked: str) -> Answer:
        """Raises Unavailable for a fault, for what cannot be read, and for the answer about somebody else."""
        envelope = _parsed(body)
        fault = envelope.find(f"{SOAP}Body/{SOAP}Fault")
        if fault is not None:
            return self._fault(fault, asked)
        response = envelope.find(f"{SOAP}Body/{self._namespace}PersonLookupResponse")
        if envelope.tag != f"{SOAP}Envelope" or response is None:
            raise Unavailable("unreadable-answer")
        try:
            return self._person(response, asked)
        except ValueError:
            pass
        raise Unavailable("unreadable-answer")

    def _fault(self, fault: etree._Element, asked: str) -> Answer:
        if any(NOBODY in str(text) for text in fault.itertext()):
            return Answer(asked, Person(Life.NOT_FOUND))
        raise Unavailable("fault")

    def _person(self, response: etree._Element, asked: str) -> Answer:
        data = self._texts(response, "persondata")
        if data.get("personnummer") != asked:
            raise Unavailable("another-person")
        current = data.get("gaeldendePersonnummer") or asked
        if not (len(current) == 10 and current.isascii() and current.isdigit()):
            raise ValueError("A CPR number has ten digits.")
        status = self._texts(response, "persondata/status").get("status", "")
        life = _life(status)
        if life is not Life.ALIVE:
            return Answer(current, Person(life))
        protected, name = self._is_protected(response), self._name(response)
        return Answer(current, Person(life, name, self._address(response, status, name, protected), protected))

    def _name(self, response: etree._Element) -> str:
        name = clean(self._texts(response, "persondata/navn").get("personadresseringsnavn", ""))
        if not name:
            raise ValueError("The living have a name.")
        return name

    def _is_protected(self, response: etree._Element) -> bool:
        """Protected where it is said, and where it has begun and not ended; an unclear word is none."""
        said = self._texts(response, "persondata/adressebeskyttelse")
        if "beskyttet" in said:
            return _truth(said["beskyttet"])
        begins, ends = _day(said.get("startdato", "")), _day(said.get("slutdato", ""))
        return begins is not None and begins <= clock.today() and (ends is None or ends >= clock.today())

    def _address(self, response: etree._Element, status: str, name: str, protected: bool) -> Address | None:
        """Where paper goes: where they live; else where they can be reached; for the emigrated abroad.

        Whoever is protected and has no fixed address is in hiding: no paper goes anywhere.
        """
        if status == DISAPPEARED:
            return None
        lives = self._lives(response, status, name)
        if lives is None and protected and status in RESIDENT:
            return None
        return lives or self._contact(response, name, status in RESIDENT)

    def _lives(self, response: etree._Element, status: str, name: str) -> Address | None:
        if status in ELSEWHERE:
            return self._emigrated(response, name)
        found = self._texts(response, "adresse/aktuelAdresse")
        road = found.get("vejkode", "0")
        if not found or int(road) in SPECIAL_ROADS:
            return None
        name = clean(found.get("adresseringsnavn", "")) or name
        street = found.get("standardadresse") or street_of(
            found.get("vejadresseringsnavn") or found.get("vejnavn", ""),
            *(found.get(part, "") for part in ("husnummer", "etage", "sidedoer")),
        )
        postcode, town = found.get("postnummer", ""), found.get("postdistrikt", "")
        if not street:
            return from_lines(name, [found.get(f"adr{number}-supladr", "") for number in range(1, 6)])
        home = Home(street, postcode, town, found.get("conavn", ""), found.get("bynavn", ""), RESIDENT[status])
        return at_home(name, home)

    def _emigrated(self, response: etree._Element, name: str) -> Address | None:
        found = self._texts(response, "adresse/udrejseoplysninger")
        lines = [found.get(f"udlandsadresse{number}", "") for number in range(1, 6)]
        country = self._countries.get(found.get("udrejselandekode", ""))
        return abroad(name, lines, country) if country else from_lines(name, lines, at_home=False)

    def _contact(self, response: etree._Element, name: str, at_home: bool) -> Address | None:
        found = self._texts(response, "adresse/kontaktAdresse")
        begins, ends = _day(found.get("startdato", "")), _day(found.get("slettedato", ""))
        if (begins and begins > clock.today()) or (ends and ends <= clock.today()):
            return None
        return from_lines(name, [found.get(f"kontaktAdr{number}", "") for number in range(1, 6)], at_home=at_home)

    def _texts(self, response: etree._Element, path: str) -> dict[str, str]:
        """The texts of an element's children by name; empty where it is not there. Raises ValueError for a second."""
        found = response.findall("/".join(self._namespace + step for step in path.split("/")))
        if len(found) > 1:
            raise ValueError("It is there twice.")
        return {
            str(child.tag).removeprefix(self._namespace): (child.text or "").strip()
            for one in found
            for child in one.iterchildren(f"{self._namespace}*")
        }


def _life(status: str) -> Life:
    if status in RESIDENT or status in ELSEWHERE or status == DISAPPEARED:
        return Life.ALIVE
    if status in NUMBER_GONE:
        return Life.NOT_FOUND
    if status == DEAD:
        return Life.DEAD
    raise ValueError("A status that the schema does not have.")


def _day(text: str) -> date | None:
    """An xsd:date, whose time zone counts for nothing. Raises ValueError."""
    return date.fromisoformat(text[:10]) if text else None


def _truth(text: str) -> bool:
    """An xsd:boolean. Raises ValueError."""
    if text not in TRUTH:
        raise ValueError("Neither true nor false.")
    return TRUTH[text]


def _parsed(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,  # or a text would end where one begins
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
        if root.getroottree().docinfo.internalDTD is None:  # no honest answer declares entities
            return root
    except (etree.XMLSyntaxError, ValueError):
        pass
    raise Unavailable("unreadable-answer")
