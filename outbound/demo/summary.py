"""What the demo says at its end, in Danish: the routes, the channels, the money, the departments, and where to look."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from outbound.letter import Channel
from outbound.life import Status
from outbound.rendering.danish import kroner
from outbound.reports import CHANNELS, Report, percent
from outbound.routing import Route
from outbound.tariff_row import Part
from outbound.web.pages.words import state_said


def summary(letters: Sequence[Any], report: Report, folder: Path, examples: Mapping[str, Path]) -> Iterator[str]:
    """All of it, line by line. `letters`: each as the API shows it."""
    yield from _routes(letters)
    yield from _channels(letters)
    yield from _money(report)
    yield from _departments(report)
    yield from _examples(examples)
    yield from _further(letters, folder)


def _routes(letters: Sequence[Any]) -> Iterator[str]:
    counted = Counter((one["route"] or {}).get("code", "") for one in letters)
    yield "Breve efter rute"
    for route in Route:
        if counted[route.code]:
            yield f"  {counted[route.code]:>4}  {route.code:<30}  {route.sentence}"


def _channels(letters: Sequence[Any]) -> Iterator[str]:
    counted = Counter(((one["route"] or {}).get("channel", "none"), one["state"]) for one in letters)
    yield "\nBreve efter kanal og tilstand"
    for (channel, state), count in sorted(counted.items()):
        yield f"  {count:>4}  {CHANNELS[channel]:<14}  {state_said(Status(state), Channel(channel))}"


def _money(report: Report) -> Iterator[str]:
    money = report.total.figure.money
    yield "\nSparet i forhold til at printe og sende de samme breve fra kontoret"
    yield f"  {kroner(money.saved(Part.PORTO)):>15}  porto"
    yield f"  {kroner(money.saved(Part.MATERIALS)):>15}  materialer"
    yield f"  {kroner(money.certain):>15}  sikkert i alt, heraf {kroner(money.householding)} ved samkuvertering"
    yield f"  {kroner(money.saved(Part.HANDLING)):>15}  arbejdstid (anslået; lægges ikke sammen med det sikre)"


def _departments(report: Report) -> Iterator[str]:
    yield "\nAndele for hver forvaltning (docs/measures.md)"
    lines = (*report.lines, report.total)
    wide = max(len(line.label) for line in lines)
    yield f"  {'':<{wide}}{'Breve':>7}{'Digital':>9}{'Papir':>9}{'Fjernprint':>12}"
    for line in lines:
        of = line.figure.letters
        shares = f"{percent(of.digital_share):>9}{percent(of.paper_share):>9}"
        unknown = "ukendt" if of.local is None else "–"
        yield f"  {line.label:<{wide}}{of.through_router:>7}{shares}{percent(of.router_share, unknown):>12}"
    yield "  Fjernprintandelen er ukendt, til kontorernes egne print bliver indberettet."


def _examples(examples: Mapping[str, Path]) -> Iterator[str]:
    yield "\nTo af brevene (opdigtede mennesker)"
    for what, file in examples.items():
        yield f"  {what}: {file}"


def _further(letters: Sequence[Any], folder: Path) -> Iterator[str]:
    held = next((one["id"] for one in letters if one["state"] == Status.HELD), letters[0]["id"])
    command = f".venv/bin/outbound --env {folder / 'env'}"
    yield "\nSe videre"
    yield f"  {command} held                 hvad der venter på et menneske, og hvorfor"
    yield f"  {command} show {held}"
    yield f"  {command} report --by route    de samme tal, delt op på en anden måde"
    yield f"  {command} audit                regn hver krone efter"
    yield f"  .venv/bin/outbound up --dir {folder}    samme breve på siderne /drift og /ledelse"
    yield f"  {folder / 'logs'}    hvad hver proces har skrevet"
