"""`/drift/standset`: only what was looked at is released; the words on `/drift` and there follow the verbs that fit."""

from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from outbound import desk
from outbound.delivery import House
from outbound.desk import Hand
from outbound.letter import Blame, News
from outbound.life import Status
from tests.delivery.walking import run_to_rest
from tests.house import MovingClock, dispatches, hand_in, look, submission
from tests.outside import World
from tests.pages.test_operations import held, in_doubt
from tests.people import person
from tests.serving import Served, hidden

LIST = "/drift/standset?kode=no-postal-address&venter=sender"


def test_a_letter_that_was_held_after_the_list_was_read_is_not_released_with_it(
    drift: httpx.Client, house: House, world: World
) -> None:
    seen = held(house, world, 2)
    page = drift.get(LIST).text
    assert "Slip 2 fri" in page
    (later,) = held(house, world)
    form = {"token": hidden(page), "breve": hidden(page, "breve"), "why": "Adressen er rettet"}
    assert drift.post(LIST, data=form).status_code == 200
    assert [look(house, one).status for one in (*seen, later)] == [Status.RENDERED, Status.RENDERED, Status.HELD]


@pytest.mark.parametrize("shown", ["", "x", "  "])
def test_without_the_letters_that_were_shown_none_is_released(
    drift: httpx.Client, house: House, world: World, shown: str
) -> None:
    (letter,) = held(house, world)
    form = {"token": hidden(drift.get(LIST).text), "breve": shown, "why": "x"}
    assert drift.post(LIST, data=form).status_code == 422
    assert look(house, letter).status is Status.HELD


def test_a_letter_that_is_held_for_something_else_by_now_is_not_released(
    drift: httpx.Client, house: House, world: World
) -> None:
    (letter,) = held(house, world)
    page = drift.get(LIST).text
    desk.release(house, letter, Hand("drift", "prøve"))
    desk.hold(house, letter, Hand("drift", "Borgeren har ringet"))
    form = {"token": hidden(page), "breve": hidden(page, "breve"), "why": "x"}
    drift.post(LIST, data=form)
    assert (look(house, letter).status, look(house, letter).held_code) == (Status.HELD, "held-by-person")


def test_what_can_be_released_says_so_and_leads_to_where_many_are_chosen(
    drift: httpx.Client, house: House, world: World
) -> None:
    (letter,) = held(house, world)
    many = "/drift/breve?tilstand=HELD&amp;kode=no-postal-address&amp;venter=sender"
    for path in ("/drift", "/drift/nu", LIST):
        page = drift.get(path).text
        assert "Slip dem fri fra listen" in page
        assert f'href="{many}"' in page
    assert str(letter) in drift.get(many.replace("&amp;", "&")).text


def unknown_refusal(house: House, world: World, moving_clock: MovingClock) -> UUID:
    """A letter whose supplier refused it with a code that nobody knows."""
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    (only,) = dispatches(house, letter)
    world.digital_receipts.send(only.id, News.REFUSED, "no.such.code", Blame.UNKNOWN)
    run_to_rest(house)
    return letter


Making = Callable[[House, World, MovingClock], UUID]


@pytest.mark.parametrize(
    ("make", "said"),
    [(in_doubt, "Spørg leverandøren, om den har brevet"), (unknown_refusal, "Leverandøren har brevet. Spørg")],
)
def test_what_cannot_be_released_is_not_said_to_be(
    served: Served, house: House, world: World, moving_clock: MovingClock, make: Making, said: str
) -> None:
    one = look(house, make(house, world, moving_clock))
    assert one.status is Status.HELD
    with served.signed_in("drift") as drift:
        for path in ("/drift", f"/drift/standset?kode={one.held_code}&venter={one.waits_for}"):
            page = drift.get(path).text
            assert said in page
            assert "Slip" not in page


def test_print_runs_and_corrections_are_found_from_the_front_page(drift: httpx.Client) -> None:
    page = drift.get("/drift").text
    for path in ("/drift/koersler", "/drift/fejl"):
        assert f'href="{path}"' in page


@pytest.mark.parametrize("verb", ["aabn", "par", "igen", "til-side"])
@pytest.mark.parametrize("number", ["99999999999999999999", "0", "-1"])
def test_a_receipt_of_an_impossible_number_is_not_found(drift: httpx.Client, verb: str, number: str) -> None:
    token = hidden(drift.get("/drift").text)
    form = {"token": token, "why": "x", "purpose": "receipt-inquiry", "dispatch": "0" * 32}
    assert drift.post(f"/drift/kvitteringer/{number}/{verb}", data=form).status_code == 404


def test_a_refusal_is_the_only_thing_said(drift: httpx.Client, house: House, world: World) -> None:
    (letter,) = hand_in(house, submission(person()))
    run_to_rest(house)
    page = drift.get(f"/drift/breve/{letter}").text
    form = {"token": hidden(page), "why": "Modtageren har ikke set det"}
    path = f"/drift/breve/{letter}/handling/resend"
    assert drift.post(path, data=form).status_code == 200
    elsewhere = {"name": "Solvej Prøvesen", "lines": "Prøvevej 7", "postcode": "8000", "town": "Aarhus C"}
    refused = drift.post(path, data={**form, **elsewhere})
    assert refused.status_code == 409
    assert "Brevet er allerede sendt igen, til en anden adresse." in refused.text
    assert "kommet videre imens" not in refused.text
