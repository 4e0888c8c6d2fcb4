"""Keys rotate while letters flow; a dropped key takes what lay under it along, out of every back-up."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest

from outbound import clock, desk, key_desk, legal_holds, retention
from outbound.delivery import House
from outbound.delivery.settle import fetch
from outbound.desk import DeskRefusal
from outbound.key_file import SealFault, month_after, new_keys, read_keys
from outbound.ledger import Ledger
from outbound.ledger import retention as rows
from outbound.ledger import tables as t
from outbound.ledger.holds import HoldScope
from outbound.ledger.letters import claim, give_back
from outbound.ledger.values import Step
from outbound.letter import Lane, News
from outbound.lost import count_lost
from outbound.seal import Part, Seal
from outbound.stack.postgres import PostgresServer
from outbound.story import story
from tests.audited import differences
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, hand_in, keys_file, look
from tests.outside import World
from tests.retention.lives import (
    BOTH,
    HAND,
    MIKKEL,
    MONTHS,
    NAME,
    SOLVEJ,
    after,
    delivered,
    every,
    filed,
    night,
    parts,
    to,
    whats,
)
from tests.waiting import wait_for


def rotated(house: House, tmp_path: Path, month: str, hours: float = 0) -> str:
    return key_desk.rotate(house, keys_file(tmp_path), month, clock.now() + timedelta(hours=hours), HAND)


def opens(house: House, letter: UUID) -> bool:
    with house.ledger.writing() as tx:
        return house.seal.open(tx, letter, "person", "prøve", "page-fault") is not None


def test_a_new_key_is_read_with_at_once_and_written_with_from_its_time_on(
    house: House, tmp_path: Path, moving_clock: MovingClock
) -> None:
    first, *_ = hand_in(house, to(SOLVEJ))
    month = look(house, first).retention_month
    made = rotated(house, tmp_path, month, hours=1)
    assert made == f"{month}.2"
    hand_in(house, to(SOLVEJ))
    assert made not in every(house, t.sealed.c.key_id)
    moving_clock.pass_(hours=2)
    last, *_ = hand_in(house, to(SOLVEJ))
    assert made in every(house, t.sealed.c.key_id)
    assert opens(house, first)
    assert opens(house, last)


@pytest.mark.parametrize("database", BOTH)
def test_keys_rotate_while_letters_flow(house: House, tmp_path: Path, world: World) -> None:
    """Two processes hand in and work while a month's key is replaced and what lay under it is sealed anew."""
    other = replace(house, seal=Seal(keys_file(tmp_path)))
    ids: list[UUID] = []
    month = look(house, *hand_in(house, to(SOLVEJ))).retention_month

    def flow(through: House) -> None:
        for _ in range(6):
            ids.extend(hand_in(through, to(MIKKEL)))
            run_to_rest(through)

    threads = [Thread(target=flow, args=[each]) for each in (house, other)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(ids) > 3, "letters to flow", 60)
    made = rotated(house, tmp_path, month)
    while any(thread.is_alive() for thread in threads):
        for _ in key_desk.reseal(house):
            pass
    for thread in threads:
        thread.join()
    run_to_rest(house)
    for _ in key_desk.reseal(house):
        pass
    assert month not in every(house, t.sealed.c.key_id)
    assert made in every(house, t.sealed.c.key_id)
    assert len(ids) == 12
    assert all(look(house, one).status == "SENT" for one in ids)
    key_desk.drop(house, keys_file(tmp_path), month, HAND)
    assert all(opens(other, one) for one in ids)


def test_the_timer_seals_anew_what_lies_under_a_replaced_key(house: House, tmp_path: Path, world: World) -> None:
    (letter,) = delivered(house, world)
    month = look(house, letter).retention_month
    rotated(house, tmp_path, month)
    assert whats(night(house))["resealed"] > 3
    assert month not in every(house, t.sealed.c.key_id)
    assert opens(house, letter)


def test_a_process_with_an_older_file_says_so_and_loses_nothing(house: House, tmp_path: Path) -> None:
    old = tmp_path / "other-host.json"
    shutil.copy(keys_file(tmp_path), old)
    (letter,) = hand_in(house, to(SOLVEJ))
    rotated(house, tmp_path, look(house, letter).retention_month)
    (new,) = hand_in(house, to(SOLVEJ))
    behind = replace(house, seal=Seal(old))
    assert opens(behind, letter)
    with pytest.raises(SealFault, match="newest key file"):
        opens(behind, new)
    shutil.copy(keys_file(tmp_path), old)
    assert opens(behind, new)


def test_a_key_with_something_under_it_is_not_dropped(
    house: House, tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    (letter,) = delivered(house, world)
    month = look(house, letter).retention_month
    with pytest.raises(DeskRefusal, match="of 1 letters whose content is still kept"):
        key_desk.drop(house, keys_file(tmp_path), month, HAND)
    assert month in read_keys(keys_file(tmp_path)).seal
    empty = "2033-05"
    with pytest.raises(DeskRefusal, match="its month is not over"):
        key_desk.drop(house, keys_file(tmp_path), empty, HAND)
    with pytest.raises(DeskRefusal, match="The content of 1 letters would be lost, not of 0"):
        key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True)
    key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True, letters=1)
    assert look(house, letter).forgotten_at is not None
    assert "document" not in parts(house, letter)


def test_a_key_dropped_by_force_leaves_letters_forgotten_and_none_lost(
    house: House, tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    """Also those on their way, which nothing can be sent of; what was done and heard can still be read."""
    done, fresh = *delivered(house, world), *hand_in(house, to(MIKKEL))
    month = look(house, done).retention_month
    assert key_desk.toll(house, month) == key_desk.Toll(2, 1, 2)
    key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True, letters=2)
    assert all(look(house, one).forgotten_at is not None for one in (done, fresh))
    assert (look(house, fresh).status, look(house, fresh).held_code) == ("HELD", "content-missing")
    moving_clock.pass_(days=3)
    run_to_rest(house)
    with house.ledger.reading() as tx:
        assert count_lost(tx, house.settings) == {}
        told = {one.what: one.count for one in rows.counts(tx, clock.today() - timedelta(days=3))}
    assert told["forgotten"] == 2
    assert "notes" not in told
    (anew,) = hand_in(house, to(SOLVEJ))
    run_to_rest(house)
    assert look(house, anew).status == "SENT", "what is to lie under that month lies under the next"


@pytest.mark.parametrize("database", BOTH)
def test_a_letter_in_hand_keeps_its_key_whatever_the_force(house: House, tmp_path: Path, world: World) -> None:
    """Else the worker would send what stands as deleted, and a hold that comes meanwhile would be on nothing."""
    first, second = hand_in(house, to(SOLVEJ), to(MIKKEL))
    month = look(house, first).retention_month
    with house.ledger.writing() as tx:
        handful = claim(tx, Step.RENDER, Lane.SINGLE, 1, 60.0)
    assert handful is not None
    (in_hand,) = handful.letters
    with pytest.raises(DeskRefusal, match=r"1 letters under .* were in hand"):
        key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True, letters=2)
    assert opens(house, in_hand.id)
    assert [look(house, one).forgotten_at is None for one in (first, second)] == [
        in_hand.id == one for one in (first, second)
    ]
    with house.ledger.writing() as tx:
        give_back(tx, handful.letters, handful.token)
    run_to_rest(house)
    assert look(house, in_hand.id).status == "SENT"
    key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True, letters=1)
    assert not opens(house, in_hand.id)


def test_no_force_drops_a_key_over_a_legal_hold(house: House, tmp_path: Path, world: World) -> None:
    (letter,) = delivered(house, world)
    month = look(house, letter).retention_month
    legal_holds.place(house, HoldScope.PERSON, SOLVEJ, HAND)
    with pytest.raises(DeskRefusal, match="A legal hold is on 1 letters"):
        key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True, letters=1)
    assert opens(house, letter)


def test_a_key_stays_until_the_one_in_its_place_is_used(
    house: House, tmp_path: Path, moving_clock: MovingClock
) -> None:
    (letter,) = hand_in(house, to(SOLVEJ))
    month = look(house, letter).retention_month
    rotated(house, tmp_path, month, hours=2)
    with pytest.raises(DeskRefusal, match="is written with until"):
        key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True, letters=1)
    assert house.seal.has_month(month)


def test_receipts_outlive_the_key_of_their_month(house: House, tmp_path: Path, world: World) -> None:
    """Those that wait are sealed anew, and those that come later lie under a month that is still there."""
    early, late = hand_in(house, to(SOLVEJ), to(MIKKEL))
    run_to_rest(house)
    world.report(News.DELIVERED, only=early)
    fetch(house)
    month = month_after(clock.today(), house.settings.receipt_months)
    assert (month, "receipt") in sealed_under(house)
    key_desk.drop(house, keys_file(tmp_path), month, HAND, force=True)
    world.report(News.DELIVERED, only=late)
    run_to_rest(house)
    assert [look(house, one).status for one in (early, late)] == ["DELIVERED"] * 2


def sealed_under(house: House) -> list[tuple[str, str]]:
    """(key, part) of all that lies under the seal."""
    with house.ledger.reading() as tx:
        return [(row.key_id, row.part) for row in tx.execute(t.sealed.select())]


def test_a_key_stays_as_long_as_a_back_up_may_be_restored(
    house: House, tmp_path: Path, moving_clock: MovingClock
) -> None:
    house.settings.__dict__["key_drop_days"] = 35
    with pytest.raises(DeskRefusal, match="Drop it after 2027-02-05"):
        key_desk.drop(house, keys_file(tmp_path), "2026-12", HAND)
    rotated(house, tmp_path, "2030-01")
    with pytest.raises(DeskRefusal, match="back-up of the last 35 days"):
        key_desk.drop(house, keys_file(tmp_path), "2030-01", HAND)
    moving_clock.pass_(days=36)
    for key_id in ("2026-12", "2030-01"):
        key_desk.drop(house, keys_file(tmp_path), key_id, HAND)
        assert key_id not in house.seal.keys().seal


def test_a_month_whose_key_was_dropped_gets_no_new_one(house: House, tmp_path: Path) -> None:
    key_desk.drop(house, keys_file(tmp_path), "2026-01", HAND)
    assert new_keys(keys_file(tmp_path), ["2026-01", "2041-01"]) == ["2041-01"]
    assert "2026-01" not in house.seal.months()


def test_two_who_change_the_file_at_once_lose_nothing(tmp_path: Path) -> None:
    file = keys_file(tmp_path)
    threads = [Thread(target=new_keys, args=[file, [f"{2050 + number}-01"]]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f"{2050 + number}-01" for number in range(8)} <= set(read_keys(file).seal)


def test_a_letter_mended_after_its_months_key_was_dropped_lies_under_another(
    house: House, tmp_path: Path, world: World, moving_clock: MovingClock
) -> None:
    world.digital.plan = lambda consignment: "refuse-letter"
    (letter,) = hand_in(house, to(SOLVEJ))
    run_to_rest(house)
    month = look(house, letter).retention_month
    after(moving_clock, MONTHS + 1)
    night(house)
    key_desk.drop(house, keys_file(tmp_path), month, HAND)
    world.digital.plan = lambda consignment: "take"
    desk.release(house, letter, HAND)
    run_to_rest(house)
    assert look(house, letter).status == "SENT"


@pytest.fixture
def kept(house: House, request: pytest.FixtureRequest, tmp_path: Path, world: World) -> Iterator["BackUp"]:
    """A back-up of a ledger with two letters in it, of which one is filed and goes in its time."""
    gone, stays = delivered(house, world, to(SOLVEJ), to(MIKKEL))
    desk.resend(house, gone, HAND)
    filed(house, gone)
    month = look(house, gone).retention_month
    if house.ledger.sqlite:
        yield _copied(house, tmp_path, gone, stays, month)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"backup_{uuid4().hex[:8]}"
    yield _dumped(house, server, name, gone, stays, month)
    server.drop(name)


class BackUp:
    """Its ledger, restored; every byte that is in it; and whose letters they are."""

    def __init__(self, url: str, content: bytes, gone: UUID, stays: UUID, month: str) -> None:
        self.url, self.content, self.gone, self.stays, self.month = url, content, gone, stays, month


def _copied(house: House, tmp_path: Path, gone: UUID, stays: UUID, month: str) -> BackUp:
    file = tmp_path / "backup.db"
    with (
        closing(sqlite3.connect(house.settings.database_url.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)
    return BackUp(f"sqlite:///{file}", file.read_bytes(), gone, stays, month)


def _dumped(house: House, server: PostgresServer, name: str, gone: UUID, stays: UUID, month: str) -> BackUp:
    house.ledger.close()  # a copy of a database is made while nobody is in it
    url = server.create(name, template=urlsplit(house.settings.database_url).path[1:])
    content = bytearray()
    with psycopg.connect(server.conninfo(name)) as connection, connection.cursor() as cursor:
        for table in t.metadata.sorted_tables:
            with cursor.copy(f'COPY "{table.name}" TO STDOUT (FORMAT binary)'.encode()) as rows:
                for some in rows:
                    content += bytes(some)
    return BackUp(url, bytes(content), gone, stays, month)


@pytest.mark.parametrize("database", BOTH)
def test_what_was_deleted_is_gone_from_the_back_up_when_its_key_is_dropped(
    house: House, kept: BackUp, tmp_path: Path, moving_clock: MovingClock
) -> None:
    planted = [SOLVEJ, f"{SOLVEJ[:6]}-{SOLVEJ[6:]}", MIKKEL, NAME, HAND.why]
    assert not any(word.encode() in kept.content for word in planted)
    restored = replace(house, ledger=Ledger(kept.url))
    assert opens(restored, kept.gone), "until its key is dropped the back-up can be read"
    after(moving_clock, MONTHS + 1)
    night(house)
    key_desk.drop(house, keys_file(tmp_path), kept.month, HAND)

    assert not opens(restored, kept.gone)
    with restored.ledger.writing() as tx:
        wanted = [Part(row.owner, row.part) for row in tx.execute(t.sealed.select())]
        opened = restored.seal.open_parts(tx, wanted, "prøve", "page-fault")
    assert not [part for part, body in opened.items() if NAME.encode() in body and part.owner == kept.gone]
    assert keys_file(tmp_path).read_text().count(kept.month) == 1  # that it was dropped, and when

    tally = whats(night(restored))  # the router works on what was restored, and says what is deleted
    assert tally["forgotten"] >= 1
    with restored.ledger.reading() as tx:
        found = story(tx, kept.gone)
    assert found is not None
    assert found.letter.forgotten_at is not None
    assert opens(house, kept.stays), "what is still kept was sealed anew before its month's key was dropped"
    assert not opens(restored, kept.stays), "a back-up of before that is worth nothing: so a key stays for some days"
    (anew,) = hand_in(restored, to(MIKKEL))
    run_to_rest(restored)
    assert look(restored, anew).status == "SENT"
    assert differences(restored.ledger) == []
    assert retention.preview(restored) is not None
    restored.ledger.close()
