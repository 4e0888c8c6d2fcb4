"""The print vendor's own reading of a ForsendelseI: what it prints, and what it says of the rest.

Order, lengths and values: the OIO schema (urn:oio:fjernprint:1.0.0). The CPR number 0000000000: Feltbeskrivelse p. 7,
as OS2Forms cites it. No postcode 1000, and 0000 for abroad: KMD WorkZone SmartPost. A4 portrait: KMD Printcenter,
error 10030. Sheets and 3 MB: 21grams.com, iMail Denmark. The other codes are invented.
"""

import base64
import binascii
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pypdf
from lxml import etree

from adapters.simulators.fjernprint_schema import forsendelse_schema
from adapters.simulators.print_jobs import A4, BYTES_A_LETTER, SHEETS_IN, TOLERANCE

F = "{urn:oio:fjernprint:1.0.0}"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY = "0000000000"
CATEGORIES = ("Economique", "Prioritaire")
ORDER = (
    "AfsendelseIdentifikator ForsendelseTypeIdentifikator? ForsendelseModtager FilformatNavn MeddelelseIndholdData"
    " TransaktionsParametreI DokumentParametre KanalUafhaengigeParametreI PrintParametre PostParametre BilagSamling?"
)
PATTERN = re.compile(re.sub(r"(\w+)", r"(?:\1,)", ORDER).replace(" ", ""))


class Refused(Exception):
    """The letter is not taken; the text may carry what the supplier's own carry."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class PaperLetter:
    """What the vendor keeps of a letter: its id, the digest of its PDF, and where it goes (one line)."""

    id: str
    sha256: str
    pages: int
    sheets: int
    envelope: str
    category: str
    country: str
    address: str


class PaperReader:
    """Reads strictly: by the rules here, and by the published schema where `specs` has it."""

    def __init__(self, specs: Path | None) -> None:
        self._schema = forsendelse_schema(specs) if specs else None

    def read(self, collection: etree._Element) -> PaperLetter:
        """The one letter of a ForsendelseISamling. Raises Refused."""
        if len(collection) != 1 or collection[0].tag != f"{F}ForsendelseI":
            raise Refused("forsendelse.invalid", "A ForsendelseISamling has one ForsendelseI.")
        letter = collection[0]
        self._check_schema(letter)
        children = "".join(f"{etree.QName(child).localname}," for child in letter)
        if not PATTERN.fullmatch(children):
            raise Refused("forsendelse.invalid", f"The elements are {children}")
        _check_recipient(letter)
        _check_common(letter)
        return _read(letter)

    def _check_schema(self, letter: etree._Element) -> None:
        alone = etree.fromstring(etree.tostring(letter), etree.XMLParser(huge_tree=True, resolve_entities=False))
        if self._schema is not None and not self._schema.validate(alone):
            raise Refused("forsendelse.invalid", f"cvc-complex-type: {self._schema.error_log}")


def _read(letter: etree._Element) -> PaperLetter:
    name = _one(letter, "AfsendelseIdentifikator")
    if not UUID.fullmatch(name):
        raise Refused("forsendelse.invalid", "AfsendelseIdentifikator is a UUID in small letters.")
    content = _content(_one(letter, "MeddelelseIndholdData"))
    pages = _pages(content)
    plex, envelope = _one(letter, "SimplexDuplexKode"), _one(letter, "KuvertTypeKode")
    sheets = -(-pages // 2) if plex == "Duplex" else pages
    if sheets > SHEETS_IN.get(envelope, 0):
        raise Refused("envelope.too.full", f"A {envelope} envelope does not hold {sheets} sheets.")
    if _one(letter, "SideKvantitet") != str(pages):
        raise Refused("forsendelse.invalid", f"The PDF has {pages} pages.")
    category = _one(letter, "PostKategoriKode")
    if category not in CATEGORIES:
        raise Refused("category.not.agreed", f"{category} is not in the agreement.")
    where = " ".join(part.text or "" for part in letter.iterfind(f".//{F}ModtagerAdresse/*"))
    country = _one(letter, "CountryIdentificationCode")
    digest = hashlib.sha256(content).hexdigest()
    return PaperLetter(name, digest, pages, sheets, envelope, category, country, where)


def _check_recipient(letter: etree._Element) -> None:
    if _all(letter, "CPRnummerIdentifikator") not in ([], [NOBODY]):
        raise Refused("forsendelse.invalid", "A printer needs nobody's CPR number.")
    if len(_all(letter, "ModtagerAdresse")) != 1:
        raise Refused("address.unreadable", "The address is missing.")
    postcode, country = _one(letter, "PostCodeIdentifier"), _one(letter, "CountryIdentificationCode")
    if postcode == "1000" or (postcode == "0000") is (country == "DK"):
        raise Refused("address.unreadable", f"{postcode} is no postcode of {country}.")
    free = [text for text in _texts(letter) if text.startswith("PostalAddress")]
    if free and country == "DK" and not any(re.match(r"[^:]+:\d{4} \S", text) for text in free):
        raise Refused("address.unreadable", "The lines have no postcode and town.")
    if not free and not _one(letter, "DistrictSubdivisionIdentifier"):
        raise Refused("address.unreadable", "The town is missing.")


def _check_common(letter: etree._Element) -> None:
    wanted = {"FilformatNavn": "PDF", "KvitteringsTypeKode": "Alle", "KanalKode": "Fysisk Post"}
    wrong = [name for name, value in wanted.items() if set(_all(letter, name)) != {value}]
    wrong += [text for text in _texts(letter) if text.startswith("Paatryk") and not text.endswith(":false")]
    wrong += [name for name in ("BrugerNavn", "KonteringsGruppeTekst") if not _one(letter, name).strip()]
    if wrong or not _one(letter, "TransaktionsDatoTid").endswith("Z"):
        raise Refused("forsendelse.invalid", f"These are not as agreed: {', '.join(wrong) or 'TransaktionsDatoTid'}.")
    try:
        date.fromisoformat(_one(letter, "BrevDato"))
    except ValueError:
        raise Refused("forsendelse.invalid", "BrevDato is a date.") from None


def _content(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("forsendelse.invalid", "The content is not base64.") from None
    if len(content) > BYTES_A_LETTER:
        raise Refused("file.too.large", f"A letter has at most {BYTES_A_LETTER} bytes.")
    return content


def _pages(content: bytes) -> int:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
        first, pages = reader.pages[0], len(reader.pages)
    except Exception as fault:  # pypdf raises many kinds on a broken file
        raise Refused("10030", f"The PDF cannot be read: {type(fault).__name__}.") from None
    sizes = zip((float(first.mediabox.width), float(first.mediabox.height)), A4, strict=True)
    if first.rotation % 360 or any(abs(is_ - should) > TOLERANCE for is_, should in sizes):
        raise Refused("10030", "The first page is not A4 portrait.")
    return pages


def _all(letter: etree._Element, name: str) -> list[str]:
    return [element.text or "" for element in letter.iterdescendants(f"{{*}}{name}")]


def _one(letter: etree._Element, name: str) -> str:
    found = _all(letter, name)
    return found[0] if len(found) == 1 else ""


def _texts(letter: etree._Element) -> list[str]:
    """`name:text` of every element with text."""
    return [f"{etree.QName(one).localname}:{one.text}" for one in letter.iterdescendants("{*}*") if one.text]
