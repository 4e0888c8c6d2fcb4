"""Where something stands in a file: lines, counted from one, for whoever has to mend it."""

import json
import re
from collections.abc import Iterator

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


def line_at(text: str, offset: int) -> int:
    """The line of this character."""
    return text.count("\n", 0, offset) + 1


def line_of_key(text: str, key: str) -> int | None:
    """The line of a key of a TOML file; `mailbox.label` by its last part."""
    found = re.search(rf"^[ \t]*{re.escape(key.rpartition('.')[2])}[ \t]*=", text, re.MULTILINE)
    return line_at(text, found.start()) if found else None


def line_of_tag(text: str, tag: str, attribute: str = "") -> int | None:
    """The line of the first tag of this name in a template, with such an attribute if there is one."""
    if not tag:
        return None
    having = rf"<{re.escape(tag)}\b[^<>]*\s{re.escape(attribute)}"
    found = (re.search(having, text) if attribute else None) or re.search(rf"<{re.escape(tag)}\b", text)
    return line_at(text, found.start()) if found else None


def lines_of_json(text: str) -> dict[str, int]:
    """The line of every value of a JSON text, by its JSON pointer. The text must be JSON."""
    return {pointer: line_at(text, offset) for pointer, offset in _values(text, _skip(text, 0), "")[0]}


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _values(text: str, at: int, pointer: str) -> tuple[list[tuple[str, int]], int]:
    """Every value from here on with its offset, and where this one ends."""
    if text[at] not in "{[":
        return [(pointer, at)], _DECODER.raw_decode(text, at)[1]
    found, closing, number, own = [(pointer, at)], "}" if text[at] == "{" else "]", 0, at
    at = _skip(text, at + 1)
    while text[at] != closing:
        name: object = number
        if closing == "}":
            own = at
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        inner, at = _values(text, at, f"{pointer}/{_escaped(name)}")
        # A member is mended where its name stands.
        found += [(inner[0][0], own), *inner[1:]] if closing == "}" else inner
        at, number = _skip(text, at), number + 1
        at = _skip(text, at + 1) if text[at] == "," else at
    return found, at + 1


def _escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def blanked(source: str) -> str:
    """A template without its Jinja: every tag stays in its place and on its line."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", _blank, source, flags=re.DOTALL)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def tags_of(source: str) -> Iterator[tuple[str, int]]:
    """Every opening tag of a template, with its line."""
    text = blanked(source)
    for found in re.finditer(r"<([A-Za-z][\w:-]*)", text):
        yield found[1], line_at(text, found.start())
