"""What a letter costs with a thousand, a hundred thousand and five million letters behind it, in processor time.

`python -m benchmarks.growth --data FOLDER` sends a mailing the whole way (API to SENT) through the router with a ledger
of each size behind it: the largest is the folder's (benchmarks.many_letters makes it; without one it is made here), the
smaller ones are made for it. As much stands open in each, so that only the past differs. It prints `figure growth-… ms`
a letter, of all processes of ours and PostgreSQL's, each process' own, and `ratio growth` (largest over smallest).
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.mail import ENV, cpu, mail, quicken, wait
from benchmarks.many_letters import LETTERS, catch_up, make
from outbound import clock
from outbound.ledger import Ledger
from outbound.stack import parts
from outbound.stack.up import Stack

SMALL, MIDDLE = 1_000, 100_000
MAILED, WARM = 1_000, 50


@contextmanager
def folder_of(letters: int, given: Path | None) -> Iterator[Path]:
    """The folder of a stack with so many letters: the one that is given, or one for as long as it is needed."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        folder = Path(made) / "stack"
        Path(made).chmod(0o755)
        make(folder, letters, share=1.0)
        yield folder


def spent(folder: Path, mailed: int) -> dict[str, float]:
    """CPU-milliseconds for each letter of a mailing, by process; the outside is not counted."""
    with Stack(folder, ENV, postgres=True, cores=2) as stack:
        ledger = Ledger(stack.env["OUTBOUND_DATABASE_URL"])
        catch_up(ledger)
        quicken(stack)
        name = f"{clock.now():%Y%m%dT%H%M%S}"
        wait(ledger, mail(stack, ledger, range(WARM), f"{name}-warm"), WARM)
        before = cpu(stack)
        wait(ledger, mail(stack, ledger, range(WARM, WARM + mailed), f"{name}-main"), mailed)
        after = cpu(stack)
        ledger.close()
        outside = {*parts.simulators(stack.env)}
    return {one: (after[one] - before.get(one, 0.0)) / mailed * 1000 for one in sorted(after) if one not in outside}


def main() -> None:
    """Each size in turn."""
    parser = argparse.ArgumentParser(description="What a letter costs with many letters behind it.")
    parser.add_argument("--data", type=Path, help="the folder of a stack with --letters letters")
    parser.add_argument("--letters", type=int, default=LETTERS)
    parser.add_argument("--mailed", type=int, default=MAILED)
    given = parser.parse_args()
    totals: dict[int, float] = {}
    for letters in (SMALL, MIDDLE, given.letters):
        with folder_of(letters, given.data if letters == given.letters else None) as folder:
            found = spent(folder, given.mailed)
        totals[letters] = sum(found.values())
        for name, milliseconds in found.items():
            print(f"figure growth-{letters}-{name} {milliseconds:.2f} ms/letter")
        print(f"figure growth-{letters} {totals[letters]:.2f} ms/letter", flush=True)
    print(f"ratio growth {totals[given.letters] / totals[SMALL]:.3f}")


if __name__ == "__main__":
    main()
