"""Webhooks: what happened to a system's letters, told to an address of its own beside the feed, signed and in order.

The form is Standard Webhooks 1.0.0 (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature`
(`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, one for each secret in force). One event a call, the next
after a 2xx: at least once, and never out of order. An event has the same id however often it is told.
"""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import uuid4

from outbound import clock, logs
from outbound.delivery.house import House, next_try
from outbound.delivery.spell import Spell
from outbound.desk import DeskRefusal, Hand, note
from outbound.ledger import hooks
from outbound.ledger.feed import Cursor, FeedEvent, events_after, is_beyond
from outbound.ledger.hooks import Backlog, Hook, HookState
from outbound.ports import Gone, HookDoor, OutsideError, Unavailable
from outbound.seal import Seal

log = logging.getLogger("outbound.webhooks")
A_BATCH = 100
SAVED_EVERY = 1.0  # seconds: what is told again after a crash at most, to a receiver that dedupes
LEASE = 60.0  # seconds beyond the longest call


@dataclass(frozen=True, slots=True)
class HookStanding:
    """How a system's webhook stands."""

    hook: Hook
    backlog: Backlog

    @property
    def needs_a_hand(self) -> bool:
        """Has it ended by itself? A person must start it again."""
        return self.hook.state in hooks.ENDED


def enrol(house: House) -> None:
    """Begin the webhooks that the settings name and the ledger does not know yet."""
    wanted = frozenset(house.outside.hooks)
    with house.ledger.reading() as tx:
        known = {one.system for one in hooks.hooks(tx, wanted)}
    if wanted - known:
        with house.ledger.writing() as tx:
            hooks.enrol(tx, wanted - known)


def due(house: House) -> list[str]:
    """The systems to which something is to be told now."""
    if not house.outside.hooks:
        return []
    with house.ledger.reading() as tx:
        return hooks.due(tx, house.outside.hooks)


def standing(house: House) -> list[HookStanding]:
    """Every webhook, with what it has not been told yet."""
    with house.ledger.reading() as tx:
        return [HookStanding(one, hooks.backlog(tx, one)) for one in hooks.hooks(tx, house.outside.hooks)]


def deliver(house: House, system: str) -> int:
    """Tell a system what it has not been told, one event after the other, for a while; how many it took."""
    lease = house.settings.webhook_timeout + LEASE
    with house.ledger.writing() as tx:
        one = hooks.claim(tx, system, lease)
    if one is None:
        return 0
    spell = Spell(LEASE, house.settings.hard_end)
    cursor, told, saved = one.cursor, 0, monotonic()
    for event in _events(house, one, spell):
        try:
            body = body_of(event)
            tell(house.outside.hooks[system], house.seal, one, _id(event.cursor, body), body)
        except OutsideError as fault:
            return _not_taken(house, one, cursor, told, fault)
        cursor, told = event.cursor, told + 1
        if monotonic() - saved >= SAVED_EVERY:
            saved = monotonic()
            with house.ledger.writing() as tx:
                if not hooks.progress(tx, one, cursor, lease):
                    return told  # somebody stopped it or sent it back; or we were too slow, and another goes on
    with house.ledger.writing() as tx:
        if told == 0 or hooks.progress(tx, one, cursor, lease):
            hooks.release(tx, one)
    _log(system, told)
    return told


def tell(door: HookDoor, seal: Seal, one: Hook, id_: str, body: bytes) -> None:
    """One call, signed now. Raises OutsideError where it was not taken, or perhaps not."""
    at = int(clock.now().timestamp())
    secrets = [secret(seal, one.system, generation) for generation in one.generations]
    signed = " ".join(signature(each, id_, at, body) for each in secrets)
    door.post(body, {"webhook-id": id_, "webhook-timestamp": str(at), "webhook-signature": signed})


def secret(seal: Seal, system: str, generation: int) -> str:
    """The secret that a system's calls are signed with: derived, so that nothing lies about; `whsec_` and base64."""
    key = bytes.fromhex(seal.fingerprint("webhook-secret", [system, generation]))
    return f"whsec_{base64.b64encode(key).decode()}"


def signature(key: str, id_: str, at: int, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC-SHA256 under the secret."""
    signed = hmac.new(base64.b64decode(key.removeprefix("whsec_")), f"{id_}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"


def body_of(event: FeedEvent) -> bytes:
    """The event as the feed tells it, under `data`."""
    at = event.at.isoformat().replace("+00:00", "Z")
    same = {"reference": event.reference, "was": event.was, "now": event.now, "code": event.code, "at": at}
    data = {"letter": str(event.letter), **same, "cursor": str(event.cursor)}
    return json.dumps({"type": "letter.moved", "timestamp": at, "data": data}, ensure_ascii=False).encode()


def _id(cursor: Cursor, body: bytes) -> str:
    """Its place in the feed, and a mark of its content: numbers may come again after a restore, with other events."""
    return f"{cursor}-{hashlib.sha256(body).hexdigest()[:12]}"


def _events(house: House, one: Hook, spell: Spell) -> Iterator[FeedEvent]:
    cursor = one.cursor
    while batch := _batch(house, one.system, cursor):
        for event in batch:
            if not spell.lasts():
                return
            yield event
        cursor = batch[-1].cursor


def _batch(house: House, system: str, after: Cursor) -> Sequence[FeedEvent]:
    with house.ledger.reading() as tx:
        return events_after(tx, system, after, A_BATCH)


def _not_taken(house: House, one: Hook, cursor: Cursor, told: int, fault: OutsideError) -> int:
    told_to_wait = fault.retry_after if isinstance(fault, Unavailable) else None
    tries = 0 if told else one.tries
    with house.ledger.writing() as tx:
        if told and not hooks.progress(tx, one, cursor, LEASE):
            return told
        state = _state_after(house, one, told, fault)
        hooks.failed(tx, one, fault.code, state, next_try(house.settings, tries, told_to_wait))
    _log(one.system, told, fault.code, state)
    return told


def _log(system: str, told: int, code: str | None = None, state: HookState | None = None) -> None:
    if told or code:
        logs.told(log, "webhook", {"system": system, "events": told, "code": code, "state": state})


def _state_after(house: House, one: Hook, told: int, fault: OutsideError) -> HookState:
    if isinstance(fault, Gone):
        return HookState.GONE
    patience = timedelta(days=house.settings.webhook_patience_days)
    since = None if told else one.failing_since
    return HookState.GIVEN_UP if since and clock.now() - since >= patience else HookState.ON


# what a person may do


def start(house: House, system: str, hand: Hand) -> None:
    """Let a webhook go on from where it stopped. Raises DeskRefusal."""
    _turn(house, system, HookState.ON, "start-webhook", hand)


def stop(house: House, system: str, hand: Hand) -> None:
    """Tell it nothing more until it is started again; the feed has everything meanwhile. Raises DeskRefusal."""
    _turn(house, system, HookState.STOPPED, "stop-webhook", hand)


def replay(house: House, system: str, place: Cursor, hand: Hand) -> None:
    """Tell it again everything after that place of the feed, under the ids from before. Raises DeskRefusal."""
    _known(house, system)
    with house.ledger.writing() as tx:
        note(tx, house, "replay-webhook", "webhook", system, hand)
        if is_beyond(tx, place) or not hooks.go_back(tx, system, place):
            raise DeskRefusal("ahead", "The webhook has not come that far; only what was told can be told again.")


def renew_secret(house: House, system: str, hand: Hand) -> str:
    """The system's new secret; the one before signs beside it for a while. Raises DeskRefusal."""
    _known(house, system)
    with house.ledger.writing() as tx:
        note(tx, house, "renew-webhook-secret", "webhook", system, hand)
        new = hooks.renew(tx, system, house.settings.webhook_overlap_hours * 3600)
    if new is None:
        raise DeskRefusal("no-webhook", "The system has no webhook.")
    return secret(house.seal, system, new.generation)


def current_secret(house: House, system: str, hand: Hand) -> str:
    """The system's secret, for whoever gives it to the system; showing it is written down. Raises DeskRefusal."""
    one = _known(house, system)
    with house.ledger.writing() as tx:
        note(tx, house, "show-webhook-secret", "webhook", system, hand)
    return secret(house.seal, system, one.generation)


def try_out(house: House, system: str) -> str:
    """Call it now with an event of type `test`, which moves nothing; '' where it was taken, else the code."""
    one, at = _known(house, system), clock.now().isoformat().replace("+00:00", "Z")
    body = json.dumps({"type": "test", "timestamp": at, "data": {}}).encode()
    try:
        tell(house.outside.hooks[system], house.seal, one, f"test-{uuid4()}", body)
    except OutsideError as fault:
        return fault.code
    return ""


def _turn(house: House, system: str, state: HookState, verb: str, hand: Hand) -> None:
    _known(house, system)
    with house.ledger.writing() as tx:
        note(tx, house, verb, "webhook", system, hand)
        if not hooks.turn(tx, system, state):
            raise DeskRefusal("so-already", "The webhook stands so already.")


def _known(house: House, system: str) -> Hook:
    enrol(house)
    with house.ledger.reading() as tx:
        found = hooks.hooks(tx, {system} & house.outside.hooks.keys())
    if not found:
        raise DeskRefusal("no-webhook", "The system has no webhook; OUTBOUND_WEBHOOKS names those that have.")
    return found[0]
