"""Examples in the description. The people are invented: their CPR numbers fail modulus 11 and nobody has them."""

from typing import Any

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
        "dag": "2026-12-08",
        "klokken": "10:15",
        "varighed": 45,
        "sted": "Rådhuset, lokale 1.07",
        "formaal": "Vi skal tale om din ansøgning.",
    },
}
READY_MADE: dict[str, Any] = {
    "reference": "sag-2026-2-brev-1",
    "department": "borgerservice",
    "letter_type": "faerdigt-brev",
    "recipients": [
        {"role": "party", "name": "Alma Eksempelsen", "cpr": "0102031236"},
        {"role": "copy", "name": "Opdigtet Rådgivning ApS", "cvr": "99999942"},
    ],
    "document": {"pdf": "JVBERi0xLjcK…", "title": "Svar på din ansøgning", "dated": "2026-11-23"},
    "channel": {"wish": "paper", "reason": "Modtageren har bedt om papir."},
    "useful_until": "2026-12-01",
}
MAILING: dict[str, Any] = {
    "reference": "opkraevning-2026-12",
    "department": "borgerservice",
    "title": "Opkrævning december 2026",
}
PRECHECK: dict[str, Any] = {"recipients": [{"cpr": "0102031236"}, {"cvr": "99999942"}]}
MEND: dict[str, Any] = {"address": ADDRESS, "reason": "Borgeren har oplyst sin adresse."}
DOCUMENT: dict[str, Any] = READY_MADE["document"]
RELEASE: dict[str, Any] = {"reason": "Adressen er rettet i registeret."}
