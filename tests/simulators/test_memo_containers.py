"""The mailbox takes no container that is not right, and takes what is right out of one that holds something wrong."""

import io
import lzma
import tarfile
import uuid
from collections.abc import Callable

import httpx
import pytest

from adapters.simulators import memo_containers
from adapters.simulators.memo import MemoReader
from adapters.simulators.memo_documents import Invalid
from tests.people import person
from tests.simulators.letters import memo
from tests.simulators.running import Simulator
from tests.waiting import wait_for

LZMA = {"content-type": "application/x-lzma"}
Entries = list[tuple[str, bytes]]


def tar(entries: Entries, change: Callable[[tarfile.TarInfo], None] = lambda _: None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, body in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            change(entry)
            archive.addfile(entry, io.BytesIO(body))
    return out.getvalue()


def packed(plain: bytes, form: int = lzma.FORMAT_ALONE) -> bytes:
    return lzma.compress(plain, form, preset=0)


def letters(*outcomes: str) -> Entries:
    """Messages to people with these outcomes, under their names in a container."""
    made = [memo(person(outcome, n)) for n, outcome in enumerate(outcomes)]
    return [(f"{key}.xml", xml) for key, xml in made]


def keys(entries: Entries) -> list[str]:
    return [name.removesuffix(".xml") for name, _ in entries]


def receipts(post: httpx.Client, entries: Entries) -> dict[str, tuple[str, str | None]]:
    found = post.get("receipts-bulk/", params={"size": 1000}).json()["receipts"]
    mine = [one for one in found if one["messageUUID"] in keys(entries)]
    return {one["messageUUID"]: (one["receiptStatus"], one["errorCode"]) for one in mine}


def test_a_container_is_taken_whole_and_each_letter_in_it_has_its_receipt(
    post: httpx.Client, mailbox: Simulator
) -> None:
    entries = letters("well", "refused_closed", "refused_at_the_door", "well")
    entries[3] = (entries[3][0], entries[3][1].replace(b"<memo:idType>CPR", b"<memo:idType>cpr"))
    answer = post.post("memos/", content=packed(tar(entries)), headers=LZMA)
    told = answer.json()
    assert (answer.status_code, told["receiptStatus"], told["messageUUID"]) == (201, "RECEIVED", None)
    wait_for(lambda: len(receipts(post, entries)) == 4, "every receipt")
    assert [receipts(post, entries)[key] for key in keys(entries)] == [
        ("COMPLETED", None),
        ("INVALID", "recipient.is.closed"),
        ("INVALID", "memo.invalid"),
        ("INVALID", "memo.invalid"),
    ]
    takings = [taking for key in keys(entries) for taking in mailbox.takings(key)]
    assert [taking["dispatch"] for taking in takings] == keys(entries)[:2]
    assert {taking["consignment"] for taking in takings} == {told["transmissionId"]}


def test_a_message_under_another_name_is_invalid_by_receipt(post: httpx.Client, mailbox: Simulator) -> None:
    (_, xml), other = letters("well")[0], str(uuid.uuid4())
    assert post.post("memos/", content=packed(tar([(f"{other}.xml", xml)])), headers=LZMA).status_code == 201
    wait_for(lambda: receipts(post, [(other, xml)]), "the receipt")
    assert receipts(post, [(other, xml)]) == {other: ("INVALID", "memo.invalid")}
    assert mailbox.takings(other) == []


def _link(entry: tarfile.TarInfo) -> None:
    entry.type, entry.linkname, entry.size = tarfile.SYMTYPE, "/etc/passwd", 0


def _prefixed(entry: tarfile.TarInfo) -> None:
    entry.name = f"{'x' * 80}/{entry.name}"


ONE = letters("well")
PLAIN = tar(ONE)
WRONG: dict[str, bytes] = {
    "nothing": b"",
    "a bare tar": PLAIN,
    "xz": packed(PLAIN, lzma.FORMAT_XZ),
    "cut off": packed(PLAIN)[:-2],
    "cut in two": packed(PLAIN)[: len(packed(PLAIN)) // 2],
    "garbage in the stream": packed(PLAIN)[:40] + b"\xff" * 40 + packed(PLAIN)[80:],
    "something after it": packed(PLAIN) + b"x",
    "something after the tar": packed(PLAIN + b"x" * 512),
    "no end of the tar": packed(PLAIN[: 512 * (2 + len(ONE[0][1]) // 512)]),
    "one block of zeros": packed(PLAIN[: 512 * (2 + len(ONE[0][1]) // 512)] + b"\0" * 512 + b"x" * 512),
    "another tar in it": packed(PLAIN + PLAIN),
    "no message": packed(tar([])),
    "a message twice": packed(tar(ONE + ONE)),
    "a folder": packed(tar([(f"brev/{ONE[0][0]}", ONE[0][1])])),
    "a long path": packed(tar(ONE, _prefixed)),
    "a link": packed(tar([(ONE[0][0], b"")], _link)),
    "another ending": packed(tar([(ONE[0][0][:-3] + "txt", ONE[0][1])])),
    "no UUID": packed(tar([("brev.xml", ONE[0][1])])),
    "a wrong checksum": packed(PLAIN[:110] + b"7" + PLAIN[111:]),
    "memory without end": b"\x5d\x00\x00\x00\x7f" + packed(PLAIN)[5:],
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_container_that_is_wrong_in_itself_is_refused_whole(
    post: httpx.Client, mailbox: Simulator, wrong: str
) -> None:
    answer = post.post("memos/", content=WRONG[wrong], headers=LZMA)
    assert (answer.status_code, answer.json()["code"]) == (400, "container.invalid")
    assert mailbox.takings(keys(ONE)[0]) == []


def test_a_container_names_no_message_in_its_address(post: httpx.Client) -> None:
    answer = post.post("memos/", params={"memo-message-uuid": keys(ONE)[0]}, content=packed(PLAIN), headers=LZMA)
    assert (answer.status_code, answer.json()["code"]) == (400, "container.invalid")


@pytest.mark.parametrize(("limit", "most"), [("UNPACKED_LIMIT", 1000), ("MOST_MESSAGES", 1), ("CONTAINER_LIMIT", 100)])
def test_a_container_is_read_no_further_than_its_limits(monkeypatch: pytest.MonkeyPatch, limit: str, most: int) -> None:
    monkeypatch.setattr(memo_containers, limit, most)
    with pytest.raises(Invalid) as fault:
        memo_containers.read_container(packed(tar(letters("well", "well"))), MemoReader(None))
    assert fault.value.code == "container.invalid"


def test_a_message_too_large_in_a_container_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_containers, "LIMIT", 10_000)
    entries = letters("well", "well", "well")
    entries[1] = (entries[1][0], b"x" * 10_001)
    first, second, third = memo_containers.read_container(packed(tar(entries)), MemoReader(None))
    assert [first.uuid, second.uuid, third.uuid] == keys(entries)
    assert isinstance(second, memo_containers.Unread)
    assert second.fault.code == "memo.too.large"


@pytest.mark.parametrize(
    ("repeat", "status", "codes", "taken"),
    [
        ("same", 201, {None}, 1),
        ("duplicate", 400, {None}, 1),
        ("duplicate_receipt", 201, {None, "memo.duplicate"}, 1),
        ("second", 201, {None}, 2),
    ],
)
def test_a_container_handed_in_twice_is_answered_as_the_mood_says(
    post: httpx.Client, mailbox: Simulator, repeat: str, status: int, codes: set[str | None], taken: int
) -> None:
    mailbox.mood(repeat=repeat)
    entries = letters("well", "well")
    first, second = (post.post("memos/", content=packed(tar(entries)), headers=LZMA) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, status)
    if repeat == "same":
        assert first.json()["transmissionId"] == second.json()["transmissionId"]
    assert [len(mailbox.takings(key)) for key in keys(entries)] == [taken, taken]

    def told() -> set[str | None]:
        found = post.get("receipts-bulk/", params={"size": 1000}).json()["receipts"]
        return {one["errorCode"] for one in found if one["messageUUID"] in keys(entries)}

    wait_for(lambda: told() == codes, "the receipts")


def test_letters_that_were_taken_before_are_repeats_in_a_container_with_new_ones(
    post: httpx.Client, mailbox: Simulator
) -> None:
    mailbox.mood(repeat="duplicate")
    old, new = letters("well"), letters("well")
    for entries in (old, old + new):
        assert post.post("memos/", content=packed(tar(entries)), headers=LZMA).status_code == 201
    assert [len(mailbox.takings(key)) for key in keys(old + new)] == [1, 1]


@pytest.mark.parametrize("mood", ["drop_answer", "error_after_take"])
def test_a_container_whose_answer_is_lost_is_taken(post: httpx.Client, mailbox: Simulator, mood: str) -> None:
    mailbox.mood(**{mood: True})
    entries = letters("well", "well")
    try:
        assert post.post("memos/", content=packed(tar(entries)), headers=LZMA).status_code == 500
    except httpx.RemoteProtocolError:
        assert mood == "drop_answer"
    assert [len(mailbox.takings(key)) for key in keys(entries)] == [1, 1]


@pytest.mark.parametrize("mood", ["busy", "error_before_take", "refuse", "wrong_certificate"])
def test_a_mailbox_in_a_bad_mood_takes_nothing_of_a_container(
    post: httpx.Client, mailbox: Simulator, mood: str
) -> None:
    mailbox.be(mood)
    entries = letters("well", "well")
    answer = post.post("memos/", content=packed(tar(entries)), headers=LZMA)
    assert answer.status_code >= 400
    assert (answer.json().get("receiptStatus"), answer.json().get("messageUUID")) == (
        ("INVALID", None) if mood == "busy" else (None, None)
    )
    assert [mailbox.takings(key) for key in keys(entries)] == [[], []]
