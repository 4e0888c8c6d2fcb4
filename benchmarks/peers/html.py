"""The letter as HTML, for the engines that take HTML: the body is our own template, read with our own filters."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).resolve().parent / "templates"
REPOSITORY = TEMPLATES.parents[2]
TYPES = {1: "moedeindkaldelse", 3: "rykker"}  # by pages


def danish() -> Any:
    """The filters' module by its file: the package around it wants what the peers' environment does not have."""
    spec = importlib.util.spec_from_file_location("danish", REPOSITORY / "outbound" / "rendering" / "danish.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Html:
    """Fills one engine's page with our own letter's body."""

    def __init__(self, page: str, pages: int) -> None:
        loader = FileSystemLoader([TEMPLATES, REPOSITORY / "templates" / "letters"])
        environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters.update(danish().FILTERS, plainer=_plainer, scoped=_scoped)
        self._page = environment.get_template(page, globals={"body": f"{TYPES[pages]}/letter.html.j2"})

    def of(self, letter: Mapping[str, Any]) -> str:
        """The whole page of one letter."""
        return self._page.render({**letter, **letter["fields"]})


def _plainer(body: str) -> Markup:
    """xhtml2pdf knows no `section`, and repeats a table's head where the table says so."""
    plainer = str(body).replace("<table>", '<table repeat="1">')
    return Markup(plainer.replace("<section", "<div").replace("</section>", "</div>"))


def _scoped(body: str) -> Markup:
    """A name at the head of a row says so, as our own tags do; WeasyPrint tags it by that."""
    return Markup(str(body).replace("\n<tr><th>", '\n<tr><th scope="row">'))
