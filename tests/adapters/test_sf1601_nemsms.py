"""Reminders by text message through SF1601, against a server that says what a test tells it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from adapters import connect
from adapters.digital_post.nemsms import LONGEST, nemsms
from adapters.sf1601.look_up import PostQuery
from adapters.sf1601.nemsms import KombiNemSms
from outbound.letter import Accepted, Blame, Recipient, Rejected, Role, TextMessage
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, PersonId, Unavailable
from tests.adapters.conftest import settings_of
from tests.adapters.scripted import Script, Scripted, answer, hang_up
from tests.adapters.test_sf1601 import SENDER, TAKEN, chosen, no, service
from tests.people import company, person

__all__ = ["chosen"]  # a fixture


def message(text: str = "Husk dit møde i morgen kl. 10.15.") -> TextMessage:
    return TextMessage(uuid4(), Recipient(Role.PARTY, "Ådse Prøvesen", cpr=person()), text)


@contextmanager
def ways(*scripts: Script, version: str = "1.2") -> Iterator[tuple[KombiNemSms, Scripted]]:
    with service(*scripts) as (called, server):
        yield KombiNemSms(called, PostQuery(called, 5, 4), SENDER, version, False), server


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_it_goes_by_its_own_choice_as_the_message_of_the_direct_road(version: str) -> None:
    one = message()
    with ways(answer(200, TAKEN), version=version) as (texts, server):
        told = texts.send(one)
    assert told == Accepted(one.id, "9b2b1a0e-5a1c-4f2e-9d53-0d1c9f8e7a66")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /KombiPostAfsend_1/kombi ")
    assert f"x-TransaktionsId: {one.id}".encode().lower() in head.lower()
    direct = nemsms(one, SENDER, version).partition(b"?>\n")[2]
    assert body == b"<kombi_request><KombiValgKode>NemSMS</KombiValgKode>" + direct + b"</kombi_request>"


def sent(script: Script) -> object:
    """A refusal's code and blame, or the error and its code."""
    with ways(script) as (texts, _):
        try:
            found = texts.send(message())
        except OutsideError as fault:
            return type(fault), fault.code
    assert isinstance(found, Rejected)
    return found.code, found.blame


@pytest.mark.parametrize(
    ("script", "meant"),
    [
        (answer(200, no("recipient.has.no.nemsms")), ("recipient.has.no.nemsms", Blame.RECIPIENT)),
        (answer(200, no("memo.invalid")), ("memo.invalid", Blame.LETTER)),
        (answer(200, no("what.is.this")), ("what.is.this", Blame.UNKNOWN)),
        (answer(503, None, Retry_After="9"), (Unavailable, "http-503")),
        (answer(500), (OutcomeUnknown, "http-500")),
        (hang_up(), (OutcomeUnknown, "broken-connection")),
        (answer(403), (Misconfigured, "http-403")),
    ],
)
def test_an_answer_means_what_it_means_for_a_letter(script: Script, meant: object) -> None:
    assert sent(script) == meant


def test_a_duplicate_is_evidence_of_taking() -> None:
    with ways(answer(200, no("memo.duplicate"))) as (texts, _):
        assert isinstance(texts.send(message()), Accepted)


def test_what_can_be_no_message_is_not_sent() -> None:
    nobody = replace(message(), recipient=Recipient(Role.PARTY, "Ådse Prøvesen"))
    with ways(answer(200, TAKEN)) as (texts, server):
        assert texts.send(nobody) == Rejected(nobody.id, "no-number", Blame.RECIPIENT)
        with pytest.raises(ValueError, match=r"^A NemSMS has a UUID version 4"):
            texts.send(message("x" * (LONGEST + 1)))
        assert server.requests == []


@pytest.mark.parametrize(
    ("script", "has"),
    [
        (answer(200, {"result": True}), True),
        (answer(200, {"result": False}), False),
        (answer(200, {"result": "false"}), None),
        (answer(200, {}), None),
        (answer(404), None),
        (answer(500), None),
        (hang_up(), None),
    ],
)
def test_only_a_plain_answer_is_one(script: Script, has: bool | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    one = PersonId(cpr=person())
    with ways(script) as (texts, _):
        assert texts.registered([one]) == {one: has}
    assert person() not in caplog.text


def test_each_number_is_asked_for_once_and_by_its_kind() -> None:
    cpr, cvr = person(), company()
    ids = [PersonId(cpr=cpr), PersonId(cvr=cvr), PersonId(cpr=cpr), PersonId()]
    with ways(answer(200, {"result": True})) as (texts, server):
        assert texts.registered(ids) == {ids[0]: True, ids[1]: True, ids[3]: None}
    path = "/PostForespoerg_1/nemsms"
    asked = sorted(request.split(b" ")[1].decode() for request in server.requests)
    assert asked == [f"{path}?cprNumber={cpr}", f"{path}?cvrNumber={cvr}"]


@pytest.mark.parametrize("safe", [True, False])
def test_the_road_to_the_mailbox_has_text_messages_too(chosen: dict[str, str], tmp_path: Path, safe: bool) -> None:
    texts = connect(settings_of(chosen, sf1601="both", reminder_repeat_is_safe=safe)).text_messages
    assert texts is not None
    assert (texts.provider, texts.repeat_is_safe) == ("sf1601-digital", safe)
