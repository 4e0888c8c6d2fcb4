"""Setting up: schema, seal keys, keys of specialist systems, accounts of people."""

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from outbound import clock
from outbound.cli.faults import CannotDo, Code
from outbound.cli.opening import SQLITE, opened_ledger
from outbound.cli.telling import working
from outbound.key_file import month_after
from outbound.ledger import Ledger
from outbound.ledger import migrate as migrate_to_newest
from outbound.ledger.revision import Schema, schema_of
from outbound.organisation import load_organisation
from outbound.reserved import is_reserved
from outbound.seal import new_keys
from outbound.settings import load

SCHEMAS = {
    Schema.SAME: "The ledger has the newest schema.",
    Schema.OLDER: "The ledger has an older schema; `outbound migrate` brings it to the newest.",
    Schema.NEWER: "The ledger has a newer schema than this version knows; it works on it.",
}
SHORTEST_PASSWORD = 12
keys = typer.Typer(no_args_is_help=True, help="Seal keys: one per retention month, and the fingerprint key.")
File = Annotated[Path, typer.Argument(help="The key file, as in OUTBOUND_SEAL_KEYS_FILE.")]
Months = Annotated[int, typer.Option(min=1, max=600, help="Retention months to have keys for, from this month on.")]


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 where there is something to do.")
    ] = False,
) -> None:
    """Bring the ledger's schema to the newest, while everything runs.

    A migration that does not get at a table within seconds gives way to the letters and is tried again.
    """
    url = load().ledger_url
    found = _schema(url)
    if check:
        typer.echo(SCHEMAS[found])
        raise typer.Exit(Code.FOUND if found is Schema.OLDER else Code.DONE)
    if found is not Schema.NEWER:
        with working("The schema is brought to the newest"):
            migrate_to_newest(url)
        found = Schema.SAME
    typer.echo(SCHEMAS[found])


def _schema(url: str) -> Schema:
    """A SQLite file that is not there is not made."""
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        return Schema.OLDER
    ledger = Ledger(url)
    try:
        with ledger.reading() as tx:
            return schema_of(tx)
    finally:
        ledger.close()


@keys.command("new")
def keys_new(file: File, months: Months = 132) -> None:
    """Make a key file that is not there yet. Keep a copy where the database's back-ups are not."""
    if file.exists():
        raise CannotDo(f"{file} is there already; `outbound keys extend` adds months to it.")
    new_keys(file, _months(months))
    typer.echo(f"{file}: keys for {months} months. What is sealed with them can be read with this file only.")


@keys.command("extend")
def keys_extend(file: File, months: Months = 132) -> None:
    """Add the months that are missing. Running processes see them at once; no key is changed or removed."""
    if not file.is_file():
        raise CannotDo(f"{file} is not there; `outbound keys new` makes it.")
    before = _months_in(file)
    new_keys(file, _months(months))
    typer.echo(f"{file}: {len(_months_in(file)) - len(before)} months added.")


def system_key(
    system: Annotated[str, typer.Argument(help="The system's name in config/organisation.toml.")],
    revoke: Annotated[bool, typer.Option("--revoke", help="End every key of the system instead.")] = False,
) -> None:
    """Make an API key for a specialist system.

    It is printed, once; the ledger keeps a digest only.
    """
    from outbound.web.access import issue_key, revoke_keys

    with opened_ledger() as (settings, ledger):
        known = load_organisation(settings.config_dir)
        if known.system(system) is None and not revoke:
            names = ", ".join(each.name for each in known.systems)
            raise CannotDo(f"config/organisation.toml has no such system; it has {names}.")
        with ledger.writing() as tx:
            if revoke:
                typer.echo(f"{revoke_keys(tx, system)} keys revoked.")
                return
            key = issue_key(tx, system)
    typer.echo(key)


def account(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[list[str], typer.Option(help="drift, sag, ledelse, dpo or post; more than one by repeating it.")],
    department: Annotated[list[str] | None, typer.Option(help="A department's code; all where none is given.")] = None,
) -> None:
    """Print an account's lines for the accounts file.

    The file is OUTBOUND_ACCOUNTS_FILE. The password is asked for, or read from a pipe.
    """
    from outbound.web.people import Role

    if not set(role) <= set(Role):
        raise CannotDo(f"A role is one of {', '.join(Role)}.")
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise CannotDo("A name is 1 to 60 printable characters.")
    if is_reserved(name):
        raise CannotDo("That name is the router's own.")
    _check_departments(department or [])
    typer.echo(account_lines(name, _password(), role, department or ["*"]))


def _check_departments(codes: list[str]) -> None:
    """Raises CannotDo for one that the organisation has never had; an account of it would see nothing."""
    from outbound.web.people import EVERYWHERE

    if set(codes) <= {EVERYWHERE}:
        return
    known = dict.fromkeys(each.code for each in load_organisation(load().config_dir).departments)
    for code in codes:
        if code not in (EVERYWHERE, *known):
            raise CannotDo(f"config/organisation.toml has no department {code}; it has {', '.join(known)}.")


def account_lines(name: str, password: str, roles: list[str], departments: list[str]) -> str:
    """An account as TOML, with the argon2 hash of its password."""
    from outbound.web.people import hash_password

    values = {"name": name, "hash": hash_password(password), "roles": roles, "departments": departments}
    return "\n".join(
        ["[[account]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    )


def _password() -> str:
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\n")
    else:
        given = getpass.getpass("Password: ")
        if getpass.getpass("The same again: ") != given:
            typer.echo("The two are not the same.", err=True)
            raise typer.Exit(Code.REFUSED)
    if len(given) < SHORTEST_PASSWORD:
        raise CannotDo(f"A password has at least {SHORTEST_PASSWORD} characters.")
    return given


def _months(count: int) -> list[str]:
    today = clock.today()
    return [month_after(today, ahead) for ahead in range(count)]


def _months_in(file: Path) -> list[str]:
    try:
        return sorted(json.loads(file.read_text())["seal"])
    except (ValueError, KeyError, TypeError):
        raise CannotDo(f"{file} is no key file.") from None
