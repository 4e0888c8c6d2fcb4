"""Logs for machines and for people: a line of JSON (or of text) on stderr for each thing that happened.

No line carries a person: what is logged are codes, ids and times. Of an exception the class and the place are told and
never the text, which may carry what it must not.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

Form = Literal["json", "text"]
FIELDS = "fields"
SPEAKING = logging.INFO
WARNINGS_ONLY = ("dramatiq", "uvicorn", "asyncio", "alembic", "fontTools", "pika")


def set_up(process: str, form: Form = "json") -> None:
    """Log from here on in this form, in place of whatever was set up before. `process` says whose lines they are."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson(process) if form == "json" else AsText())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(SPEAKING)
    for name in WARNINGS_ONLY:
        logging.getLogger(name).setLevel(logging.WARNING)


def told(log: logging.Logger, event: str, fields: Mapping[str, Any]) -> None:
    """One thing that happened. What is None is left out."""
    if log.isEnabledFor(logging.INFO):
        known = {FIELDS: {name: value for name, value in fields.items() if value is not None}}
        log.handle(log.makeRecord(log.name, logging.INFO, "", 0, event, (), None, extra=known))  # it asks for no caller


def place_of(fault: BaseException) -> str:
    """The class of an exception and where it was raised."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(fault).__name__}{where}"


_encode = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":")).encode  # made once: it costs as much


class AsJson(logging.Formatter):
    """A line of JSON: `time` (UTC), `level`, `process`, `pid`, `event`; then the event's own fields, or a `message`."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._own = {"process": process, "pid": os.getpid()}

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"time": at, "level": record.levelname.lower(), **self._own}
        fields = getattr(record, FIELDS, None)
        if fields is not None:
            line |= {"event": record.getMessage(), **fields}
        else:
            line |= {"event": "log", "logger": record.name, "message": record.getMessage()}
        if fault := _fault(record):
            line["fault"] = fault
        return _encode(line)


class AsText(logging.Formatter):
    """A line for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = getattr(record, FIELDS, {})
        words = [
            at,
            record.levelname.lower(),
            record.getMessage(),
            *(f"{name}={value}" for name, value in fields.items()),
        ]
        if fault := _fault(record):
            words.append(f"({fault})")
        return " ".join(words).replace("\n", " ")


def _fault(record: logging.LogRecord) -> str | None:
    return place_of(record.exc_info[1]) if record.exc_info and record.exc_info[1] else None
