"""Who calls the API: a key per specialist system. The ledger keeps a digest; the key is shown once."""

import hashlib
import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from outbound.ledger import keys
from outbound.organisation import System
from outbound.web.problems import Kind, Problem
from outbound.web.rooms import Inside

KEY_BYTES = 32
PREFIX = "omr_"  # so that a scanner of leaked secrets, and a person, can see what it is

_bearer = HTTPBearer(
    auto_error=False, scheme_name="API key", description="The key of a specialist system, made by IT operations."
)


def issue_key(tx: keys.Transaction, system: str) -> str:
    """A new key for `system`, returned this once; older keys go on until they are revoked."""
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    keys.add(tx, digest_of(key), system)
    return key


def revoke_keys(tx: keys.Transaction, system: str, key: str | None = None) -> int:
    """End one key of `system`, or all of them; how many that were."""
    return keys.revoke(tx, system, None if key is None else digest_of(key))


def digest_of(key: str) -> str:
    """What the ledger keeps. A key has 256 bits of chance: a plain digest cannot be guessed back.

    The comparison is a look-up by digest: what its timing could tell is about digests, of which no key can be made.
    """
    return hashlib.sha256(key.encode()).hexdigest()


def calling_system(
    request: Request, inside: Inside, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> System:
    """The system whose key came with the call. Raises Problem (401)."""
    if given is None:
        raise _unauthorized("The call has no API key.")
    with inside.house.ledger.reading() as tx:
        name = keys.system_of(tx, digest_of(given.credentials))
    system = inside.house.organisation.system(name) if name else None
    if system is None:
        raise _unauthorized("The API key is not known, or has been revoked.")
    request.state.system = system.name
    return system


Caller = Annotated[System, Depends(calling_system)]


def count_single(inside: Inside, system: System) -> None:
    """Count one single letter of the system. Raises Problem (429)."""
    if wait := inside.singles.take(system.name):
        raise Problem(
            Kind.RATE,
            f"Your system may hand in {inside.house.settings.rate_limit_per_minute} single letters a minute.",
            headers={"Retry-After": str(int(wait) + 1)},
        )


def _unauthorized(detail: str) -> Problem:
    return Problem(Kind.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
