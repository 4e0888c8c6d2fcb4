"""The correlation id: what ties every log line about a letter to the call that it came in by.

It is the caller's own (`X-Correlation-Id`, or the trace id of W3C's `traceparent`) where that can be one; else it is
made here.
"""

import re
from contextvars import ContextVar
from uuid import uuid4

FITS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
TEN_DIGITS = re.compile(r"(?=([0-9]{6}[._-]?[0-9]{4}))")
ZEROS = re.compile("^0{8,}")
_current: ContextVar[str | None] = ContextVar("correlation", default=None)


def of_call(own: str, traceparent: str) -> str:
    """The id for a call with these two headers, empty where it has none."""
    if FITS.fullmatch(own) and not _hides_a_number(own):
        return own
    trace = TRACEPARENT.fullmatch(traceparent)
    if trace and not (ZEROS.match(trace[1]) and _hides_a_number(trace[1])):  # random digits are nobody's number
        return trace[1]
    return made()


def made() -> str:
    """A new one."""
    return uuid4().hex


def current() -> str:
    """That of the call that is being worked; a new one outside of calls."""
    return _current.get() or made()


def begin(id_: str) -> None:
    """This task, and the threads that it waits for, work a call with this id."""
    _current.set(id_)


def _hides_a_number(text: str) -> bool:
    """Could ten digits in it be a CPR number: do they begin with a day and a month?"""
    return any(_is_a_day(found) for found in TEN_DIGITS.findall(text))


def _is_a_day(digits: str) -> bool:
    return 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12
