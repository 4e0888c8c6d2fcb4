"""What a command works with: the settings, the ledger, the house; each opened only when it is needed."""

import getpass
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from outbound.cli.faults import CannotDo
from outbound.desk import Hand
from outbound.intake import looks_like_cpr
from outbound.ledger import Ledger
from outbound.ledger.revision import is_usable
from outbound.organisation import load_organisation
from outbound.reserved import is_reserved
from outbound.settings import HOME, Settings, SettingsFault, load

if TYPE_CHECKING:
    from outbound.delivery import House

SQLITE = "sqlite:///"
LONGEST_NAME = 80  # characters: the column of whoever did something


def use_env_file(file: Path | None) -> None:
    """Take the settings that `outbound up` wrote in `file`.

    Without a file: those of `var/env`, where this process was given no OUTBOUND_ setting of its own.
    """
    if file is None:
        file = HOME / "var" / "env"
        if any(name.startswith("OUTBOUND_") for name in os.environ) or not file.is_file():
            return
    os.environ.update(_assignments(file))


def _assignments(file: Path) -> dict[str, str]:
    try:
        words = [shlex.split(line) for line in file.read_text().splitlines()]
    except (OSError, ValueError):
        raise SettingsFault(f"{file} cannot be read as a file of settings; `outbound up` writes one.") from None
    pairs = [word.partition("=") for line in words for word in line if "=" in word]
    return {name: value for name, _, value in pairs if name.startswith("OUTBOUND_")}


@contextmanager
def opened_ledger() -> Iterator[tuple[Settings, Ledger]]:
    """The settings and the ledger, which is there and has the newest schema. Raises SettingsFault."""
    settings = load()
    with _checked(settings.ledger_url) as ledger:
        yield settings, ledger


@contextmanager
def _checked(url: str) -> Iterator[Ledger]:
    """The ledger at `url`; a SQLite file that is not there is not made."""
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        raise SettingsFault(
            f"There is no ledger at {url.removeprefix(SQLITE)}; set OUTBOUND_DATABASE_URL, or make it with "
            "`outbound migrate`."
        )
    ledger = Ledger(url)
    try:
        with ledger.reading() as tx:
            usable = is_usable(tx)
        if not usable:
            raise SettingsFault("The ledger has an older schema than this version needs; run `outbound migrate`.")
        yield ledger
    finally:
        ledger.close()


@contextmanager
def opened_house() -> Iterator["House"]:
    """The whole house, as a worker has it. Raises SettingsFault, SealFault or LetterTypesFault."""
    from workers.opening import open_house, quiet_logs  # loads the renderer and every adapter

    quiet_logs()
    settings = load()
    with _checked(settings.ledger_url):
        house = open_house(settings)
    try:
        yield house
    finally:
        house.ledger.close()


def os_user() -> str:
    """Who sits at the terminal; behind sudo, whoever called it."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def hand(by: str, why: str) -> Hand:
    """Who does it, and why. `why` as `-` is read from standard input, so that it stands in no command line."""
    return Hand(name_of_hand(by), sys.stdin.read().strip() if why == "-" else why)


def name_of_hand(by: str) -> str:
    """A name under which a person's acts may stand in the ledger, in the open. Raises CannotDo."""
    if not by.strip() or len(by) > LONGEST_NAME or not by.isprintable() or looks_like_cpr(by):
        raise CannotDo(f"Say who you are in at most {LONGEST_NAME} printable characters, without a CPR number (--by).")
    if is_reserved(by, [one.name for one in load_organisation(load().config_dir).systems]):
        raise CannotDo("That name is the router's own or a specialist system's. Say who you are (--by).")
    return by.strip()
