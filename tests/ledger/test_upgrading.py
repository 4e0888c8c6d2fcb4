"""The schema moves while letters flow: a newer ledger is worked on, an older one is not, and none waits long."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from outbound.cli import main
from outbound.delivery import House
from outbound.ledger import Ledger, migrate
from outbound.ledger.revision import Schema, schema_of
from outbound.ledger.store import MIGRATIONS
from outbound.life import Status
from outbound.settings import SettingsFault, load
from tests.delivery.walking import run_to_rest
from tests.house import hand_in, look, submission
from tests.people import person
from workers.opening import open_house

NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None

def upgrade():
    op.add_column("letter", sa.Column("of_tomorrow", sa.String(10), nullable=True))
    op.create_table("of_tomorrow", sa.Column("id", sa.Integer(), primary_key=True))
"""


@pytest.fixture
def of_tomorrow(tmp_path: Path) -> Path:
    """A migration of the version to come, as our rules for them have it."""
    folder = tmp_path / "versions"
    folder.mkdir()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    (folder / "9999_of_tomorrow.py").write_text(NEXT.format(head=head))
    return folder


def schema(house: House) -> Schema:
    with house.ledger.reading() as tx:
        return schema_of(tx)


def test_letters_flow_while_a_newer_version_migrates(house: House, of_tomorrow: Path) -> None:
    assert schema(house) is Schema.SAME
    letters = hand_in(house, *(submission(person("well", number)) for number in (1, 3, 5, 7)))
    migrating = threading.Thread(target=migrate, args=(house.settings.database_url, [of_tomorrow]))
    migrating.start()
    run_to_rest(house)
    migrating.join()
    assert schema(house) is Schema.NEWER
    letters += hand_in(house, submission(person("well", 9)))
    run_to_rest(house)
    assert {look(house, one).status for one in letters} == {Status.SENT}


def test_a_migration_gives_way_to_whoever_holds_the_table_and_comes_again(
    postgresql_url: str, of_tomorrow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outbound.ledger.store.LOCK_PAUSE", 1.0)
    ledger = Ledger(postgresql_url)
    with ledger.engine.connect() as slow:
        slow.execute(text("LOCK TABLE letter IN ROW EXCLUSIVE MODE"))  # as any letter being worked does
        migrating = threading.Thread(target=migrate, args=(postgresql_url, [of_tomorrow]))
        migrating.start()
        waits = list(longest_waits(ledger, migrating, seconds=8))
        assert migrating.is_alive()
        slow.rollback()
    migrating.join(timeout=30)
    assert 1 < max(waits) < 5, "others wait behind it, and not for long"
    with ledger.reading() as tx:
        assert schema_of(tx) is Schema.NEWER
    ledger.close()


def longest_waits(ledger: Ledger, migrating: threading.Thread, seconds: float) -> Iterator[float]:
    """How long others take to get at the table, again and again."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and migrating.is_alive():
        began = time.monotonic()
        with ledger.engine.begin() as tx:
            tx.execute(text("LOCK TABLE letter IN ROW EXCLUSIVE MODE"))
        yield time.monotonic() - began
        time.sleep(0.05)


@pytest.fixture
def older(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger that lacks the last migration."""
    with house.ledger.writing() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    url = house.settings.database_url
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", url)
    monkeypatch.setenv("OUTBOUND_SEAL_KEYS_FILE", str(house.settings.seal_keys_file))
    return url


def test_an_older_ledger_is_not_worked_on_and_it_is_said(older: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsFault, match="run `outbound migrate`"):
        open_house(load())
    assert ended(["migrate", "--check"]) == 1
    assert "older schema" in capsys.readouterr().out
    assert ended(["queues"]) == 4


def test_on_a_newer_ledger_there_is_nothing_to_migrate(
    house: House, of_tomorrow: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    migrate(house.settings.database_url, [of_tomorrow])
    monkeypatch.setenv("OUTBOUND_DATABASE_URL", house.settings.database_url)
    for words in (["migrate", "--check"], ["migrate"]):
        assert ended(words) == 0
        assert "newer schema" in capsys.readouterr().out
    assert ended(["queues"]) == 0


def ended(words: list[str]) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["outbound", *words])
        with pytest.raises(SystemExit) as end:
            main()
    return int(end.value.code or 0)
