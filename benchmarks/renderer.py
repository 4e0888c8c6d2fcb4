"""The bare renderer: letters a second of `render` alone, nothing stored and nobody asked.

`python -m benchmarks.renderer` prints `figure bare-renderer <number> letters/s`. The whole way is measured against
this figure with the same letter and as many processes: call `letters_per_second` in the same run.
"""

import argparse
import gc
from collections.abc import Mapping
from datetime import date
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter
from typing import Any

from outbound.letter import Address
from outbound.rendering import Frame, Letterhead, LetterType, LetterTypes, render

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "letters"
LETTER_TYPE = "moedeindkaldelse"  # one page
PROCESSES = 2
LETTERS = 2_000
_WARMING = 20  # letters before the clock starts: fonts, templates and caches
_HEAD = Letterhead(
    "Nordby Kommune", "Nordby Kommune, Rådhuspladsen 1, 9999 Nordby", "Jobcenter", "99 99 99 99", "job@nordby.example"
)
_FIRST = ("Asta", "Bo", "Carla", "Ditlev", "Ea", "Frode", "Gry", "Hjalmar")
_LAST = ("Åfiktiv", "Opdigt", "Ærøsen", "Ølund", "Papirgård", "Prøvesen", "Sagnholm")


def frame_of(number: int) -> Frame:
    """An invented recipient for letter number so and so: no two neighbours are alike."""
    name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"
    address = Address(name, (f"Opdigtet Allé {number % 400}",), "9999", "Nordby")
    return Frame(name, date(2026, 11, 24), _HEAD, address, case_number=f"26/{number:06d}", reference=f"B-{number}")


def fields_of(letter_type: LetterType, number: int) -> Mapping[str, Any]:
    """The type's own example, with a small thing changed."""
    return {**(letter_type.example or {}), "varighed": 15 + number % 60}


def letters_per_second(letters: int = LETTERS, processes: int = PROCESSES) -> float:
    """Render so many letters shared between so many processes; start-up and warming are not counted."""
    context = get_context("spawn")
    answers: Queue[tuple[float, float]] = context.Queue()
    start = context.Barrier(processes)
    each = letters // processes
    workers = [context.Process(target=_work, args=(n * each, each, start, answers)) for n in range(processes)]
    for worker in workers:
        worker.start()
    spans = [answers.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    return each * processes / (max(end for _, end in spans) - min(begin for begin, _ in spans))


def _work(first: int, letters: int, start: Barrier, answers: "Queue[tuple[float, float]]") -> None:
    gc.set_threshold(50_000, 20, 50)  # as the workers do
    letter_type = LetterTypes.load(TEMPLATES)[LETTER_TYPE]
    for number in range(_WARMING):
        render(letter_type, fields_of(letter_type, number), frame_of(number))
    start.wait(timeout=120)
    begin = perf_counter()  # one clock for all processes of a machine
    for number in range(first, first + letters):
        render(letter_type, fields_of(letter_type, number), frame_of(number))
    answers.put((begin, perf_counter()))


def main() -> None:
    parser = argparse.ArgumentParser(description="Letters a second of the bare renderer.")
    parser.add_argument("--letters", type=int, default=LETTERS)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    given = parser.parse_args()
    print(f"figure bare-renderer {letters_per_second(given.letters, given.processes):.1f} letters/s")


if __name__ == "__main__":
    main()
