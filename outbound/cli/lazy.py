"""Commands that are listed with a line each and loaded when one is called: the list itself costs no second.

Also what every command gets without saying so itself: `--json`, and completion of what the policy files name.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from outbound.cli.completing import complete_values

JSON = "outbound.json"
"""Set in a command's context where its user asked for JSON."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A command, or a group of them: where it is (`module:name` under `outbound.cli`), and what it does in a line."""

    place: str
    said: str


Panels = Mapping[str, Mapping[str, Listed]]
"""The commands by name, under the headings of `outbound --help`."""


class Commands(MutableMapping[str, Any]):
    """Commands by name; one that is only listed is loaded when it is asked for."""

    def __init__(self, listed: Mapping[str, Listed], loaded: Mapping[str, Any]) -> None:
        self._listed, self._loaded = dict(listed), dict(loaded)

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._listed[name].place)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._listed or name in self._loaded

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._listed, *self._loaded)))

    def __len__(self) -> int:
        return len(self._listed.keys() | self._loaded.keys())


def group_of(panels: Panels) -> type[TyperGroup]:
    """The class of a group with these commands, beside whatever is registered with it as usual."""
    listed = {name: one for panel in panels.values() for name, one in panel.items()}

    class Lazy(TyperGroup):
        """A group that loads a command when it is called."""

        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = Commands(listed, {name: dressed(one) for name, one in self.commands.items()})

        def list_commands(self, ctx: Any) -> list[str]:
            return list(self.commands)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            for panel, commands in _with_unlisted(panels, self.commands).items():
                with formatter.section(panel):
                    formatter.write_dl(list(commands.items()))

        def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
            lines = [line for panel in _with_unlisted(panels, self.commands).values() for line in panel.items()]
            return [_item(name, said) for name, said in lines if name.startswith(incomplete)] or super(
                TyperGroup, self
            ).shell_complete(ctx, incomplete)

    return Lazy


def dressed(command: Any) -> Any:
    """The command with what every command has; of a group, each of its commands.

    `--json` is of what has a `--format`, and of what acts and is told why: that says what it did by `telling.tell`.
    """
    for inner in getattr(command, "commands", {}).values():
        dressed(inner)
    complete_values(command)
    if any("--format" in one.opts or one.name in ("why", "reason") for one in command.params):
        command.params.append(_json_option())
    return command


def as_json(context: typer.Context, wanted: bool) -> None:
    """`--json`: what `--format json` means, and for what acts on letters an object for each."""
    if wanted:
        context.default_map = {**(context.default_map or {}), "form": "json"}
        context.meta[JSON] = True


def _json_option() -> Any:
    holder = typer.Typer(add_completion=False)

    @holder.command()
    def sample(
        _: Annotated[
            bool,
            typer.Option(
                "--json", help="JSON, for other programs.", is_eager=True, expose_value=False, callback=as_json
            ),
        ] = False,
    ) -> None: ...

    return next(one for one in typer.main.get_command(holder).params if "--json" in one.opts)


def _load(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"outbound.cli.{module}"), attribute)
    holder = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    holder.callback()(_nothing)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    loaded: Any = typer.main.get_command(holder)
    return dressed(loaded.commands[name])


def _nothing() -> None:
    """Makes a group of a single command."""


def _with_unlisted(panels: Panels, commands: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    lines = {panel: {name: one.said for name, one in listed.items()} for panel, listed in panels.items()}
    listed = {name for panel in panels.values() for name in panel}
    rest = {name: commands[name].get_short_help_str() for name in commands if name not in listed}
    return lines | ({"Commands": rest} if rest else {})


def _item(name: str, said: str) -> Any:
    from typer._click.shell_completion import CompletionItem

    return CompletionItem(name, help=said)
