"""What somebody may write into a letter: anything that a schema admits, the worst of it among it."""

import os
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from outbound.letter import Address
from outbound.rendering import unprintable

HOSTILE = (
    "{{7*7}}",
    "{% include '/etc/passwd' %}",
    "{{ letter.__class__.__mro__ }}",
    "{# note #}",
    '<img src="file:///etc/passwd">',
    '<img src="http://127.0.0.1:9/x.png"/>',
    "<para>x</para>",
    "<a href='https://x.example'>y</a>",
    "http://127.0.0.1:9/ javascript:alert(1)",
    "&lt;b&gt; & &amp; &nbsp; &#0; &#xD800; &e;",
    "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
    "<br/><h1>x</h1></p></body></html>",
    "<script>alert(1)</script></style>",
    "]]> <!-- x --> <?php ?> <![CDATA[x",
    "%s {0} ${x} \\n \\",
    "(BT) ET Tj \\) endstream endobj <</S/P>>BDC EMC",
    "Ærø & Ågård <post@nordby.example>",
)
"""Markup, template code, paths, entities and a PDF's own orders: each is text, and is printed as it stands."""

NAMES = (
    "Nguyễn Thị Hồng Ánh",
    "Ξενοφών Παπαδόπουλος",
    "Ёлкин Борис Щукин",
    "Aĸaluĸ Inûgssuaĸ Kûitse",
    "Łukasz Żółć-Źdźbło",
    "Đorđe Šišić ǅ",
    "Þórður Ægisson Ðagbjartur",
    "A\u030age Andre\u0301 Zoe\u0308",  # letters and their accents apart
    "x\u0323\u0302q\u0308\u0301\u0327",  # accents that no single letter has
    "Ödön Őry ﬁ ß ŉ İ ı",
    "O’Brien – “citat” … ½ m² €",
    "a\u00a0b\u2003c\u202fd",  # spaces that are no ordinary spaces
)
NO_FACE = tuple("😀אع\u202e\u200f\u2066\u200b\x00\x1b\x07\ufffd\ue000\u00ad\ud800")
"""Signs that no typeface of a letter has, or that would make a text read otherwise than it is stored."""

TALL = frozenset("⸎꙲")
"""Signs taller than a line (the only two that the typefaces have). Where lines of one of them alone overlap, pdfium
takes them for one line that is written twice, and reads it once."""

EXAMPLES = int(os.environ.get("OUTBOUND_PROPERTY_EXAMPLES", "5"))
PROPERTY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # shrinking a letter takes minutes
    derandomize="OUTBOUND_PROPERTY_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""So many letters of each kind; OUTBOUND_PROPERTY_EXAMPLES says how many."""

_LONGEST = 10_000  # characters of one field
_KNOWN = {"$schema", "title", "description", "type", "enum", "format", "pattern", "minLength", "maxLength"}
_KNOWN |= {"minimum", "maximum", "minItems", "maxItems", "items", "properties", "required", "additionalProperties"}


@cache
def printable() -> tuple[str, ...]:
    """Every character that a letter can be set in."""
    every = "".join(chr(code) for code in range(0x20, 0x2FFFF) if not 0xD800 <= code < 0xE000)
    missing = frozenset(unprintable(every))
    return tuple(sign for sign in every if sign not in missing)


def writable(text: str) -> bool:
    """Has the letter's typefaces every character of it?"""
    return not unprintable(unicodedata.normalize("NFC", text))


@cache
def texts(least: int, most: int) -> st.SearchStrategy[str]:
    """Text of this length; now and then very long, or with a sign that no typeface has."""

    def fitted(text: str) -> str:
        return text[:most].ljust(least, "x")

    signs, known = st.sampled_from(printable()), st.sampled_from(HOSTILE + NAMES)
    usual = (
        st.text(signs, min_size=least, max_size=min(most, 60)),
        st.text(st.sampled_from("aæø Å<&{}.-\n\t"), min_size=least, max_size=min(most, 200)),
        known.map(fitted),
        st.lists(known, min_size=1, max_size=4).map(" ".join).map(fitted),
    )
    full = min(most, _LONGEST)
    low = signs.filter(lambda sign: sign not in TALL)
    long = (known | low | st.just("x" * 200)).map(lambda part: (part * full)[: max(full, 1)])
    strange = st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from((*NO_FACE, *["a"] * 40))).map(fitted)
    return st.one_of(*usual, *usual, *usual, strange, long)


def fields_of(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """What this schema admits. Knows the rules that the project's schemas use, and fails for another."""
    unknown = set(schema) - _KNOWN
    assert not unknown, f"tests/rendering/wild.py has no values for the rule {unknown}"
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _OF_TYPE[schema["type"]](schema)


def _strings(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    if "format" in schema:
        made = {"date": st.dates().map(str), "time": st.times().map(lambda clock: f"{clock:%H:%M}")}
        return made[schema["format"]]
    return texts(schema.get("minLength", 0), schema.get("maxLength", _LONGEST))


def _arrays(schema: Mapping[str, Any]) -> st.SearchStrategy[list[Any]]:
    """Mostly short, sometimes as long as may be."""
    least, most, items = schema.get("minItems", 0), schema["maxItems"], fields_of(schema["items"])
    few = st.lists(items, min_size=least, max_size=max(least, min(most, 3)))
    many = st.builds(lambda one: [one] * most, items)
    return st.one_of(few, few, few, few, few, many)


def _objects(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    made = {name: fields_of(inner) for name, inner in schema["properties"].items()}
    must = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: one for name, one in made.items() if name in must},
        optional={name: one for name, one in made.items() if name not in must},
    )


_OF_TYPE = {
    "string": _strings,
    "integer": lambda schema: st.integers(schema["minimum"], schema["maximum"]),
    "number": lambda schema: st.floats(schema["minimum"], schema["maximum"]),
    "boolean": lambda schema: st.booleans(),
    "array": _arrays,
    "object": _objects,
}


def free_texts(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    """Every text in these fields that somebody wrote freely: no day, no clock, no choice."""
    if isinstance(value, str):
        if not {"enum", "format", "pattern"} & set(schema):
            yield value
    elif isinstance(value, list):
        for inner in value:
            yield from free_texts(schema["items"], inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from free_texts(schema["properties"][name], inner)


def rewritten(schema: Mapping[str, Any], value: Any, given: list[str]) -> Any:
    """These fields with every free text replaced by the next given one that has room; what is taken goes last."""
    if isinstance(value, list):
        return [rewritten(schema["items"], inner, given) for inner in value]
    if isinstance(value, Mapping):
        return {name: rewritten(schema["properties"][name], inner, given) for name, inner in value.items()}
    if next(free_texts(schema, value), None) is None:
        return value
    taken = next(text for text in given if len(text) <= schema["maxLength"])
    given.remove(taken)
    given.append(taken)
    return taken


def addresses() -> st.SearchStrategy[Address]:
    """Addresses with anything in them, many of which no window holds."""
    line = texts(0, 60)
    return st.builds(
        Address,
        texts(1, 80),
        st.lists(line, max_size=3).map(tuple),
        st.sampled_from(("9999", "", "0100")),
        texts(0, 40),
        st.sampled_from(("DK", "GL", "VN")),
    )


def frames() -> st.SearchStrategy[dict[str, Any]]:
    """What else stands on a letter: anything, on paper with or without a cover, or in the mailbox."""
    ways = st.sampled_from(({}, {"cover": True}, {"marker": "Genudsendt"}, {"address": None}))
    words = {"recipient": texts(1, 80), "case_number": texts(0, 40), "reference": texts(0, 40)}
    written = st.fixed_dictionaries({}, optional={**words, "caseworker": texts(0, 80), "address": addresses()})
    return st.builds(lambda one, two: {**one, **two}, written, ways)
