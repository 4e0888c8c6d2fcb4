"""letter.toml's terms beside the text: actions for the mailbox, where replies go; and every wrong value named."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from outbound.clock import COPENHAGEN
from outbound.contents import pack_document, unpack_document
from outbound.letter import Action, Subject
from outbound.rendering import Fault, Frame, LetterTypes, inserts_on, render
from outbound.rendering.lint import lint
from tests.rendering.tags import Tagged
from tests.rendering.test_letter_types import GOOD, TOML, write

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tekst"],
    "properties": {
        "tekst": {"type": "string"},
        "link": {"type": "string"},
        "dag": {"type": "string", "format": "date"},
        "klokken": {"type": "string", "format": "time"},
        "varighed": {"type": "integer"},
    },
}
FIELDS = {"tekst": "z", "link": "https://prøve".replace("ø", "oe") + ".example/betal", "dag": "2026-12-08"}
PAY = '\n[[actions]]\nkind = "BETALING"\nlabel = "Betal"\nurl = "link"\nend = "dag"\n'
MEET = '\n[[actions]]\nkind = "AFTALE"\nlabel = "Møde"\nstart = "dag klokken"\nminutes = "varighed"\nplace = "tekst"\n'
LANGUAGES = TOML + 'languages = ["da"]\n'
USED = GOOD + "<p>{{ [link, dag, klokken, varighed] | join if false else '' }}</p>"


def made(folder: Path, more: str) -> Any:
    return LetterTypes.load(write(folder, toml=LANGUAGES + more, schema=SCHEMA, example={"tekst": "z"}))["et-brev"]


def test_an_address_in_a_field_is_offered_until_the_end_of_the_day(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    letter = render(made(tmp_path, PAY), FIELDS, frame())
    until = datetime(2026, 12, 8, 23, 59, 59, tzinfo=COPENHAGEN)
    assert letter.actions == (Action("BETALING", "Betal", FIELDS["link"], None, until),)
    assert unpack_document(pack_document(letter)).actions == letter.actions


def test_a_meeting_has_its_times_its_place_and_what_it_is_about(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    fields = {"tekst": "Rådhuset\nlokale 1", "dag": "2026-07-08", "klokken": "10:15", "varighed": 45}
    (action,) = render(made(tmp_path, MEET), fields, frame()).actions
    starts, ends = (datetime(2026, 7, 8, *at, tzinfo=COPENHAGEN) for at in ((10, 15), (11, 0)))
    assert action == Action("AFTALE", "Møde", "", starts, ends, "Rådhuset lokale 1", "Et brev")


def test_an_action_of_which_a_field_is_left_out_is_left_out(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    assert render(made(tmp_path, PAY + MEET), {"tekst": "z"}, frame()).actions == ()


@pytest.mark.parametrize(
    ("day", "hour", "minutes"),
    [("0001-01-01", "00:10", 45), ("9999-12-31", "23:50", 120), ("2026-12-08", "10:15", 10**18)],
)
def test_an_action_at_the_edge_of_time_is_left_out_and_the_letter_goes(
    tmp_path: Path, frame: Callable[..., Frame], day: str, hour: str, minutes: int
) -> None:
    fields = {"tekst": "z", "dag": day, "klokken": hour, "varighed": minutes}
    letter_type = made(tmp_path, MEET)
    assert letter_type.faults(fields) == ()
    assert render(letter_type, fields, frame()).actions == ()


@pytest.mark.parametrize(
    "link", ["http://a.example", "https://", "javascript:x", "https://a b", "https://" + "a" * 300]
)
def test_an_address_in_a_field_must_be_one_that_a_mailbox_takes(tmp_path: Path, link: str) -> None:
    (fault,) = made(tmp_path, PAY).faults({**FIELDS, "link": link})
    assert fault == Fault("/link", "Give an absolute address: https://, at most 256 plain characters.")


KLE = '[kle]\nnumber = "32.06.04"\nversion = "Prøveudgave"\ntitle = "Prøveemne"\n'


@pytest.mark.parametrize(
    ("more", "line", "said"),
    [
        ('reply_address = "nede i kælderen"\n', 5, "reply_address: must be a mail address"),
        ('reply_address = "http://a.example/"\n', 5, "reply_address: must be a mail address"),
        (PAY.replace("BETALING", "BETAL"), 7, "actions.0.kind: Input should be"),
        (PAY.replace('"link"', '"http://a.example"'), 6, "actions: url must begin with https://"),
        (PAY.replace('"link"', '"lenke"'), 6, "actions: `lenke` is no field of fields.schema.json"),
        (PAY.replace('"dag"', '"tekst"'), 6, 'actions: the field `tekst` must have "format": "date"'),
        (PAY.replace('url = "link"\n', ""), 6, "actions: BETALING is an address: give `url`"),
        (PAY + MEET.replace("minutes", "end"), 12, 'actions: the field `varighed` must have "format": "date"'),
        (MEET.replace('place = "tekst"', 'url = "link"'), 6, "actions: AFTALE is a meeting: give `start`, `place`"),
        (MEET + 'end = "dag"\n', 6, "actions: AFTALE is a meeting"),
        (PAY + 'farve = "rød"\n', 11, "actions.0.farve: Extra inputs"),
        ('reply = "ja"\n', 5, "reply: Input should be a valid boolean"),
        (KLE.replace("32.06.04", "32.6.4"), 6, "kle.number: String should match pattern"),
        (KLE.replace("Prøveudgave", ""), 7, "kle.version: String should have at least 1 character"),
        ('[[inserts]]\ncode = "æ"\n', 6, "inserts.0.code: String should match pattern"),
        ('[[inserts]]\ncode = "A"\nfrom = 2027-01-02\nto = 2027-01-01\n', 5, "inserts: its last day lies before"),
        ('digital_only = true\n[[inserts]]\ncode = "A"\n', 6, "inserts: this letter never goes on paper"),
    ],
)
def test_every_wrong_value_is_named_with_its_line(tmp_path: Path, more: str, line: int, said: str) -> None:
    root = write(tmp_path, toml=LANGUAGES + more, schema=SCHEMA, example={"tekst": "z"})
    found = [one for one in lint(root, root / "et-brev").findings if one.file == "letter.toml"]
    assert [(one.line, one.message.startswith(said)) for one in found] == [(line, True)], found


def test_a_reply_address_takes_the_place_of_the_departments_mail(tmp_path: Path, frame: Callable[..., Frame]) -> None:
    plain, own = (
        made(tmp_path / str(n), more) for n, more in enumerate(("", 'reply_address = "svar@nordby.example"\n'))
    )
    before, after = (render(kind, {"tekst": "z"}, frame()) for kind in (plain, own))
    assert "post@nordby.example" in before.html and "svar@" not in before.html  # type: ignore[operator] # noqa: PT018
    assert "svar@nordby.example" in after.html and "post@" not in after.html  # type: ignore[operator] # noqa: PT018
    assert "svar@nordby.example" in Tagged(after.pdf).root.text


def test_the_mailbox_is_told_the_subject_and_whether_it_may_be_answered(tmp_path: Path) -> None:
    plain, own = (made(tmp_path / str(n), more) for n, more in enumerate(("", "reply = true\n" + KLE)))
    assert (plain.reply, plain.kle) == (False, None)
    assert (own.reply, own.kle) == (True, Subject("32.06.04", "Prøveudgave", "Prøveemne"))


def test_inserts_go_with_letters_of_their_days(tmp_path: Path) -> None:
    rows = '[[inserts]]\ncode = "KLAGE"\n[[inserts]]\ncode = "JUL-26"\nfrom = 2026-12-01\nto = 2026-12-24\n'
    rules = made(tmp_path, rows).inserts
    days = {date(2026, 11, 30): ("KLAGE",), date(2026, 12, 24): ("KLAGE", "JUL-26"), date(2026, 12, 25): ("KLAGE",)}
    assert {day: inserts_on(rules, day) for day in days} == days


def test_the_house_s_own_types_offer_what_they_should(letter_types: LetterTypes, frame: Callable[..., Frame]) -> None:
    def kinds(name: str, example: str = "example.json") -> list[str]:
        kind = letter_types[name]
        return [one.kind for one in render(kind, kind.examples[example], frame()).actions]

    assert kinds("moedeindkaldelse") == ["AFTALE"]
    assert kinds("kvittering-ansoegning") == ["SELVBETJENING"]
    for name in ("opkraevning", "rykker"):
        assert (kinds(name), kinds(name, "example-lang.json")) == ([], ["BETALING"])
    parents = {name for name, kind in letter_types.items() if kind.both_parents}
    assert parents == {"dagtilbud-plads", "sfo-plads", "skoleindskrivning"}
