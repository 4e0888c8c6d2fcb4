"""typst with one compiler for all letters: fonts and templates read once, each letter's data given as an input."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from benchmarks.peers.html import TEMPLATES, danish

_TAGGED = ["a-2a", "ua-1"]


class Engine:
    """One process's typst."""

    def __init__(self, pages: int, fonts: Path, *, tagged: bool) -> None:
        self._danish = danish()
        self._fields = {1: self._one, 3: self._three}[pages]
        self._compiler = typst.Compiler(
            str(TEMPLATES / f"{pages}.typ"), root=str(TEMPLATES), font_paths=typst.Fonts(False, False, [str(fonts)])
        )
        self._standards = _TAGGED if tagged else []
        self._tagged = tagged

    def render(self, letter: Mapping[str, Any]) -> bytes:
        """The letter's PDF."""
        data = {**letter, "recipient": letter["letter"]["recipient"], "fields": self._fields(letter["fields"])}
        made: bytes = self._compiler.compile(
            format="pdf",
            sys_inputs={"letter": json.dumps(data)},
            pdf_standards=self._standards,
            pdf_tags=self._tagged,
        )
        return made

    def _one(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        d = self._danish
        weekday, day = d.ugedag(fields["dag"]), d.dato(fields["dag"])
        facts = [
            ("Tid", f"{weekday.capitalize()} den {day} {d.klokkeslaet(fields['klokken'])}"),
            ("Varighed", f"Omkring {fields['varighed']} minutter"),
            ("Sted", fields["sted"]),
            ("Du skal tale med", fields["moeder"]),
        ]
        return {**fields, "ugedag": weekday, "dag": day, "facts": facts}

    def _three(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        d = self._danish
        total = d.kroner(sum(claim["beloeb"] for claim in fields["krav"]) + fields["gebyr"] + fields["renter"])
        rows = [(claim["tekst"], d.dato(claim["forfald"]), d.kroner(claim["beloeb"])) for claim in fields["krav"]]
        rows += [("Renter", "", d.kroner(fields["renter"])), ("Gebyr for rykker", "", d.kroner(fields["gebyr"]))]
        return {
            "sum": total,
            "rows": rows,
            "nummer": fields["nummer"],
            "gebyr_regler": fields["gebyr_regler"],
            "betal_senest": d.dato(fields["betal_senest"]),
            "betalingslink": fields["betalingslink"],
            **fields["betaling"],
        }
