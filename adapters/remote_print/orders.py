"""Orders about runs that the printer has: hold, release, recall, each a small file in its folder `orders/`.

`print-orders.xsd` has the form. What became of an order comes as a receipt. The same order given again is another file,
and the printer carries orders out in their sequence, so that a hold after a release is not lost in an older hold.
"""

from contextlib import suppress
from uuid import UUID

from uuid_utils.compat import uuid7

from adapters.remote_print.sftp import Lost, NotDone, Printer
from adapters.xml import stamp
from outbound import clock
from outbound.ports import OutcomeUnknown, OutsideError, RunOrder

NAMESPACE = "urn:outbound:print-order:1"


class RunOrders:
    """Orders by SFTP. Shared by all threads. `folder` is the printer's for orders."""

    def __init__(self, printer: Printer, provider: str, folder: str) -> None:
        self._printer, self.provider, self._folder = printer, provider, folder

    def order(self, run: UUID, order: RunOrder) -> None:
        """Puts the order there. Raises Unavailable, Misconfigured (it is not there) or OutcomeUnknown."""
        named = uuid7()  # ids that follow one another: the printer sorts by them
        temporary, final = f"{self._folder}/{named}.tmp", f"{self._folder}/{named}.xml"
        self._printer.names(self._folder)  # tells a folder that is not there from anything else
        try:
            lost = self._bring(temporary, final, written(named, run, order))
        except NotDone:
            with suppress(OutsideError):
                self._printer.remove(temporary)
            raise
        if lost:
            raise OutcomeUnknown("broken-connection")

    def _bring(self, temporary: str, final: str, content: bytes) -> bool:
        """True where the answer to the rename is missing."""
        if self._printer.write(temporary, [content]) != len(content):
            raise NotDone("size")
        try:
            self._printer.rename(temporary, final)
        except Lost:
            return True
        return False


def written(order_id: UUID, run: UUID, order: RunOrder) -> bytes:
    """An order as `print-orders.xsd` has it."""
    created = stamp(clock.now())
    words = f'id="{order_id}" run="{run}" order="{order}" created="{created}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<order xmlns="{NAMESPACE}" {words}/>\n'.encode()
