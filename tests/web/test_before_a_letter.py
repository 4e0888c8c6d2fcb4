"""Who can be reached digitally, which letter types there are, how one looks."""

import json
from dataclasses import replace

import httpx

from outbound.delivery import House
from outbound.ledger import readings
from outbound.ledger.readings import Wanted
from outbound.letter import Mailbox
from tests.outside import World
from tests.people import company, person
from tests.serving import serve
from tests.web.bodies import ADDRESS, fields


def test_recipients_are_looked_up_beforehand_and_no_number_is_repeated(system: httpx.Client, world: World) -> None:
    exempt, well = person("exempt"), person()
    world.enrolment.answers = {exempt: Mailbox.EXEMPT, company(): Mailbox.UNKNOWN}
    sent = {"recipients": [{"cpr": well}, {"cpr": exempt}, {"cvr": company()}, {"cpr": well}]}
    answer = system.post("/v1/recipients/precheck", json=sent)
    assert [one["mailbox"] for one in answer.json()["recipients"]] == ["enrolled", "exempt", "unknown", "enrolled"]
    assert [one["digital"] for one in answer.json()["recipients"]] == [True, False, None, True]
    assert well not in answer.text
    assert exempt not in answer.text


def test_asking_beforehand_is_in_the_reading_log_of_each(system: httpx.Client, house: House) -> None:
    sent = [{"cpr": person("well", 1)}, {"cvr": company()}, {"cpr": person("well", 1)}]
    system.post("/v1/recipients/precheck", json={"recipients": sent}).raise_for_status()
    keys = [house.seal.fingerprint("recipient", number) for number in (person("well", 1), company())]
    with house.ledger.reading() as tx:
        lines = readings.lines(tx, Wanted(keys=keys), None, 10)
    assert [(one.by, one.purpose) for one in lines] == [("jobcenter", "precheck")] * 2


def test_ten_thousand_are_looked_up_in_one_call_and_one_more_is_too_many(system: httpx.Client, world: World) -> None:
    sent = [{"cpr": person("well", number)} for number in range(10_000)]
    world.enrolment.answers = {sent[9_999]["cpr"]: Mailbox.EXEMPT}
    indented = json.dumps({"recipients": sent}, indent=4)
    answer = system.post("/v1/recipients/precheck", content=indented, headers={"Content-Type": "application/json"})
    found = answer.json()["recipients"]
    assert [one["recipient"] for one in found] == list(range(10_000))
    assert {one["mailbox"] for one in found[:9_999]} == {"enrolled"}
    assert found[9_999] == {"recipient": 9_999, "digital": False, "mailbox": "exempt"}
    assert world.enrolment.asked == 10
    more = system.post("/v1/recipients/precheck", json={"recipients": [*sent, sent[0]]})
    assert more.status_code == 422


def test_a_register_that_is_away_is_not_asked_for_all_ten_thousand(system: httpx.Client, world: World) -> None:
    world.enrolment.default = Mailbox.UNKNOWN
    sent = [{"cpr": person("well", number)} for number in range(3_000)]
    answer = system.post("/v1/recipients/precheck", json={"recipients": sent})
    assert {one["digital"] for one in answer.json()["recipients"]} == {None}
    assert world.enrolment.asked == 1


def test_more_than_may_be_looked_up_in_a_minute_are_told_to_wait(house: House, world: World) -> None:
    slow = house.settings.model_copy(update={"look_ups_per_minute": 40, "timer_seconds": 15.0})  # ten in a round
    sent = [{"cpr": person("well", number)} for number in range(8)]
    with serve(replace(house, settings=slow)) as served, served.system() as system:
        first = system.post("/v1/recipients/precheck", json={"recipients": sent})
        second = system.post("/v1/recipients/precheck", json={"recipients": sent})
    assert (first.status_code, second.status_code, second.headers["retry-after"]) == (200, 429, "15")
    assert world.enrolment.asked == 1


def test_every_wrong_number_is_named_by_its_place(system: httpx.Client, world: World) -> None:
    sent = [{"cpr": "1234567890"}, {}, {"cvr": "12345678"}, {"cpr": person(), "cvr": company()}]
    answer = system.post("/v1/recipients/precheck", json={"recipients": sent})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        "/recipients/0/cpr",
        "/recipients/1",
        "/recipients/2/cvr",
        "/recipients/3",
    ]
    assert "12345678" not in answer.text
    assert world.enrolment.asked == 0


def test_a_system_learns_what_it_may_write(system: httpx.Client) -> None:
    said = system.get("/v1/letter-types").json()
    assert said["departments"] == ["beskaeftigelse", "borgerservice"]
    notice = next(one for one in said["letter_types"] if one["name"] == "moedeindkaldelse")
    assert notice["fields"]["required"] == ["moede", "dag", "klokken", "varighed", "sted", "formaal"]
    names = {one["name"] for one in said["letter_types"]}
    assert {"moedeindkaldelse", "sygedagpenge-opfoelgning", "faerdigt-brev"} <= names
    assert "boligstoette-afgoerelse" not in names


def test_a_letter_is_previewed_and_nothing_is_kept(system: httpx.Client) -> None:
    sent = {"fields": fields(), "address": ADDRESS, "dated": "2026-12-01"}
    answer = system.post("/v1/letter-types/moedeindkaldelse/preview", json=sent)
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert system.get("/v1/events").json()["events"] == []


def test_a_preview_names_every_wrong_field(system: httpx.Client) -> None:
    sent = {"fields": {"moede": 7}, "department": "teknik-og-miljoe", "recipient": "a\nb"}
    answer = system.post("/v1/letter-types/moedeindkaldelse/preview", json=sent)
    assert answer.status_code == 422
    pointers = {one["pointer"] for one in answer.json()["errors"]}
    assert {"/department", "/recipient", "/fields", "/fields/moede"} <= pointers
    for name, status in (("faerdigt-brev", 422), ("boligstoette-afgoerelse", 404), ("../../etc", 404)):
        path = f"/v1/letter-types/{name}/preview"
        assert system.post(path, json={"fields": fields()}).status_code == status
