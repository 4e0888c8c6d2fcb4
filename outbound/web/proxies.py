"""The proxy in front: what it says of the caller's address and scheme, and, where people sign in by it, who they are.

It is believed by its address, and for names by a secret too. Whatever else carries the names' headers is refused:
it is a proxy that was forgotten in the settings, or somebody who tries.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from outbound.settings import Settings, SettingsFault
from outbound.web import sign_in_log
from outbound.web.people import Way

log = logging.getLogger(__name__)
SHORTEST_SECRET = 32
MOST_GROUPS_TEXT = 8_000  # characters
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Shown:
    """Whom the proxy names in this request."""

    name: str
    groups: frozenset[str]


class Unbelieved(Exception):
    """These headers are not the proxy's. `code` is a stand code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Proxies:
    """Which proxies are believed, and how they name people."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsFault."""
        try:
            self._networks = [ip_network(one, strict=False) for one in settings.trusted_proxies]
        except ValueError:
            raise SettingsFault("OUTBOUND_TRUSTED_PROXIES has an entry that is no address and no network.") from None
        self._names_people = Way.PROXY in settings.sign_in
        self._secret = settings.proxy_secret.get_secret_value().encode()
        if self._names_people and len(self._secret) < SHORTEST_SECRET:
            raise SettingsFault(f"OUTBOUND_PROXY_SECRET needs at least {SHORTEST_SECRET} characters of chance.")
        names = (settings.proxy_name_header, settings.proxy_groups_header, settings.proxy_secret_header)
        self._headers = [name.lower().encode() for name in names]
        if len(set(self._headers)) < len(self._headers):
            raise SettingsFault("OUTBOUND_PROXY_NAME_HEADER, _GROUPS_HEADER and _SECRET_HEADER must be three headers.")

    def believes(self, host: str) -> bool:
        """Is this the address of a proxy of ours?"""
        try:
            found = ip_address(host)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)

    def shown(self, headers: Iterable[tuple[bytes, bytes]], trusted: bool) -> Shown | None:
        """Whom the request's headers name; None where it carries none of them. Raises Unbelieved."""
        if not self._names_people:
            return None
        name, groups, secret = ([value for key, value in headers if key == wanted] for wanted in self._headers)
        if not (name or groups or secret):
            return None
        if not trusted:
            raise Unbelieved("proxy-address")
        if len(secret) != 1 or not compare_digest(secret[0], self._secret):
            raise Unbelieved("proxy-secret")
        if not name and not groups:
            return None
        if len(name) != 1 or len(groups) > 1:
            raise Unbelieved("proxy-headers")
        return Shown(_plain(name[0]), frozenset(filter(None, _groups(groups))))

    def client(self, peer: str, forwarded: str) -> str:
        """Who called the outermost proxy of ours: the last address that is none of ours, read from the near end.

        What stands further out is the caller's own word.
        """
        found = peer
        for said in reversed(forwarded.split(",")):
            host = _host(said)
            if host is None:
                return found
            found = host
            if not self.believes(host):
                return found
        return found


class BehindProxies:
    """ASGI: puts the caller's own address and scheme in the request, and whom the proxy names."""

    def __init__(self, app: ASGIApp, proxies: Proxies, page: Any) -> None:
        self._app, self._proxies, self._page = app, proxies, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer, port = scope["client"] or ("", 0)
        trusted = self._proxies.believes(peer)
        if trusted:
            scope["client"] = (self._proxies.client(peer, _joined(scope, b"x-forwarded-for")), port)
            said = _joined(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower()
            scope["scheme"] = said if said in ("http", "https") else scope["scheme"]
        try:
            scope["outbound.shown"] = self._proxies.shown(scope["headers"], trusted)
        except Unbelieved as fault:
            sign_in_log.turned_away(Way.PROXY, fault.code)
            await self._page(Request(scope), 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _joined(scope: Scope, wanted: bytes) -> str:
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == wanted)


def _host(said: str) -> str | None:
    """The address in one entry, perhaps with a port; None where there is none."""
    text = said.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _plain(value: bytes) -> str:
    """ASCII without a comma: by a comma two headers become one on their way, and letters of other alphabets look like
    ours."""
    text = value.decode("latin-1")
    if not text.isascii() or not text.isprintable() or "," in text:
        raise Unbelieved("proxy-headers")
    return text


def _groups(values: list[bytes]) -> list[str]:
    text = values[0].decode("latin-1") if values else ""
    if not text.isascii() or not text.isprintable() or len(text) > MOST_GROUPS_TEXT:
        raise Unbelieved("proxy-headers")
    return [one.strip() for one in text.split(";")]
