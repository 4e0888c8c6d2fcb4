"""The web application: the API, the pages, and what stands around both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from outbound.delivery import House
from outbound.web import problems
from outbound.web.api import routers as calls
from outbound.web.api.description import describe
from outbound.web.api.status import Answers
from outbound.web.calls import Calls
from outbound.web.entrance import Entrance
from outbound.web.headers import Headers
from outbound.web.measured import Measured, Requests
from outbound.web.metrics import Metrics
from outbound.web.origins import OwnForms
from outbound.web.pages import faults
from outbound.web.pages import routers as pages
from outbound.web.pages.sessions import Sessions
from outbound.web.pages.signed_in import SignInNeeded, sign_in_first
from outbound.web.people import Accounts, SignIns
from outbound.web.proxies import BehindProxies, Proxies
from outbound.web.rate import Buckets
from outbound.web.rooms import Ring, Rooms, Tickets

THREADS = 20  # requests worked at once: fewer than the ledger has connections
DESCRIPTION = """Hand in letters; the router renders them, asks whether the recipient has a digital mailbox, and sends \
them there or to remote print. It remembers why each went where it went, and what it cost.

Every call carries the API key of a specialist system (`Authorization: Bearer …`). A system sees its own letters only. \
Repeating a call is always safe. Faults are RFC 9457 problem details; each `type` has a page of its own.
"""
TAGS = [
    {"name": "letters", "description": "Hand a letter in, follow it, fetch its copy."},
    {"name": "acts", "description": "Change or cancel a letter that has not left; say that it is journalised."},
    {"name": "mailings", "description": "Many letters that belong together, in a lane of their own."},
    {"name": "before a letter", "description": "Who can be reached digitally, which letters there are, how one looks."},
    {"name": "events", "description": "Follow all your letters at once."},
    {"name": "local print", "description": "Say how many letters a department still printed at its own office."},
    {"name": "operations", "description": "For whoever keeps the router running; without a key."},
]


def create_app(house: House, ring: Ring, tickets: Tickets | None = None) -> FastAPI:
    """The application over this house. `ring` asks the workers for work and never delays; `tickets` counts in Redis."""
    app = FastAPI(
        title="Outbound mail router",
        version=version("outbound-mail-router"),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    requests = Requests()
    _furnish(app, house, ring, tickets, requests)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    for router in calls.ROUTERS:
        app.include_router(router)
    for router in pages.ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    problems.install(app, faults.fault_page)
    app.add_exception_handler(SignInNeeded, sign_in_first)
    app.add_middleware(problems.LastResort, page=faults.fault_page)
    app.add_middleware(OwnForms, page=faults.fault_page)
    app.add_middleware(BehindProxies, proxies=Proxies(house.settings), page=faults.fault_page)
    app.add_middleware(Headers)
    app.add_middleware(Calls)
    app.add_middleware(Measured, requests=requests)
    return app


def _furnish(app: FastAPI, house: House, ring: Ring, tickets: Tickets | None, requests: Requests) -> None:
    """What requests find in the application's state."""
    settings = house.settings
    accounts = Accounts(settings.accounts_file, {one.name for one in house.organisation.systems})
    sign_ins = SignIns(accounts, house.ledger, settings.session_secret.get_secret_value())
    app.state.rooms = Rooms(house, ring, Buckets(settings.rate_limit_per_minute), sign_ins, tickets=tickets)
    app.state.metrics = Metrics(app.state.rooms, requests)
    app.state.sessions = Sessions.of(settings, house.ledger)
    app.state.entrance = Entrance.of(settings, house.organisation, accounts)
    app.state.person_searches = Buckets(settings.person_searches_per_minute)
    app.state.answers = Answers()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    yield
    app.state.entrance.close()
    app.state.rooms.house.ledger.close()
