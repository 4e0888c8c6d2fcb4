"""The kinds of problem that a call can end in, each documented at its own URI, `/problems/<slug>`."""

from enum import Enum


class Kind(Enum):
    """A kind of problem: the name in its URI, the HTTP status, its title and what to do about it."""

    def __init__(self, slug: str, status: int, title: str, what_to_do: str) -> None:
        self.slug, self.status, self.title, self.what_to_do = slug, status, title, what_to_do

    BROKEN_BODY = (
        "broken-body",
        400,
        "The body cannot be read",
        (
            "Send UTF-8 JSON in which no name stands twice in one object, every number is finite and has at most 18 "
            "digits, text has no NUL and no half of a surrogate pair, and nothing is nested deeper than 32 levels."
        ),
    )
    UNAUTHORIZED = (
        "unauthorized",
        401,
        "No valid API key",
        "Send `Authorization: Bearer <key>` with a key that has not been revoked. Keys are made by IT operations.",
    )
    FORBIDDEN = (
        "forbidden",
        403,
        "Not for this account",
        "The account has not the role for it, or the form does not come from a page of this session. Sign in again.",
    )
    NOT_FOUND = (
        "not-found",
        404,
        "There is no such thing here",
        "Check the address and the id. A letter or mailing of another system is answered in the same way.",
    )
    METHOD = ("method-not-allowed", 405, "Not by this method", "The header `Allow` names the methods that work here.")
    OTHER_CONTENT = (
        "other-content",
        409,
        "The reference was used before, with other content",
        (
            "`letter` is the first letter under this reference and `differs` names the parts that differ. Send "
            "other content under a reference of its own, or change the first letter where that is still possible."
        ),
    )
    NOT_NOW = (
        "not-now",
        409,
        "Not in the state that the letter is in now",
        "`detail` says why. GET the letter to see its state; what was handed over cannot be changed or called back.",
    )
    OVERLAPS = (
        "overlaps",
        409,
        "Another report counts the same days",
        "`detail` names it. Report the same period to correct it, or ask IT operations to withdraw it.",
    )
    TOO_LARGE = (
        "too-large",
        413,
        "The body is too large",
        "`limit` is the most bytes that are read here. Send a mailing in more calls, or a smaller PDF.",
    )
    MEDIA_TYPE = (
        "media-type",
        415,
        "Not in this media type",
        (
            "Send `application/json`, `application/x-ndjson` for the letters of a mailing, `application/pdf` for a "
            "preflight; no content encoding."
        ),
    )
    VALIDATION = (
        "validation",
        422,
        "Something in it is wrong",
        (
            "`errors` names all that is wrong at once: `pointer` (RFC 6901) into the body, or `parameter` in the "
            "address, and a sentence. A name that is not known stands as `…`."
        ),
    )
    RATE = (
        "rate-limit",
        429,
        "Too many single letters",
        "Wait as many seconds as `Retry-After` says, or send many letters as a mailing, which has no such limit.",
    )
    INTERNAL = (
        "internal",
        500,
        "A fault on our side",
        "Nothing says whether the call had its effect. Repeat it under the same reference: that is safe.",
    )
    LEDGER_AWAY = (
        "ledger-away",
        503,
        "The ledger cannot be reached or written now",
        "Nothing says whether the call had its effect. Repeat it after a while under the same reference: that is safe.",
    )
    UNAVAILABLE = (
        "unavailable",
        503,
        "Not possible just now",
        "Nothing was taken in. Repeat the call after a while; IT operations sees the reason at `/readyz`.",
    )

    @property
    def uri(self) -> str:
        """The `type` of the problem."""
        return f"/problems/{self.slug}"
