"""The API's description to read: made from the OpenAPI document, without a script; and a page for each problem type."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from outbound.web.pages.looks import page
from outbound.web.problems import Kind, Problem

router = APIRouter()
METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/")
def front() -> RedirectResponse:
    """People begin where their role does; whoever is not signed in, by that."""
    return RedirectResponse("/log-ind", 303)


@router.get("/docs")
def api(request: Request) -> HTMLResponse:
    """The whole API on one page."""
    described: dict[str, Any] = request.app.openapi()
    schemas = described["components"]["schemas"]
    groups = [{**tag, "calls": _calls(described, tag["name"])} for tag in described["tags"]]
    shown = {name: _schema(name, schemas[name]) for name in sorted(schemas)}
    return page(request, "docs.html", described=described, groups=groups, schemas=shown)


@router.get("/problems")
def problems(request: Request) -> HTMLResponse:
    """Every problem type."""
    return page(request, "problems.html", kinds=list(Kind))


@router.get("/problems/{slug}")
def problem(request: Request, slug: str) -> HTMLResponse:
    """What a problem type means and what to do about it."""
    found = [kind for kind in Kind if kind.slug == slug]
    if not found:
        raise Problem(Kind.NOT_FOUND)
    return page(request, "problems.html", kinds=found)


def _calls(described: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    return [
        {**call, "path": path, "method": method.upper(), "takes": _takes(call), "answers": _answers(call)}
        for path, calls in described["paths"].items()
        for method, call in calls.items()
        if method in METHODS and tag in call.get("tags", [])
    ]


def _takes(call: dict[str, Any]) -> list[dict[str, Any]]:
    content = call.get("requestBody", {}).get("content", {})
    return [
        {"media_type": media_type, "said": _kind(one["schema"]), "examples": one.get("examples", {})}
        for media_type, one in content.items()
    ]


def _answers(call: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "status": status,
            "said": one["description"].replace("Successful Response", "It worked"),
            "kind": " · ".join(_kind(each.get("schema", {})) for each in one.get("content", {}).values()),
        }
        for status, one in sorted(call["responses"].items())
    ]


def _schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    needed = schema.get("required", [])
    members = [
        {
            "name": each,
            "kind": _kind(of),
            "needed": each in needed,
            "said": of.get("description", ""),
            "default": of.get("default"),
        }
        for each, of in schema.get("properties", {}).items()
    ]
    return {"name": name, "said": schema.get("description", ""), "values": schema.get("enum", []), "members": members}


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    most = f", at most {schema['maxLength']}" if "maxLength" in schema else ""
    kind = schema.get("format") or schema.get("type") or "anything"
    return f"{kind}{most}" + (f": {schema['description']}" if kind == "string" and "description" in schema else "")
