"""The mailbox takes no NemSMS that is more than one text message."""

import uuid
from collections.abc import Callable

import httpx
import pytest

from tests.people import person
from tests.simulators.running import Simulator

WELL = person("well")
Changed = Callable[[str], str]


def sms(text: str = "Husk dit møde i morgen kl. 10.15.", cpr: str = WELL) -> tuple[str, str]:
    """A NemSMS by hand, as the published example has it, and its messageUUID."""
    key = str(uuid.uuid4())
    return (
        key,
        f"""<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
 <memo:MessageHeader>
  <memo:messageType>NEMSMS</memo:messageType>
  <memo:messageUUID>{key}</memo:messageUUID>
  <memo:label>Påmindelse</memo:label>
  <memo:notification>{text}</memo:notification>
  <memo:Sender><memo:senderID>10000000</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Prøvekommune</memo:label>
  </memo:Sender>
  <memo:Recipient><memo:recipientID>{cpr}</memo:recipientID><memo:idType>CPR</memo:idType></memo:Recipient>
 </memo:MessageHeader>
</memo:Message>""",
    )


def send(post: httpx.Client, key: str, xml: str) -> httpx.Response:
    headers = {"content-type": "application/xml"}
    return post.post("memos/", params={"memo-message-uuid": key}, content=xml.encode(), headers=headers)


def _swap(old: str, new: str) -> Changed:
    return lambda xml: xml.replace(old, new)


BODY = "<memo:MessageBody><memo:createdDateTime>2026-11-22T10:00:00Z</memo:createdDateTime></memo:MessageBody>"


@pytest.mark.parametrize("text", ["Husk dit møde i morgen kl. 10.15.", "x" * 150])
def test_a_text_message_is_taken_beside_the_letters(post: httpx.Client, mailbox: Simulator, text: str) -> None:
    key, xml = sms(text)
    assert send(post, key, xml).status_code == 201
    assert [one["channel"] for one in mailbox.takings(key)] == ["nemsms"]


@pytest.mark.parametrize("change", [
    pytest.param(_swap("</memo:MessageHeader>", f"</memo:MessageHeader>{BODY}"), id="a body"),
    pytest.param(_swap("<memo:Sender>", "<memo:reply>false</memo:reply><memo:Sender>"), id="more of a header"),
    pytest.param(_swap("i morgen", "x" * 150), id="too long"),
    pytest.param(_swap("i morgen", "\N{EN DASH} i morgen"), id="a character that makes it two messages"),
    pytest.param(_swap("i morgen", "010203-4050"), id="a number of somebody's"),
])  # fmt: skip
def test_what_is_more_is_refused(post: httpx.Client, mailbox: Simulator, change: Changed) -> None:
    key, xml = sms()
    answer = send(post, key, change(xml))
    assert (answer.status_code, answer.json()["code"]) == (400, "memo.invalid")
    assert mailbox.takings(key) == []


@pytest.mark.parametrize("text", ["", "  "])
def test_what_says_nothing_is_refused(post: httpx.Client, mailbox: Simulator, text: str) -> None:
    key, xml = sms(text)
    answer = send(post, key, xml)
    assert (answer.status_code, answer.json()["code"]) == (400, "empty.notification.not.allowed")
    assert mailbox.takings(key) == []


def test_whoever_has_no_subscription_is_refused_by_receipt(post: httpx.Client, mailbox: Simulator) -> None:
    key, xml = sms(cpr=person("no_nemsms"))
    assert send(post, key, xml).status_code == 201
    assert [one["refused"] for one in mailbox.takings(key)] == ["recipient.has.no.nemsms"]
