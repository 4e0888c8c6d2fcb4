"""SF1520 and CVR on their wires through the whole house: who gets paper where, and who does not."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from outbound import delivery
from outbound.delivery import House
from outbound.letter import Channel, Lane, Recipient, Role
from outbound.life import Status
from outbound.settings import load
from outbound.stack.places import scratch
from outbound.stack.up import Stack
from tests.adapters.conftest import close
from tests.audited import differences
from tests.delivery.walking import run_to_rest
from tests.house import dispatches, events, hand_in, look, submission
from tests.people import company, name_of, person, successor_of
from tests.waiting import wait_for
from workers.opening import open_house

ENV = {
    "OUTBOUND_ADDRESS_FRESH_SECONDS": "0",  # every answer is too old at closing
    "OUTBOUND_PRINT_GATHER_SECONDS": "0",
    "OUTBOUND_UNKNOWN_RECHECK": "0.2",
}
TAKEN = (Status.SENT, Status.DELIVERED)  # the receipt may be quick
BECOMES = {
    "exempt": (True, "exempt"),
    "exempt_protected": (True, "exempt"),
    "exempt_abroad": (True, "exempt"),
    "absent_dead": (False, "recipient-dead"),
    "exempt_no_address": (False, "no-postal-address"),
    "exempt_not_found": (False, "not-in-register"),
}
"""Was it taken by the printer, and the code of its route or of its being HELD."""


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    folder = scratch("outbound-persons-")
    folder.chmod(0o755)
    with Stack(folder, ENV, postgres=request.param == "postgresql", workers=False, web=False) as stack:
        yield stack


@pytest.fixture(scope="module")
def house(stack: Stack) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in stack.env.items():
            environment.setenv(name, value)
        opened = open_house(load())
    yield opened
    assert differences(opened.ledger) == []
    opened.ledger.close()
    close(opened.outside)


def asked(stack: Stack, name: str, path: str, body: object = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"{stack.controls[name]}{path}", content, timeout=10) as answer:
        return json.load(answer)


def to(number: str) -> Recipient:
    kind = "cvr" if len(number) == 8 else "cpr"
    return Recipient(Role.PARTY, name_of(number), **{kind: number})  # type: ignore[arg-type]


def letter_to(house: House, number: str) -> UUID:
    (letter,) = hand_in(house, submission(recipients=(to(number),)))
    return letter


def test_each_gets_paper_where_they_live_or_is_held_with_the_reason(house: House) -> None:
    numbers = {make(outcome, 1): end for outcome, end in BECOMES.items() for make in (person, company)}
    letters = {letter_to(house, number): end for number, end in numbers.items()}
    run_to_rest(house)
    ended = {one: look(house, one) for one in letters}
    assert {one: (now.status in TAKEN, now.held_code or now.route) for one, now in ended.items()} == letters


def test_after_a_change_of_number_the_mailbox_of_today_takes_the_letter(house: House, stack: Stack) -> None:
    letter = letter_to(house, person("changed_number", 1))
    run_to_rest(house)
    assert (look(house, letter).status in TAKEN, look(house, letter).route) == (True, "enrolled")
    (only,) = dispatches(house, letter)
    takings = asked(stack, "digital-post", "/takings")["takings"]
    (taking,) = [one for one in takings if one["dispatch"] == str(only.id)]
    assert taking["recipient"] == successor_of(person("changed_number", 1))


def test_a_register_away_at_closing_keeps_the_letter_until_it_is_back(house: House, stack: Stack) -> None:
    letter = letter_to(house, person("exempt", 2))
    for step in (delivery.render_handful, delivery.route_handful) * 2:
        if look(house, letter).status is not Status.ROUTED:
            step(house, Lane.SINGLE)
    assert look(house, letter).status is Status.ROUTED
    asked(stack, "persons", "/mood", {"mood": "down"})
    delivery.send_handful(house, Channel.PRINT, Lane.SINGLE)
    assert (look(house, letter).status, look(house, letter).route) == (Status.RENDERED, "register-unknown")
    assert not dispatches(house, letter)
    asked(stack, "persons", "/mood", {"mood": "well"})
    wait_for(lambda: arrived(house, letter), "the register to be back")
    assert "address-unchecked" in events(house, letter)


def arrived(house: House, letter: UUID) -> bool:
    run_to_rest(house)
    return look(house, letter).status in TAKEN
