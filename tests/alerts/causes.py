"""For each alert what sets it off, done to a real house; and which other alerts may go off with it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis import Redis
from sqlalchemy import update

from adapters.webhooks import webhooks as connect
from outbound import clock, delivery, desk, webhooks
from outbound.desk import Hand
from outbound.ledger import restorations
from outbound.ledger import tables as t
from outbound.ledger.letters import claim
from outbound.ledger.values import Step
from outbound.letter import Lane, Mailbox, News
from tests.alerts.watched import ALL, AWAY, Cause, Watched
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, hand_in, submission
from tests.people import person

HAND = Hand("mester", "prøve")
ON_POSTGRESQL = frozenset({"LedgerNotWritable", "ClockSkew"})
"""Causes that only a database server has."""


def router_away(watched: Watched) -> None:
    watched.up = False


def ledger_not_writable(watched: Watched) -> None:
    """A standby in the primary's place."""
    name = watched.house.ledger.engine.url.database
    with watched.house.ledger.engine.connect() as tx:
        tx.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        tx.commit()
    watched.house.ledger.engine.dispose()


def clock_skew(watched: Watched) -> None:
    """The database's clock is a minute behind."""
    name = watched.house.ledger.engine.url.database
    with watched.house.ledger.engine.connect() as tx:
        tx.exec_driver_sql("CREATE SCHEMA skewed")
        tx.exec_driver_sql(
            "CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz LANGUAGE sql "
            "AS $$ SELECT pg_catalog.clock_timestamp() - interval '1 minute' $$"
        )
        tx.exec_driver_sql(f'ALTER DATABASE "{name}" SET search_path = skewed, pg_catalog, public')
        tx.commit()
    watched.house.ledger.engine.dispose()


def seal_key_missing(watched: Watched) -> None:
    keys = watched.house.settings.seal_keys_file
    assert keys
    stored = json.loads(keys.read_text())
    keys.write_text(json.dumps({**stored, "seal": {"2026-11": stored["seal"]["2026-11"]}}))


def letters_lost(watched: Watched) -> None:
    """A letter that nothing looks at any more, as only a defect could leave it."""
    (letter,) = hand_in(watched.house, submission(person()))
    with watched.house.ledger.writing() as tx:
        tx.execute(update(t.letter).where(t.letter.c.id == letter).values(due_at=None))


def timer_dead(watched: Watched) -> None:
    watched.moving_clock.pass_(minutes=20)
    watched.say_they_live("fetches")


def no_worker(watched: Watched) -> None:
    watched.moving_clock.pass_(minutes=20)
    watched.say_they_live("timer")


def redis_away(watched: Watched) -> None:
    """Gone for an hour: no pool gets a ticket, and nobody fetches receipts."""
    watched.redis_url = AWAY
    watched.moving_clock.pass_(minutes=90)
    watched.say_they_live("timer")


def backlog_too_slow(watched: Watched) -> None:
    hand_in(watched.house, submission(person(), useful_until=clock.today()))


def disk_full(watched: Watched) -> None:
    watched.with_settings(disk_free_bytes=10**18)


def schema_differs(watched: Watched) -> None:
    with watched.house.ledger.writing() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")


def channel_away(watched: Watched) -> None:
    """Its letters wait, and have waited for long."""
    watched.world.digital.plan = lambda consignment: "unavailable"
    hand_in(watched.house, submission(person()))
    run_to_rest(watched.house)
    watched.moving_clock.pass_(minutes=50)
    watched.say_they_live(*ALL)


def channel_misconfigured(watched: Watched) -> None:
    watched.world.digital.plan = lambda consignment: "misconfigured"
    hand_in(watched.house, *(submission(person("well", n)) for n in range(3)))
    for _ in range(4):
        run_to_rest(watched.house)
        watched.moving_clock.pass_(minutes=2)
    watched.say_they_live(*ALL)


def letters_wait(watched: Watched) -> None:
    hand_in(watched.house, submission(person()))
    watched.moving_clock.pass_(minutes=40)
    watched.say_they_live(*ALL)


def held_for_operations(watched: Watched) -> None:
    """A receipt that never came."""
    hand_in(watched.house, submission(person()))
    run_to_rest(watched.house)
    watched.moving_clock.pass_(days=4)
    run_to_rest(watched.house)
    watched.say_they_live(*ALL)


def doubts(watched: Watched) -> None:
    watched.world.digital.plan = lambda consignment: "drop"
    watched.world.digital.can_ask = False
    hand_in(watched.house, submission(person()))
    run_to_rest(watched.house)


def _printed(watched: Watched) -> object:
    watched.world.enrolment.default = Mailbox.EXEMPT
    (letter,) = hand_in(watched.house, submission(person()))
    run_to_rest(watched.house)
    return dispatches(watched.house, letter)[0].consignment_id


def incident(watched: Watched) -> None:
    """The printer recalls a run that nobody asked it to."""
    watched.world.paper_receipts.send_of_run(_printed(watched), News.RECALLED)  # type: ignore[arg-type]
    run_to_rest(watched.house)


def run_missing(watched: Watched) -> None:
    _printed(watched)
    watched.moving_clock.pass_(days=2)
    watched.say_they_live(*ALL)


def loose_receipts(watched: Watched) -> None:
    watched.world.digital_receipts.put("what nobody can read", "unreadable")
    run_to_rest(watched.house)


def receipts_not_fetched(watched: Watched) -> None:
    watched.moving_clock.pass_(hours=2)
    watched.say_they_live("timer", "pools")


def paused_long(watched: Watched) -> None:
    desk.pause(watched.house, "type", "moedeindkaldelse", HAND)
    watched.moving_clock.pass_(hours=25)
    watched.say_they_live(*ALL)


def _certificate(folder: Path, days: float) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prøve")])
    until = clock.now() + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


def certificate_ends(watched: Watched) -> None:
    watched.with_settings(digital_post_certificate_file=_certificate(watched.folder, 20))


def certificate_ends_this_week(watched: Watched) -> None:
    watched.with_settings(digital_post_certificate_file=_certificate(watched.folder, 3))


def tickets_pile_up(watched: Watched) -> None:
    with Redis.from_url(watched.redis_url) as client:
        client.rpush("dramatiq:render-single", *map(str, range(300)))


def deaths(watched: Watched) -> None:
    """Four workers die of what they have in hand."""
    hand_in(watched.house, *(submission(person("well", n)) for n in range(4)))
    with watched.house.ledger.writing() as tx:
        for _ in range(4):
            assert claim(tx, Step.RENDER, Lane.SINGLE, 1, 60)
    watched.moving_clock.pass_(minutes=2)
    delivery.recover(watched.house)


def ledger_restored(watched: Watched) -> None:
    with watched.house.ledger.writing() as tx:
        restorations.suspect(tx)


def webhook_ended(watched: Watched) -> None:
    """The system answers that its webhook is gone."""
    watched.with_settings(webhooks={"jobcenter": "http://127.0.0.1:9/"})
    doors = connect(watched.house.settings)
    watched.house = replace(watched.house, outside=replace(watched.house.outside, hooks=doors))
    webhooks.enrol(watched.house)
    with watched.house.ledger.writing() as tx:
        tx.execute(update(t.webhook).values(state="gone"))


CAUSES: dict[str, Cause] = {
    "RouterAway": router_away,
    "LedgerNotWritable": ledger_not_writable,
    "SealKeyMissing": seal_key_missing,
    "LettersLost": letters_lost,
    "LedgerRestored": ledger_restored,
    "TimerDead": timer_dead,
    "RedisAway": redis_away,
    "NoWorker": no_worker,
    "BacklogTooSlow": backlog_too_slow,
    "ClockSkew": clock_skew,
    "DiskFull": disk_full,
    "SchemaDiffers": schema_differs,
    "ChannelAway": channel_away,
    "ChannelMisconfigured": channel_misconfigured,
    "LettersWait": letters_wait,
    "HeldForOperations": held_for_operations,
    "Doubts": doubts,
    "Incident": incident,
    "RunMissing": run_missing,
    "LooseReceipts": loose_receipts,
    "ReceiptsNotFetched": receipts_not_fetched,
    "PausedLong": paused_long,
    "CertificateEnds": certificate_ends,
    "CertificateEndsThisWeek": certificate_ends_this_week,
    "WebhookEnded": webhook_ended,
    "TicketsPileUp": tickets_pile_up,
    "Deaths": deaths,
}
