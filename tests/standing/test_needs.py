"""What needs a hand: each kind is there when there is something of it, with its age, the most urgent first."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, update

from outbound import clock, desk
from outbound.certificates import certificates, running_out
from outbound.delivery import House
from outbound.desk import Hand
from outbound.ledger import channels, incidents, signs
from outbound.ledger import tables as t
from outbound.letter import Channel, Mailbox, News, WaitsFor
from outbound.life import Status
from outbound.needs import Kind, Need, missing_months, needs
from outbound.seal import Seal, new_keys
from outbound.web.pages import drift_words
from tests.adapters.scripted import identity
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.people import person
from tests.standing.living import alive

HAND = Hand("mester", "prøve")


def found(house: House) -> dict[Kind, Need]:
    with house.ledger.reading() as tx:
        return {one.kind: one for one in needs(tx, house)}


def with_settings(house: House, **changes: Any) -> House:
    return replace(house, settings=house.settings.model_copy(update=changes))


def test_where_all_is_well_nothing_needs_a_hand(house: House) -> None:
    hand_in(house, submission(person()))
    run_to_rest(house)
    assert found(house) == {}


def test_a_timer_and_a_pool_that_show_no_life_come_first_by_name(house: House, moving_clock: MovingClock) -> None:
    alive(house, signs.TIMER, *signs.POOLS)
    began = clock.now()
    desk.pause(house, "system", "jobcenter", HAND)
    moving_clock.pass_(minutes=3)
    alive(house, signs.TIMER, signs.RENDER)
    with house.ledger.reading() as tx:
        first = needs(tx, house)[0]
    assert (first.kind, first.code) == (Kind.DEAD, signs.NETWORK)
    assert first.since
    assert abs(first.since - began) < timedelta(seconds=10)
    assert drift_words.need(first).startswith("Puljen network har ikke givet livstegn siden kl. ")
    assert "systemctl start outbound-network" in drift_words.need(first)
    moving_clock.pass_(minutes=3)  # the timer too; what it asks no more is not called dead for it
    with house.ledger.reading() as tx:
        assert [one.code for one in needs(tx, house) if one.kind is Kind.DEAD] == [signs.NETWORK, signs.TIMER]
    alive(house, signs.TIMER, *signs.POOLS)
    assert Kind.DEAD not in found(house)


def test_where_nobody_ever_lived_it_is_said_when_a_letter_waits(house: House, moving_clock: MovingClock) -> None:
    moving_clock.pass_(hours=1)
    assert found(house) == {}
    hand_in(house, submission(person()))
    assert found(house) == {}
    moving_clock.pass_(minutes=3)
    assert found(house)[Kind.DEAD].code == signs.TIMER


def test_a_held_letter_a_pause_and_an_incident_each_say_since_when(
    house: House, world: World, moving_clock: MovingClock
) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    world.persons.default = replace(world.persons.default, address=None)
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    assert look(house, one).status is Status.HELD
    desk.pause(house, "system", "jobcenter", HAND)
    with house.ledger.writing() as tx:
        incidents.report(tx, one, "both-suspected", uuid4())
    began = clock.now()
    moving_clock.pass_(hours=5)
    seen = found(house)
    assert list(seen) == [Kind.INCIDENT, Kind.PAUSED, Kind.HELD]
    assert all(need.since and abs(need.since - began) < timedelta(minutes=1) for need in seen.values())
    assert (seen[Kind.HELD].waits_for, seen[Kind.HELD].count) == (WaitsFor.SENDER, 1)
    assert drift_words.need(seen[Kind.PAUSED]) == "På pause: fagsystem jobcenter, sat af mester."
    assert drift_words.need(seen[Kind.INCIDENT]) == "Brevet kan være sendt to gange."


def test_a_doubt_is_shown_since_the_supplier_was_called(house: House, world: World) -> None:
    world.digital.plan = lambda consignment: "drop"
    hand_in(house, submission(person()))
    run_to_rest(house)
    assert found(house)[Kind.DOUBT].count == 1
    assert found(house)[Kind.DOUBT].since is not None


def test_a_return_is_shown_until_somebody_has_seen_to_it(house: House, world: World) -> None:
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    world.digital_receipts.send(dispatches(house, one)[0].id, News.RETURNED)
    run_to_rest(house)
    assert (found(house)[Kind.RETURNED].count, found(house)[Kind.RETURNED].waits_for) == (1, WaitsFor.DEPARTMENT)
    desk.acknowledge(house, one, HAND)
    assert found(house) == {}


def test_a_channel_that_is_away_and_one_that_the_router_paused_are_said_in_danish(house: House) -> None:
    with house.ledger.writing() as tx:
        channels.failed(tx, Channel.PRINT, clock.now() + timedelta(minutes=1))
        channels.pause(tx, "channel", "digital", "misconfigured")
    seen = found(house)
    assert drift_words.need(seen[Kind.AWAY]).startswith("Fjernprint svarer ikke, 1 gang i træk; der prøves igen kl. ")
    assert "misconfigured" not in drift_words.need(seen[Kind.PAUSED])
    assert "kanal Digital Post, sat af routeren" in drift_words.need(seen[Kind.PAUSED])


def test_receipts_over_their_time_and_without_a_letter_and_a_missing_run_are_shown(house: House, world: World) -> None:
    world.enrolment.default = Mailbox.EXEMPT
    (one,) = hand_in(house, submission(person()))
    run_to_rest(house)
    late = clock.now() - timedelta(minutes=30)
    row = {"provider": "print", "provider_id": "7", "state": "unmatched", "tries": 3, "owner": uuid4()}
    with house.ledger.writing() as tx:
        tx.execute(update(t.letter).where(t.letter.c.id == one).values(due_at=late))
        tx.execute(update(t.print_run).values(answer_due_at=late))
        tx.execute(insert(t.receipt_inbox).values(**row, due_at=late, arrived_at=late))
    seen = found(house)
    assert {kind: seen[kind].count for kind in seen} == {Kind.MISSING_RUN: 1, Kind.OVERDUE: 1, Kind.LOOSE: 1}
    assert all(need.since for need in seen.values())
    with house.ledger.writing() as tx:
        tx.execute(update(t.print_run).values(held_back_at=late))
    assert found(house)[Kind.HELD_BACK_RUN].count == 1


@pytest.mark.parametrize(("days", "said"), [(400, None), (20, "udløber"), (-1, "er udløbet")])
def test_a_certificate_about_to_run_out_is_told_of(
    house: House, tmp_path: Path, moving_clock: MovingClock, days: int, said: str | None
) -> None:
    moving_clock.pass_(seconds=-moving_clock.offset.total_seconds())  # certificates are made by the real clock
    ours = identity(tmp_path, "ours", days)
    told = with_settings(house, digital_post_certificate_file=ours.certificate)
    assert [one.setting for one in certificates(told.settings)] == ["OUTBOUND_DIGITAL_POST_CERTIFICATE_FILE"]
    seen = found(told)
    assert (Kind.CERTIFICATE in seen) is (said is not None)
    if said:
        assert f"OUTBOUND_DIGITAL_POST_CERTIFICATE_FILE {said}" in drift_words.need(seen[Kind.CERTIFICATE])


def test_of_a_chain_the_first_to_run_out_counts_and_of_authorities_the_last(
    house: House, tmp_path: Path, moving_clock: MovingClock
) -> None:
    moving_clock.pass_(seconds=-moving_clock.offset.total_seconds())
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(identity(tmp_path, f"a{days}", days).certificate.read_bytes() for days in (5, 300)))
    chain = with_settings(house, receipts_certificate_file=both)
    trusted = with_settings(house, persons_ca_file=both)
    assert len(running_out(chain.settings)) == 1
    assert running_out(trusted.settings) == []


def test_a_certificate_that_cannot_be_read_is_told_of(house: House, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for file in (broken, tmp_path / "none.pem"):
        told = with_settings(house, persons_certificate_file=file)
        assert "kan ikke læses som certifikat" in drift_words.need(found(told)[Kind.CERTIFICATE])


def test_a_month_without_a_seal_key_is_told_of_before_a_letter_needs_it(house: House, tmp_path: Path) -> None:
    keys = tmp_path / "few.json"
    new_keys(keys, [f"{clock.today():%Y-%m}"])
    short = replace(house, seal=Seal(keys))
    assert missing_months(house) == []
    assert missing_months(short)
    assert "outbound keys extend" in drift_words.need(found(short)[Kind.SEAL_KEY])
