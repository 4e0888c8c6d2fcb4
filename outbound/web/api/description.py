"""How routes describe themselves in OpenAPI: bodies that we read ourselves, and the problems that may come back."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from outbound.web.body import JSON
from outbound.web.problems import MEDIA_TYPE, Kind

REF = "#/components/schemas/{model}"
_taken: set[type[BaseModel]] = set()

PROBLEM: Mapping[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details. `type` is a relative URI under which the problem is explained.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/validation"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "description": "Everything that is wrong, at most 200 of it. No value is echoed.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"description": "JSON pointer (RFC 6901) into the body", "type": "string"},
                    "parameter": {"description": "Name of a parameter in the address", "type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "letter": {"description": "The first letter under the reference (409).", "type": "string", "format": "uuid"},
        "differs": {"description": "What is not as it was (409).", "type": "array", "items": {"type": "string"}},
        "limit": {"description": "The most bytes (413).", "type": "integer"},
    },
}


def takes(
    model: type[BaseModel], media_type: str = JSON, *, what: str = "", required: bool = True, **examples: Any
) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads its body as `model`."""
    _taken.add(model)
    schema: dict[str, Any] = {"$ref": REF.format(model=model.__name__)}
    if media_type != JSON:
        schema = {"type": "string", "description": f"Each line is {model.__name__}."}
    shown = {name.replace("_", " "): {"value": value} for name, value in examples.items()}
    content = {"schema": schema, **({"examples": shown} if shown else {})}
    return {"requestBody": {"required": required, "description": what, "content": {media_type: content}}}


def may_answer(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may end in these problems."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in (*kinds, Kind.UNAUTHORIZED, Kind.INTERNAL, Kind.UNAVAILABLE):
        said = f"{kind.title} (`{kind.uri}`)"
        before = found.get(kind.status, {}).get("description")
        schema = {"schema": {"$ref": REF.format(model="Problem")}}
        content = {MEDIA_TYPE: schema}
        found[kind.status] = {"description": f"{before}; or: {said}" if before else said, "content": content}
    return found


BODY = (Kind.BROKEN_BODY, Kind.TOO_LARGE, Kind.MEDIA_TYPE, Kind.VALIDATION)
"""The problems of every route that reads a body."""


def _leave_out_what_never_comes(made: dict[str, Any], components: dict[str, Any]) -> None:
    """FastAPI's own 422: ours is a problem, and an address that is no UUID is 404."""
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for calls in made["paths"].values():
        for call in calls.values():
            if "HTTPValidationError" in str(call["responses"].get("422", "")):
                del call["responses"]["422"]


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description, made once."""
    if not app.openapi_schema:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        components = made.setdefault("components", {}).setdefault("schemas", {})
        ordered = sorted(_taken, key=lambda model: model.__name__)
        _, found = models_json_schema([(model, "validation") for model in ordered], ref_template=REF)
        components.update(found["$defs"], Problem=PROBLEM)
        _leave_out_what_never_comes(made, components)
        app.openapi_schema = made
    return app.openapi_schema
