"""A reminder in letter.toml: only the date and time that it reminds of, in words that one text message holds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outbound.rendering import LetterTypes, LetterTypesFault, RenderingFault, event_of, text_of
from tests.rendering.test_letter_types import write

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["navn", "dag"],
    "properties": {
        "navn": {"type": "string"},
        "dag": {"type": "string", "format": "date"},
        "klokken": {"type": "string", "format": "time"},
        "frist": {"type": "string", "format": "date"},
    },
}
EXAMPLE = {"navn": "Solvej", "dag": "2026-12-08", "klokken": "10:15"}
BODY = "<h1>Møde</h1><p>{{ navn }} {{ dag | dato }}</p>"


TEXT = "Husk {{ dag | dato }} {{ klokken | klokkeslaet }}."


def toml(text: str = TEXT, before: str = "dag klokken", more: str = "") -> str:
    head = f'title = "Et brev"\ndepartment = "borgerservice"\nretention_months = 12\n{more}'
    return f"{head}[reminder]\nbefore = '{before}'\nhours_before = 24\ntext = '''{text}'''\n"


def load(folder: Path, **given: Any) -> Any:
    return LetterTypes.load(write(folder, BODY, toml=toml(**given), schema=SCHEMA, example=EXAMPLE))["et-brev"]


def faults(folder: Path, **given: Any) -> list[str]:
    with pytest.raises(LetterTypesFault) as fault:
        load(folder, **given)
    return list(fault.value.sentences)


def test_the_words_and_the_time_of_one_letter(tmp_path: Path) -> None:
    one = load(tmp_path)
    assert text_of(one.reminder, one.form.reminder, EXAMPLE) == "Husk 8. december 2026 kl. 10.15."
    assert event_of(one.reminder, EXAMPLE) == datetime(2026, 12, 8, 9, 15, tzinfo=UTC)


def test_without_a_time_it_comes_before_the_day(tmp_path: Path) -> None:
    one = load(tmp_path, text="Husk {{ dag | dato }}.", before="dag")
    assert event_of(one.reminder, EXAMPLE) == datetime(2026, 12, 7, 23, tzinfo=UTC)


@pytest.mark.parametrize("fields", [{"dag": "2026-12-08"}, {"dag": "0001-01-01", "klokken": "00:00"}])
def test_a_letter_without_its_time_has_no_reminder(tmp_path: Path, fields: dict[str, str]) -> None:
    assert event_of(load(tmp_path).reminder, fields) is None


@pytest.mark.parametrize("name", ["navn", "frist", "letter.recipient", "ukendt"])
def test_nothing_else_of_the_letter_may_be_said(tmp_path: Path, name: str) -> None:
    (said,) = faults(tmp_path, text=f"Husk {{{{ {name} }}}}.")
    assert said.startswith("et-brev") or "et-brev: letter.toml" in said
    assert f"uses `{name.split('.')[0]}`; a text message lies open, so only `dag`, `klokken` may be" in said


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": "x" * 151}, "comes to 151 characters with the longest date; at most 150 may be"),
        ({"text": "x" * 130 + "{{ dag | ugedag }} {{ dag | dato }}"}, "with the longest date"),
        ({"text": "Husk \N{EN DASH} mødet"}, "has the character U+2013"),
        ({"text": "Husk {mødet}"}, "has the character U+007B"),
        ({"text": "{{ dag | "}, "the template cannot be read"),
        ({"text": "{{ dag | kroner }}"}, "the template fails on a date"),
        ({"text": "{# intet #}"}, "is empty"),
        ({"before": "klokken"}, '`klokken` must be a field with "format": "date"'),
        ({"before": "dag navn"}, '`navn` must be a field with "format": "time"'),
        ({"before": "dag klokken frist"}, "before"),
        ({"text": ""}, "text"),
    ],
)
def test_what_cannot_be_sent_is_found_when_the_type_is_read(tmp_path: Path, given: dict[str, str], says: str) -> None:
    assert any(says in one and "letter.toml" in one for one in faults(tmp_path, **given))


def test_a_ready_made_letter_has_none(tmp_path: Path) -> None:
    (tmp_path / "et-brev").mkdir()
    (tmp_path / "et-brev" / "letter.toml").write_text(toml(more="ready_made = true\n"), "utf-8")
    with pytest.raises(LetterTypesFault) as fault:
        LetterTypes.load(tmp_path)
    assert any("reminder: a ready-made letter is not set by the router" in one for one in fault.value.sentences)


def test_words_that_came_to_nothing_are_not_sent(tmp_path: Path) -> None:
    one = load(tmp_path, text="{% if dag == '2026-12-08' %}{% else %}Husk{% endif %}")
    with pytest.raises(RenderingFault):
        text_of(one.reminder, one.form.reminder, EXAMPLE)


def test_the_meeting_notice_reminds_the_day_before(letter_types: LetterTypes) -> None:
    one = letter_types["moedeindkaldelse"]
    assert one.reminder is not None
    assert one.form is not None
    assert one.form.reminder is not None
    for fields in one.examples.values():
        assert text_of(one.reminder, one.form.reminder, fields).startswith("Husk dit møde ")
