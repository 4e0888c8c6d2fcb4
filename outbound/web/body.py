"""Reading bodies: in the right media type, no larger than allowed, and as strict JSON."""

import codecs
import json
import math
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from outbound.rendering import Fault
from outbound.web.problems import Kind, Problem, invalid

JSON = "application/json"
NDJSON = "application/x-ndjson"
DEEPEST = 32
MOST_DIGITS = 18
UNKNOWN_NAME = "…"  # stands in a pointer for a name that we do not know: it is somebody's own text
HARMLESS_NAME = re.compile("[a-z][a-z_]{0,39}")  # a misspelt name of ours: no number and no name of a person
Model = TypeVar("Model", bound=BaseModel)


class BrokenJson(Exception):
    """This is not JSON as we read it; the text is a sentence of ours."""


def json_body(model: type[Model], limit: Callable[[Request], int]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that reads the body as `model`."""

    async def read(request: Request) -> Model:
        raw = await read_limited(request, JSON, limit(request))
        return await run_in_threadpool(parse_as, model, raw)

    return read


async def read_limited(request: Request, media_type: str, limit: int) -> bytes:
    """The body, read no further than `limit` bytes. Raises Problem (413, 415)."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type or request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(Kind.MEDIA_TYPE, f"Send {media_type}.")
    too_large = Problem(Kind.TOO_LARGE, more={"limit": limit}, headers={"Connection": "close"})
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def parse_as(model: type[Model], raw: bytes) -> Model:
    """The body as `model`. Raises Problem (400, 422)."""
    try:
        return model.model_validate(strict_json(raw))
    except BrokenJson as fault:
        raise Problem(Kind.BROKEN_BODY, str(fault)) from None
    except ValidationError as fault:
        raise invalid(model_faults(fault)) from None


def strict_json(raw: bytes) -> Any:
    """The one value in `raw`, which means the same to every reader. Raises BrokenJson."""
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except BrokenJson:
        raise
    except UnicodeDecodeError:
        raise BrokenJson("The body is not UTF-8.") from None
    except RecursionError:
        raise BrokenJson(f"The body is nested deeper than {DEEPEST} levels.") from None
    except json.JSONDecodeError as fault:
        raise BrokenJson(_where(fault)) from None
    if raw.count(b"{") + raw.count(b"[") > DEEPEST or b"\\u" in raw:
        _check_inside(value)
    return value


def without_mark(raw: bytes) -> bytes:
    """A file's bytes without the byte order mark that some editors put before UTF-8."""
    return raw.removeprefix(codecs.BOM_UTF8)


def _where(fault: json.JSONDecodeError) -> str:
    """The place alone: the decoder's own text could quote what stands there."""
    line = f" of line {fault.lineno}" if fault.lineno > 1 else ""
    return f"The body is not JSON: it cannot be read past character {fault.colno}{line}."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BrokenJson("A name stands twice in one object.")
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise BrokenJson(f"A number has more than {MOST_DIGITS} digits.")
    return int(digits)


def _finite(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise BrokenJson("A number is too large.")
    return value


def _constant(name: str) -> Any:
    raise BrokenJson("NaN and Infinity are not JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=_whole, parse_float=_finite, parse_constant=_constant)


def _check_inside(value: Any) -> None:
    layer = [value]
    for _ in range(DEEPEST):
        for text in _texts(layer):
            if "\0" in text:
                raise BrokenJson("A text has a NUL character.")
            if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
                raise BrokenJson("A text has half of a surrogate pair.")
        if not (layer := [inner for outer in layer for inner in _inside(outer)]):
            return
    raise BrokenJson(f"The body is nested deeper than {DEEPEST} levels.")


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _texts(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value


def model_faults(fault: ValidationError) -> list[Fault]:
    """What pydantic found, as sentences that echo no value."""
    return [
        Fault(_pointer(error["loc"], error["type"] == "extra_forbidden"), _sentence(error))
        for error in fault.errors(include_url=False, include_input=False)
    ]


def _pointer(loc: tuple[int | str, ...], unknown: bool) -> str:
    steps = [*loc[:-1], _shown(str(loc[-1]))] if unknown else [*loc]
    return "".join(f"/{step}" for step in steps)


def _shown(name: str) -> str:
    return name if HARMLESS_NAME.fullmatch(name) else UNKNOWN_NAME


def _sentence(error: Any) -> str:
    rule = _RULES.get(error["type"])
    return rule(error.get("ctx") or {}) if rule else "This value is not of the kind that is wanted; see /docs."


_RULES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "This is needed.",
    "extra_forbidden": lambda _: "There is no such name; /docs lists those that there are.",
    "string_type": lambda _: "This must be text.",
    "string_too_long": lambda ctx: f"This may have at most {ctx['max_length']} characters.",
    "string_too_short": lambda ctx: f"This must have at least {ctx['min_length']} character(s).",
    "list_type": lambda _: "This must be a list.",
    "too_long": lambda ctx: f"This may have at most {ctx['max_length']} items.",
    "too_short": lambda ctx: f"This must have at least {ctx['min_length']} item(s).",
    "int_type": lambda _: "This must be a whole number.",
    "greater_than_equal": lambda ctx: f"This must be at least {ctx['ge']}.",
    "less_than_equal": lambda ctx: f"This must be at most {ctx['le']}.",
    "literal_error": lambda ctx: f"This must be {ctx['expected']}.",
    "enum": lambda ctx: f"This must be {ctx['expected']}.",
    "uuid_parsing": lambda _: "This must be a UUID.",
    "uuid_type": lambda _: "This must be a UUID.",
    "day": lambda _: "This must be a date, written YYYY-MM-DD.",
    "dict_type": lambda _: "This must be an object.",
    "model_type": lambda _: "This must be an object.",
    "model_attributes_type": lambda _: "This must be an object.",
    "value_error": lambda ctx: str(ctx["error"]),  # our own sentences only: see outbound.web.api.handed_in
}
