"""The pages about the outside are true: their examples are run, their tables are held against the code."""

import re
from pathlib import Path

import pytest
from lxml import etree

from adapters.codes import Codes
from adapters.digital_post.contacts import DETAILS, PUBLIC
from adapters.remote_print.forms import SAMPLE, load_form
from adapters.remote_print.manifest import PrintEnvelope, PrintLetter, PrintRun, Product
from adapters.remote_print.receipts import JOBS, OF_A_RUN, read
from adapters.sf1601 import kombi, look_up
from outbound.letter import Counts, Mailbox, News
from outbound.settings import Settings
from tests.adapters.conftest import settings_of
from tests.adapters.test_print_run import SCHEMAS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROVIDER = (DOCS / "recipes" / "print-provider.md").read_text()
DIGITAL_POST = (DOCS / "integration-digital-post.md").read_text()
SF1601 = (DOCS / "integration-sf1601.md").read_text()


LETTER = "{urn:outbound:print-run:2}letter"


def example(name: str) -> str:
    """The one example of this name in the recipe."""
    (found,) = re.findall(rf"```\w+ {name}\n(.*?)```", PROVIDER, re.DOTALL)
    return str(found)


@pytest.mark.parametrize(
    ("name", "schema"),
    [("run", "print-run.xsd"), ("receipts", "print-receipts.xsd"), ("order", "print-orders.xsd")],
)
def test_the_examples_are_valid_by_their_schemas(name: str, schema: str) -> None:
    root = etree.fromstring(example(name).encode())
    etree.XMLSchema(etree.parse(str(SCHEMAS / schema))).assertValid(root)


def test_the_example_of_receipts_is_read() -> None:
    found = read(example("receipts").encode())
    assert [receipt.news for receipt in found] == [News.RECEIVED, News.RECEIVED, News.DELIVERED]
    assert found[0].counts == Counts(3, 2, 6, 4)
    assert found[2].amount == 1290


def test_the_totals_of_the_example_of_a_run_add_up() -> None:
    root = etree.fromstring(example("run").encode())
    of_letters = [{name: int(one.get(name, "0")) for name in ("pages", "sheets", "bytes")} for one in root.iter(LETTER)]
    for name in ("pages", "sheets", "bytes"):
        assert root.get(name) == str(sum(one[name] for one in of_letters))
    assert root.get("letters") == str(len(of_letters))


def test_the_example_of_a_code_is_a_table_of_codes(tmp_path: Path) -> None:
    file = tmp_path / "codes.toml"
    file.write_text(example("codes"))
    assert Codes(file).meaning("address.unreadable") == "letter"


def test_the_example_of_a_form_writes_its_ticket(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "form.toml").write_text(example("form"))
    (folder / "ticket.xml.j2").write_text(example("ticket"))
    ((name, ticket),) = load_form(folder).tickets(SAMPLE)
    root = etree.fromstring(ticket)
    assert (name, root.get("sheets"), len(root)) == ("ticket.xml", "4", 3)


def test_all_that_a_template_has_stands_in_the_recipe() -> None:
    told = PROVIDER.partition("| a template has |")[2].partition("\n\n")[0]
    words = set(re.findall(r"`([a-z_0-9]+)`", told))
    named = [one for kind in (PrintRun, PrintEnvelope, PrintLetter, Product) for one in vars(kind) if one[0] != "_"]
    assert set(named) - words == {"attributes"}


def test_every_setting_named_is_one() -> None:
    for text in (PROVIDER, DIGITAL_POST, SF1601):
        names = set(re.findall(r"OUTBOUND_([A-Z0-9_]+)", text))
        assert {name.lower() for name in names} <= set(Settings.model_fields)
    given = dict(line.split("=", 1) for line in example("settings").split())
    assert settings_of(given).print_sftp_user == "prove-kommune"


def test_every_status_of_the_printer_stands_in_the_recipe_and_the_schema() -> None:
    schema = (SCHEMAS / "print-receipts.xsd").read_text()
    for word in (*OF_A_RUN, "came-back", "run-rejected"):
        assert f"`{word}" in PROVIDER
        assert f'name="{word}"' in schema
    for status in JOBS:
        assert f"`{status}`" in PROVIDER
        assert f'value="{status}"' in schema


def test_every_status_of_the_register_stands_on_the_page() -> None:
    for status in (*PUBLIC, *DETAILS):
        assert status in DIGITAL_POST
    for mailbox in Mailbox:
        assert f"| {mailbox}" in DIGITAL_POST or f" {mailbox} |" in DIGITAL_POST


def test_every_setting_of_sf1601_and_its_services_stand_on_its_page() -> None:
    ours = [name for name in Settings.model_fields if name.startswith(("sf1601", "serviceplatform_url"))]
    assert not [name for name in ours if f"OUTBOUND_{name.upper()}" not in SF1601]
    paths = {kombi.PATH, *(f"{look_up.PATH}/{what}" for what in ("digitalpost", "nemsms"))}
    assert {kombi.ENTITY_ID, look_up.ENTITY_ID} | paths <= set(re.findall(r"[\w:/.]+", SF1601))
