"""SF1520: who is alive and where, and every question out of form."""

import signal
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from lxml import etree

from adapters.simulators.certificates import certificates, client_context
from tests.people import address_of, child, name_of, person, successor_of
from tests.simulators.conftest import shown_to
from tests.simulators.running import Simulator

P = "{http://serviceplatformen.dk/xml/wsdl/soap11/CPR/PersonBaseDataExtended/5/}"
ACTION = f'"{P[1:-1]}PersonLookup"'
UUIDS = ("ServiceAgreementUUID", "UserSystemUUID", "UserUUID", "ServiceUUID")
SERVICE = "e6be2436-bf35-4df2-83fe-925142825dc2"


def question(register: Simulator, number: str, **other: str) -> str:
    who = [register.env[f"OUTBOUND_PERSONS_{one}"] for one in ("SERVICE_AGREEMENT", "USER_SYSTEM", "USER")]
    given = dict(zip(UUIDS, [*who, SERVICE], strict=True)) | other
    context = "".join(f"<i:{name}>{value}</i:{name}>" for name, value in given.items())
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<q:PersonLookupRequest xmlns:q="{P[1:-1]}">'
        f'<i:InvocationContext xmlns:i="http://serviceplatformen.dk/xml/schemas/InvocationContext/1/">{context}'
        '</i:InvocationContext><n:PNR xmlns:n="http://serviceplatformen.dk/xml/schemas/cpr/PNR/1/">'
        f"{number}</n:PNR></q:PersonLookupRequest></s:Body></s:Envelope>"
    )


def ask(
    register: Simulator,
    body: str,
    tls: ssl.SSLContext | None = None,
    kind: str = "text/xml; charset=utf-8",
    action: str = ACTION,
) -> httpx.Response:
    sent = {"content-type": kind, "soapaction": action}
    with httpx.Client(verify=tls or shown_to(register, "PERSONS"), trust_env=False, timeout=5) as client:
        return client.post(register.env["OUTBOUND_PERSONS_URL"], content=body.encode(), headers=sent)


def told(register: Simulator, number: str) -> Any:
    answer = ask(register, question(register, number))
    assert answer.status_code == 200
    return etree.fromstring(answer.content)


def text(found: Any, name: str) -> str:
    return str(found.findtext(f".//{P}{name}") or "")


@pytest.mark.parametrize(("outcome", "status"), [
    ("well", "1"), ("closed", "90"), ("absent_dead", "90"), ("protected", "1"), ("exempt_abroad", "80"),
    ("no_address", "3"), ("emigrated", "80"), ("changed_number", "60"),
])  # fmt: skip
def test_the_number_picks_the_status(register: Simulator, outcome: str, status: str) -> None:
    for number in (person(outcome), child(outcome)):
        found = told(register, number)
        assert found.findtext(f".//{P}status/{P}status") == status
        assert text(found, "personnummer") == number


def test_a_person_has_the_name_and_the_address_that_belong_to_the_number(register: Simulator) -> None:
    for number in (person("well", n) for n in range(12)):
        found, address = told(register, number), address_of(number)
        assert address is not None
        assert text(found, "personadresseringsnavn") == name_of(number)
        assert text(found, "standardadresse").startswith(address.street)
        assert (text(found, "postnummer"), text(found, "postdistrikt")) == (address.postcode, address.town)


def test_after_a_change_the_old_number_has_only_the_address_of_then(register: Simulator) -> None:
    old = person("changed_number")
    before, after = told(register, old), told(register, successor_of(old))
    assert text(before, "gaeldendePersonnummer") == text(after, "gaeldendePersonnummer") == successor_of(old)
    assert "Fraflyttet" in text(before, "standardadresse")
    assert "Fraflyttet" not in text(after, "standardadresse")
    assert text(after, "personadresseringsnavn") == name_of(old)


def test_the_homeless_live_on_a_special_road(register: Simulator) -> None:
    assert 9900 <= int(text(told(register, person("no_address")), "vejkode")) <= 9999


@pytest.mark.parametrize(("outcome", "code"), [
    ("exempt_not_found", "PNRNotFound"), ("exempt_register_error", "CPRUnavailable"),
])  # fmt: skip
def test_nobody_and_no_answer_are_faults_that_carry_the_number(register: Simulator, outcome: str, code: str) -> None:
    answer = ask(register, question(register, person(outcome)))
    assert answer.status_code == 500
    assert f"ErrorCode>{code}<" in answer.text
    assert person(outcome) in answer.text


@pytest.mark.parametrize("wrong", [
    lambda one: one.replace("PersonBaseDataExtended/5/", "PersonBaseDataExtended/4/"),
    lambda one: one.replace("PersonLookupRequest", "PersonLookup"),
    lambda one: one.replace(SERVICE, "11111111-1111-1111-1111-111111111111"),
    lambda one: one.replace("UserUUID", "Uuid"),
    lambda one: one.replace("</s:Body>", "<s:Other/></s:Body>"),
    lambda one: one.replace("</q:Person", "<q:more/></q:Person"),
    lambda one: "<!DOCTYPE s>" + one,
    lambda one: one[:-9],
    lambda one: one.replace("schemas/cpr/PNR/1/", "schemas/cpr/PNR/2/"),
])  # fmt: skip
def test_a_question_out_of_form_is_a_fault(register: Simulator, wrong: Callable[[str], str]) -> None:
    answer = ask(register, wrong(question(register, person())))
    assert answer.status_code == 500
    assert "InvalidRequest" in answer.text


@pytest.mark.parametrize("number", ["", "123", "020150-0000", "٠٢٠١٥٠٠٠٠٠", "9902500000"])
def test_what_is_no_number_is_a_fault(register: Simulator, number: str) -> None:
    assert "InvalidRequest" in ask(register, question(register, number)).text


def test_the_action_and_the_type_are_those_of_the_operation(register: Simulator) -> None:
    good = question(register, person())
    assert ask(register, good, action=ACTION.replace("Lookup", "Search")).status_code == 500
    assert ask(register, good, kind="application/xml").status_code == 500
    assert ask(register, good).status_code == 200


def test_strangers_hear_an_alert_and_nothing_else(register: Simulator) -> None:
    shown = certificates(register.folder / "certificates")
    stranger = client_context(shown.stranger, shown.authority.certificate)
    with pytest.raises(httpx.TransportError):
        ask(register, question(register, person()), stranger)


@pytest.mark.parametrize(("mood", "status"), [
    ("busy", 503), ("error_before_take", 500), ("wrong_certificate", 403), ("fault", 500),
])  # fmt: skip
def test_a_bad_mood_answers_nothing(register: Simulator, mood: str, status: int) -> None:
    register.be(mood, next=1)
    answer = ask(register, question(register, person()))
    assert (answer.status_code, name_of(person()) in answer.text) == (status, False)
    assert ask(register, question(register, person())).status_code == 200


def test_it_can_break_off_hang_up_and_be_away(register: Simulator) -> None:
    register.be("garbled")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(ask(register, question(register, person())).content)
    register.be("drop_answer")
    with pytest.raises(httpx.TransportError):
        ask(register, question(register, person()))
    register.be("down")
    with pytest.raises(httpx.ConnectError):
        ask(register, question(register, person()))
    register.be("well")
    assert ask(register, question(register, person())).status_code == 200


def test_the_mailbox_knows_no_moods_of_registers(mailbox: Simulator) -> None:
    assert mailbox.mood(mood="garbled").status_code == 400


def test_killed_and_started_again_it_goes_on(own: Callable[[str], Simulator]) -> None:
    register = own("persons")
    env, old = dict(register.env), person("changed_number")
    told(register, old)
    register.end(signal.SIGKILL)
    register.start()
    assert register.env == env
    assert register.requests() == {"lookup": 1}
    assert text(told(register, successor_of(old)), "personadresseringsnavn") == name_of(old)
