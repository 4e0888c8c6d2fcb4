"""What the mailbox's answers have in common: errors, busyness and pages (NgDP OpenAPI 1.68)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from adapters.simulators.records import stamp
from adapters.simulators.wire import Reply, Request

MOST_ON_A_PAGE = 1000


def error(status: int, code: str, message: str, value: str | None = None) -> Reply:
    """An ErrorMessage; `value` is echoed as the rejected one, as the supplier does."""
    wrong = {"resource": "memo", "field": "?", "code": code, "message": message, "rejectedValue": value}
    return Reply(status, {"code": code, "message": message, "fieldErrors": [wrong] if value else []})


def overloaded(fault: dict[str, Any], message: str | None) -> Reply:
    """429, or the 503 that the supplier declares: nothing was taken, come back later. For a `message` that was being
    sent (empty for a container), the 503 is a Receipt."""
    status = fault.get("status", 503)
    code = "too.many.requests" if status == 429 else "service.unavailable"
    content = error(status, code, "Try again later.").content
    if message is not None and status == 503:
        content = receipt(message or None, None, None, "INVALID", code, "Try again later.")
    return Reply(status, content, retry_after(fault))


def receipt(
    message: str | None,
    message_id: str | None,
    transmission: str | None,
    status: str,
    code: str | None = None,
    text: str | None = None,
) -> dict[str, Any]:
    """A Receipt as the wire writes it; that of a container is about no one `message`."""
    return {
        "transmissionId": transmission,
        "messageUUID": message,
        "messageId": message_id,
        "errorCode": code,
        "errorMessage": text,
        "timeStamp": stamp(),
        "receiptStatus": status,
    }


def retry_after(fault: dict[str, Any]) -> dict[str, str]:
    """The header that says when."""
    return {"Retry-After": str(fault.get("retry_after", 1))}


@dataclass(frozen=True, slots=True)
class Page:
    """Which page is asked for: `number` counts from 0."""

    number: int
    size: int

    @property
    def start(self) -> int:
        """How many elements come before it."""
        return self.number * self.size

    def facts(self, request: Request, shown: int, total: int) -> dict[str, Any]:
        """The numbers beside a page; `next` is the path and query of the following one, where there is one."""
        pages = -(-total // self.size)
        facts: dict[str, Any] = {"currentPage": self.number, "totalPages": pages}
        facts |= {"elementsOnPage": shown, "totalElements": total}
        if self.number + 1 < pages:
            kept = {name: values for name, values in request.query.items() if name != "page"}
            facts["next"] = f"{request.path}?{urlencode({**kept, 'page': [self.number + 1]}, doseq=True)}"
        return facts


def page_of(request: Request) -> Page:
    """The page that a request asks for. Raises ValueError."""
    number, size = int(request.one("page", "0")), int(request.one("size", "100"))
    if number < 0 or not 0 < size <= MOST_ON_A_PAGE:
        raise ValueError(f"page counts from 0 and size is 1 to {MOST_ON_A_PAGE}.")
    return Page(number, size)
