"""The printer's receipts: what each word means, and what hostile files do (nothing)."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.remote_print.receipts import DEAREST, read
from outbound.letter import Blame, Counts, News, Receipt
from tests.adapters.test_print_run import SCHEMAS

SCHEMA = etree.XMLSchema(etree.parse(str(SCHEMAS / "print-receipts.xsd")))
RUN, JOB = UUID("7f3c6a1e-4f0c-4c8e-9f57-0d6c4a6c2b11"), UUID("b6a7f6d2-7f0e-4d1b-8b0a-5a2f3f9f4c22")
AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def receipts(*items: str, run: str = str(RUN), head: str = "") -> bytes:
    inside = "".join(items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<receipts xmlns="urn:outbound:print-receipts:2" id="{uuid4()}" '
        f'run="{run}" created="2026-11-22T10:00:00Z">{inside}</receipts>'
    ).encode()


def job(status: str, more: str = "", job_id: str = str(JOB), at: str = "2026-11-22T10:00:00Z") -> str:
    return f'<job id="{job_id}" status="{status}" at="{at}" {more}/>'


@pytest.mark.parametrize(
    ("item", "news"),
    [
        (job("taken"), Receipt(JOB, News.RECEIVED, at=AT)),
        (job("printed"), Receipt(JOB, News.RECEIVED, at=AT)),
        (job("posted"), Receipt(JOB, News.DELIVERED, at=AT)),
        (job("posted", 'postage-ore="1290"'), Receipt(JOB, News.DELIVERED, at=AT, amount=1290)),
        (job("returned", 'code="addressee.unknown"'), Receipt(JOB, News.RETURNED, "addressee.unknown", at=AT)),
        (job("refused", 'code="10030"'), Receipt(JOB, News.REFUSED, "10030", Blame.LETTER, AT)),
        (job("refused", 'code="limbo"'), Receipt(JOB, News.REFUSED, "limbo", Blame.UNKNOWN, AT)),
        (job("refused"), Receipt(JOB, News.REFUSED, "no-code", Blame.UNKNOWN, AT)),
        ("<run-taken/>", Receipt(None, News.RECEIVED, "run-taken", at=AT, consignment=RUN)),
        (
            '<run-taken letters="3" envelopes="2" pages="5" sheets="4"/>',
            Receipt(None, News.RECEIVED, "run-taken", at=AT, consignment=RUN, counts=Counts(3, 2, 5, 4)),
        ),
        (
            '<run-counted letters="0" envelopes="0" pages="0" sheets="0"/>',
            Receipt(None, News.RECEIVED, "run-counted", at=AT, consignment=RUN, counts=Counts(0, 0, 0, 0)),
        ),
        ("<run-held/>", Receipt(None, News.HELD_BACK, "run-held", at=AT, consignment=RUN)),
        ("<run-released/>", Receipt(None, News.LET_GO, "run-released", at=AT, consignment=RUN)),
        ("<run-recalled/>", Receipt(None, News.RECALLED, "run-recalled", at=AT, consignment=RUN)),
        ("<run-too-late/>", Receipt(None, News.TOO_LATE, "run-too-late", at=AT, consignment=RUN)),
        (
            '<came-back return-code="7KQ4-2M" code="addressee.unknown" at="2026-11-22T10:00:00Z"/>',
            Receipt(None, News.RETURNED, "addressee.unknown", at=AT, return_code="7KQ42M"),
        ),
        (
            '<came-back return-code="446 4297 9445" at="2026-11-22T10:00:00Z"/>',
            Receipt(None, News.RETURNED, at=AT, return_code="44642979445"),
        ),
        ('<run-rejected code="checksum"/>', Receipt(None, News.TRY_AGAIN, "checksum", at=AT, consignment=RUN)),
        ('<run-rejected code="manifest"/>', Receipt(None, News.TRY_AGAIN, "manifest", at=AT, consignment=RUN)),
        ('<run-rejected code="duplicate"/>', Receipt(None, News.DUPLICATE, "duplicate", at=AT, consignment=RUN)),
        ('<run-rejected code="pages"/>', Receipt(None, News.REFUSED, "pages", at=AT, consignment=RUN)),
    ],
)
def test_every_word_of_the_schema_has_its_meaning(item: str, news: Receipt) -> None:
    SCHEMA.assertValid(etree.fromstring(receipts(item)))
    assert list(read(receipts(item))) == [news]


def test_a_status_of_tomorrow_is_for_a_person() -> None:
    assert list(read(receipts(job("in-limbo", 'code="limbo"')))) == [
        Receipt(JOB, News.REFUSED, "limbo", Blame.UNKNOWN, AT)
    ]
    assert list(read(receipts(job("in-limbo")))) == [Receipt(JOB, News.REFUSED, "in-limbo", Blame.UNKNOWN, AT)]


def test_one_job_that_cannot_be_understood_does_not_hide_its_neighbours() -> None:
    found = read(receipts(job("posted"), job("posted", job_id="nobody"), "<what-is-this/>", job("returned")))
    assert [receipt.news for receipt in found] == [News.DELIVERED, News.RETURNED]


@pytest.mark.parametrize("said", ["-5", "12.50", "1e9", "", "kr 5", "٣", str(DEAREST + 1), "9" * 400])
def test_a_price_that_nobody_can_believe_is_left_out(said: str) -> None:
    (found,) = read(receipts(job("posted", f'postage-ore="{said}"')))
    assert found.amount is None


@pytest.mark.parametrize(
    "said",
    [
        'letters="3"',
        'letters="3" envelopes="2" pages="5" sheets="-4"',
        'letters="3" envelopes="2" pages="x" sheets="4"',
    ],
)
def test_counts_that_are_not_four_figures_are_no_counts(said: str) -> None:
    (found,) = read(receipts(f"<run-taken {said}/>"))
    assert (found.news, found.counts) == (News.RECEIVED, None)


@pytest.mark.parametrize("code", ["", " - ", "x" * 41, "Alma Prøvesen", "<7>".replace("<", "&lt;")])
def test_post_that_came_back_with_no_code_of_ours_is_passed_over(code: str) -> None:
    found = read(receipts(f'<came-back return-code="{code}" at="2026-11-22T10:00:00Z"/>', job("posted")))
    assert [receipt.news for receipt in found] == [News.DELIVERED]


@pytest.mark.parametrize("at", ["2026-11-22T10:00:00", "today", ""])
def test_a_time_that_cannot_be_told_from_local_time_is_no_time(at: str) -> None:
    (found,) = read(receipts(job("posted", at=at)))
    assert found.at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<receipts/>",
        b"<receipts",
        receipts("<what-is-this/>"),
        receipts(job("posted", job_id="1234567890")),
        receipts("<run-taken/>", run="not-a-run"),
        receipts(job("posted"), head='<!DOCTYPE receipts [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        receipts("<job>&x;</job>", head='<!DOCTYPE receipts [<!ENTITY x "y">]>'),
        receipts(job("posted")).replace(b"UTF-8", b"what"),
        b'<?xml version="1.0"?><receipts xmlns="urn:outbound:print-receipts:1"/>',
    ],
    ids=["empty", "no-namespace", "cut", "unknown", "no-job", "no-run", "doctype", "entity", "encoding", "version-1"],
)
def test_a_file_that_says_nothing_is_unreadable_and_not_repeated(body: bytes) -> None:
    with pytest.raises(ValueError, match="print receipt") as fault:
        read(body)
    assert "1234567890" not in str(fault.value)


def test_a_bomb_of_entities_does_not_go_off() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "xxxxxxxxxx">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(ValueError, match="print receipt"):
        read(receipts("<job>&i;</job>", head=bomb + "]>"))


def test_comments_and_instructions_are_passed_over() -> None:
    (found,) = read(receipts("<!-- 1 -->", "<?php echo 1 ?>", job("posted")))
    assert found.news is News.DELIVERED


@given(st.binary())
def test_any_other_bytes_are_unreadable(body: bytes) -> None:
    with pytest.raises(ValueError, match="print receipt"):
        read(body)
