"""Departments over time, what a system may use, the targets, and the faults of the files that say so."""

import re
import shutil
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from outbound.letter import Contact
from outbound.organisation import Organisation, OrganisationFault, load_organisation
from outbound.settings import Settings, SettingsFault
from outbound.targets import Plan
from outbound.tariffs import load_tariffs
from tests.organisation import drawn

CONFIG = Path(__file__).parents[2] / "config"
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load_organisation(CONFIG)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("organisation.toml", "targets.toml", "nordhavn.png"):
        shutil.copy(CONFIG / name, tmp_path / name)
    return tmp_path


def change(folder: Path, name: str, old: str, new: str, count: int = 1) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, count), encoding="utf-8")


def faults_of(folder: Path) -> str:
    with pytest.raises(SettingsFault) as fault:
        load_organisation(folder)
    return str(fault.value)


def test_a_department_keeps_its_code_when_it_is_renamed(organisation: Organisation) -> None:
    names = [organisation.department("boern-og-skole", date(year, 12, 31)).name for year in (2025, 2026)]
    assert names == ["Børn og Skole", "Børne- og Ungdomsforvaltningen"]
    assert organisation.department("boern-og-skole", date(2026, 1, 1)).cost_centre == "3015"
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2020, 1, 1))
    assert [organisation.cost_centre("boern-og-skole", day) for day in days] == ["3010", "3015", ""]


def test_there_is_no_department_before_its_first_day_or_under_another_code(organisation: Organisation) -> None:
    assert not organisation.is_department("borgerservice", date(2023, 12, 31))
    assert organisation.is_department("borgerservice", date(2024, 1, 1))
    with pytest.raises(OrganisationFault, match="no department 'havn' on 2026-11-23"):
        organisation.department("havn", DAY)


def test_the_departments_of_a_day_are_each_named_once(organisation: Organisation) -> None:
    assert [each.code for each in organisation.departments_on(DAY)] == [
        "borgerservice",
        "boern-og-skole",
        "beskaeftigelse",
        "teknik-og-miljoe",
        "social",
        "sundhed-og-omsorg",
        "oekonomi",
    ]
    assert organisation.departments_on(date(2020, 1, 1)) == ()


def test_figures_name_a_department_as_it_was_called_then_else_as_last_known(organisation: Organisation) -> None:
    assert organisation.name_of("boern-og-skole", date(2025, 6, 1)) == "Børn og Skole"
    assert organisation.name_of("boern-og-skole", date(2020, 1, 1)) == "Børne- og Ungdomsforvaltningen"
    assert organisation.name_of("nedlagt", DAY) == "nedlagt"


def test_the_letterhead_is_the_departments_own(organisation: Organisation) -> None:
    head = organisation.letterhead("beskaeftigelse", DAY)
    assert head.name == "Nordhavn Kommune"
    assert head.department == "Beskæftigelses- og Integrationsforvaltningen"
    assert head.return_address == "Retur: Nordhavn Kommune, Værftsvej 12A, 9999 Nordhavn"
    assert head.opening_hours.splitlines() == ["Mandag–torsdag 9–15", "Fredag 9–13"]
    with pytest.raises(OrganisationFault):
        organisation.letterhead("beskaeftigelse", date(2020, 1, 1))


def test_a_system_may_use_its_own_letter_types_for_its_own_departments(organisation: Organisation) -> None:
    system = organisation.system("skole")
    assert system is not None
    assert system.may_use("boern-og-skole", "moedeindkaldelse")
    assert not system.may_use("borgerservice", "moedeindkaldelse")
    assert not system.may_use("boern-og-skole", "boligstoette-afgoerelse")
    assert organisation.system("ukendt") is None


def test_a_departments_own_target_outranks_everyones(organisation: Organisation) -> None:
    assert organisation.target("digital", "boern-og-skole", DAY) == 95
    assert organisation.target("digital", "boern-og-skole", date(2025, 12, 31)) == 92
    assert organisation.target("digital", "borgerservice", DAY) == 92
    assert organisation.target("fjernprint", "boern-og-skole", DAY) == 95
    assert organisation.target("digital", "borgerservice", date(2020, 1, 1)) is None


def test_the_shipped_files_agree_with_each_other(organisation: Organisation) -> None:
    shown = tomllib.loads((CONFIG / "outbound.toml").read_text(encoding="utf-8"))
    assert shown["sender_cvr"] == organisation.municipality.cvr
    assert shown["sender_name"] == organisation.municipality.name
    assert any(key[:2] == ("print", shown["print_provider"]) for key in load_tariffs(CONFIG).products)


def test_the_shipped_settings_are_settings_and_none_is_a_secret_or_an_address() -> None:
    shown = tomllib.loads((CONFIG / "outbound.toml").read_text(encoding="utf-8"))
    assert shown.keys() <= Settings.model_fields.keys()
    assert not [name for name in shown if re.search("token|secret|key|password|url|host|user", name)]
    assert Settings(**shown).sender_name == "Nordhavn Kommune"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("99999942", "99999943", "municipality: cvr: the check digit does not fit"),
        ("99999942", "9999994", "municipality: cvr: "),
        ("[municipality]", "[kommune]", "kommune: is no table of this file"),
        ('name = "Kultur- og Fritidsforvaltningen"', 'name = ""', "department 1 (borgerservice): name: "),
        (
            'name = "Kultur- og Fritidsforvaltningen"',
            'name = "Kultur\\nog fritid"',
            "department 1 (borgerservice): name: ",
        ),
        ('cost_centre = "1010"\n', "", "department 1 (borgerservice): cost_centre: Field required."),
        ("valid_from = 2024-01-01", 'valid_from = "i går"', "department 1 (borgerservice): valid_from: "),
        ("Retur: Nordhavn Kommune, Havnepladsen 1, 9999 Nordhavn", "Havnepladsen 1", "return_address: "),
        ("Havnepladsen 1, 9999 Nordhavn", "Havnepladsen 1, 999 Nordhavn", "return_address: "),
        ('phone = "00 00 10 10"', 'contact_point = "8"', "department 1 (borgerservice): contact_point: "),
        ('phone = "00 00 10 10"', 'telefon = "00 00 10 10"', "department 1 (borgerservice): telefon: "),
        (
            "valid_to = 2025-12-31",
            "valid_to = 2026-01-01",
            "department boern-og-skole: two rows are valid on 2026-01-01",
        ),
        ("valid_to = 2025-12-31", "valid_to = 2023-12-31", "valid_to 2023-12-31 lies before valid_from 2024-01-01"),
        ('name = "jobcenter"', 'name = "skole"', "system skole: stands more than once"),
        (
            'departments = ["borgerservice"]',
            'departments = ["havn"]',
            "system boligstoette: there is no department havn",
        ),
        ('departments = ["borgerservice"]', "departments = []", "system boligstoette: departments is empty"),
        ('departments = ["borgerservice"]', 'departments = "borgerservice"', "system 1 (boligstoette): departments: "),
        ('title = "Jobcenter"', 'title = "Jobcenter"\napi_key = "x"', "system 3 (jobcenter): api_key: "),
        ("[municipality]", "[municipality", "the file: is no TOML"),
    ],
)
def test_a_fault_is_named_with_its_file_and_row(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, "organisation.toml", old, new)
    said = faults_of(folder)
    assert says in said
    assert "/organisation.toml: " in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("percent = 92", "percent = 101", "target 1: percent: "),
        ("percent = 92", "percent = 0.92", "target 1: percent: "),
        ('measure = "fjernprint"', 'measure = "papir"', "target 2: measure: "),
        ('measure = "fjernprint"', 'measure = "digital"', "target * digital: two rows are valid on 2024-01-01"),
        ('"boern-og-skole"', '"havn"', "target havn: there is no such department"),
    ],
)
def test_a_fault_in_the_targets_is_named_too(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, "targets.toml", old, new)
    assert says in faults_of(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("certain = 150_000_000", "certain = 1.5", "budget 1: certain: "),
        ("certain = 150_000_000", "certain = -1", "budget 1: certain: "),
        ('[[budget]]\ndepartment = "borgerservice"', '[[budget]]\ndepartment = "*"', "budget *: two rows are of 2026"),
        (
            '[[budget]]\ndepartment = "borgerservice"',
            '[[budget]]\ndepartment = "havn"',
            "budget havn: there is no such",
        ),
        ('department = "borgerservice"\nyear = 2026', 'department = "*"\nyear = 2028', "budget *: no row is of 2027"),
        ("price_year = 2024", "price_year = 2019", "budget * 2026: price_index has no row of 2019"),
        ("[fixed_prices]\nyear = 2024", "[fixed_prices]\nyear = 2019", "fixed_prices: price_index has no row of 2019"),
        ("year = 2025\nindex", "year = 2026\nindex", "price_index: two rows are of 2026; keep one."),
        ("year = 2025\nindex", "year = 2026\nindex", "price_index: no row is of 2025; add one."),
        ("index = 102.0", "index = 0", "price_index 2: index: "),
        ("enrolled = 37_600", "enrolled = 47_600", "enrolled 2026-06-30: more are enrolled than there are"),
        ("population = 40_000", "population = 0", "enrolled 1: population: "),
        ("[[running_cost]]", "[[running_costs]]", "running_costs: is no table of this file"),
        ("valid_to = 2013-12-31", "valid_to = 2013-11-30", "target * fjernprint: no row is valid from 2013-12-01"),
    ],
)
def test_a_fault_in_budgets_and_prices_is_named_too(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, "targets.toml", old, new)
    assert says in faults_of(folder)


def test_only_shares_need_be_there(folder: Path) -> None:
    text = (folder / "targets.toml").read_text(encoding="utf-8")
    (folder / "targets.toml").write_text(text[: text.index("[[budget]]")], encoding="utf-8")
    made = load_organisation(folder)
    assert made.plan == Plan()


def test_the_faults_of_both_files_are_said_together(folder: Path) -> None:
    change(folder, "organisation.toml", "99999942", "1")
    change(folder, "targets.toml", "percent = 92", "percent = -1")
    said = faults_of(folder)
    assert "cvr" in said
    assert "percent" in said


def test_a_missing_file_says_which(folder: Path) -> None:
    (folder / "targets.toml").unlink()
    assert "/targets.toml: the file: is missing" in faults_of(folder)


@pytest.mark.parametrize("text", ["", "department = 3\n", "system = [[1]]\nmunicipality = []\n"])
def test_a_file_of_another_shape_is_a_fault_and_no_crash(folder: Path, text: str) -> None:
    (folder / "organisation.toml").write_text(text, encoding="utf-8")
    assert "department: there is no row" in faults_of(folder)


def test_the_logo_of_the_invented_municipality_is_drawn_by_us() -> None:
    with Image.open(drawn.FILE) as kept:
        apart = ImageChops.difference(kept.convert("RGB"), drawn.logo().convert("RGB"))
    assert apart.getbbox() is None


def test_a_department_has_its_own_logo_before_the_municipalitys(folder: Path) -> None:
    shutil.copy(folder / "nordhavn.png", folder / "skole.png")
    with Image.open(folder / "skole.png") as kept:
        kept.convert("L").save(folder / "skole.png")
    change(folder, "organisation.toml", 'cost_centre = "3015"\n', 'cost_centre = "3015"\nlogo = "skole.png"\n')
    made = load_organisation(folder)
    of_all, own = (made.letterhead(code, DAY).logo for code in ("borgerservice", "boern-og-skole"))
    assert of_all is not None
    assert own is not None
    assert (of_all.coloured.grey, own.coloured.grey) == (False, True)
    assert of_all.grey.grey
    assert made.letterhead("boern-og-skole", date(2025, 1, 1)).logo is of_all


def test_a_recipient_may_turn_to_the_department_as_it_is_on_that_day(folder: Path) -> None:
    point = "241d39f6-998e-4929-b198-ccacbbf4b330"
    change(folder, "organisation.toml", 'cost_centre = "3015"\n', f'cost_centre = "3015"\ncontact_point = "{point}"\n')
    made = load_organisation(folder)
    now = Contact("Børne- og Ungdomsforvaltningen", "skole@nordhavn.example", "00 00 30 10", point)
    assert made.contact("boern-og-skole", DAY) == now
    assert made.contact("boern-og-skole", DAY, "svar@nordhavn.example") == replace(now, mail="svar@nordhavn.example")
    assert made.contact("boern-og-skole", date(2025, 1, 1)) == replace(now, name="Børn og Skole", point="")
    assert made.contact("havn", DAY) is None


def test_there_need_be_no_logo(folder: Path) -> None:
    change(folder, "organisation.toml", 'logo = "nordhavn.png"\n', "")
    assert load_organisation(folder).letterhead("borgerservice", DAY).logo is None


def test_a_logo_that_cannot_be_used_is_told_at_the_start(folder: Path) -> None:
    change(folder, "organisation.toml", 'cost_centre = "3015"\n', 'cost_centre = "3015"\nlogo = "lille.png"\n')
    Image.new("L", (60, 60)).save(folder / "lille.png")
    (folder / "nordhavn.png").unlink()
    said = faults_of(folder)
    assert "logo nordhavn.png: cannot be read; put it beside this file, or correct its name." in said
    assert "logo lille.png: has 117 dots an inch on paper; save it larger, for 150 at least." in said
    (folder / "nordhavn.png").write_bytes(b"no image")
    assert "logo nordhavn.png: is no PNG or JPEG that can be read; save it anew." in faults_of(folder)


@pytest.mark.parametrize("name", ["../nordhavn.png", "/etc/logo.png", "logo.svg", "a b.png"])
def test_a_logo_lies_beside_its_file(folder: Path, name: str) -> None:
    change(folder, "organisation.toml", "nordhavn.png", name)
    assert "municipality: logo: String should match pattern" in faults_of(folder)
