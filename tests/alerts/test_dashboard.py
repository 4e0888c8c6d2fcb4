"""The dashboard and the rules ask for metrics that there are, and the dashboard can be read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outbound.settings import HOME
from tests.alerts.rules import ALERTS
from tests.alerts.test_alerts import promtool
from tests.alerts.test_alerts import watched as watched
from tests.alerts.watched import Watched

GRAFANA = HOME / "deploy" / "grafana"
DASHBOARD = json.loads((GRAFANA / "outbound.json").read_text())
ROWS = ("Klokken tre", "Hvad venter", "Hvad kræver en hånd", "Omverdenen", "Maskinrummet")


def shown() -> Iterator[dict[str, Any]]:
    """Every panel that shows something."""
    yield from (one for one in DASHBOARD["panels"] if one["type"] != "row")


def expressions() -> list[str]:
    return [target["expr"] for panel in shown() for target in panel["targets"]]


def test_whatever_is_asked_for_is_there_and_whatever_is_there_is_explained(watched: Watched) -> None:
    text, _ = watched.asked()
    known = set(re.findall(r"^# TYPE (outbound_\w+) ", text, re.MULTILINE))
    asked = [*expressions(), *(alert.expr for alert in ALERTS.values())]
    names = {name.removesuffix("_bucket") for one in asked for name in re.findall(r"\boutbound_\w+", one)}
    assert names
    assert names <= known
    run_book = (HOME / "docs" / "operations.md").read_text()
    assert {name for name in known if f"`{name}`" not in run_book} == set()


def test_the_panels_answer_the_question_of_the_night_first() -> None:
    titles = [one["title"] for one in DASHBOARD["panels"] if one["type"] == "row"]
    assert [title.startswith(begin) for title, begin in zip(titles, ROWS, strict=True)] == [True] * len(ROWS)
    first = [panel["title"] for panel in shown()][:4]
    assert first == ["Tabte breve", "Forfaldne breve", "Tid til køen er tom", "Tid til første frist"]


def test_every_panel_has_a_title_a_unit_a_source_and_a_place_of_its_own() -> None:
    ids, places = set(), set()
    for panel in DASHBOARD["panels"]:
        ids.add(panel["id"])
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert (x, y) not in places, panel["title"]
                places.add((x, y))
        assert panel["title"]
    assert len(ids) == len(DASHBOARD["panels"])
    for panel in shown():
        assert panel["datasource"] == {"type": "prometheus", "uid": "prometheus"}
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_the_source_that_the_dashboard_asks_is_provisioned() -> None:
    source = (GRAFANA / "provisioning" / "datasources" / "outbound.yaml").read_text()
    assert "\n    uid: prometheus\n" in source
    assert "\n    type: prometheus\n" in source


@pytest.mark.prometheus
def test_prometheus_understands_every_question(tmp_path: Path) -> None:
    rules = [{"record": f"asked:{number}", "expr": one} for number, one in enumerate(expressions())]
    file = tmp_path / "rules.yaml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", file)
