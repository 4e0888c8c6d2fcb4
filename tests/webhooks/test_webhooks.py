"""What happened to a system's letters is told to it: in the feed's order, at least once, and by nobody else's leave."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.webhooks import unfit
from outbound import clock, restored, webhooks
from outbound.desk import DeskRefusal, Hand
from outbound.ledger import hooks
from outbound.ledger import tables as t
from outbound.ledger.feed import Cursor, events_after
from outbound.ledger.hooks import HookState
from outbound.ledger.journal import journalise
from outbound.settings import SettingsFault
from tests.delivery.walking import run_to_rest
from tests.house import Crash, hand_in, keys_file, settings_for, submission
from tests.people import person
from tests.restore.copies import back_up, put_back
from tests.webhooks.conftest import SYSTEM, Receiving
from workers.opening import open_house
from workers.queues import WEBHOOKS
from workers.tickets import Seldom
from workers.timer import tickets_wanted
from workers.webhooks import tell_systems

HAND = Hand("drift", "prøve")


class Door:
    """An address of the test's own."""

    def post(self, body: bytes, headers: Mapping[str, str]) -> None: ...

    def close(self) -> None: ...


def feed(receiving: Receiving) -> list[str]:
    """The cursors of the system's events, as the feed has them."""
    with receiving.house.ledger.reading() as tx:
        return [str(one.cursor) for one in events_after(tx, SYSTEM, Cursor(), 1000)]


def cursors(receiving: Receiving) -> list[str]:
    return [one["cursor"] for one in receiving.taken()]


def test_the_signature_is_the_standards_own() -> None:
    """The vector of Standard Webhooks' own libraries."""
    key, id_, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    said = webhooks.signature(key, id_, at, b'{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_everything_is_told_once_and_in_the_feeds_order(
    open_receiving: Callable[[str], Receiving], database_url: str
) -> None:
    receiving = open_receiving(database_url)
    receiving.letters()
    run_to_rest(receiving.house)
    assert receiving.tell() == len(feed(receiving)) > 12
    assert cursors(receiving) == feed(receiving)
    assert webhooks.due(receiving.house) == []
    assert receiving.tell() == 0
    (standing, *_) = [one for one in webhooks.standing(receiving.house) if one.hook.system == SYSTEM]
    assert (standing.backlog.events, standing.backlog.oldest) == (0, None)
    assert standing.hook.delivered_at is not None


def test_a_webhook_begins_with_what_comes_and_hears_of_no_other_systems_letters(receiving: Receiving) -> None:
    hand_in(receiving.house, submission(person(), system="skole"))
    assert receiving.tell() == 0
    assert webhooks.due(receiving.house) == []
    receiving.letters(1)
    assert webhooks.due(receiving.house) == [SYSTEM]


def test_a_system_that_comes_later_is_not_told_what_was(receiving: Receiving) -> None:
    receiving.letters(1)
    with receiving.house.ledger.writing() as tx:
        tx.execute(t.webhook.delete())
    webhooks.enrol(receiving.house)
    assert receiving.tell() == 0
    receiving.letters(1)
    assert receiving.tell() == 1


def test_the_next_is_told_only_after_a_yes(receiving: Receiving) -> None:
    receiving.letters()
    receiving.simulator.be("error_before_take", next=2)
    assert (receiving.tell(), receiving.tell()) == (0, 0)
    assert (receiving.hook().code, receiving.hook().tries) == ("http-500", 1)
    assert receiving.simulator.requests() == {"send": 1}
    receiving.clock.pass_(minutes=1)
    assert receiving.tell() == 0
    assert receiving.hook().tries == 2
    receiving.clock.pass_(minutes=1)
    assert receiving.tell() == 3
    assert cursors(receiving) == feed(receiving)
    assert (receiving.hook().code, receiving.hook().failing_since) == (None, None)


def test_a_lost_answer_is_told_again_under_the_same_id(receiving: Receiving) -> None:
    receiving.letters()
    receiving.simulator.be("drop_answer", next=1)
    receiving.tell()
    receiving.clock.pass_(minutes=1)
    receiving.tell()
    first, again, *_ = receiving.ids()
    assert first == again
    assert cursors(receiving) == [feed(receiving)[0], *feed(receiving)]


def test_told_to_wait_it_waits(receiving: Receiving) -> None:
    receiving.letters(1)
    receiving.simulator.be("busy", retry_after=300)
    receiving.tell()
    assert receiving.hook().due_at - clock.now() > timedelta(seconds=250)


@pytest.mark.parametrize(("mood", "more", "code"), [("redirect", {}, "http-307"), ("slow", {"ms": 3000}, "timeout")])
def test_anything_but_a_yes_in_time_is_none(receiving: Receiving, mood: str, more: dict[str, Any], code: str) -> None:
    receiving.letters(1)
    receiving.simulator.be(mood, **more)
    assert receiving.tell() == 0
    assert receiving.hook().code == code
    assert receiving.hook().state is HookState.ON


def test_a_flood_of_an_answer_is_a_yes_of_which_nothing_is_kept(receiving: Receiving) -> None:
    receiving.letters(2)
    receiving.simulator.be("flood")
    assert receiving.tell() == 2


def test_gone_is_gone_until_somebody_starts_it(receiving: Receiving) -> None:
    receiving.letters(2)
    receiving.simulator.be("refuse", status=410, next=1)
    receiving.tell()
    receiving.clock.pass_(days=1)
    assert receiving.hook().state is HookState.GONE
    assert [one.needs_a_hand for one in webhooks.standing(receiving.house)] == [False, True]
    assert receiving.tell() == 0
    webhooks.start(receiving.house, SYSTEM, HAND)
    assert receiving.tell() == 2


def test_after_days_of_failing_it_is_given_up(receiving: Receiving) -> None:
    receiving.letters(1)
    receiving.simulator.be("error_before_take")
    receiving.tell()
    receiving.clock.pass_(days=4.9)
    receiving.tell()
    assert receiving.hook().state is HookState.ON
    receiving.clock.pass_(days=0.2)
    receiving.tell()
    assert receiving.hook().state is HookState.GIVEN_UP
    receiving.clock.pass_(days=1)
    assert webhooks.due(receiving.house) == []
    receiving.simulator.be("well")
    webhooks.start(receiving.house, SYSTEM, HAND)
    assert receiving.tell() == 1


def test_a_stopped_one_is_told_nothing_and_loses_nothing(receiving: Receiving) -> None:
    webhooks.stop(receiving.house, SYSTEM, HAND)
    receiving.letters(2)
    assert webhooks.due(receiving.house) == []
    assert receiving.tell() == 0
    with pytest.raises(DeskRefusal):
        webhooks.stop(receiving.house, SYSTEM, HAND)
    webhooks.start(receiving.house, SYSTEM, HAND)
    assert receiving.tell() == 2


def test_who_is_stopped_in_the_middle_stops(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbound.webhooks.SAVED_EVERY", 0.0)
    receiving.letters(3)
    door = receiving.house.outside.hooks[SYSTEM]

    class Stopping(Door):
        def post(self, body: bytes, headers: Mapping[str, str]) -> None:
            door.post(body, headers)
            webhooks.stop(receiving.house, SYSTEM, HAND)

    outside = replace(receiving.house.outside, hooks={SYSTEM: Stopping()})
    webhooks.deliver(replace(receiving.house, outside=outside), SYSTEM)
    assert len(receiving.ids()) == 1
    assert receiving.hook().state is HookState.STOPPED


def test_what_was_told_is_told_again_under_its_ids(receiving: Receiving) -> None:
    receiving.letters(3)
    receiving.tell()
    second = Cursor.parse(feed(receiving)[1])
    webhooks.replay(receiving.house, SYSTEM, second, HAND)
    assert receiving.tell() == 1
    webhooks.replay(receiving.house, SYSTEM, Cursor(), HAND)
    assert receiving.tell() == 3
    ids = receiving.ids()
    assert ids == [*ids[:3], ids[2], *ids[:3]]


def test_nothing_that_is_to_come_is_passed(receiving: Receiving) -> None:
    receiving.letters(2)
    last = Cursor.parse(feed(receiving)[-1])
    for ahead in (last, Cursor(last.txid + 10, last.id + 10)):
        with pytest.raises(DeskRefusal):
            webhooks.replay(receiving.house, SYSTEM, ahead, HAND)
    assert receiving.tell() == 2


def test_a_moment_is_found_in_the_feed(open_receiving: Callable[[str], Receiving], database_url: str) -> None:
    receiving = open_receiving(database_url)
    receiving.letters(3)
    receiving.clock.pass_(hours=2)
    since = clock.now()
    receiving.letters(2)
    receiving.tell()
    with receiving.house.ledger.reading() as tx:
        place = hooks.place_at(tx, since)
        assert [str(one.cursor) for one in events_after(tx, SYSTEM, place, 99)] == feed(receiving)[3:]
        assert hooks.place_at(tx, since - timedelta(days=1)) < Cursor.parse(feed(receiving)[0])
        assert events_after(tx, SYSTEM, hooks.place_at(tx, since + timedelta(days=1)), 9) == []


def test_a_receiver_that_minds_the_order_begins_anew_after_each_restore(
    open_receiving: Callable[[str], Receiving], database_url: str
) -> None:
    receiving = open_receiving(database_url)
    receiving.letters(1)
    receiving.tell()
    copy = back_up(receiving.house)
    marks = [""]
    for _ in range(2):
        receiving.letters(3)
        assert receiving.tell() == 3
        put_back(receiving.house, copy)
        receiving.clock.pass_(hours=1)
        restored.begin(receiving.house, clock.now(), HAND)
        receiving.letters(1)
        before = len(receiving.taken())
        assert receiving.tell() >= 1
        assert receiving.hook().code is None
        (mark,) = {one["cursor"].split("-")[2] for one in receiving.taken()[before:]}
        marks.append(mark)
    assert len(set(marks)) == 3


def test_a_new_secret_and_the_one_before_both_sign_for_a_while(receiving: Receiving) -> None:
    old = webhooks.current_secret(receiving.house, SYSTEM, HAND)
    new = webhooks.renew_secret(receiving.house, SYSTEM, HAND)
    assert old != new
    for known in (old, new):
        receiving.letters(1)
        receiving.trust(known)
        assert receiving.tell() == 1
    receiving.clock.pass_(hours=25)
    receiving.letters(1)
    receiving.trust(old)
    assert receiving.tell() == 0
    assert receiving.hook().code == "http-401"
    receiving.trust(new)
    receiving.clock.pass_(minutes=1)
    assert receiving.tell() == 1


def test_each_system_and_each_house_has_a_secret_of_its_own(receiving: Receiving) -> None:
    seal = receiving.house.seal
    found = {webhooks.secret(seal, system, number) for system in ("jobcenter", "skole") for number in (1, 2)}
    assert len(found) == 4


def test_who_dies_in_the_middle_has_it_told_again(receiving: Receiving) -> None:
    receiving.letters(3)
    door = receiving.house.outside.hooks[SYSTEM]

    class Dying(Door):
        calls = 0

        def post(self, body: bytes, headers: Mapping[str, str]) -> None:
            door.post(body, headers)
            self.calls += 1
            if self.calls == 2:
                raise Crash

    outside = replace(receiving.house.outside, hooks={SYSTEM: Dying()})
    with pytest.raises(Crash):
        webhooks.deliver(replace(receiving.house, outside=outside), SYSTEM)
    assert receiving.tell() == 0  # another's still, as far as anybody knows
    receiving.clock.pass_(minutes=2)
    assert receiving.tell() == 3
    ids = receiving.ids()
    assert ids == [*ids[:2], *ids[:2], ids[4]]


def test_two_workers_never_tell_the_same_system(open_receiving: Callable[[str], Receiving], database_url: str) -> None:
    receiving = open_receiving(database_url)
    receiving.letters(10)
    receiving.simulator.be("slow", ms=20)
    told: list[int] = []
    threads = [threading.Thread(target=lambda: told.append(receiving.tell())) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(told) == 10
    assert cursors(receiving) == feed(receiving)


def test_a_slow_system_keeps_nobody_waiting(receiving: Receiving) -> None:
    """The worker's thread comes back at once, and the other system has its events while the slow one still answers."""
    other, let_go, told = "boligstoette", threading.Event(), threading.Event()

    class Slow(Door):
        def post(self, body: bytes, headers: Mapping[str, str]) -> None:
            let_go.wait(20)

    class Quick(Door):
        def post(self, body: bytes, headers: Mapping[str, str]) -> None:
            told.set()

    outside = replace(receiving.house.outside, hooks={SYSTEM: Slow(), other: Quick()})
    house = replace(receiving.house, outside=outside)
    hand_in(house, submission(person()), submission(person(), system=other))
    assert tell_systems(house) == 0
    assert told.wait(20)
    assert tell_systems(house) == 0  # it has a thread already
    let_go.set()
    for thread in threading.enumerate():
        if thread.name.startswith("webhook-"):
            thread.join(20)


def test_a_test_moves_nothing(receiving: Receiving) -> None:
    assert webhooks.try_out(receiving.house, SYSTEM) == ""
    assert receiving.simulator.requests()["test"] == 1
    receiving.trust("whsec_" + "A" * 40)
    assert webhooks.try_out(receiving.house, SYSTEM) == "http-401"
    assert receiving.hook().state is HookState.ON


def test_every_act_stands_in_the_ledger_and_needs_a_why(receiving: Receiving) -> None:
    with pytest.raises(DeskRefusal):
        webhooks.stop(receiving.house, SYSTEM, Hand("drift", ""))
    webhooks.stop(receiving.house, SYSTEM, HAND)
    with receiving.house.ledger.reading() as tx:
        acts = tx.execute(select(t.act.c.verb, t.act.c.key, t.act.c.by)).all()
    assert [tuple(one) for one in acts] == [("stop-webhook", SYSTEM, "drift")]


def test_a_system_without_a_webhook_has_none_to_act_on(receiving: Receiving) -> None:
    for act in (webhooks.stop, webhooks.start, webhooks.renew_secret):
        with pytest.raises(DeskRefusal):
            act(receiving.house, "skole", HAND)


def test_the_acknowledgement_of_a_copy_is_no_event(receiving: Receiving) -> None:
    """What moves nothing is not told: webhook and feed tell of moves alone."""
    receiving.letters(1)
    receiving.tell()
    with receiving.house.ledger.writing() as tx:
        letter = tx.execute(select(t.letter.c.id)).scalar_one()
        journalise(tx, letter, "2027-01")
        assert tx.execute(select(func.count()).select_from(t.event)).scalar_one() == 1
    assert receiving.tell() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://fag.example/",
        "ftp://fag.example/",
        "https:///sti",
        "https://navn:kode@fag.example/",
        "https://fag.example/#del",
        "https://fag.example:0/",
        "https://[fag",
        "http://169.254.169.254/latest",
        "http://127.0.0.1.fag.example/",
        "",
    ],
)
def test_an_address_that_cannot_be_trusted_is_refused(url: str) -> None:
    (said,) = unfit(settings_for(webhooks={SYSTEM: url}))
    assert said.startswith("OUTBOUND_WEBHOOKS: the address of jobcenter")


@pytest.mark.parametrize("url", ["https://fag.example/hooks?til=1", "http://127.0.0.1:8080/x", "http://[::1]:80/"])
def test_https_and_this_machine_are_taken(url: str) -> None:
    assert list(unfit(settings_for(webhooks={SYSTEM: url}))) == []


def test_the_timer_asks_for_a_round_where_something_is_to_be_told(receiving: Receiving) -> None:
    assert WEBHOOKS not in tickets_wanted(receiving.house)
    receiving.letters(1)
    assert tickets_wanted(receiving.house)[WEBHOOKS] == 1
    receiving.tell()
    assert WEBHOOKS not in tickets_wanted(receiving.house)


def test_seldom_is_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("workers.tickets.monotonic", lambda: now[0])
    seldom, said = Seldom(1.0), []
    for at in (100.0, 100.9, 101.0, 101.5, 102.1):
        now[0] = at
        said.append(seldom.now())
    assert said == [True, False, True, False, True]


def test_a_name_that_no_system_has_keeps_the_house_shut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = settings_for(webhooks={"ukendt": "https://fag.example/"}, seal_keys_file=keys_file(tmp_path))
    with pytest.raises(SettingsFault, match="has no system ukendt"):
        open_house(settings)
