"""`outbound completion`: the lines by which a shell completes the command."""

from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_shared import get_completion_script


class Shell(StrEnum):
    """The shells that are known."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(shell: Annotated[Shell, typer.Argument(help="Whose lines.")]) -> None:
    """Print what makes a shell complete the command.

    Source it, or put it where the shell looks.
    """
    typer.echo(get_completion_script(prog_name="outbound", complete_var="_OUTBOUND_COMPLETE", shell=shell))
