"""The municipality as its letters show it: departments over time, the systems that may write for them, the targets.

Policy as data: `config/organisation.toml` and `config/targets.toml`. Read once; every fault is said together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from stdnum import ean
from stdnum.dk import cvr

from outbound.letter import Contact
from outbound.policy import Faults, check_periods, on, one, raise_if, read, rows, tables
from outbound.rendering.images import ImageFault
from outbound.rendering.logos import Logo, read_logo
from outbound.rendering.views import Letterhead
from outbound.targets import EVERYONE, TABLES, Plan, plan_of

__all__ = [
    "EVERYONE",
    "Department",
    "Municipality",
    "Organisation",
    "OrganisationFault",
    "System",
    "Target",
    "load_organisation",
]

Code = Annotated[str, Field(pattern="^[a-z0-9-]{1,64}$")]
Line = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")]
OptionalLine = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f]*$")]
ReturnAddress = Annotated[str, Field(max_length=120, pattern=r"^(Afsender|Retur): [^,\n]+, [^,\n]+, [0-9]{4} [^,\n]+$")]
LogoFile = Annotated[str, Field(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]*\.(png|jpg|jpeg))?$")]


ContactPoint = Annotated[str, Field(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$")]


Ean = Annotated[str, Field(pattern=r"^([0-9]{13})?$")]


class OrganisationFault(LookupError):
    """The organisation has no such department on that day; the text says which."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """Whose letters these are. `cvr` has a valid check digit; `logo` is a file beside this one, empty for none."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    name: Line
    cvr: Annotated[str, Field(pattern="^[0-9]{8}$")]
    logo: LogoFile = ""


@dataclass(frozen=True, slots=True)
class Department:
    """A department as it is in a period. Renamed, it is a new row under the same code, so that figures stay together.

    `return_address` is the one line over the window: `Retur: name, street no, postcode town` (iMail Denmark,
    21grams.com, wants it on every Danish letter). `cost_centre` is what postage is charged to. `logo` is a file that
    stands on its letters in place of the municipality's. `contact_point` is the id of its contact point in Digital
    Post, from Administrativ Adgang. `ean` is its location number (GLN) for invoices: 13 digits, the last a check digit.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    code: Code
    name: Line
    cost_centre: Line
    valid_from: date
    return_address: ReturnAddress
    phone: OptionalLine = ""
    mail: OptionalLine = ""
    web: OptionalLine = ""
    opening_hours: Annotated[str, Field(max_length=400)] = ""
    logo: LogoFile = ""
    contact_point: ContactPoint = ""
    ean: Ean = ""
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class System:
    """A specialist system: which departments it may write for, and which letter types it may use."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    name: Code
    title: Line
    departments: frozenset[Code]
    letter_types: frozenset[Code]

    def may_use(self, department: str, letter_type: str) -> bool:
        """Is the letter type open to the system, for this department?"""
        return department in self.departments and letter_type in self.letter_types


@dataclass(frozen=True, slots=True)
class Target:
    """A share that is to be reached, in percent; `*` for the municipality as a whole. See docs/measures.md."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    department: Annotated[str, Field(pattern=r"^(\*|[a-z0-9-]{1,64})$")]
    measure: Literal["digital", "fjernprint", "digitisable", "digitisable-assumed", "enrolled"]
    percent: Annotated[int, Field(ge=0, le=100, strict=True)]
    valid_from: date
    source: Line
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """The whole of it."""

    municipality: Municipality
    departments: tuple[Department, ...]
    systems: tuple[System, ...]
    targets: tuple[Target, ...]
    logos: Mapping[str, Logo] = field(default_factory=dict)  # by file name
    plan: Plan = field(default_factory=Plan)

    def department(self, code: str, day: date) -> Department:
        """The department as it is on that day. Raises OrganisationFault."""
        found = on(day, (each for each in self.departments if each.code == code))
        if found is None:
            raise OrganisationFault(f"config/organisation.toml has no department {code!r} on {day}; add its row.")
        return found

    def is_department(self, code: str, day: date) -> bool:
        """Is there such a department on that day?"""
        return any(each.code == code for each in self.departments_on(day))

    def departments_on(self, day: date) -> tuple[Department, ...]:
        """The departments in force on that day, in the order of the file."""
        return tuple(each for each in self.departments if on(day, (each,)))

    def name_of(self, code: str, day: date) -> str:
        """What to call a department in a figure for that day: its name then, else its last one, else its code."""
        of_code = [each for each in self.departments if each.code == code]
        found = on(day, of_code) or max(of_code, key=lambda each: each.valid_from, default=None)
        return found.name if found else code

    def cost_centre(self, code: str, day: date) -> str:
        """What the department's postage is charged to on that day; empty where there is no such department then."""
        found = on(day, (each for each in self.departments if each.code == code))
        return found.cost_centre if found else ""

    def letterhead(self, code: str, day: date) -> Letterhead:
        """The head of a letter from this department on that day. Raises OrganisationFault."""
        of = self.department(code, day)
        return Letterhead(
            name=self.municipality.name,
            return_address=of.return_address,
            department=of.name,
            phone=of.phone,
            mail=of.mail,
            web=of.web,
            opening_hours=of.opening_hours,
            logo=self.logos.get(of.logo or self.municipality.logo),
        )

    def contact(self, code: str, day: date, mail: str = "") -> Contact | None:
        """Whom the recipient of a letter from this department may turn to, at its own mail address or at this one; None
        where there is no such department on that day."""
        of = on(day, (each for each in self.departments if each.code == code))
        return Contact(of.name, mail or of.mail, of.phone, of.contact_point) if of else None

    def system(self, name: str) -> System | None:
        """The specialist system of that name."""
        return next((each for each in self.systems if each.name == name), None)

    def target(self, measure: str, department: str, day: date) -> int | None:
        """The share in percent that the department is to reach, its own before everyone's; None where none is set."""
        of = [each for each in self.targets if each.measure == measure]
        for code in (department, EVERYONE):
            if found := on(day, (each for each in of if each.department == code)):
                return found.percent
        return None


def load_organisation(folder: Path) -> Organisation:
    """What `organisation.toml` and `targets.toml` of that folder say. Raises SettingsFault with every fault of both."""
    faults = Faults(folder / "organisation.toml", [])
    found = tables(read(faults.file, faults), ("municipality", "department", "system"), faults)
    municipality = tuple(one(Municipality, "municipality", found["municipality"], faults))
    departments = rows(Department, "department", found["department"], faults)
    systems = rows(System, "system", found["system"], faults)
    _check(municipality, departments, systems, faults)
    logos = _logos(folder, (*municipality, *departments), faults)
    target_faults = Faults(folder / "targets.toml", [])
    wanted = tables(read(target_faults.file, target_faults), ("target", *TABLES), target_faults)
    codes = {each.code for each in departments}
    targets = rows(Target, "target", wanted["target"], target_faults)
    _check_targets(targets, codes, target_faults)
    plan = plan_of(wanted, codes, target_faults)
    raise_if((faults, target_faults))
    return Organisation(municipality[0], departments, systems, targets, logos, plan)


def _logos(folder: Path, named: Iterable[Municipality | Department], faults: Faults) -> dict[str, Logo]:
    """The logos that the rows name, each read once."""
    found: dict[str, Logo] = {}
    for file in sorted({each.logo for each in named if each.logo}):
        try:
            found[file] = read_logo((folder / file).read_bytes())
        except OSError:
            faults.add(f"logo {file}", "cannot be read; put it beside this file, or correct its name.")
        except ImageFault as fault:
            faults.add(f"logo {file}", f"{fault}.")
    return found


def _check(
    municipality: Iterable[Municipality],
    departments: tuple[Department, ...],
    systems: tuple[System, ...],
    faults: Faults,
) -> None:
    for each in municipality:
        if not cvr.is_valid(each.cvr):
            faults.add("municipality", "cvr: the check digit does not fit; correct the number.")
    codes = {each.code for each in departments}
    for code in sorted(codes):
        check_periods(f"department {code}", [each for each in departments if each.code == code], faults, gaps=False)
    for department in departments:
        if department.ean and not ean.is_valid(department.ean):
            faults.add(f"department {department.code}", "ean: the check digit does not fit; correct the number.")
    names = [each.name for each in systems]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"system {name}", "stands more than once; keep one.")
    for system in systems:
        _check_system(system, codes, faults)


def _check_system(system: System, codes: set[str], faults: Faults) -> None:
    for code in sorted(system.departments - codes):
        faults.add(f"system {system.name}", f"there is no department {code}; add it or correct the code.")
    for named in ("departments", "letter_types"):
        if not getattr(system, named):
            faults.add(f"system {system.name}", f"{named} is empty, so that it may write nothing; name at least one.")


def _check_targets(targets: tuple[Target, ...], codes: set[str], faults: Faults) -> None:
    for department, measure in sorted({(each.department, each.measure) for each in targets}):
        dated = [each for each in targets if (each.department, each.measure) == (department, measure)]
        check_periods(f"target {department} {measure}", dated, faults, gaps=True)
        if department != EVERYONE and codes and department not in codes:
            faults.add(f"target {department}", "there is no such department; add it or correct the code.")
