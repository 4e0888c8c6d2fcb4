"""A line of the logs says what happened, to machines and to people, and nothing that an exception had to say."""

import json
import logging
from typing import Any

import pytest

from outbound import logs

SECRET = "Solvej Prøvesen 0102031234"


def record(message: str = "moved", fault: Exception | None = None, **fields: Any) -> logging.LogRecord:
    one = logging.LogRecord("outbound.moves", logging.INFO, __file__, 1, message, (), None)
    if fields:
        one.fields = fields
    if fault:
        try:
            raise fault
        except Exception as raised:
            one.exc_info = (type(raised), raised, raised.__traceback__)
    return one


def test_an_event_is_a_line_of_json() -> None:
    line = logs.AsJson("web").format(record(letter="7", now="SENT", said="æøå\nny linje"))
    assert "\n" not in line
    said = json.loads(line)
    assert said["time"].endswith("Z")
    assert {name: said[name] for name in ("level", "process", "event", "letter", "now", "said")} == {
        "level": "info",
        "process": "web",
        "event": "moved",
        "letter": "7",
        "now": "SENT",
        "said": "æøå\nny linje",
    }


def test_what_others_log_has_the_same_form() -> None:
    said = json.loads(logs.AsJson("worker").format(record("Something of a library's.")))
    assert (said["event"], said["logger"], said["message"]) == ("log", "outbound.moves", "Something of a library's.")


@pytest.mark.parametrize("form", [logs.AsJson("web"), logs.AsText()])
def test_of_an_exception_only_class_and_place_are_told(form: logging.Formatter) -> None:
    line = form.format(record("It failed.", ValueError(SECRET)))
    assert "ValueError at " in line
    assert "test_logs.py:" in line
    assert SECRET not in line


def test_text_is_for_people() -> None:
    line = logs.AsText().format(record(letter="7", now="SENT"))
    assert line.endswith("info moved letter=7 now=SENT")


def test_what_is_not_known_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    logs.told(logging.getLogger("outbound.moves"), "moved", {"letter": "7", "dispatch": None})
    assert caplog.records[-1].fields == {"letter": "7"}  # type: ignore[attr-defined]
