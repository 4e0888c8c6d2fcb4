"""The mailbox takes no MeMo that is not right in every particular."""

import io
from collections.abc import Callable
from typing import Any

import httpx
import pypdf
import pytest

from tests.people import company, person
from tests.simulators.letters import memo, pdf
from tests.simulators.running import Simulator

WELL = person("well")


def send(post: httpx.Client, key: str, xml: bytes, **headers: str) -> httpx.Response:
    return post.post("memos/", params={"memo-message-uuid": key}, content=xml,
                     headers={"content-type": "application/xml", **headers})  # fmt: skip


def encrypted() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt("hemmelig", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def action(url: str, code: str = "SELVBETJENING") -> str:
    return (
        f"<memo:Action><memo:label>Se mere</memo:label><memo:actionCode>{code}</memo:actionCode>"
        f"<memo:EntryPoint><memo:url>{url}</memo:url></memo:EntryPoint></memo:Action>"
    )


Changed = Callable[[bytes], bytes]


def _swap(old: str, new: str) -> Changed:
    return lambda xml: xml.replace(old.encode(), new.encode())


@pytest.mark.parametrize("change", [
    pytest.param(_swap("memo:", "m:"), id="another prefix than memo"),
    pytest.param(lambda x: x.replace(b"<memo:", b"<").replace(b"</memo:", b"</").replace(b"xmlns:memo", b"xmlns"),
                 id="a default namespace"),
    pytest.param(_swap('memoVersion="1.2"', 'memoVersion="1.2" xmlns="urn:other"'), id="a default namespace beside"),
    pytest.param(_swap('memoVersion="1.2"', 'memoVersion="1.3"'), id="an unknown version"),
    pytest.param(_swap('memoVersion="1.2"', 'memoVersion="1.2" memoSchVersion="1.1.0"'), id="1.2 with memoSchVersion"),
    pytest.param(_swap("DIGITALPOST", "DIGITAL"), id="an unknown message type"),
    pytest.param(_swap("<memo:idType>CPR", "<memo:idType>cpr"), id="a lower-case id type"),
    pytest.param(_swap(WELL, WELL[:6] + "-" + WELL[6:]), id="a CPR number with a separator"),
    pytest.param(_swap(WELL, "4201500000"), id="a birth date that is none"),
    pytest.param(_swap("<memo:language>da", "<memo:language>dan"), id="a language of three letters"),
    pytest.param(_swap("</memo:MessageHeader>", "<memo:label>to</memo:label></memo:MessageHeader>"), id="wrong order"),
    pytest.param(_swap("<memo:MessageBody>", "<memo:MessageBody><memo:Unknown/>"), id="an unknown element"),
    pytest.param(_swap("<?xml version", "<!DOCTYPE memo:Message><?xml version"), id="a broken prologue"),
    pytest.param(_swap("<memo:Message ", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><memo:Message "),
                 id="a document type"),
    pytest.param(_swap("<memo:label>P", "<?php ?><memo:label>P"), id="a processing instruction"),
    pytest.param(lambda x: x[:-20], id="half a message"),
    pytest.param(lambda x: b"", id="nothing"),
    pytest.param(lambda x: x.replace(b"<memo:content>", b"<memo:content>%%%"), id="broken base64"),
])  # fmt: skip
def test_a_malformed_memo_is_refused(post: httpx.Client, mailbox: Simulator, change: Changed) -> None:
    key, xml = memo(WELL)
    answer = send(post, key, change(xml))
    assert (answer.status_code, answer.json()["code"]) == (400, "memo.invalid")
    assert mailbox.takings(key) == []


@pytest.mark.parametrize(("wish", "code"), [
    ({"label": ""}, "memo.invalid"),
    ({"label": "x" * 257}, "memo.invalid"),
    ({"more": f"<memo:notification>{'x' * 151}</memo:notification>"}, "memo.invalid"),
    ({"more": "<memo:replyByDateTime>2026-12-24T12:00:00+01:00</memo:replyByDateTime>"}, "memo.invalid"),
    ({"more": "<memo:doNotDeliverUntilDate>2020-01-01</memo:doNotDeliverUntilDate>"},
     "do.not.deliver.until.date.too.early"),
    ({"more": "<memo:doNotDeliverUntilDate>2099-01-01</memo:doNotDeliverUntilDate>"},
     "do.not.deliver.until.date.too.late"),
    ({"created": "2026-11-22T10:00:00"}, "memo.invalid"),
    ({"created": "2026-13-22T10:00:00Z"}, "memo.invalid"),
    ({"key": "00000000-0000-7000-8000-000000000000"}, "memo.invalid"),
    ({"filename": "a/b.pdf"}, "memo.invalid"),
    ({"filename": "a:b.pdf"}, "memo.invalid"),
    ({"filename": "a\u00a0b.pdf"}, "memo.invalid"),
    ({"filename": "a\u2003b.pdf"}, "memo.invalid"),
    ({"filename": "brev.exe"}, "file.extension.not.allowed"),
    ({"filename": "brev"}, "file.extension.not.allowed"),
    ({"content": b""}, "file.empty.not.allowed"),
    ({"content": b"no pdf at all"}, "memo.invalid"),
    ({"content": pdf()[: len(pdf()) // 2]}, "memo.invalid"),
    ({"content": encrypted()}, "memo.invalid"),
    ({"action": action("http://example.dk/")}, "memo.invalid"),
    ({"action": action("/selvbetjening")}, "memo.invalid"),
    ({"action": action("https://example.dk/" + "x" * 250)}, "memo.invalid"),
    ({"action": action("https://example.dk/", "KLIK")}, "memo.invalid"),
])  # fmt: skip
def test_a_memo_against_the_rules_is_refused(
    post: httpx.Client, mailbox: Simulator, wish: dict[str, Any], code: str
) -> None:
    key, xml = memo(WELL, **wish)
    answer = send(post, key, xml)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert mailbox.takings(key) == []


SENDER_ENDS, RECIPIENT_ENDS = "</memo:label>\n  </memo:Sender>", "</memo:Recipient>"
V_1_1 = ('memoVersion="1.2"', 'memoVersion="1.1" memoSchVersion="1.1.0"')


def _beside(before: str, more: str) -> tuple[str, str]:
    """Something more in the header: after the sender's label, or after the recipient."""
    end = before.index("</memo:Sender>") if "Sender" in before else len(before)
    return before, before[:end] + more + before[end:]


def _attention(inner: str) -> tuple[str, str]:
    return _beside(SENDER_ENDS, f"<memo:AttentionData>{inner}</memo:AttentionData>")


def _point(key: str) -> tuple[str, str]:
    return _beside(
        SENDER_ENDS, f"<memo:ContactPoint><memo:contactPointID>{key}</memo:contactPointID></memo:ContactPoint>"
    )


def _kle(number: str, ends: str = "<kle:label>x</kle:label>") -> tuple[str, str]:
    inner = f"<kle:subjectKey>{number}</kle:subjectKey><kle:version>x</kle:version>{ends}"
    kle = f'<kle:KLEdata xmlns:kle="http://kle-online.dk/">{inner}</kle:KLEdata>'
    return _beside(RECIPIENT_ENDS, f"<memo:ContentData>{kle}</memo:ContentData>")


MAIL = "<memo:EMail><memo:emailAddress>{}</memo:emailAddress></memo:EMail>"
PHONE = "<memo:Telephone><memo:telephoneNumber>00000000</memo:telephoneNumber></memo:Telephone>"
REPLY = "<memo:ReplyData><memo:messageUUID>{}</memo:messageUUID></memo:ReplyData>"
REPRESENTATIVE = _beside(SENDER_ENDS, "<memo:Representative><memo:label>x</memo:label></memo:Representative>")
NEEDED_IN_1_1 = _swap("</memo:label>\n  <memo:Sender>", "</memo:label><memo:mandatory>false</memo:mandatory>"
                      "<memo:legalNotification>false</memo:legalNotification><memo:Sender>")  # fmt: skip


@pytest.mark.parametrize(("change", "code"), [
    (_point("8"), "contact.point.id.format.not.allowed"),
    (_attention(""), "memo.invalid"),
    (_attention(MAIL.format("nobody")), "memo.invalid"),
    (_attention(PHONE + MAIL.format("post@proeve.example")), "memo.invalid"),
    (_kle("32.6.4"), "memo.invalid"),
    (_kle("32.06.04", ""), "memo.invalid"),
    (_beside(RECIPIENT_ENDS, "<memo:ContentData></memo:ContentData>"), "memo.invalid"),
    (_beside(RECIPIENT_ENDS, REPLY.format("00000000-0000-7000-8000-000000000000")), "memo.invalid"),
])  # fmt: skip
def test_a_header_with_something_wrong_beside_is_refused(
    post: httpx.Client, mailbox: Simulator, change: tuple[str, str], code: str
) -> None:
    key, xml = memo(WELL)
    assert change[0].encode() in xml
    answer = send(post, key, _swap(*change)(xml))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert mailbox.takings(key) == []


@pytest.mark.parametrize("version", ["1.2", "1.1"])
@pytest.mark.parametrize("change", [
    _point("241d39f6-998e-4929-b198-ccacbbf4b330"), _attention(MAIL.format("post@proeve.example") + PHONE),
    _kle("32.06.04"), _beside(RECIPIENT_ENDS, REPLY.format("00000000-0000-4000-8000-000000000000")),
])  # fmt: skip
def test_what_may_stand_beside_is_taken_in_both_versions(
    post: httpx.Client, mailbox: Simulator, change: tuple[str, str], version: str
) -> None:
    key, xml = memo(WELL)
    xml = _swap(*change)(xml)
    answer = send(post, key, NEEDED_IN_1_1(_swap(*V_1_1)(xml)) if version == "1.1" else xml)
    assert answer.status_code == 201, answer.text
    assert [taking["detail"]["memo"] for taking in mailbox.takings(key)] == [version]


def test_a_representative_is_known_from_version_1_2_on(post: httpx.Client) -> None:
    key, xml = memo(WELL)
    xml = _swap(*REPRESENTATIVE)(xml)
    assert send(post, key, NEEDED_IN_1_1(_swap(*V_1_1)(xml))).status_code == 400
    assert send(post, key, xml).status_code == 201


@pytest.mark.parametrize("wish", [
    {"label": "Ærø & Ødis: " + "x" * 244},
    {"more": f"<memo:notification>{'x' * 150}</memo:notification>"},
    {"more": "<memo:mandatory>false</memo:mandatory><memo:legalNotification>false</memo:legalNotification>"},
    {"filename": "Afgørelse om boligstøtte.PDF"},
    {"created": "2026-11-22T10:00:00.123Z"},
    {"action": action("https://example.dk/selvbetjening?a=1")},
])  # fmt: skip
def test_a_memo_at_the_edge_of_the_rules_is_taken(post: httpx.Client, mailbox: Simulator, wish: dict[str, Any]) -> None:
    key, xml = memo(WELL, **wish)
    assert send(post, key, xml).status_code == 201
    assert len(mailbox.takings(key)) == 1


def test_the_uuid_of_the_query_must_be_the_headers(post: httpx.Client, mailbox: Simulator) -> None:
    key, xml = memo(WELL)
    other, _ = memo(WELL)
    assert send(post, other, xml).status_code == 400
    assert post.post("memos/", content=xml, headers={"content-type": "application/xml"}).status_code == 400
    assert mailbox.takings(key) == mailbox.takings(other) == []


def test_a_memo_is_xml_with_a_length(post: httpx.Client, mailbox: Simulator) -> None:
    key, xml = memo(WELL)
    assert send(post, key, xml, **{"content-type": "application/json"}).status_code == 400
    chunked = post.post("memos/", params={"memo-message-uuid": key}, content=iter([xml]),
                        headers={"content-type": "application/xml"})  # fmt: skip
    assert chunked.status_code == 400
    assert mailbox.takings(key) == []


def test_a_memo_may_weigh_99_5_megabytes_and_no_more(post: httpx.Client, mailbox: Simulator) -> None:
    key, xml = memo(WELL, content=pdf() + b"\n%" + b"x" * 74_700_000)
    answer = send(post, key, xml)
    assert (answer.status_code, answer.json()["code"]) == (400, "memo.too.large")
    assert mailbox.takings(key) == []


@pytest.mark.usefixtures("specs_dir")
def test_the_published_schema_has_its_say_too(post: httpx.Client, mailbox: Simulator) -> None:
    more = (
        "<memo:ContentData><memo:CaseID><memo:caseID>1</memo:caseID><memo:nonsense/></memo:CaseID></memo:ContentData>"
    )
    key, xml = memo(WELL)
    xml = xml.replace(b" </memo:MessageHeader>", more.encode() + b" </memo:MessageHeader>")
    assert send(post, key, xml).status_code == 400
    assert mailbox.takings(key) == []


def test_a_company_gets_post_too(post: httpx.Client, mailbox: Simulator) -> None:
    key, xml = memo(company("well"))
    assert send(post, key, xml).status_code == 201
    assert mailbox.takings(key)[0]["recipient"] == company("well")
