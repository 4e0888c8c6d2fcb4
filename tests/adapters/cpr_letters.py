"""Answers of SF1520 as tests write them: an invented person, part by part."""

from collections.abc import Mapping

from adapters.persons.cpr_answers import Answer, CprReading
from tests.people import person

NAMESPACE = "http://serviceplatformen.dk/xml/wsdl/soap11/CPR/PersonBaseDataExtended/5/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ASKED = person("well", 1)
NAME = "Ymer Prøvesen"
HOME = {"vejkode": "12", "standardadresse": "Prøvevænget 12,2 TV", "postnummer": "4300", "postdistrikt": "Holbæk"}

Parts = Mapping[str, "str | Parts"]


def answered(
    status: str = "1",
    home: Parts | None = HOME,
    abroad: Parts | None = None,
    contact: Parts | None = None,
    protection: Parts | None = None,
    **data: str,
) -> bytes:
    """A PersonLookupResponse; `data` stands in persondata, an empty text leaves one out."""
    known: dict[str, str | Parts] = {
        "personnummer": ASKED,
        "navn": {"personadresseringsnavn": NAME},
        "status": {"status": status},
        "adressebeskyttelse": protection or {"beskyttet": "false"},
        **data,
    }
    places = {"aktuelAdresse": home, "udrejseoplysninger": abroad, "kontaktAdresse": contact}
    adresse: Parts = {name: parts for name, parts in places.items() if parts is not None}
    told = _written({"persondata": {name: one for name, one in known.items() if one}, "adresse": adresse})
    return envelope(f'<PersonLookupResponse xmlns="{NAMESPACE}">{told}</PersonLookupResponse>')


def envelope(content: str) -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{content}</s:Body></s:Envelope>'.encode()


def fault(text: str) -> bytes:
    return envelope(f"<s:Fault><faultcode>s:Server</faultcode><faultstring>{text}</faultstring></s:Fault>")


def read(body: bytes, **countries: str) -> Answer:
    """The answer as the adapter has it; `countries` such as _5120="SE"."""
    return CprReading(NAMESPACE, {code.lstrip("_"): country for code, country in countries.items()}).answer(body, ASKED)


def _written(parts: Parts) -> str:
    return "".join(f"<{name}>{one if isinstance(one, str) else _written(one)}</{name}>" for name, one in parts.items())
