"""`make torture`: thousands of letters on both databases. `--letters`, `--seed`, `--database` choose otherwise."""

import argparse
import sys
import time

from outbound.stack.places import scratch
from tests.torture.run import torture


def main() -> int:
    """Exit status 0 only when no promise was broken."""
    parser = argparse.ArgumentParser(description="Letters flow while everything is killed, broken and emptied.")
    parser.add_argument("--letters", type=int, default=5000, help="letters on each database")
    parser.add_argument("--seed", type=int, default=1, help="chooses the recipients and the order of the blows")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="default: both")
    chosen = parser.parse_args()
    broken = 0
    for database in chosen.database or ["sqlite", "postgresql"]:
        started = time.monotonic()
        verdict = torture(scratch("outbound-torture-"), chosen.letters, database, chosen.seed)
        print(f"{database}, {chosen.letters} letters, seed {chosen.seed}, {time.monotonic() - started:.0f} s")
        print(verdict)
        broken += len(verdict.wrong)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
