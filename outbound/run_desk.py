"""What a person may do with a print run that the printer has: hold it, release it, recall it. Each order under a name
and with a why, which is sealed; in the ledger before the printer gets it (`outbound.delivery.runs`)."""

from datetime import timedelta
from uuid import UUID

from outbound import clock
from outbound.delivery.house import House
from outbound.desk import DeskRefusal, Hand, note
from outbound.ledger import run_orders, runs
from outbound.ledger.run_values import Run, RunState
from outbound.ports import RunOrder

FIT = {
    RunState.TAKEN: (RunOrder.HOLD, RunOrder.RECALL),
    RunState.HELD_BACK: (RunOrder.RELEASE, RunOrder.RECALL),
}
"""The orders that a run can be given, by where it is."""

NOT_IN_THIS_STATE = {
    RunState.CLOSED: (
        "run-not-begun",
        "The run has not been handed over yet. It closes and begins in one go: to let paper wait, pause channel print.",
    ),
    RunState.BEGUN: ("run-not-begun", "The run is being handed over now; look again when that is done."),
    RunState.DOUBT: (
        "run-in-doubt",
        "Perhaps the printer has the run, perhaps not. Ask the printer, settle the doubt, and order then.",
    ),
    RunState.NOT_SENT: ("run-not-sent", "The printer has nothing of this run: its letters leave in other runs."),
    RunState.REFUSED: ("run-not-sent", "The printer has refused the run; there is nothing to hold or recall."),
    RunState.DONE: ("run-done", "Everything in the run is posted, came back or was refused; it cannot be called back."),
    RunState.RECALLED: ("run-recalled", "The run is recalled already."),
    RunState.TAKEN: ("run-not-held", "The run is not held back; there is nothing to release."),
    RunState.HELD_BACK: ("run-held-back", "The run is held back already; release or recall it."),
}


def orders_for(house: House, run: Run) -> tuple[RunOrder, ...]:
    """The orders that may be given about this run now."""
    if _no_printer(house, run) or _is_open(house, run):
        return ()
    return FIT.get(run.state, ())


def order(house: House, run_id: UUID, kind: RunOrder, hand: Hand) -> UUID:
    """Ask the printer for it: written down here, given by a worker. The order's id. Raises DeskRefusal."""
    with house.ledger.writing() as tx:
        run = runs.run(tx, run_id)
        if run is None:
            raise DeskRefusal("no-such-run", "There is no print run of that id; `outbound print runs` shows them.")
        if refusal := _no_printer(house, run) or _is_open(house, run) or _unfit(run, kind):
            raise refusal
        if run.open_order:
            run_orders.give_up(tx, run.open_order.id)
        act = note(tx, house, f"run-{kind}", "run", run_id.hex, hand)
        if not run_orders.write(tx, act, run_id, kind, hand.by):
            raise DeskRefusal("order-open", "Somebody has just given an order about the run; look again.")
    return act


def _no_printer(house: House, run: Run) -> DeskRefusal | None:
    printer = house.outside.print_house
    if printer is None:
        return DeskRefusal(
            "no-orders", "Print goes by a road on which no orders about runs can be given; call the printer."
        )
    if printer.provider != run.provider:
        return DeskRefusal(
            "other-printer", "The run is at another print provider than the one that is set now; call that one."
        )
    return None


def _is_open(house: House, run: Run) -> DeskRefusal | None:
    """Another order waits for its answer, and its time has not run out."""
    one, patience = run.open_order, timedelta(hours=house.settings.run_order_hours)
    if one is None or clock.now() >= one.at + patience:
        return None
    return DeskRefusal(
        "order-open",
        f"The printer has not answered the order {one.kind} yet. Another can be given when it has, or after "
        f"{house.settings.run_order_hours:g} hours.",
    )


def _unfit(run: Run, kind: RunOrder) -> DeskRefusal | None:
    return None if kind in FIT.get(run.state, ()) else DeskRefusal(*NOT_IN_THIS_STATE[run.state])
