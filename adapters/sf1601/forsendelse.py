"""ForsendelseI (urn:oio:fjernprint:1.0.0): a paper letter as the print vendors behind the post component take it.

Element order and lengths: the OIO schema. What users of SF1601 send: OS2Forms, and haderslev-rpa's Python client; for
persons they send the CPR number 0000000000 with a full address ("Feltbeskrivelse", p. 7), since a printer needs no
number. No title goes along either: it stands in the letter, and the printer has no use for it.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from adapters.sf1601.unfit import Unfit
from adapters.xml import escaped, one_line, stamp
from outbound.letter import ADDRESS_LINE, Address, Consignment, Dispatch

NOBODY = "0000000000"
ABROAD = "0000"  # instead of a Danish postcode (KMD WorkZone SmartPost, frequently asked questions)
DK = "http://rep.oio.dk/ebxml/xml/schemas/dkcc"
NAMESPACES = {
    "": "urn:oio:fjernprint:1.0.0",
    "dkal": "urn:oio:dkal:1.0.0",
    "adir": "urn:oio:adir:dagpenge:2009.07.01",
    "sd": "urn:oio:sagdok:3.0.0",
    "itst": "http://rep.oio.dk/itst.dk/xml/schemas/2006/01/17/",
    "dkcc": f"{DK}/2003/02/13/",
    "street": f"{DK}/2005/03/15/",
    "line": f"{DK}/2005/05/19/",
}
LINES = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
STREET = re.compile(
    r"(?!(?i:(post)?bo(ks|x)|att)\b)(?P<street>[^\W\d_][^\d,]{0,39}?) (?P<house>[1-9]\d{0,2}[A-Z]?)"
    r"(, (?P<floor>[1-9]\d?|st|kl|k[2-9])\.( (?P<suite>[^\W_]{1,4}))?)?"
)
"""A street line that can be taken apart without a doubt: `Prøvevænget 12B, 2. tv`."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is agreed with the print vendor. `kind`: its number for product, price and envelope (0: none);
    `categories`: the postal category of each letter class."""

    user: str
    kind: int = 0
    categories: dict[str, str] = field(default_factory=dict)


def forsendelse(dispatch: Dispatch, consignment: Consignment, agreement: Agreement) -> bytes:
    """`ForsendelseISamling` with the one letter, UTF-8. The same arguments give the same bytes. Raises Unfit."""
    names = " ".join(f'xmlns{":" * bool(prefix)}{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    document = dispatch.document
    if document.inserts:  # the schema has no word for what a printer adds from its stock
        raise Unfit("inserts")
    kind = _element("ForsendelseTypeIdentifikator", str(agreement.kind)) if agreement.kind else ""
    head = (
        f"<ForsendelseISamling {names}><ForsendelseI>{_element('AfsendelseIdentifikator', str(dispatch.id))}{kind}"
        f"{_recipient(dispatch)}<dkal:FilformatNavn>PDF</dkal:FilformatNavn><dkal:MeddelelseIndholdData>"
    )
    tail = (
        "</dkal:MeddelelseIndholdData><TransaktionsParametreI>"
        f"{_element('TransaktionsDatoTid', stamp(consignment.closed_at))}"
        "<KvitteringsTypeKode>Alle</KvitteringsTypeKode></TransaktionsParametreI>"
        f"<DokumentParametre>{_element('sd:BrevDato', document.dated.isoformat())}</DokumentParametre>"
        f"{_common(dispatch, agreement)}{_printing(dispatch)}{_posting(dispatch, agreement)}"
    )
    pdf = b2a_base64(document.pdf, newline=False)
    return b"".join(
        (head.encode(), pdf, tail.encode(), *_attachments(dispatch), b"</ForsendelseI></ForsendelseISamling>")
    )


def _recipient(dispatch: Dispatch) -> str:
    recipient = dispatch.recipient
    if recipient.address is None:
        raise Unfit("no-address")
    kind, number = ("CVR", recipient.cvr) if recipient.cvr else ("CPR", NOBODY)
    who = f"<dkal:AfsendelseModtager>{_element(f'adir:{kind}nummerIdentifikator', number)}</dkal:AfsendelseModtager>"
    where = f"<ModtagerAdresse>{''.join(_address(recipient.address))}</ModtagerAdresse>"
    return f"<ForsendelseModtager>{who}{where}</ForsendelseModtager>"


def _address(address: Address) -> Iterator[str]:
    """The parts where the lines can be taken apart without a doubt, else the lines as they stand."""
    if not (name := one_line(address.name, 130)):
        raise Unfit("no-name")
    yield _element("itst:PersonName", name)
    yield from (_parts(address) if address.country == "DK" else None) or _lines(address)
    yield f'<dkcc:CountryIdentificationCode scheme="iso3166-alpha2">{escaped(address.country)}'
    yield "</dkcc:CountryIdentificationCode>"


def _parts(address: Address) -> list[str] | None:
    """The parts of a street that stands alone; None for anything else. Of two lines nobody can say whether the second
    is a street, a place, or the rest of what did not fit in the first."""
    street = STREET.fullmatch(address.lines[0]) if len(address.lines) == 1 else None
    if street is None or not re.fullmatch("[0-9]{4}", address.postcode) or len(address.town) > ADDRESS_LINE:
        return None
    found = {
        "street:StreetName": street["street"],
        "dkcc:StreetBuildingIdentifier": street["house"],
        "dkcc:FloorIdentifier": street["floor"],
        "dkcc:SuiteIdentifier": street["suite"],
        "street:PostCodeIdentifier": address.postcode,
        "street:DistrictSubdivisionIdentifier": address.town,
    }
    return [_element(name, text) for name, text in found.items() if text]


def _lines(address: Address) -> list[str]:
    last = f"{address.postcode} {address.town}".strip()
    lines = [line for line in (*address.lines, last) if line]
    if not lines or len(lines) > len(LINES) or any(len(line) > ADDRESS_LINE for line in lines):
        raise Unfit("address")
    postcode = address.postcode if address.country == "DK" else ABROAD
    named = zip(LINES, lines, strict=False)
    found = [_element(f"line:PostalAddress{which}LineText", line) for which, line in named]
    return [*found, *([_element("street:PostCodeIdentifier", postcode)] if postcode else [])]


def _common(dispatch: Dispatch, agreement: Agreement) -> str:
    """Who sends and who pays; nothing is stamped on the paper, for all of that stands in the PDF."""
    stamped = "".join(
        _element(f"Paatryk{what}Indikator", "false") for what in ("AfsenderAdresse", "ModtagerAdresse", "Brevdato")
    )
    department, payer = one_line(dispatch.department, 2000), one_line(dispatch.cost_centre, 2000)
    return (
        f"<KanalUafhaengigeParametreI>{_element('EnhedTekst', department)}{_element('BrugerNavn', agreement.user)}"
        f"{_element('KonteringsGruppeTekst', payer)}{stamped}{_element('KanalKode', 'Fysisk Post')}"
        "</KanalUafhaengigeParametreI>"
    )


def _printing(dispatch: Dispatch) -> str:
    plex = "Simplex" if dispatch.document.plex == "simplex" else "Duplex"
    envelope = _element("KuvertTypeKode", dispatch.envelope) if dispatch.envelope else ""
    colour = _element("FarveSHKode", "Farve" if dispatch.colour else "SH")
    return f"<PrintParametre>{_element('SimplexDuplexKode', plex)}{colour}{envelope}</PrintParametre>"


def _posting(dispatch: Dispatch, agreement: Agreement) -> str:
    """A letter class without a category is not sent as something else."""
    category = ""
    if dispatch.letter_class:
        if dispatch.letter_class not in agreement.categories:
            raise Unfit("letter-class")
        category = _element("PostKategoriKode", agreement.categories[dispatch.letter_class])
    return f"<PostParametre>{category}{_element('SideKvantitet', str(dispatch.document.pages))}</PostParametre>"


def _attachments(dispatch: Dispatch) -> Iterable[bytes]:
    """Those that come as files of their own; an attachment whose pages stand in the letter's PDF has no bytes here."""
    files = [one for one in dispatch.document.attachments if one.pdf]
    if not files:
        return
    yield b"<BilagSamling>"
    for place, one in enumerate(files):
        name = _element("BilagNavn", f"Bilag {place + 1}")
        order = _element("BilagSorteringsIndeksIdentifikator", str(place))
        head = f"<Bilag>{name}<dkal:FilformatNavn>PDF</dkal:FilformatNavn>{order}<dkal:VedhaeftningIndholdData>"
        yield head.encode()
        yield b2a_base64(one.pdf, newline=False)
        yield b"</dkal:VedhaeftningIndholdData></Bilag>"
    yield b"</BilagSamling>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>"
