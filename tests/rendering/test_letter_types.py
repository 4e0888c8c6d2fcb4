"""Letter types as data: all faults at once, no value echoed, and templates that can reach nothing."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outbound.letter import Channel
from outbound.rendering import WINDOW, Frame, LetterTypes, LetterTypesFault, RenderingFault, render
from outbound.rendering.fields import DEEPEST, LARGEST
from outbound.settings import HOME
from tests.rendering.placed import glyphs, text_of

Made = Callable[..., Frame]
TOML = 'title = "Et brev"\ndepartment = "borgerservice"\nretention_months = 12\n'
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tekst"],
    "properties": {"tekst": {"type": "string", "maxLength": 500}, "tal": {"type": "integer"}},
}
GOOD = "<h1>Et brev</h1><p>{{ tekst }}</p>"


def write(folder: Path, body: str = GOOD, *, name: str = "et-brev", toml: str = TOML, **files: Any) -> Path:
    """A folder with one letter type. Returns the folder."""
    own = folder / name
    own.mkdir(parents=True)
    (own / "letter.toml").write_text(toml, "utf-8")
    (own / "letter.html.j2").write_text(body, "utf-8")
    (own / "fields.schema.json").write_text(json.dumps(files.get("schema", SCHEMA)), "utf-8")
    (own / "example.json").write_text(json.dumps(files.get("example", {"tekst": "Hej"})), "utf-8")
    return folder


def faults_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(LetterTypesFault) as fault:
        LetterTypes.load(folder)
    return fault.value.sentences


def test_the_projects_own_types_are_in_order(letter_types: LetterTypes, frame: Made) -> None:
    assert {"boligstoette-afgoerelse", "moedeindkaldelse", "faerdigt-brev"} <= set(letter_types)
    assert letter_types["faerdigt-brev"].ready_made
    for letter_type in letter_types.values():
        assert bool(letter_type.examples) != letter_type.ready_made
        for example in letter_type.examples.values():
            assert letter_type.faults(example) == ()
            assert render(letter_type, example, frame()).template_version == letter_type.template_version


def test_a_dozen_kinds_of_letter_are_there_and_two_in_english(letter_types: LetterTypes) -> None:
    assert len([one for one in letter_types.values() if not one.ready_made]) >= 14
    assert len([one for one in letter_types.values() if one.languages == ("en",)]) == 2


def test_every_example_keeps_off_the_window_and_the_clear_zones(letter_types: LetterTypes, frame: Made) -> None:
    for letter_type in letter_types.values():
        for name, example in letter_type.examples.items():
            found = glyphs(render(letter_type, example, frame()).pdf)
            near = [one for one in found if one.page == 1 and one.touches(WINDOW.risk)]
            assert all(one.inside(WINDOW.address) or one.inside(WINDOW.return_line) for one in near), name
            assert not [one for one in found if any(one.touches(zone) for zone in WINDOW.clear)], name


def test_no_signature_stands_alone_on_a_page(letter_types: LetterTypes, frame: Made) -> None:
    for letter_type in letter_types.values():
        for name, example in letter_type.examples.items():
            found = glyphs(render(letter_type, example, frame()).pdf)
            last = max(one.page for one in found)
            text = text_of([one for one in found if one.page == last]).splitlines()
            assert text[0] not in ("Venlig hilsen", "Yours sincerely"), (letter_type.name, name)


def test_a_table_goes_on_over_two_pages_with_its_head(letter_types: LetterTypes, frame: Made) -> None:
    rykker = letter_types["rykker"]
    found = glyphs(render(rykker, rykker.examples["example-lang.json"], frame()).pdf)
    heads = [text_of([one for one in found if one.page == page]).count("Regning Skulle være betalt") for page in (1, 2)]
    assert heads == [1, 1]


def test_every_letter_type_is_one_that_some_system_may_write(letter_types: LetterTypes) -> None:
    systems = tomllib.loads((HOME / "config" / "organisation.toml").read_text("utf-8"))["system"]
    named = {name for system in systems for name in system["letter_types"]}
    assert named == set(letter_types)


def test_every_example_is_tried(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "et-brev" / "example-lang.json").write_text('{\n "tekst": 7\n}', "utf-8")
    assert "example-lang.json: /tekst: Must be text" in faults_of(folder)[0]


def test_every_outcome_of_a_decision_can_be_written(letter_types: LetterTypes, frame: Made) -> None:
    bolig = letter_types["boligstoette-afgoerelse"]
    headings = set()
    for outcome in ("bevilget", "delvist bevilget", "afslag", "ændret"):
        fields = {**(bolig.example or {}), "udfald": outcome}
        fields.pop("foerste_udbetaling")
        assert bolig.faults(fields) == ()
        text = text_of(glyphs(render(bolig, fields, frame()).pdf))
        assert "4 uger" in text
        assert "Ankestyrelsen" in text
        headings.add(next(line for line in text.splitlines() if "boligstøtte" in line))
    assert len(headings) == 3


def test_the_version_changes_with_any_file_and_with_the_shared_layout(tmp_path: Path) -> None:
    seen = {LetterTypes.load(write(tmp_path))["et-brev"].template_version}
    changes = (("et-brev/letter.html.j2", GOOD + " "), ("et-brev/letter.toml", TOML + "\n"), ("_layout/a.j2", "x"))
    for file, text in changes:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, "utf-8")
        seen.add(LetterTypes.load(tmp_path)["et-brev"].template_version)
    assert len(seen) == 4
    assert LetterTypes.load(tmp_path)["et-brev"].template_version in seen


def test_every_fault_of_every_type_is_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path, name="et", toml=TOML.replace("12", "0") + 'ukendt = 1\nplex = "triplex"\n')
    write(tmp_path, "<h1>x</h1><video/>", name="to")
    write(tmp_path, GOOD, name="tre", example={"tekst": 7})
    write(tmp_path, "<h1>x</h1>{{ findes_ikke }}", name="fire", schema={**SCHEMA, "additionalProperties": True})
    (tmp_path / "fem").mkdir()
    text = "\n".join(faults_of(tmp_path))

    for words in (
        "et: letter.toml: retention_months",
        "et: letter.toml: ukendt",
        "et: letter.toml: plex",
        "to: letter.html.j2: <video> may not stand in <body>",
        "tre: example.json: /tekst: Must be text",
        "`findes_ikke`, which is no field",
        '"additionalProperties": false',
        "fem: letter.toml is missing",
    ):
        assert words in text


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    assert "holds no letter type" in faults_of(tmp_path)[0]
    assert "holds no letter type" in faults_of(tmp_path / "nowhere")[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"toml": TOML + "paper_only = true\ndigital_only = true\n"}, "exclude each other"),
        ({"toml": "title = ["}, "no TOML"),
        ({"toml": TOML.replace("Et brev", "Et {{ nej }} brev")}, "`nej`, which is no field"),
        ({"toml": TOML.replace("Et brev", "{{ tal }}")}, "cannot be rendered"),
        ({"toml": TOML.replace("Et brev", "x" * 300)}, "1 to 256 characters"),
        ({"toml": TOML + '[mailbox]\nnotification = "' + "x" * 151 + '"\n'}, "notification"),
        ({"name": "Et_brev"}, "a-z, digits and hyphens"),
        ({"schema": {"type": "object", "additionalProperties": False, "properties": {"letter": {}}}}, "taken"),
        ({"schema": {**SCHEMA, "$ref": "https://x.example/schema.json"}}, "into the same file only"),
        ({"schema": {**SCHEMA, "type": "array"}}, 'of "type": "object"'),
        ({"schema": {**SCHEMA, "required": "tekst"}}, "no JSON Schema 2020-12"),
        ({"schema": {**SCHEMA, "properties": {"tekst": {"type": "string", "format": "uri"}}}}, "format `uri`"),
    ],
)
def test_faulty_policy_and_schemas_are_found(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    assert words in "\n".join(faults_of(write(tmp_path, **changes)))


@pytest.mark.parametrize(
    "body",
    [
        "<h1>{{ tekst.__class__.__mro__ }}</h1>",
        "<h1>{{ ''.__class__.__base__.__subclasses__() }}</h1>",
        "<h1>{{ letter.__init__.__globals__ }}</h1>",
        "<h1>{{ ('%s' | attr('__class__')) }}</h1>",
        "<h1>{{ '{0.__class__}'.format(tekst) }}</h1>",
        "<h1>{{ letter.update({'sender': 'x'}) }}</h1>",
        "<h1>{{ cycler.__init__ }}</h1>",
        "<h1>{{ tekst | safe }}</h1>",
        "<h1>{{ tekst | tojson }}</h1>",
        "<h1>x</h1>{% autoescape false %}<p>{{ tekst }}</p>{% endautoescape %}",
        "<h1>x</h1>{% include '../../../../etc/passwd' %}",
        "<h1>x</h1>{% include '/etc/passwd' %}",
        "<h1>{{ range(999999999) | list | length }}</h1>",
        "<h1>{{ letter.address }}</h1>",
        "<h1>x</h1><p>{{ tal }}</p>",
        "<h1>x</h1><script>1</script>",
        "<h1>x</h1><img src='file:///etc/passwd'/>",
        "<h1>x</h1><p style='x'>y</p>",
        "<h1>x</h1><p class='other'>y</p>",
        "<h1>x</h1><p><a href='javascript:1'>y</a></p>",
        "<h1>x</h1><p><a href='http://x.example'>y</a></p>",
        "<h1>x</h1><p><a>y</a></p>",
        "<h1>x</h1><!-- y -->",
        "<h1>x</h1><?y z?>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><h1>&e;</h1>",
        "<h1>x</h1><p>&nbsp;</p>",
        "<h1>x</h1><p>y",
        "<h1>x</h1><p>y<br></p>",
        "<h1>x</h1>text outside",
        "<h1>x</h1><h1>y</h1>",
        "<p>x</p>",
        "<h1>x</h1><ul>text<li>y</li></ul>",
        "<h1>x</h1><table><tr><td>y</td></tr></table>",
        "{% if %}",
        "",
    ],
)
def test_a_template_that_reaches_out_or_is_no_letter_is_refused(tmp_path: Path, body: str) -> None:
    (sentence,) = faults_of(write(tmp_path, body))
    assert sentence.startswith(f"{tmp_path.name}/et-brev: ")
    assert "root:" not in sentence


def test_no_fault_of_the_fields_echoes_a_value(letter_types: LetterTypes) -> None:
    secret = "0707614285"
    wrong: Any = {
        "udfald": secret,
        "ansoegt_den": secret,
        "gaelder_fra": int(secret),
        "bolig": secret * 100,
        "beregning": [{"tekst": secret * 50, "beloeb": secret}, secret, {secret: secret}],
        "maanedlig_stoette": -int(secret),
        "begrundelse": [secret],
        "paragraffer": {secret: f"{secret}😀"},
        secret: secret,
        f"a/b~{secret}": {"c": "\u202e"},
    }
    bolig = letter_types["boligstoette-afgoerelse"]
    faults = bolig.faults(wrong)

    pointers = {fault.pointer for fault in faults}
    assert {"", "/udfald", "/ansoegt_den", "/bolig", "/beregning/0/beloeb", "/beregning/1"} <= pointers
    assert not any("0707" in fault.pointer + fault.message for fault in faults)
    assert all(fault.message.endswith(".") for fault in faults)
    nothings: list[Any] = [None, [], secret, 7, {}]
    for nothing in nothings:
        assert bolig.faults(nothing)
        assert "0707" not in str(bolig.faults(nothing))


def test_fields_are_limited_in_size_and_depth(letter_types: LetterTypes) -> None:
    moede = letter_types["moedeindkaldelse"]
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    for wrong, words in (
        ({"formaal": "x" * LARGEST}, f"at most {LARGEST}"),
        ({"formaal": deep}, f"deeper than {DEEPEST}"),
        ({"formaal": float("nan")}, "not JSON"),
        ({"formaal": "\ud800"}, "not JSON"),
        ({"varighed": 10**5000}, "not JSON"),
    ):
        (fault,) = moede.faults({**(moede.example or {}), **wrong})
        assert words in fault.message


@pytest.mark.parametrize("clock", ["25:00", "10.15", "10", "10:15:30", "T10:15", ""])
@pytest.mark.parametrize("day", ["2026-13-01", "20261201", "2026-W01-1", "1. december 2026", "2026-12-1"])
def test_days_and_times_are_written_in_one_way_only(letter_types: LetterTypes, day: str, clock: str) -> None:
    moede = letter_types["moedeindkaldelse"]
    faults = moede.faults({**(moede.example or {}), "dag": day, "klokken": clock})
    assert {fault.pointer for fault in faults} == {"/dag", "/klokken"}


def test_a_type_may_say_different_things_on_paper_and_in_the_mailbox(tmp_path: Path, frame: Made) -> None:
    body = "<h1>x</h1><p>{% if letter.channel == 'digital' %}Svar her.{% else %}Ring til os.{% endif %}</p>"
    letter_type = LetterTypes.load(write(tmp_path, body, toml=TOML + "channel_specific = true\n"))["et-brev"]
    assert letter_type.channel_specific
    for channel, words in ((Channel.DIGITAL, "Svar her."), (Channel.PRINT, "Ring til os.")):
        assert words in text_of(glyphs(render(letter_type, {"tekst": "x"}, frame(channel=channel)).pdf))


def test_a_fields_value_can_be_no_link_but_a_good_one(tmp_path: Path, frame: Made) -> None:
    body = '<h1>x</h1><p><a href="{{ tekst }}">Læs mere</a></p>'
    letter_type = LetterTypes.load(write(tmp_path, body, example={"tekst": "https://www.nordby.example"}))["et-brev"]
    assert b"nordby.example" in render(letter_type, {"tekst": "https://www.nordby.example/?a=1&b=2"}, frame()).pdf
    for bad in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://x.example/ y",
        'https://x.example/"',
        "//x.example",
    ):
        with pytest.raises(RenderingFault, match=r"^markup$"):
            render(letter_type, {"tekst": bad}, frame())
