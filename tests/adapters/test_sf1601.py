"""SF1601's look-up and sending against a server that says what a test tells it, and the choice of the road."""

import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from adapters import NEEDED, NEEDED_BY_SF1601, connect
from adapters.digital_post.memo import Sender
from adapters.http import Caller, usable
from adapters.sf1601 import kombi
from adapters.sf1601.forsendelse import Agreement
from adapters.sf1601.kombi import KombiMailer, digital_mailer, print_mailer
from adapters.sf1601.look_up import PostQuery
from adapters.sf1601.service import Service
from outbound.letter import Accepted, Blame, Channel, Mailbox, Recipient, Rejected, Role
from outbound.ports import Misconfigured, OutcomeUnknown, OutsideError, PersonId, Unavailable
from outbound.settings import Settings, SettingsFault
from tests.adapters.conftest import settings_of
from tests.adapters.outside import a_consignment, a_dispatch
from tests.adapters.scripted import Script, Scripted, answer, hang_up, identity, scripted
from tests.adapters.test_sf1601_tokens import platform
from tests.people import company, person

SENDER = Sender("10000009", "Prøvekøbing Kommune")
AGREED = Agreement("outbound", 0, {"economy": "Economique"})
TAKEN = b"<kombi_response><Result>true</Result><TransmissionID>9b2b1a0e-5a1c-4f2e-9d53-0d1c9f8e7a66</TransmissionID>"
TAKEN += b"<HovedoplysningerSvarREST><SvarReaktion><Advis><AdvisId>0</AdvisId><AdvisTekst>Received</AdvisTekst></Advis>"
TAKEN += b"</SvarReaktion></HovedoplysningerSvarREST></kombi_response>"


@contextmanager
def service(*scripts: Script) -> Iterator[tuple[Service, Scripted]]:
    with platform() as (tokens, _, _), scripted(*scripts) as server, closing(Caller(server.url, {}, 2)) as caller:
        yield Service(caller, tokens, kombi.ENTITY_ID), server


def no(code: str, text: str = "Afvist: 1234567890") -> bytes:
    reaction = f"<SvarReaktion><Fejl><FejlId>{code}</FejlId><FejlTekst>{text}</FejlTekst></Fejl></SvarReaktion>"
    return f"<kombi_response><Result>false</Result>{reaction}</kombi_response>".encode()


# look-up


def looked_up(*scripts: Script, ids: list[PersonId], patience: float = 5) -> tuple[list[Mailbox], list[bytes]]:
    with service(*scripts) as (called, server):
        found = PostQuery(called, patience, 4).look_up(ids)
        return [found[i] for i in ids], server.requests


@pytest.mark.parametrize(
    ("script", "mailbox"),
    [
        (answer(200, {"result": True}), Mailbox.ENROLLED),
        (answer(200, {"result": False}), Mailbox.NOT_ENROLLED),
        (answer(200, {"result": "false"}), Mailbox.UNKNOWN),
        (answer(200, {"result": 0}), Mailbox.UNKNOWN),
        (answer(200, {}), Mailbox.UNKNOWN),
        (answer(200, b"false"), Mailbox.UNKNOWN),
        (answer(404), Mailbox.UNKNOWN),
        (answer(500, {"result": False}), Mailbox.UNKNOWN),
        (answer(401), Mailbox.UNKNOWN),
        (hang_up(), Mailbox.UNKNOWN),
    ],
    ids=["yes", "no", "word", "nought", "empty", "no-object", "404", "500", "401", "hangs-up"],
)
def test_only_a_plain_no_is_not_enrolled(script: Script, mailbox: Mailbox) -> None:
    found, _ = looked_up(script, ids=[PersonId(cpr=person())])
    assert found == [mailbox]


def test_each_number_is_asked_for_once_and_by_its_kind() -> None:
    cpr, cvr = person(), company()
    ids = [PersonId(cpr=cpr), PersonId(cvr=cvr), PersonId(cpr=cpr), PersonId()]
    found, requests = looked_up(answer(200, {"result": True}), ids=ids)
    assert found == [Mailbox.ENROLLED] * 3 + [Mailbox.UNKNOWN]
    asked = sorted(request.split(b" ")[1].decode() for request in requests)
    path = "/PostForespoerg_1/digitalpost"
    assert asked == [f"{path}?cprNumber={cpr}", f"{path}?cvrNumber={cvr}"]


def test_one_without_an_answer_costs_nobody_else_theirs() -> None:
    ids = [PersonId(cpr=person("well", n)) for n in range(12)]
    broken = (ids[3].cpr or "").encode()

    def script(stream: socket.socket, request: bytes) -> None:
        (answer(500) if broken in request else answer(200, {"result": True}))(stream, request)

    found, _ = looked_up(script, ids=ids)
    assert [mailbox for n, mailbox in enumerate(found) if n != 3] == [Mailbox.ENROLLED] * 11
    assert found[3] is Mailbox.UNKNOWN


def test_so_many_are_asked_for_at_once_and_no_more() -> None:
    most, now, lock = [0], [0], threading.Lock()
    full = threading.Barrier(4)

    def script(stream: socket.socket, request: bytes) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        full.wait(10)
        with lock:
            now[0] -= 1
        answer(200, {"result": True})(stream, request)

    found, _ = looked_up(script, ids=[PersonId(cpr=person("well", n)) for n in range(16)], patience=60)
    assert found == [Mailbox.ENROLLED] * 16
    assert most == [4]


@pytest.mark.parametrize("script", [answer(403), answer(429, None, Retry_After="60")], ids=["403", "429"])
def test_a_platform_that_will_answer_nobody_is_not_asked_for_everybody(script: Script) -> None:
    found, requests = looked_up(script, ids=[PersonId(cpr=person("well", n)) for n in range(40)])
    assert set(found) == {Mailbox.UNKNOWN}
    assert len(requests) <= 8


def test_a_slow_platform_is_left_when_patience_ends() -> None:
    ends = threading.Event()

    def script(stream: socket.socket, request: bytes) -> None:
        ends.wait(1)
        answer(200, {"result": True})(stream, request)

    found, requests = looked_up(script, ids=[PersonId(cpr=person("well", n)) for n in range(40)], patience=0.1)
    assert found[-1] is Mailbox.UNKNOWN
    assert len(requests) == 4


@pytest.mark.parametrize("script", [answer(500, {"x": "1"}), hang_up(), answer(400), answer(302, None, Location="/")])
def test_no_number_is_in_logs_or_exceptions_of_a_look_up(script: Script, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cpr = person()
    with service(script) as (called, _):
        PostQuery(called, 5, 1).look_up([PersonId(cpr=cpr)])
        with pytest.raises(OutsideError) as fault:
            usable(called.call("GET", f"x?cprNumber={cpr}"))
    told = f"{caplog.text} {fault.value!r} {''.join(traceback.format_exception(fault.value))}"
    assert "could not be looked up" in caplog.text
    assert cpr not in told


# sending


@contextmanager
def mailer(channel: Channel, *scripts: Script) -> Iterator[tuple[KombiMailer, Scripted]]:
    with service(*scripts) as (called, server):
        if channel is Channel.DIGITAL:
            yield digital_mailer(called, SENDER, 1_000_000, False), server
        else:
            yield print_mailer(called, AGREED, 1_000_000, False), server


@pytest.fixture(params=[Channel.DIGITAL, Channel.PRINT])
def channel(request: pytest.FixtureRequest) -> Channel:
    return Channel(request.param)


def handed_over(channel: Channel, script: Script) -> object:
    """The answer, or the name of the error."""
    consignment = a_consignment(channel)
    with mailer(channel, script) as (sending, _):
        try:
            (found,) = sending.hand_over(consignment)
        except OutsideError as fault:
            return type(fault), fault.code
        assert found.dispatch == consignment.dispatches[0].id
        return found if isinstance(found, Accepted) else (found.code, found.blame)


def test_the_choice_of_channel_is_ours_and_said_plainly(channel: Channel) -> None:
    consignment = a_consignment(channel)
    with mailer(channel, answer(200, TAKEN)) as (sending, server):
        list(sending.hand_over(consignment))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    choice = b"Digital Post" if channel is Channel.DIGITAL else b"Fysisk Post"
    assert body.startswith(b"<kombi_request><KombiValgKode>" + choice + b"</KombiValgKode><")
    assert (b"<memo:Message xmlns:memo=" in body) is (channel is Channel.DIGITAL)
    assert (b"<ForsendelseISamling " in body) is (channel is Channel.PRINT)
    assert b"<?xml" not in body
    assert f"x-TransaktionsId: {consignment.dispatches[0].id}".encode().lower() in head.lower()
    assert head.startswith(b"POST /KombiPostAfsend_1/kombi ")


def test_a_taken_letter_has_the_platforms_name_or_else_ours(channel: Channel) -> None:
    told = handed_over(channel, answer(200, TAKEN))
    assert isinstance(told, Accepted)
    assert told.transmission == "9b2b1a0e-5a1c-4f2e-9d53-0d1c9f8e7a66"
    untold = handed_over(channel, answer(200, b"<kombi_response><Result>true</Result></kombi_response>"))
    assert isinstance(untold, Accepted)
    assert untold.transmission == str(untold.dispatch)


@pytest.mark.parametrize(
    ("script", "meant"),
    [
        (answer(200, no("memo.invalid")), ("memo.invalid", Blame.LETTER)),
        (answer(200, no("recipient.is.closed")), ("recipient.is.closed", Blame.RECIPIENT)),
        (answer(200, no("what.is.this")), ("what.is.this", Blame.UNKNOWN)),
        (answer(200, no("")), ("no-code", Blame.UNKNOWN)),
        (answer(200, no("modtager 1234567890")), ("unreadable-code", Blame.UNKNOWN)),
        (answer(400, no("memo.invalid")), ("memo.invalid", Blame.LETTER)),
        (answer(500, no("what.is.this")), ("what.is.this", Blame.UNKNOWN)),
        (answer(400, b"<html>"), ("http-400", Blame.UNKNOWN)),
        (answer(413), ("too-large", Blame.RECIPIENT)),
        (answer(503, no("busy")), (Unavailable, "http-503")),
        (answer(503, None, Retry_After="9"), (Unavailable, "http-503")),
        (answer(429), (Unavailable, "http-429")),
        (answer(503), (OutcomeUnknown, "http-503")),
        (answer(500), (OutcomeUnknown, "http-500")),
        (answer(500, TAKEN), (OutcomeUnknown, "http-500")),
        (answer(504), (OutcomeUnknown, "http-504")),
        (answer(408), (OutcomeUnknown, "http-408")),
        (answer(200, b""), (OutcomeUnknown, "unreadable-answer")),
        (answer(200, b"<html/>"), (OutcomeUnknown, "unreadable-answer")),
        (answer(200, b"<kombi_response/>"), (OutcomeUnknown, "unreadable-answer")),
        (answer(200, b"<x><Result>true</Result></x>"), (OutcomeUnknown, "unreadable-answer")),
        (
            answer(200, b"<kombi_response><Result>perhaps</Result></kombi_response>"),
            (OutcomeUnknown, "unreadable-answer"),
        ),
        (hang_up(), (OutcomeUnknown, "broken-connection")),
        (answer(401), (Misconfigured, "http-401")),
        (answer(403), (Misconfigured, "http-403")),
        (answer(404), (Misconfigured, "http-404")),
    ],
)
def test_every_answer_has_its_meaning(channel: Channel, script: Script, meant: object) -> None:
    assert handed_over(channel, script) == meant


@pytest.mark.parametrize("code", ["memo.duplicate", "afsendelse.duplicate"])
def test_a_duplicate_is_evidence_of_taking(channel: Channel, code: str) -> None:
    assert isinstance(handed_over(channel, answer(200, no(code))), Accepted)


def test_a_doctype_in_an_answer_opens_nothing(channel: Channel, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("true")
    doctype = f'<!DOCTYPE kombi_response [<!ENTITY x SYSTEM "file://{secret}">]>'
    body = f"{doctype}<kombi_response><Result>&x;</Result></kombi_response>".encode()
    assert handed_over(channel, answer(200, body)) == (OutcomeUnknown, "unreadable-answer")


def test_what_has_no_number_or_no_address_is_not_sent(channel: Channel) -> None:
    dispatch = a_dispatch(recipient=Recipient(Role.PARTY, "Ådse Prøvesen"))
    with mailer(channel, answer(200, TAKEN)) as (sending, server):
        (found,) = sending.hand_over(a_consignment(channel, dispatch))
        assert server.requests == []
    meant = ("no-number", Blame.RECIPIENT) if channel is Channel.DIGITAL else ("no-address", Blame.LETTER)
    assert found == Rejected(dispatch.id, *meant)


def test_what_cannot_be_written_is_refused_and_leaves_no_doubt(channel: Channel) -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001
    with mailer(channel, answer(200, TAKEN)) as (sending, server):
        consignment = a_consignment(channel, closed_at=naive)
        assert list(sending.hand_over(consignment)) == [
            Rejected(consignment.dispatches[0].id, "unwritable", Blame.LETTER)
        ]
        assert server.requests == []


def test_a_request_over_the_platforms_limit_is_not_sent(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kombi, "XML_LIMIT", 900)
    with mailer(channel, answer(200, TAKEN)) as (sending, server):
        (found,) = sending.hand_over(a_consignment(channel))
        assert server.requests == []
    assert isinstance(found, Rejected)
    assert (found.code, found.blame) == ("too-large", Blame.RECIPIENT)


def test_a_token_that_cannot_be_had_leaves_a_letter_where_it_is(channel: Channel) -> None:
    with (
        platform(answer(503)) as (tokens, _, _),
        scripted(answer(200, TAKEN)) as server,
        closing(Caller(server.url, {}, 2)) as caller,
    ):
        sending = digital_mailer(Service(caller, tokens, kombi.ENTITY_ID), SENDER, 1_000_000, False)
        with pytest.raises(Unavailable):
            list(sending.hand_over(a_consignment(channel)))
        assert server.requests == []


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_memo_is_of_the_version_that_is_set(version: str) -> None:
    with service(answer(200, TAKEN)) as (called, server):
        list(digital_mailer(called, SENDER, 1_000_000, False, version).hand_over(a_consignment(Channel.DIGITAL)))
    assert f'memoVersion="{version}"'.encode() in server.requests[0]


# the choice of the road


@pytest.fixture
def chosen(tmp_path: Path) -> dict[str, str]:
    """What SF1601 needs, and the register; nothing of Digital Post or a printer."""
    ours = identity(tmp_path, "ours")
    return {
        "OUTBOUND_SERVICEPLATFORM_URL": "https://127.0.0.1:9/service",
        "OUTBOUND_SERVICEPLATFORM_SAML_URL": "https://127.0.0.1:9/issue",
        "OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE": str(ours.certificate),
        "OUTBOUND_SERVICEPLATFORM_KEY_FILE": str(ours.key),
        "OUTBOUND_BESKEDFORDELER_QUEUE": str(uuid4()),
        "OUTBOUND_PERSONS_URL": "https://127.0.0.1:9/service/CPR/PersonBaseDataExtended/5",
        "OUTBOUND_PERSONS_SERVICE_AGREEMENT": str(uuid4()),
        "OUTBOUND_PERSONS_USER_SYSTEM": str(uuid4()),
        "OUTBOUND_PERSONS_USER": str(uuid4()),
        "OUTBOUND_COMPANIES_URL": "https://127.0.0.1:9/",
        "OUTBOUND_COMPANIES_USER": "x",
        "OUTBOUND_COMPANIES_PASSWORD": "x",
    }


def test_one_setting_takes_both_channels_and_the_look_up(chosen: dict[str, str]) -> None:
    outside = connect(settings_of(chosen, sf1601="both"))
    assert [outside.mailers[c].provider for c in (Channel.DIGITAL, Channel.PRINT)] == ["sf1601-digital", "sf1601-print"]
    assert isinstance(outside.enrolment, PostQuery)
    assert not any(mailer.repeat_is_safe for mailer in outside.mailers.values())


def test_one_channel_may_go_that_way_and_the_other_not(settings: Settings, chosen: dict[str, str]) -> None:
    given = settings_of(chosen)
    names = [
        name.removeprefix("OUTBOUND_").lower() for name in chosen if "PERSONS" not in name and "COMPANIES" not in name
    ]
    both = settings.model_copy(update={name: getattr(given, name) for name in names})
    digital = connect(both.model_copy(update={"sf1601": "digital"}))
    assert [mailer.provider for mailer in digital.mailers.values()] == ["sf1601-digital", "print"]
    assert [source.provider for source in digital.sources] == ["print", "returned-post", "beskedfordeler"]
    assert isinstance(digital.enrolment, PostQuery)
    paper = connect(both.model_copy(update={"sf1601": "print"}))
    assert [mailer.provider for mailer in paper.mailers.values()] == ["digital-post", "sf1601-print"]
    assert [source.provider for source in paper.sources] == ["digital-post", "beskedfordeler"]
    assert not isinstance(paper.enrolment, PostQuery)


@pytest.mark.parametrize(
    ("road", "unneeded"),
    [("digital", ("digital_post_",)), ("print", ("print_",)), ("both", ("digital_post_", "print_"))],
)
def test_only_the_settings_of_the_road_are_asked_for(road: str, unneeded: tuple[str, ...]) -> None:
    with pytest.raises(SettingsFault) as fault:
        connect(settings_of({}, sf1601=road, sender_cvr="", sender_name=""))
    for name, what in (NEEDED | NEEDED_BY_SF1601).items():
        assert (f"OUTBOUND_{name.upper()} is missing; set {what}." in str(fault.value)) is not name.startswith(unneeded)


def test_without_the_choice_nothing_of_it_is_asked_for() -> None:
    with pytest.raises(SettingsFault) as fault:
        connect(settings_of({}))
    assert "SERVICEPLATFORM" not in str(fault.value)


def test_numbers_do_not_leave_unencrypted_by_this_road_either(chosen: dict[str, str]) -> None:
    far = {
        "OUTBOUND_SERVICEPLATFORM_URL": "http://prod.example/",
        "OUTBOUND_SERVICEPLATFORM_SAML_URL": "http://s.example/",
    }
    with pytest.raises(SettingsFault, match=r"(?s)SERVICEPLATFORM_URL is not enc.*SERVICEPLATFORM_SAML_URL is not enc"):
        connect(settings_of(chosen | far, sf1601="both"))


def test_a_road_without_receipts_is_no_road(chosen: dict[str, str], tmp_path: Path) -> None:
    del chosen["OUTBOUND_BESKEDFORDELER_QUEUE"]
    with pytest.raises(SettingsFault, match="OUTBOUND_BESKEDFORDELER_QUEUE is missing"):
        connect(settings_of(chosen, sf1601="both"))
    theirs = {"beskedfordeler_push_ca_file": identity(tmp_path, "theirs").certificate}
    knock = {"beskedfordeler_push": True, "beskedfordeler_push_clients": ("ab" * 32,), **theirs}
    outside = connect(settings_of(chosen, sf1601="both", **knock))
    assert ([door.provider for door in outside.doors], [*outside.sources]) == (["beskedfordeler"], [])


def test_a_certificate_that_is_none_is_named(chosen: dict[str, str], tmp_path: Path) -> None:
    wrong = {"OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE": str(tmp_path / f"absent-{uuid4()}")}
    with pytest.raises(SettingsFault, match="OUTBOUND_SERVICEPLATFORM_CERTIFICATE_FILE"):
        connect(settings_of(chosen | wrong, sf1601="both"))


def test_a_call_and_its_tokens_end_before_the_workers_lease() -> None:
    with pytest.raises(ValueError, match="send_lease"):
        settings_of({}, sf1601="both", serviceplatform_timeout=60)
    assert settings_of({}, serviceplatform_timeout=60).sf1601 == ""
