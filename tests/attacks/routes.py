"""Every route of the application, and a request for each that is well formed and names nothing that there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import FastAPI
from fastapi.routing import APIRoute

from outbound.delivery import House
from outbound.web.access import calling_system
from outbound.web.app import create_app
from outbound.web.pages.signed_in import roles_of
from outbound.web.people import Role


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one route."""

    method: str
    route: APIRoute

    @property
    def path(self) -> str:
        return self.route.path

    @property
    def roles(self) -> frozenset[Role] | None:
        return roles_of(self.route)

    @property
    def takes_key(self) -> bool:
        waiting = list(self.route.dependant.dependencies)
        while waiting:
            one = waiting.pop()
            if one.call is calling_system:
                return True
            waiting += one.dependencies
        return False

    def address(self, **known: object) -> str:
        """The path with these values, and with values of the right kind for the others and for the query's needs."""
        of = self.route.dependant
        values = {one.name: known.get(one.name, _some(one.field_info.annotation)) for one in of.path_params}
        needed = {
            one.alias: _some(one.field_info.annotation) for one in of.query_params if one.field_info.is_required()
        }
        return self.path.format(**values) + (f"?{urlencode(needed)}" if needed else "")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def ways(house: House) -> list[Way]:
    """All of them."""
    app = create_app(house, lambda queue, tickets: None)
    return sorted((Way(method, route) for route in _routes(app) for method in route.methods or ()), key=str)


def _routes(app: FastAPI) -> Iterator[APIRoute]:
    """Those of the routers too: FastAPI keeps them as they were included."""
    waiting: list[Any] = list(app.routes)
    while waiting:
        one = waiting.pop()
        if isinstance(one, APIRoute):
            yield one
        elif hasattr(one, "original_router"):
            waiting += one.original_router.routes


def _some(kind: Any) -> object:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    return {UUID: uuid4(), int: 1}.get(kind, "x")
