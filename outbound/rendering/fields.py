"""What is wrong with the fields of a letter: JSON Schema 2020-12, size and characters. No fault echoes a value."""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry

from outbound.rendering.faults import Fault
from outbound.rendering.fonts import unprintable

LARGEST = 64_000  # bytes of the fields as JSON
DEEPEST = 8  # levels of lists and objects
UNKNOWN_NAME = "…"  # stands in a pointer for a name that the schema does not know: it is somebody's own text

formats = FormatChecker(formats=())


@formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value


@formats.checks("time", raises=ValueError)
def _is_time(value: object) -> bool:
    """Hours and minutes, as a meeting has them: `10:15`."""
    return not isinstance(value, str) or f"{time.fromisoformat(value):%H:%M}" == value


_FORMATS = {"date": "a date, written YYYY-MM-DD", "time": "a time of day, written HH:MM"}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of one letter type. Safe between threads."""

    document: Mapping[str, Any]
    validator: Draft202012Validator
    names: frozenset[str]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Schema":
        """Raises jsonschema's SchemaError. References are looked for in the document only; nothing is fetched."""
        Draft202012Validator.check_schema(document)
        validator = Draft202012Validator(document, registry=Registry(), format_checker=formats)
        return cls(document, validator, frozenset(_property_names(document)))

    def faults(self, fields: object) -> tuple[Fault, ...]:
        """Every fault, each once; empty where the fields can be rendered."""
        found = _size_fault(fields)
        if found:
            return (found,)
        wrong = [_fault_of(error, self.names) for error in self.validator.iter_errors(fields)]
        return tuple(dict.fromkeys([*wrong, *_character_faults(fields, self.names)]))


def _size_fault(fields: object) -> Fault | None:
    if not isinstance(fields, Mapping):
        return Fault("", "The fields must be an object.")
    if _too_deep(fields):
        return Fault("", f"The fields are nested deeper than {DEEPEST} levels; send them flatter.")
    try:
        size = len(json.dumps(fields, ensure_ascii=False, allow_nan=False).encode("utf-8"))
    except (TypeError, ValueError):
        return Fault("", "The fields are not JSON: text must be Unicode and numbers finite.")
    if size > LARGEST:
        return Fault("", f"The fields take {size} bytes as JSON; at most {LARGEST} are allowed. Shorten them.")
    return None


def _too_deep(fields: object) -> bool:
    layer = [fields]
    for _ in range(DEEPEST):
        layer = [inner for outer in layer for inner in _inside(outer)]
    return bool(layer)


def _inside(value: object) -> list[object]:
    """The lists and objects directly inside."""
    values = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [inner for inner in values if isinstance(inner, Mapping | list)]


def _pointer(path: Iterator[str | int] | list[str | int], names: frozenset[str]) -> str:
    def part(step: str | int) -> str:
        known = str(step) if isinstance(step, int) or step in names else UNKNOWN_NAME
        return known.replace("~", "~0").replace("/", "~1")

    return "".join(f"/{part(step)}" for step in path)


def _fault_of(error: ValidationError, names: frozenset[str]) -> Fault:
    rule = _RULES.get(str(error.validator))
    sentence = rule(error) if rule else f"Does not keep the schema's rule `{error.validator}`."
    return Fault(_pointer(list(error.absolute_path), names), sentence)


def _limit(error: ValidationError) -> Any:
    """What the schema's rule says."""
    return error.validator_value


def _instance(error: ValidationError) -> Any:
    """What the rule was applied to."""
    return error.instance


def _required(error: ValidationError) -> str:
    missing = [name for name in _limit(error) if name not in _instance(error)]
    return f"Lacks: {', '.join(missing)}."


def _additional(error: ValidationError) -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known = sorted(schema.get("properties", {}))
    others = sum(name not in known for name in _instance(error))
    return f"Has {others} name(s) that the letter type does not know. It knows: {', '.join(known) or 'none'}."


def _type(error: ValidationError) -> str:
    limit = _limit(error)
    wanted: list[str] = limit if isinstance(limit, list) else [limit]
    return f"Must be {' or '.join(_TYPES.get(kind, kind) for kind in wanted)}."


_RULES: Mapping[str, Callable[[ValidationError], str]] = {
    "required": _required,
    "additionalProperties": _additional,
    "type": _type,
    "enum": lambda error: f"Must be one of: {', '.join(map(str, _limit(error)))}.",
    "const": lambda error: f"Must be {_limit(error)}.",
    "format": lambda error: f"Must be {_FORMATS[_limit(error)]}.",
    "pattern": lambda error: f"Must match the pattern {_limit(error)}",
    "minLength": lambda error: f"Must have at least {_limit(error)} character(s).",
    "maxLength": lambda error: f"May have at most {_limit(error)} characters.",
    "minItems": lambda error: f"Must have at least {_limit(error)} item(s).",
    "maxItems": lambda error: f"May have at most {_limit(error)} items.",
    "minimum": lambda error: f"Must be {_limit(error)} or more.",
    "maximum": lambda error: f"Must be {_limit(error)} or less.",
    "exclusiveMinimum": lambda error: f"Must be more than {_limit(error)}.",
    "exclusiveMaximum": lambda error: f"Must be less than {_limit(error)}.",
    "multipleOf": lambda error: f"Must be a multiple of {_limit(error)}.",
    "uniqueItems": lambda error: "The items must differ from each other.",
    "dependentRequired": lambda error: "Lacks a name that another of its names needs.",
}


def _character_faults(fields: object, names: frozenset[str]) -> Iterator[Fault]:
    for path, text in _texts(fields, []):
        yield from character_faults(text, _pointer(path, names))


def character_faults(text: str, pointer: str) -> tuple[Fault, ...]:
    """A fault for every character of `text` that no face of the letter has."""
    return tuple(
        Fault(pointer, f"Has the character U+{ord(sign):04X}, which the letter's typefaces lack; take it out.")
        for sign in unprintable(unicodedata.normalize("NFC", text))[:20]
    )


def _texts(value: object, path: list[str | int]) -> Iterator[tuple[list[str | int], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, [*path, name])
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, [*path, number])


def _property_names(schema: object) -> Iterator[str]:
    for part in _subschemas(schema):
        yield from part.get("properties", {})


def _subschemas(schema: object) -> Iterator[Mapping[str, Any]]:
    """Every object inside the schema that may be a schema, itself included."""
    if isinstance(schema, Mapping):
        yield schema
    inner = schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ()
    for part in inner:
        yield from _subschemas(part)


def schema_faults(document: object) -> list[str]:
    """What is wrong with a fields.schema.json, as sentences: it must be closed, local and of known formats."""
    if not isinstance(document, Mapping) or document.get("type") != "object":
        return ['the schema must be an object of "type": "object"']
    try:
        Draft202012Validator.check_schema(document)
    except SchemaError as fault:
        return [f"no JSON Schema 2020-12 at /{'/'.join(map(str, fault.absolute_path))}: {fault.message}"]
    return list(dict.fromkeys(_own_rules(document)))


def _own_rules(document: Mapping[str, Any]) -> Iterator[str]:
    for part in _subschemas(document):
        if part.get("type") == "object" and part.get("additionalProperties") is not False:
            yield 'every object needs "additionalProperties": false'
        if isinstance(part.get("$ref"), str) and not part["$ref"].startswith("#"):
            yield "a $ref may point into the same file only"
        if isinstance(part.get("format"), str) and part["format"] not in _FORMATS:
            yield f"the format `{part['format']}` is not known; known are {', '.join(_FORMATS)}"
