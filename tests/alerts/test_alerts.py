"""Every alert goes off by its cause, alone, and says where the run-book has it; a quiet house sets off none."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from outbound import clock
from outbound.clock import COPENHAGEN
from outbound.ledger import channels
from outbound.letter import Channel, Mailbox
from outbound.settings import HOME
from tests.alerts.causes import CAUSES, ON_POSTGRESQL
from tests.alerts.promql import Labels, Scrape, evaluate
from tests.alerts.rules import ALERTS, FILE
from tests.alerts.watched import ALL, Watched
from tests.conftest import find_promtool
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, open_house, submission
from tests.people import person

RUN_BOOK = (HOME / "docs" / "operations.md").read_text()


@pytest.fixture
def watched(
    request: pytest.FixtureRequest, tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    """A house on which all is well."""
    moving = MovingClock(tmp_path / "clock")
    monkeypatch.setenv("OUTBOUND_CLOCK_FILE", str(moving.file))
    moving.to(datetime(2026, 11, 23, 10, tzinfo=COPENHAGEN))
    name = request.node.callspec.params.get("name") if hasattr(request.node, "callspec") else None
    url = request.getfixturevalue("postgresql_url" if name in ON_POSTGRESQL else "sqlite_url")
    made = Watched(url, tmp_path, redis_url, moving)
    made.forget_tickets()
    made.say_they_live(*ALL)
    yield made
    made.house.ledger.close()
    made.forget_tickets()


def fired(now: Scrape, before: Scrape) -> dict[str, set[Labels]]:
    """The alerts that go off, with the labels of what set them off."""
    found = {name: set(evaluate(alert.expr, now, before)) for name, alert in ALERTS.items()}
    return {name: labels for name, labels in found.items() if labels}


def test_every_alert_has_its_cause_here() -> None:
    assert list(ALERTS) == list(CAUSES)


@pytest.mark.parametrize("name", ALERTS)
def test_its_cause_and_nothing_else_sets_it_off(name: str, watched: Watched) -> None:
    _, before = watched.asked()
    assert fired(before, before) == {}
    CAUSES[name](watched)
    _, now = watched.asked()
    assert list(fired(now, before)) == [name]


def test_a_database_that_is_away_sets_off_the_ledgers_alarm_alone(watched: Watched) -> None:
    _, before = watched.asked()
    watched.house.ledger.close()
    watched.house = open_house("postgresql://outbound@127.0.0.1:9/none", watched.folder, watched.world)
    _, now = watched.asked()
    assert list(fired(now, before)) == ["LedgerNotWritable"]


def test_a_channel_that_refuses_us_does_not_hide_another_that_is_away(watched: Watched) -> None:
    _, before = watched.asked()
    with watched.house.ledger.writing() as tx:
        channels.pause(tx, "channel", "digital", "misconfigured")
        channels.failed(tx, Channel.DIGITAL, clock.now())
        channels.failed(tx, Channel.PRINT, clock.now())
    _, now = watched.asked()
    found = fired(now, before)
    assert list(found) == ["ChannelAway", "ChannelMisconfigured"]
    assert [dict(labels)["channel"] for labels in found["ChannelAway"]] == ["print"]


def test_a_house_that_works_sets_off_none(watched: Watched) -> None:
    _, before = watched.asked()
    hand_in(watched.house, *(submission(person("well", n)) for n in range(3)))
    watched.world.enrolment.answers[person("well", 1)] = Mailbox.EXEMPT
    run_to_rest(watched.house)
    watched.world.report()
    run_to_rest(watched.house)
    watched.say_they_live(*ALL)
    _, now = watched.asked()
    assert fired(now, before) == {}
    assert sum(value for labels, value in now["outbound_letters"].items()) == 0


@pytest.mark.parametrize("name", ALERTS)
def test_the_run_book_says_what_it_means_how_to_see_it_and_what_to_do(name: str) -> None:
    alert = ALERTS[name]
    assert alert.severity in ("wake", "morning")
    assert alert.runbook == f"docs/operations.md#{name.lower()}"
    section = re.search(rf"^### {name}\n(.+?)(?=^#)", RUN_BOOK, re.MULTILINE | re.DOTALL)
    assert section, f"the run-book has no section {name}"
    for word in ("**Means:**", "**See:**", "**Do:**"):
        assert word in section[1], (name, word)
    assert f"`{alert.severity}`" in section[1]


def test_what_wakes_comes_first() -> None:
    severities = [alert.severity for alert in ALERTS.values()]
    assert severities == sorted(severities, key=lambda one: one != "wake")
    sections = re.findall(r"^### (\w+)$", RUN_BOOK.split("## Alarms")[1], re.MULTILINE)
    assert sections[: len(ALERTS)] == list(ALERTS)


@pytest.mark.prometheus
def test_prometheus_can_read_the_rules() -> None:
    promtool("check", "rules", FILE)


@pytest.mark.prometheus
@pytest.mark.parametrize("name", ALERTS)
def test_prometheus_sets_it_off_after_its_time_and_not_before(name: str, watched: Watched, tmp_path: Path) -> None:
    """Prometheus itself, given what `/metrics` said: an hour of quiet, then the cause for as long as the rule waits."""
    quiet, _ = watched.asked()
    CAUSES[name](watched)
    caused, _ = watched.asked()
    (tmp_path / "rules.yaml").write_text(FILE.read_text())
    test = tmp_path / "test.yaml"
    test.write_text(as_test(quiet, caused, name))
    promtool("test", "rules", test)


def promtool(*words: object) -> None:
    argv = [find_promtool() or "", *map(str, words)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


QUIET = 60  # minutes


def as_test(quiet: str, caused: str, name: str) -> str:
    """promtool's test, which is JSON as well as YAML: every series as it was scraped, and what fires when."""
    wait, firing = ALERTS[name].wait, 'count(ALERTS{{alertstate="firing",alertname{}"{}"}}) > bool 0 or vector(0)'
    at, before, now = QUIET + 1 + wait, series(quiet), series(caused)
    lines = [
        {"series": one, "values": f"{values(before.get(one), QUIET)} {values(now.get(one), wait + 9)}"}
        for one in sorted({*before, *now})
    ]
    expected = (("=", QUIET, 0), ("=", at, 1), ("!=", at, 0), *([("=", at - 2, 0)] if wait > 1 else []))
    tests = [
        {"expr": firing.format(sign, name), "eval_time": f"{minute}m", "exp_samples": [{"labels": "{}", "value": said}]}
        for sign, minute, said in expected
    ]
    one_test = {"interval": "1m", "input_series": lines, "promql_expr_test": tests}
    return json.dumps({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [one_test]})


def values(value: str | None, more: int) -> str:
    """The same value every minute, or none."""
    return f"_x{more + 1}" if value is None else f"{value}+0x{more}"


def series(text: str) -> dict[str, str]:
    """Series of ours to value, as they stand in the text; buckets are no alert's."""
    rows = (line.rpartition(" ") for line in text.splitlines() if line and "#" not in line and "_bucket{" not in line)
    return {one: value.replace("+Inf", "Inf") for one, _, value in rows}
