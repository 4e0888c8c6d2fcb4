"""The addresses at which specialist systems take webhooks, each with connections of its own.

Which addresses there are is decided by the settings alone; redirects are not followed, and of an answer nothing counts
but its status.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlsplit

from adapters.http import LOOPBACK, Caller
from adapters.tls import client_tls
from outbound.ports import Gone, Unavailable
from outbound.settings import Settings

JSON = "application/json"
AGENT = {"User-Agent": "outbound-mail-router"}


class Webhook:
    """One system's address."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Hand it one. Raises Gone (410), or another OutsideError for everything that is not a plain 2xx in time."""
        answer = self._caller.tell(body, JSON, headers)
        if answer.status == 410:
            raise Gone("http-410")
        if not 200 <= answer.status < 300:
            raise Unavailable(f"http-{answer.status}", answer.retry_after)

    def close(self) -> None:
        """Closes its connections; the next call opens new ones."""
        self._caller.close()


def webhooks(settings: Settings) -> dict[str, Webhook]:
    """The systems that take webhooks, by their names. Raises ValueError with a sentence for a file of authorities that
    cannot be read."""
    if not settings.webhooks:
        return {}
    tls = client_tls("WEBHOOK", None, None, settings.webhook_ca_file)
    return {name: Webhook(Caller(url, AGENT, settings.webhook_timeout, tls)) for name, url in settings.webhooks.items()}


def unfit(settings: Settings) -> Iterator[str]:
    """What is wrong with the addresses."""
    for name, url in settings.webhooks.items():
        if not (parts := _parts(url)):
            yield f"OUTBOUND_WEBHOOKS: the address of {name} is none that can be called."
        elif parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            yield f"OUTBOUND_WEBHOOKS: the address of {name} must begin with https:// unless it is on this machine."


def _parts(url: str) -> SplitResult | None:
    """The address in its parts; None where it is none, or carries a name and a password or a fragment."""
    try:
        parts = urlsplit(url)
        named = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if named and "@" not in parts.netloc and not parts.fragment and url.isascii() else None
