"""What people may whom others vouch for: `config/sign_in.toml` maps the groups of the identity provider, or of the
proxy, to roles and departments. Whoever has no mapped role does not get in."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outbound.intake import looks_like_cpr
from outbound.reserved import is_reserved
from outbound.settings import SettingsFault
from outbound.web.people import EVERYWHERE, Account, Role

LONGEST_NAME = 60
MOST_GROUPS = 1000


class NotLetIn(Exception):
    """They are somebody, and may not come in. `code` is a stand code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rights:
    """Group to roles, and group to departments."""

    roles: Mapping[str, frozenset[Role]]
    departments: Mapping[str, frozenset[str]]
    systems: frozenset[str] = frozenset()  # whose names nobody may have

    def account(self, name: str, groups: Collection[str]) -> Account:
        """The account of somebody of that name in these groups. Raises NotLetIn."""
        if not usable(name, self.systems):
            raise NotLetIn("name")
        known = list(groups)[:MOST_GROUPS]
        roles = frozenset(role for one in known for role in self.roles.get(one, ()))
        if not roles:
            raise NotLetIn("no-role")
        departments = frozenset(code for one in known for code in self.departments.get(one, ()))
        return Account(name, roles=roles, departments=departments)


def usable(name: str, systems: Collection[str]) -> bool:
    """Can a person's acts stand under this name? Not under one of the router's own or of these systems."""
    plain = name.isprintable() and name == name.strip() and not looks_like_cpr(name) and not is_reserved(name, systems)
    return plain and 1 <= len(name) <= LONGEST_NAME


def load_rights(file: Path, known_departments: Iterable[str], systems: Iterable[str] = ()) -> Rights:
    """The table in this file. Raises SettingsFault, naming every fault."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise SettingsFault(f"{file}: it cannot be read as TOML ({type(fault).__name__}).") from None
    faults = [f"{name} is not known" for name in table.keys() - {"roles", "departments"}]
    roles = _mapped(table, "roles", {str(role) for role in Role}, faults)
    departments = _mapped(table, "departments", {*known_departments, EVERYWHERE}, faults)
    if not roles:
        faults.append("[roles] maps no group to a role: nobody could sign in")
    if faults:
        raise SettingsFault(f"{file}: " + "; ".join(faults))
    return Rights(
        {group: frozenset(map(Role, codes)) for group, codes in roles.items()}, departments, frozenset(systems)
    )


def _mapped(table: Mapping[str, Any], name: str, known: set[str], faults: list[str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    rows = table.get(name, {})
    for group, given in rows.items() if isinstance(rows, dict) else ():
        if not isinstance(given, list) or not given or not set(map(str, given)) <= known:
            faults.append(f"[{name}] {group}: give a list of {', '.join(sorted(known))}")
        else:
            found[group] = frozenset(map(str, given))
    return found
