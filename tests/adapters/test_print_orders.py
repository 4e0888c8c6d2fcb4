"""Orders about print runs: what lies at the printer, how an order can end, and the news that answers it."""

from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from lxml import etree

from adapters import connect
from adapters.remote_print.orders import RunOrders, written
from adapters.remote_print.sftp import Printer
from outbound.letter import Consignment, Counts, News
from outbound.ports import Misconfigured, OutcomeUnknown, Outside, PrintHouse, RunOrder, Unavailable
from outbound.settings import Settings
from tests.adapters.conftest import settings_of
from tests.adapters.outside import Simulator, Supplier
from tests.adapters.test_print_forms import folder_of
from tests.adapters.test_print_run import SCHEMAS
from tests.adapters.test_remote_print import access_of
from tests.waiting import wait_for

SCHEMA = etree.XMLSchema(etree.parse(str(SCHEMAS / "print-orders.xsd")))
SLOW_PRINT = {"printed": timedelta(minutes=5).total_seconds()}


@pytest.fixture
def house(outside: Outside) -> PrintHouse:
    assert outside.print_house is not None
    return outside.print_house


def news_of_run(printer: Supplier, run: Consignment) -> list[News]:
    printer.read(run)
    return [receipt.news for receipt in printer.news.get(run.id, [])]


def wait_for_news(printer: Supplier, run: Consignment, news: News, times: int = 1) -> None:
    wait_for(lambda: news_of_run(printer, run).count(news) == times, f"the news {news}")


@pytest.mark.parametrize("order", RunOrder)
def test_an_order_is_valid_by_its_schema(order: RunOrder) -> None:
    root = etree.fromstring(written(uuid4(), run := uuid4(), order))
    SCHEMA.assertValid(root)
    assert (root.get("run"), root.get("order")) == (str(run), str(order))


def test_a_run_is_held_released_and_then_recalled(printer: Supplier, house: PrintHouse) -> None:
    printer.simulator.mood(pace=SLOW_PRINT)
    run = printer.consignment("well", "well")
    list(printer.mailer.hand_over(run))
    steps = [(RunOrder.HOLD, News.HELD_BACK), (RunOrder.RELEASE, News.LET_GO), (RunOrder.RECALL, News.RECALLED)]
    for order, answer in steps:
        house.order(run.id, order)
        wait_for_news(printer, run, answer)
    takings = [one for one in printer.simulator.takings() if one["consignment"] == str(run.id)]
    assert [one["refused"] for one in takings] == ["recalled"] * 2


def test_the_same_order_may_be_given_again(printer: Supplier, house: PrintHouse) -> None:
    printer.simulator.mood(pace=SLOW_PRINT)
    run = printer.consignment()
    list(printer.mailer.hand_over(run))
    for times in (1, 2):
        house.order(run.id, RunOrder.HOLD)
        wait_for_news(printer, run, News.HELD_BACK, times)
    house.order(run.id, RunOrder.RELEASE)
    wait_for_news(printer, run, News.LET_GO)


def test_orders_keep_their_sequence_though_they_lie_there_together(printer: Supplier, house: PrintHouse) -> None:
    """Before their run has come, too: hold, release, hold leaves it held."""
    printer.simulator.mood(pace=SLOW_PRINT)
    run = printer.consignment()
    for order in (RunOrder.HOLD, RunOrder.RELEASE, RunOrder.HOLD):
        house.order(run.id, order)
    list(printer.mailer.hand_over(run))
    wait_for_news(printer, run, News.HELD_BACK, 2)
    answers = [news for news in news_of_run(printer, run) if news is not News.RECEIVED]
    assert answers == [News.HELD_BACK, News.LET_GO, News.HELD_BACK]
    house.order(run.id, RunOrder.RECALL)


def test_a_run_that_is_printed_cannot_be_recalled(printer: Supplier, house: PrintHouse) -> None:
    run = printer.consignment()
    list(printer.mailer.hand_over(run))
    assert printer.is_taken(run)
    house.order(run.id, RunOrder.RECALL)
    wait_for_news(printer, run, News.TOO_LATE)


@pytest.mark.parametrize(
    ("mood", "error", "code"),
    [
        ({"break_before_rename": {"next": 1}}, OutcomeUnknown, "broken-connection"),
        ({"break_after_rename": {"next": 1}}, OutcomeUnknown, "broken-connection"),
        ({"break_after_bytes": {"bytes": 20, "next": 1}}, Unavailable, "broken-connection"),
        ({"refuse_rename": {"next": 1}}, Unavailable, "sftp-failure"),
        ({"disk_full": {"next": 1}}, Unavailable, "sftp-failure"),
        ({"read_only": {"next": 1}}, Misconfigured, "no-permission"),
        ({"down": True}, Unavailable, None),
    ],
)
def test_an_order_that_fails_says_how(
    printer: Supplier, house: PrintHouse, mood: dict[str, object], error: type[Exception], code: str | None
) -> None:
    printer.simulator.mood(**mood, pace=SLOW_PRINT)
    run, orders = printer.consignment(), folder_of(printer.simulator) / "sftp" / "orders"
    before = {*orders.glob("*.tmp")}
    with pytest.raises(error) as fault:
        house.order(run.id, RunOrder.HOLD)
    assert code is None or getattr(fault.value, "code", "") == code
    assert (fault.value.__cause__, fault.value.__context__) == (None, None)
    if code == "sftp-failure":
        assert {*orders.glob("*.tmp")} <= before
    printer.simulator.mood(pace=SLOW_PRINT)
    list(printer.mailer.hand_over(run))
    house.order(run.id, RunOrder.HOLD)
    wait_for(lambda: News.HELD_BACK in news_of_run(printer, run), "the second try")
    house.order(run.id, RunOrder.RECALL)


def test_a_folder_for_orders_that_is_not_there_is_misconfigured(remote_print: Simulator) -> None:
    with closing(Printer(access_of(remote_print))) as printer, pytest.raises(Misconfigured) as fault:
        RunOrders(printer, "print", "elsewhere").order(uuid4(), RunOrder.HOLD)
    assert fault.value.code == "no-folder"


def test_what_the_printer_counts_is_told(printer: Supplier) -> None:
    run = printer.consignment("well", "well")
    list(printer.mailer.hand_over(run))
    wait_for(lambda: len(news_of_run(printer, run)) == 2, "what was counted")
    assert {receipt.code: receipt.counts for receipt in printer.news[run.id]} == {
        "run-taken": Counts(2, 2, 2, 2),
        "run-counted": Counts(2, 2, 2, 2),
    }


def test_a_printer_that_takes_no_orders_has_none_to_give(settings: Settings, sf1601: Simulator) -> None:
    assert connect(settings.model_copy(update={"print_sftp_orders": ""})).print_house is None
    by_platform = settings.model_dump() | settings_of(sf1601.env).model_dump(exclude_defaults=True)
    assert connect(Settings(**by_platform | {"sf1601": "print"})).print_house is None
