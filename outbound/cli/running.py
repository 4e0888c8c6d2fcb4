"""The stack at a terminal: `outbound up` and `outbound demo`."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from outbound.cli.faults import Code
from outbound.cli.setup import account_lines
from outbound.settings import HOME

LOGIN = "demo"
Folder = Annotated[Path, typer.Option("--dir", help="The folder for all of its data and logs.")]


def up(
    folder: Annotated[
        Path, typer.Option("--dir", envvar="OUTBOUND_VAR_DIR", help="The folder for all of its data and logs.")
    ] = HOME / "var",
    postgres: Annotated[bool, typer.Option(help="An embedded PostgreSQL in place of SQLite.")] = False,
) -> None:
    """The whole router and its pages, until Ctrl-C.

    The outside is simulated. A second start goes on where the first stopped.
    """
    from outbound.stack.terminal import keep_up

    accounts, password = demo_account(folder / "keys" / "accounts.toml")
    if password:
        typer.echo(f"Sign in to the pages as {LOGIN} with the password {password}")
        typer.echo(f"It is shown this once and kept, for you alone, in {accounts.with_suffix('.password')}.")
    env = {**os.environ, "OUTBOUND_ACCOUNTS_FILE": str(accounts)}
    keep_up(folder.absolute(), env, typer.echo, postgres=postgres)


def demo(folder: Folder = HOME / "var" / "demo") -> None:
    """200 letters, all the way; leaves nothing running.

    Three systems and a mailing hand them in. The text is Danish, as on the pages.
    """
    from outbound.demo import DemoFault, run

    with_life = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    try:
        run(folder.absolute(), live=with_life)
    except DemoFault as fault:
        typer.echo(f"\n{fault}", err=True)
        raise typer.Exit(Code.FOUND) from None
    except KeyboardInterrupt:
        typer.echo("\nAfbrudt. Intet kører længere.", err=True)
        raise typer.Exit(Code.INTERRUPTED) from None


def demo_account(file: Path) -> tuple[Path, str]:
    """The accounts file of an embedded stack, made with a random password at the first start; that, if it was made."""
    if file.exists():
        return file, ""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = secrets.token_urlsafe(12)
    roles = ["drift", "sag", "ledelse", "dpo"]
    _write_private(file.with_suffix(".password"), f"{password}\n")
    _write_private(file, account_lines(LOGIN, password, roles, ["*"]) + "\n")
    return file, password


def _write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
