"""Packing a mailing into containers: letters a second of CPU on one core, and what a letter weighs.

`python -m benchmarks.packing` prints `figure packing-containers <number> letters/s` (MeMo and container together), the
same for the MeMos alone, and the bytes of a letter as PDF, as MeMo and in the container.
"""

from datetime import UTC, datetime
from time import process_time
from uuid import uuid4

from adapters.digital_post.containers import container
from adapters.digital_post.memo import Sender, memo
from benchmarks.renderer import LETTER_TYPE, TEMPLATES, fields_of, frame_of
from outbound.letter import Dispatch, Document, Recipient, Role
from outbound.rendering import LetterTypes, render

LETTERS = 400
IN_ONE = 200
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SENDER = Sender("99999942", "Nordby Kommune")


def dispatches(letters: int) -> list[Dispatch]:
    """Rendered letters to invented people, no two alike."""
    letter_type = LetterTypes.load(TEMPLATES)[LETTER_TYPE]
    return [_dispatch(render(letter_type, fields_of(letter_type, n), frame_of(n)), n) for n in range(letters)]


def _dispatch(document: Document, number: int) -> Dispatch:
    recipient = Recipient(Role.PARTY, frame_of(number).recipient, cpr="0000000000")
    return Dispatch(uuid4(), uuid4(), recipient, document, "jobcenter", f"B-{number}", f"26/{number:06d}")


def main() -> None:
    ready = dispatches(LETTERS)
    begin = process_time()
    written = sum(len(memo(one, SENDER, AT)) for one in ready)
    middle = process_time()
    packed = 0
    for start in range(0, LETTERS, IN_ONE):
        together = ready[start : start + IN_ONE]
        packed += len(container(((one.id, memo(one, SENDER, AT)) for one in together), AT))
    end = process_time()
    plain = sum(len(one.document.pdf) for one in ready)
    print(f"figure packing-containers {LETTERS / (end - middle):.0f} letters/s")
    print(f"figure writing-memos {LETTERS / (middle - begin):.0f} letters/s")
    print(f"bytes a letter: PDF {plain // LETTERS}, MeMo {written // LETTERS}, in a container {packed // LETTERS}")


if __name__ == "__main__":
    main()
