"""The mailbox on the wire: it takes once, answers as its mood says, and its receipts tell what became of a letter."""

import base64
import hashlib
import re
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from adapters.simulators.certificates import Authority, certificates
from tests.people import person
from tests.simulators.conftest import sender_of, shown_to
from tests.simulators.letters import memo, pdf
from tests.simulators.running import HTTP, Simulator
from tests.waiting import wait_for

XML = {"content-type": "application/xml"}


def send(post: httpx.Client, recipient: str, key: str | None = None, content: bytes | None = None) -> httpx.Response:
    key, xml = memo(recipient, key, content)
    return post.post("memos/", params={"memo-message-uuid": key}, content=xml, headers=XML)


def sent(post: httpx.Client, outcome: str = "well", n: int = 0) -> str:
    """Sends a letter that is taken; its messageUUID."""
    answer = send(post, person(outcome, n))
    assert answer.status_code == 201
    return str(answer.json()["messageUUID"])


def receipts(post: httpx.Client, key: str) -> list[dict[str, Any]]:
    found = post.get("receipts-bulk/", params={"size": 1000}).json()["receipts"]
    return [receipt for receipt in found if receipt["messageUUID"] == key]


def receipt(post: httpx.Client, key: str) -> dict[str, Any]:
    wait_for(lambda: receipts(post, key), "the business receipt")
    return receipts(post, key)[0]


def test_a_taken_letter_is_answered_received_and_stands_in_the_books(post: httpx.Client, mailbox: Simulator) -> None:
    answer = send(post, person("well", 7))
    technical = answer.json()
    (taking,) = mailbox.takings(technical["messageUUID"])
    assert (answer.status_code, technical["receiptStatus"], technical["errorCode"]) == (201, "RECEIVED", None)
    assert taking["consignment"] == technical["transmissionId"]
    assert (taking["channel"], taking["recipient"], taking["nth"], taking["refused"]) == (
        "digital",
        person("well", 7),
        1,
        None,
    )
    assert taking["sha256"] == hashlib.sha256(pdf()).hexdigest()
    assert taking["at"].endswith("Z")


def test_nobody_without_the_token_comes_in(mailbox: Simulator) -> None:
    url, tls = mailbox.env["OUTBOUND_DIGITAL_POST_URL"], shown_to(mailbox)
    for auth in (None, ("outbound-sender", "wrong")):
        assert httpx.get(url + "receipts/", auth=auth, verify=tls).status_code == 401
        assert httpx.post(url + "memos/", auth=auth, verify=tls, content=b"x").status_code == 401


@pytest.mark.parametrize("shown", ["nothing", "a stranger's", "an expired one", "a server's"])
def test_nobody_without_a_certificate_of_its_authority_gets_as_far_as_a_request(mailbox: Simulator, shown: str) -> None:
    files = certificates(mailbox.folder / "certificates")
    identity = {
        "nothing": None,
        "a stranger's": files.stranger,
        "an expired one": Authority(files.authority.certificate.parent).issue("expired", "client", ended=1),
        "a server's": files.server,
    }[shown]
    tls = ssl.create_default_context(cafile=str(files.authority.certificate))
    if identity is not None:
        tls.load_cert_chain(identity.certificate, identity.key)
    token = (mailbox.env["OUTBOUND_DIGITAL_POST_SYSTEM_ID"], mailbox.env["OUTBOUND_DIGITAL_POST_TOKEN"])
    before = mailbox.requests()
    with pytest.raises(httpx.TransportError, match=r"(?i)alert.*certificate|alert.*unknown ca"):
        httpx.get(mailbox.env["OUTBOUND_DIGITAL_POST_URL"] + "receipts/", auth=token, verify=tls)
    assert mailbox.requests() == before


@pytest.mark.parametrize(("outcome", "status", "code"), [
    ("well", "COMPLETED", None),
    ("refused_closed", "INVALID", "recipient.is.closed"),
    ("not_allowed", "NOT_ALLOWED", "recipient.is.exempt"),
    ("file_not_allowed", "NOT_ALLOWED", "file.extension.not.allowed"),
    ("memo_invalid", "INVALID", "memo.invalid"),
    ("unknown_code", "INVALID", "recipient.mailbox.in.limbo"),
])  # fmt: skip
def test_the_business_receipt_says_what_became_of_it(
    post: httpx.Client, mailbox: Simulator, outcome: str, status: str, code: str | None
) -> None:
    key = sent(post, outcome)
    found = receipt(post, key)
    assert (found["receiptStatus"], found["errorCode"]) == (status, code)
    assert mailbox.takings(key)[0]["refused"] == code
    if code:
        assert person(outcome) in found["errorMessage"], "suppliers echo the number; ours does so too"


def test_one_refused_at_the_door_is_not_taken(post: httpx.Client, mailbox: Simulator) -> None:
    before = len(mailbox.takings())
    answer = send(post, person("refused_at_the_door"))
    assert (answer.status_code, answer.json()["code"]) == (400, "memo.invalid")
    assert answer.json()["fieldErrors"][0]["rejectedValue"] == person("refused_at_the_door")
    assert len(mailbox.takings()) == before


def test_a_receipt_may_be_late_or_never_come(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.mood(receipts={"very_late": 0.3})
    never, late, well = sent(post, "never_receipt"), sent(post, "completed_late"), sent(post)
    assert receipt(post, well)
    assert receipts(post, late) == []
    assert receipt(post, late)["receiptStatus"] == "COMPLETED"
    assert receipts(post, never) == []


def test_a_receipt_is_read_by_its_id_and_gone_when_deleted(post: httpx.Client) -> None:
    first, second = receipt(post, sent(post)), receipt(post, sent(post))
    assert {first["id"], second["id"]} <= set(post.get("receipts/", params={"size": 1000}).json())
    assert post.get(f"receipts/{first['id']}").json()["messageUUID"] == first["messageUUID"]
    assert post.delete(f"receipts/{first['id']}").status_code == 204
    assert post.get(f"receipts/{second['id']}", params={"delete": "true"}).status_code == 200
    assert post.get(f"receipts/{first['id']}").status_code == post.delete(f"receipts/{second['id']}").status_code == 404


def test_receipts_come_in_pages(post: httpx.Client) -> None:
    keys = {sent(post, n=n) for n in range(5)}
    page, seen, total = "receipts-bulk/?size=2", set(), 0
    while page:
        found = post.get(page).raise_for_status().json()
        seen |= {receipt["messageUUID"] for receipt in found["receipts"]}
        total, page = found["totalElements"], found.get("next", "").removeprefix("/apis/v1/")
    assert keys <= seen
    assert total >= 5
    assert post.get("receipts-bulk/", params={"size": 0}).status_code == 400
    assert post.get("receipts-bulk/", params={"page": "x"}).status_code == 400


def test_receipts_can_come_twice_shuffled_unknown_or_not_at_all(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.mood(receipts={"twice": True, "unknown_code": True, "shuffled": True})
    key = sent(post)
    wait_for(lambda: len(receipts(post, key)) == 2, "both receipts")
    one, other = receipts(post, key)
    assert one["id"] != other["id"]
    assert one["errorCode"] == other["errorCode"] == "recipient.mailbox.in.limbo"
    mailbox.be("well", receipts={"never": True})
    key = sent(post)
    assert receipts(post, key) == []


def test_a_receipt_can_overtake_the_answer(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.mood(receipts={"before_answer": True})
    key, xml = memo(person("well"))
    answered: list[int] = []

    def hand_over() -> None:
        with sender_of(mailbox) as other:
            answered.append(
                other.post("memos/", params={"memo-message-uuid": key}, content=xml, headers=XML).status_code
            )

    thread = threading.Thread(target=hand_over)
    thread.start()
    wait_for(lambda: mailbox.takings(key), "the taking")
    was_answered = list(answered)  # the answer is held until the receipt is fetched
    early = receipts(post, key)
    thread.join()
    assert (early[0]["receiptStatus"], was_answered, answered) == ("COMPLETED", [], [201])


def test_a_repeat_is_answered_as_the_first_was(post: httpx.Client, mailbox: Simulator) -> None:
    first = send(post, person("well")).json()
    again = send(post, person("well"), first["messageUUID"])
    assert (again.status_code, again.json()["transmissionId"]) == (201, first["transmissionId"])
    assert len(mailbox.takings(first["messageUUID"])) == 1


def test_a_repeat_with_another_attachment_is_noticed(post: httpx.Client, mailbox: Simulator) -> None:
    before, key = mailbox.requests().get("repeat-with-other-content", 0), str(uuid4())
    for text in ("Kort", "Kort", "Et andet kort"):
        _, xml = memo(person("well", 9), key)
        file = xml[xml.index(b"<memo:File>") : xml.index(b"</memo:MainDocument>")].replace(b"brev.pdf", b"kort.pdf")
        other = base64.b64encode(pdf(text))
        file = re.sub(b"<memo:content>.*</memo:content>", b"<memo:content>" + other + b"</memo:content>", file)
        more = b"</memo:MainDocument><memo:AdditionalDocument><memo:label>Kort</memo:label>" + file
        xml = xml.replace(b"</memo:MainDocument>", more + b"</memo:AdditionalDocument>")
        answer = post.post("memos/", params={"memo-message-uuid": key}, content=xml, headers=XML)
        assert answer.status_code == 201, answer.text
    assert mailbox.requests()["repeat-with-other-content"] == before + 1
    (taking,) = mailbox.takings(key)
    assert taking["detail"]["attachments"] == [hashlib.sha256(pdf("Kort")).hexdigest()]


def test_a_repeat_with_other_content_is_noticed(post: httpx.Client, mailbox: Simulator) -> None:
    before = mailbox.requests().get("repeat-with-other-content", 0)
    send(post, person("well"), key := sent(post), pdf("Et andet brev"))
    assert mailbox.requests()["repeat-with-other-content"] == before + 1
    assert len(mailbox.takings(key)) == 1


def test_a_repeat_can_be_refused_as_a_duplicate(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.mood(repeat="duplicate")
    again = send(post, person("well"), key := sent(post))
    assert (again.status_code, again.json()["code"]) == (400, "memo.duplicate")
    assert len(mailbox.takings(key)) == 1


def test_a_repeat_can_be_refused_by_a_receipt(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.mood(repeat="duplicate_receipt")
    again = send(post, person("well"), key := sent(post))
    assert again.status_code == 201
    wait_for(lambda: len(receipts(post, key)) == 2, "both receipts")
    assert {found["errorCode"] for found in receipts(post, key)} == {None, "memo.duplicate"}
    (taking,) = mailbox.takings(key)
    assert taking["refused"] is None, "the first try stands"


def test_a_repeat_can_become_a_second_letter(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.mood(repeat="second")
    send(post, person("well"), key := sent(post))
    assert [taking["nth"] for taking in mailbox.takings(key)] == [1, 2]


@pytest.mark.parametrize("spec", [True, {}, {"next": 1}, {"probability": 1.0}])
def test_a_dropped_answer_is_a_letter_taken(post: httpx.Client, mailbox: Simulator, spec: object) -> None:
    mailbox.mood(drop_answer=spec)
    key, xml = memo(person("well"))
    with pytest.raises(httpx.RemoteProtocolError):
        post.post("memos/", params={"memo-message-uuid": key}, content=xml, headers=XML)
    assert len(mailbox.takings(key)) == 1


def test_a_fault_for_the_next_two_ends_after_two(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.mood(error_after_take={"next": 2})
    answers = [send(post, person("well", n)) for n in range(3)]
    assert [answer.status_code for answer in answers] == [500, 500, 201]
    mailbox.be("error_before_take", next=1, status=502, receipts={"after": 0})
    before = len(mailbox.takings())
    assert [send(post, person("well")).status_code for _ in range(2)] == [502, 201]
    assert len(mailbox.takings()) == before + 1


def test_chance_is_chance_and_can_be_repeated(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.be("busy", probability=0.5, seed=3, on=["receipts"])
    answers = {post.get("receipts/").status_code for _ in range(60)}
    assert answers == {200, 503}
    assert send(post, person("well")).status_code == 201, "only receipts are busy"


@pytest.mark.parametrize(("mood", "words", "status"), [
    ("busy", {}, 503), ("busy", {"status": 429}, 429), ("error_before_take", {}, 500), ("refuse", {}, 400),
    ("wrong_certificate", {}, 403), ("wrong_certificate", {"status": 401}, 401),
])  # fmt: skip
def test_a_bad_mood_takes_nothing(
    post: httpx.Client, mailbox: Simulator, mood: str, words: dict[str, int], status: int
) -> None:
    mailbox.be(mood, **words)
    key, xml = memo(person("well"))
    answer = post.post("memos/", params={"memo-message-uuid": key}, content=xml, headers=XML)
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) is (mood == "busy")
    assert mailbox.takings(key) == []
    declared = answer.json().get("receiptStatus"), answer.json().get("messageUUID")
    assert declared == (("INVALID", key) if (mood, status) == ("busy", 503) else (None, None)), "503 is a Receipt"


def test_a_slow_mailbox_is_slow(post: httpx.Client, mailbox: Simulator) -> None:
    mailbox.be("slow", ms=300)
    begun = time.monotonic()
    assert post.get("receipts/").status_code == 200
    assert time.monotonic() - begun >= 0.3


def test_while_it_is_down_connections_are_refused_and_then_it_is_back(mailbox: Simulator) -> None:
    with sender_of(mailbox) as post:
        key = sent(post)
        mailbox.be("down")
        for _ in range(2):  # the kept connection is cut by the time that the mood is answered
            with pytest.raises(httpx.ConnectError):
                post.get("receipts/")
        mailbox.be("down", seconds=0.2)
        wait_for(lambda: _is_up(post), "the mailbox to be back by itself")
        assert len(mailbox.takings(key)) == 1
        assert sent(post)


def _is_up(post: httpx.Client) -> bool:
    try:
        return post.get("receipts/").status_code == 200
    except httpx.TransportError:
        return False


def test_a_mood_with_a_wrong_word_is_refused_whole(mailbox: Simulator) -> None:
    before = mailbox.present_mood()
    for wrong in (
        {"bussy": True}, {"mood": "jolly"}, {"busy": {"sttus": 1}}, {"repeat": "thrice"}, {"receipts": {"l": 1}},
        {"receipts": True}, {"disk_full": True}, {"slow": {"ms": "x"}}, {"busy": {"next": -1}}, {"busy": 1},
        {"receipts": {"late": "x"}}, {"pace": {"posted": None}}, {"drop_answer": {"probability": 2}},
        {"busy": {"on": "send"}}, {"busy": {"on": ["sending"]}}, {"down": {"seconds": True}},
    ):  # fmt: skip
        answer = mailbox.mood(**wrong)
        assert answer.status_code == 400
        assert answer.json()["message"].endswith(".")
    assert mailbox.present_mood() == before


def test_killed_and_started_again_it_goes_on(own: Callable[[str], Simulator]) -> None:
    mailbox = own("digital_post")
    mailbox.be("well", receipts={"after": 0}, repeat="duplicate")
    with sender_of(mailbox) as post:
        key = sent(post)
    env = dict(mailbox.env)
    mailbox.end(signal.SIGKILL)
    mailbox.start()
    assert mailbox.env == env, "same port, same token"
    with sender_of(mailbox) as post:
        assert receipt(post, key)["receiptStatus"] == "COMPLETED"
        assert send(post, person("well"), key).json()["code"] == "memo.duplicate", "the same mood"
    assert len(mailbox.takings(key)) == 1


def test_killed_in_the_middle_nothing_answered_is_lost(own: Callable[[str], Simulator]) -> None:
    mailbox = own("digital_post")
    answered: list[str] = []

    def hand_over(n: int) -> None:
        with sender_of(mailbox) as post:
            try:
                while True:
                    answered.append(sent(post, n=n))
            except httpx.TransportError:
                return

    threads = [threading.Thread(target=hand_over, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(answered) > 60, "letters on their way")
    mailbox.end(signal.SIGKILL)
    for thread in threads:
        thread.join()
    mailbox.start()
    takings = [taking["dispatch"] for taking in mailbox.takings()]
    assert set(answered) <= set(takings)
    assert len(takings) == len(set(takings)) <= len(answered) + 3


def test_two_of_the_same_at_once_are_one_letter(mailbox: Simulator) -> None:
    key, xml = memo(person("well"))
    answers: list[str] = []

    def hand_over() -> None:
        with sender_of(mailbox) as post:
            answer = post.post("memos/", params={"memo-message-uuid": key}, content=xml, headers=XML)
            answers.append(answer.json()["transmissionId"])

    threads = [threading.Thread(target=hand_over) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(answers), len(set(answers)), len(mailbox.takings(key))) == (6, 1, 1)


def test_takings_can_be_followed(post: httpx.Client, mailbox: Simulator) -> None:
    sent(post)
    last = mailbox.takings()[-1]["id"]
    key = sent(post)
    found = HTTP.get(f"{mailbox.ready['control']}/takings", params={"after": last}).json()["takings"]
    assert [taking["dispatch"] for taking in found] == [key]


def test_rubbish_on_the_wire_harms_nobody(mailbox: Simulator, post: httpx.Client) -> None:
    port = int(mailbox.ready["url"].rsplit(":", 1)[1])
    for rubbish in (
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /x HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(rubbish)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(10)[:2] in (b"", b"\x15\x03"), "nothing, or an alert of TLS"
        line = socket.create_connection(("127.0.0.1", port))
        with shown_to(mailbox).wrap_socket(line, server_hostname="127.0.0.1") as wrapped:
            wrapped.sendall(rubbish)
            assert wrapped.recv(10) in (b"", b"HTTP/1.1 4")
    assert sent(post)
