"""`outbound template`: a department makes, checks and looks at its own letters."""

import json
import shutil
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from outbound.cli import main
from outbound.cli.faults import Code
from outbound.settings import HOME
from tests.cli.conftest import Ended

OWN = HOME / "templates" / "letters"
Command = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of letter types with nothing in it but the shared layout."""
    shutil.copytree(OWN / "_layout", tmp_path / "letters" / "_layout")
    return tmp_path / "letters"


@pytest.fixture
def command(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run `outbound template …` on that folder, without any setting or ledger."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTBOUND_TEMPLATES_DIR", str(folder))

    def ran(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["outbound", "template", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return ran


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_projects_own_letters_have_nothing_to_mend(command: Command) -> None:
    ended = command("lint", "--dir", OWN)
    assert (ended.code, ended.err) == (Code.DONE, "")
    said = dict.fromkeys(line.split(":")[0] for line in ended.out.splitlines())
    assert list(said) == sorted(path.name for path in OWN.iterdir() if not path.name.startswith("_"))
    assert all(": in order." in line for line in ended.out.splitlines())


def test_a_new_letter_type_is_in_order_and_can_be_looked_at(command: Command, folder: Path, tmp_path: Path) -> None:
    assert command("new", "kolonihave", "--department", "teknik-og-miljoe").code == Code.DONE
    assert command("lint").out.startswith("kolonihave: in order. example.json: LIX ")
    assert command("preview", "kolonihave").code == Code.DONE
    reader = PdfReader(BytesIO((tmp_path / "kolonihave.pdf").read_bytes()))
    assert "Vi skriver om din ansøgning om en kolonihave" in reader.pages[0].extract_text()
    assert "Teknik- og Miljøforvaltningen" in reader.pages[0].extract_text()
    twin = (tmp_path / "kolonihave.html").read_text("utf-8")
    assert "<h1>Vi skriver om din ansøgning om en kolonihave</h1>" in twin
    assert sorted(file.name for file in (folder / "kolonihave").iterdir()) == [
        "example.json",
        "fields.schema.json",
        "letter.html.j2",
        "letter.toml",
    ]


@pytest.mark.parametrize("name", ["Kolonihave", "../kolonihave", "koloni have", "-kolonihave", "kolonihåve", "", "_x"])
def test_a_name_that_the_api_could_not_take_is_refused(command: Command, folder: Path, name: str) -> None:
    assert command("new", "--", name).code == Code.REFUSED
    assert [path.name for path in folder.iterdir()] == ["_layout"]


def test_a_letter_type_that_is_there_is_never_written_over(command: Command, folder: Path) -> None:
    command("new", "kolonihave")
    (folder / "kolonihave" / "letter.html.j2").write_text("mine", "utf-8")
    assert command("new", "kolonihave").code == Code.REFUSED
    assert (folder / "kolonihave" / "letter.html.j2").read_text("utf-8") == "mine"


def test_a_name_without_a_folder_is_said(command: Command) -> None:
    for words in (("lint", "havn"), ("preview", "havn"), ("lint",)):
        ended = command(*words)
        assert ended.code == Code.REFUSED
        assert "has no letter type" in ended.err


BODY, SCHEMA, EXAMPLE, POLICY = "letter.html.j2", "fields.schema.json", "example.json", "letter.toml"
BESKED = '"besked": { "description"'
NESTED = """"sted": {
      "type": "object", "additionalProperties": false,
      "properties": { "by": { "type": "string" },
                      "ubrugt": { "type": "string" } } },
    """
FAULTS = {
    "a tag that is none": (BODY, "</h1>", "</h1>\n<video/>", f"{BODY}:3: <video> may not stand in <body>; use "),
    "a tag in a branch that no example takes": (
        BODY,
        "{% if svar",
        "{% if besked == sag %}\n<blink>x</blink>\n{% endif %}\n{% if svar",
        f"{BODY}:8: <blink> is no tag of a letter; use one of a, br",
    ),
    "a class that is none": (BODY, 'class="box"', 'class="red"', f"{BODY}:8: <section> has an attribute"),
    "an attribute that is none": (
        BODY,
        "</h1>",
        "</h1>\n<p>x</p>\n<p onclick='x'>y</p>",
        f"{BODY}:4: <p> has an attribute or a value that a letter may not have (`onclick`)",
    ),
    "a tag that is not closed": (BODY, "</h1>", "", f"{BODY}: the body is not well-formed: close every tag"),
    "a block that is not closed": (BODY, "{% endif %}", "", f"{BODY}:13: the template cannot be read: "),
    "a name that is no field": (
        BODY,
        "{{ sag }}",
        "{{ emne }}",
        f"{BODY}:2: the template uses `emne`, which is no field of {SCHEMA}",
    ),
    "a field that may be left out": (
        EXAMPLE,
        ',\n  "svar_senest": "2026-12-11"\n',
        "\n",
        "",
    ),
    "a field that the schema lets be left out and the template does not": (
        BODY,
        "{% if svar",
        "<p>{{ svar_senest | dato }}</p>\n{% if svar",
        f"{BODY}:7: fails where `svar_senest` is left out, as the schema allows; ask `{{% if svar_senest is",
    ),
    "a line break that is not closed": (BODY, "</h1>", "</h1>\n<p>a<br>b</p>", f"{BODY}:3: has <br>, which is not"),
    "a name of HTML's": (BODY, "</h1>", "</h1>\n<p>a&nbsp;b</p>", f"{BODY}:3: has &nbsp;, which is not well-formed"),
    "a field that nothing uses": (
        SCHEMA,
        BESKED,
        '"frist": { "type": "integer" },\n    ' + BESKED,
        f"{SCHEMA}:10: the template never uses the field `frist`; show it, or take it out",
    ),
    "a field inside another that nothing uses": (
        SCHEMA,
        BESKED,
        NESTED + BESKED,
        f"{SCHEMA}:13: the template never uses the field `ubrugt`",
    ),
    "a schema that is open": (
        SCHEMA,
        '"additionalProperties": false,\n',
        "",
        f'{SCHEMA}: every object needs "additionalProperties": false',
    ),
    "a schema that is no JSON": (SCHEMA, '"type": "object",', '"type": "object"', f"{SCHEMA}:6: is no JSON: "),
    "a schema of unknown words": (SCHEMA, '"format": "date"', '"format": "dato"', "the format `dato` is not known"),
    "an example that does not fit": (
        EXAMPLE,
        '"2026-12-11"',
        '"11.12.2026"',
        f"{EXAMPLE}:4: /svar_senest: Must be a date, written YYYY-MM-DD",
    ),
    "an example without a field": (EXAMPLE, '"sag"', '"emne"', f"{EXAMPLE}:1: /: Lacks: sag"),
    "no language": (POLICY, 'languages = ["da"]\n', "", f"{POLICY}: names no language; add `languages ="),
    "a language that is none": (POLICY, '["da"]', '["dansk"]', f"{POLICY}:4: languages.0: "),
    "a key that is none": (POLICY, "decision", "afgoerelse", f"{POLICY}:3: afgoerelse: Extra inputs"),
    "a policy that is no TOML": (POLICY, "= false", "= nej", f"{POLICY}:3: is no TOML: "),
    "a department that is none": (POLICY, '"borgerservice"', '"havn"', f"{POLICY}: department: config/organisation"),
    "a decision without appeal": (
        POLICY,
        "decision = false",
        "decision = true",
        f"{BODY}: is a decision that does not say how to appeal ({EXAMPLE}; forvaltningsloven § 25); call `appeal_by`",
    ),
    "a character that no typeface has": (
        BODY,
        "Skriv eller ring",
        "☎ Skriv eller ring",
        f"{BODY}:10: has the character U+260E, which the letter's typefaces lack; write it another way",
    ),
    "such a character in the title": (POLICY, "Ny brevtype", "☎", f"{POLICY}:1: title: Has the character U+260E"),
    "such a character in an example": (EXAMPLE, "Du står", "☎ står", f"{EXAMPLE}:3: /besked: Has the character U+260E"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_file_line_and_what_to_do(command: Command, folder: Path, fault: str) -> None:
    command("new", "kolonihave")
    file, old, new, says = FAULTS[fault]
    change(folder / "kolonihave" / file, old, new)
    ended = command("lint", "kolonihave")
    assert (f"letters/kolonihave/{says}" if says.startswith((BODY, SCHEMA, EXAMPLE, POLICY)) else says) in ended.out
    assert ended.code == (Code.FOUND if says else Code.DONE)
    assert bool(ended.err) == bool(says)


def test_a_deadline_belongs_to_the_guidance(command: Command, folder: Path) -> None:
    command("new", "kolonihave")
    change(folder / "kolonihave" / POLICY, "decision = false", "decision = true")
    change(folder / "kolonihave" / BODY, "<section", "<p>Du kan klage til os.</p>\n<section")
    assert "does not say the time to appeal in" in command("lint").out
    change(folder / "kolonihave" / BODY, "klage til os", "klage til os inden fire uger")
    assert command("lint").code == Code.DONE


def test_every_example_must_say_how_to_appeal(command: Command, folder: Path) -> None:
    shutil.copytree(OWN / "sfo-plads", folder / "sfo-plads")
    change(
        folder / "sfo-plads" / BODY,
        "{{ appeal_by(letter, klage) }}",
        "{% if foerste_betaling is defined %}\n{{ appeal_by(letter, klage) }}\n{% endif %}",
    )
    ended = command("lint")
    assert ended.code == Code.FOUND
    assert "how to appeal (example-kort.json;" in ended.out
    assert "(example.json;" not in ended.out


def test_the_shared_blocks_are_looked_at_too(command: Command, folder: Path) -> None:
    command("new", "kolonihave")
    change(folder / "_layout" / "blocks.html.j2", "<p>Kære", "<center>☎</center><p>Kære")
    said = command("lint").out
    assert "letters/_layout/blocks.html.j2:3: <center> is no tag of a letter" in said
    assert "letters/_layout/blocks.html.j2:3: has the character U+260E" in said


def test_the_footnotes_are_looked_at_too(command: Command, folder: Path) -> None:
    command("new", "kolonihave")
    row = '[[footnote]]\ntext = "Tilmeld dig."\nfrom = 2026-12-01\nto = 2026-12-31\ntypes = ["*"]\n'
    (folder / "_layout" / "footnotes.toml").write_text(row, "utf-8")
    ended = command("lint")
    assert ended.code == Code.FOUND
    assert "letters/_layout/footnotes.toml: footnote 1: speaks of signing up" in ended.out


def test_faults_of_several_types_are_said_at_once(command: Command, folder: Path) -> None:
    for name in ("et", "to", "tre"):
        command("new", name)
    (folder / "et" / EXAMPLE).unlink()
    change(folder / "tre" / POLICY, 'languages = ["da"]\n', "")
    ended = command("lint")
    assert [line.split(":")[0] for line in ended.out.splitlines()] == [
        f"letters/et/{EXAMPLE}",
        "to",
        f"letters/tre/{POLICY}",
    ]
    assert ended.err == "2 to mend.\n"


def test_a_letter_that_is_hard_to_read_is_said_and_is_no_fault(command: Command, folder: Path) -> None:
    command("new", "kolonihave")
    long = "Sagsbehandlingstiden forlænges, eftersom dokumentationsforpligtelserne vedrørende kolonihaveforeningernes "
    change(folder / "kolonihave" / EXAMPLE, "Vi har fået din ansøgning.", long * 3)
    ended = command("lint")
    assert ended.code == Code.DONE
    assert "very hard. Rewrite it" in ended.out


def test_a_preview_takes_the_fields_of_a_file(command: Command, tmp_path: Path) -> None:
    command("new", "kolonihave")
    fields = tmp_path / "felter.json"
    fields.write_text(json.dumps({"sag": "en båd", "besked": "Hej."}), "utf-8")
    assert command("preview", "kolonihave", "--example", fields, "--out", tmp_path / "b.pdf").code == Code.DONE
    assert "Vi skriver om en båd" in (tmp_path / "b.html").read_text("utf-8")
    for wrong in ('{"sag": 7}', "[]", "{"):
        fields.write_text(wrong, "utf-8")
        ended = command("preview", "kolonihave", "--example", fields)
        assert ended.code == Code.REFUSED
        assert str(fields) in ended.err


def test_a_finished_pdf_has_no_preview_and_a_faulty_type_says_why(command: Command, folder: Path) -> None:
    assert command("preview", "faerdigt-brev", "--dir", OWN).code == Code.REFUSED
    command("new", "kolonihave")
    (folder / "kolonihave" / SCHEMA).unlink()
    ended = command("preview", "kolonihave")
    assert ended.code == Code.SETUP
    assert "fields.schema.json is missing" in ended.err


def test_the_list_shows_every_type(command: Command) -> None:
    rows = json.loads(command("list", "--dir", OWN, "--format", "json").out)
    row = next(row for row in rows if row["name"] == "moedeindkaldelse-en")
    assert row["title"] == "Notice of a meeting"
    assert (row["department"], row["languages"], row["decision"]) == ("beskaeftigelse", "en", "no")
    assert len(row["version"]) == 16
    assert "byggetilladelse" in command("list", "--dir", OWN).out
