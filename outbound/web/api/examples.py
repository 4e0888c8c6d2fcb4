"""Examples in the description. The people are invented: their CPR numbers fail modulus 11 and nobody has them."""

import base64
from datetime import timedelta
from typing import Any

from outbound import clock

TODAY = clock.today()


def _a_small_pdf() -> bytes:
    """An A4 page with nothing on it, in as few bytes as a PDF can be."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    )
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, content)
    places = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 4\n0000000000 65535 f \n" + places + b"trailer<</Size 4/Root 1 0 R>>\n"
    return bytes(out) + head + b"startxref\n%d\n%%%%EOF\n" % len(out)


ADDRESS: dict[str, Any] = {
    "name": "Alma Eksempelsen",
    "lines": ["Opdigtet Allé 12, 2. tv."],
    "postcode": "9999",
    "town": "Eksempelby",
}
LETTER: dict[str, Any] = {
    "reference": "sag-2026-1-brev-1",
    "department": "borgerservice",
    "letter_type": "moedeindkaldelse",
    "case_number": "26/1042",
    "recipients": [{"role": "party", "name": "Alma Eksempelsen", "cpr": "0102031236", "address": ADDRESS}],
    "fields": {
        "moede": "samtale",
        "dag": (TODAY + timedelta(days=15)).isoformat(),
        "klokken": "10:15",
        "varighed": 45,
        "sted": "Rådhuset, lokale 1.07",
        "formaal": "Vi skal tale om din ansøgning.",
    },
}
LARGE_PRINT: dict[str, Any] = {
    **LETTER,
    "reference": "sag-2026-3-brev-1",
    "recipients": [
        {"role": "party", "name": "Alma Eksempelsen", "cpr": "0102031236", "format": "storskrift"},
        {"role": "copy", "name": "Opdigtet Rådgivning ApS", "cvr": "99999942"},
    ],
}
READY_MADE: dict[str, Any] = {
    "reference": "sag-2026-2-brev-1",
    "department": "borgerservice",
    "letter_type": "faerdigt-brev",
    "recipients": [
        {"role": "party", "name": "Alma Eksempelsen", "cpr": "0102031236"},
        {"role": "copy", "name": "Opdigtet Rådgivning ApS", "cvr": "99999942"},
    ],
    "document": {
        "pdf": base64.b64encode(_a_small_pdf()).decode(),
        "title": "Svar på din ansøgning",
        "dated": TODAY.isoformat(),
    },
    "channel": {"wish": "paper", "reason": "Modtageren har bedt om papir."},
    "useful_until": (TODAY + timedelta(days=14)).isoformat(),
}
ENCLOSED: dict[str, Any] = {
    **LETTER,
    "reference": "sag-2026-4-brev-1",
    "attachments": [
        {"pdf": READY_MADE["document"]["pdf"], "title": "Oversigt over dine oplysninger"},
        {"pdf": READY_MADE["document"]["pdf"], "title": "Kort over rådhuset", "must_not_occur": ADDRESS["lines"]},
    ],
}
MAILING: dict[str, Any] = {
    "reference": "opkraevning-2026-12",
    "department": "borgerservice",
    "title": "Opkrævning december 2026",
}
PRECHECK: dict[str, Any] = {"recipients": [{"cpr": "0102031236"}, {"cvr": "99999942"}]}
MEND: dict[str, Any] = {"address": ADDRESS, "reason": "Borgeren har oplyst sin adresse."}
RELEASE: dict[str, Any] = {"reason": "Adressen er rettet i registeret."}
PREFLIGHT: dict[str, Any] = {
    "pdf": READY_MADE["document"]["pdf"],
    "names": ["Alma Eksempelsen"],
    "must_not_occur": ["Opdigtet Allé 12, 2. tv."],
}
LOCAL_PRINT: dict[str, Any] = {
    "department": "borgerservice",
    "first": (TODAY.replace(day=1) - timedelta(days=1)).replace(day=1).isoformat(),
    "last": (TODAY.replace(day=1) - timedelta(days=1)).isoformat(),
    "letters": 412,
}
COUNTING_WEEK: dict[str, Any] = {"department": "borgerservice", "year": TODAY.year - 1, "week": 17, "letters": 96}
