"""What a letter says of itself: title, sender, subject, language and day, in XMP and, the same, in the old Info.

The XMP also declares PDF/A-2a and PDF/UA-1; the tests hold every letter to both.
"""

import zlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from xml.sax.saxutils import escape

from PIL import ImageCms

PRODUCER = "ReportLab PDF Library"
CREATOR = "Outbound mail router"
_ICC_DATE = bytes.fromhex("07e8 0001 0001 0000 0000 0000")  # 2024-01-01 in an ICC header, where littleCMS writes now


@dataclass(frozen=True, slots=True)
class Facts:
    """A document's own description. `language` is a tag such as `da`; `dated` the day on the letter."""

    title: str
    author: str
    subject: str
    language: str
    dated: date


def info(facts: Facts) -> dict[str, str]:
    """The entries of the Info dictionary."""
    day = f"D:{facts.dated:%Y%m%d}000000Z"
    return {
        "Title": facts.title,
        "Author": facts.author,
        "Subject": facts.subject,
        "Creator": CREATOR,
        "Producer": PRODUCER,
        "CreationDate": day,
        "ModDate": day,
    }


def xmp(facts: Facts) -> bytes:
    """The XMP packet; what it shares with the Info dictionary is the same there."""
    day = f"{facts.dated:%Y-%m-%d}T00:00:00Z"
    said = {"title": facts.title, "author": facts.author, "subject": facts.subject, "language": facts.language}
    return _PACKET.format(
        day=day, creator=CREATOR, producer=PRODUCER, **{k: escape(v) for k, v in said.items()}
    ).encode()


@cache
def colour_profile() -> bytes:
    """The sRGB profile, compressed; its date is a fixed one, else no two runs would write the same bytes."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[24:36] = _ICC_DATE
    return zlib.compress(bytes(made))


_PROPERTY = (
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    "<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Version of PDF/UA</pdfaProperty:description></rdf:li>"
)
_EXTENSION = (
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    f"<pdfaSchema:property><rdf:Seq>{_PROPERTY}</rdf:Seq></pdfaSchema:property>"
    "</rdf:li></rdf:Bag></pdfaExtension:schemas>"
)
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
    ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"'
    ' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\n'
    "<dc:format>application/pdf</dc:format>"
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>"
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>'
    "<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\n"
    "<xmp:CreateDate>{day}</xmp:CreateDate><xmp:ModifyDate>{day}</xmp:ModifyDate>"
    "<xmp:CreatorTool>{creator}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>\n"
    "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>\n"
    f"{_EXTENSION}\n"
    '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
)
