"""When letters were faulty or went to the wrong people: who got them, and who has got the correction.

"1,628 digital letters left a municipality with swapped names": the list is frozen under a name and with a why; when it
was found out is written down; nothing on it names a person.
"""

import csv
import io
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from outbound import clock, desk
from outbound.delivery.house import House
from outbound.desk import DeskRefusal, Hand
from outbound.key_file import month_after
from outbound.ledger import faulty
from outbound.ledger.faulty import Faulty
from outbound.ledger.search import Wanted

HOURS_TO_NOTIFY = 72
"""From when a breach is found out until the authority is told: Regulation (EU) 2016/679, article 33(1)."""
COLUMNS = (
    *("letter", "system", "reference", "letter_type", "department", "status", "channel", "provider", "dispatch"),
    *("transmission", "run", "outcome", "taken_at", "available_at", "correction"),
)
"""What the list says of each letter: ids to give to the supplier and the system, nothing of a person."""


def write_down(house: House, wanted: Wanted, found_at: datetime, hand: Hand) -> UUID:
    """Freeze the list of those letters that went out, or may have; the list's id. Raises DeskRefusal."""
    desk.must_be_named(hand)
    if wanted.everything:
        raise DeskRefusal("everything", "Say which letters are meant: all of them at once never are.")
    if found_at > clock.now():
        raise DeskRefusal("found-later", "It cannot be found out in the future; correct the time.")
    made = uuid4()
    with house.ledger.writing() as tx:
        if not faulty.write(tx, made, wanted, found_at, hand.by):
            raise DeskRefusal("none", "None of these letters has gone out, nor may have.")
        house.seal.put(tx, made, month_after(clock.today(), house.settings.note_months), {"why": hand.why.encode()})
    return made


def notify_by(one: Faulty) -> datetime:
    """When the authority is to be told at the latest, where people's rights are at risk."""
    return one.found_at + timedelta(hours=HOURS_TO_NOTIFY)


def as_csv(house: House, faulty_id: UUID) -> str:
    """The whole list, with semicolons, a line for each letter."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    with house.ledger.reading() as tx:
        for one in faulty.every(tx, faulty_id):
            writer.writerow([_cell(getattr(one, name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> str:
    """A spreadsheet must not read a reference as a formula."""
    text = "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
