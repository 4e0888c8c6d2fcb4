"""`make torture`: thousands of letters on both databases. `--letters`, `--seed`, `--database` choose otherwise.

`--mutants` runs it instead on copies of the router with a rule taken out (tests/mutants), and says which it saw.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from outbound.stack.places import scratch
from tests.mutants import REPOSITORY, load_mutants, mutated_copy
from tests.torture.run import torture

LETTERS_FOR_A_MUTANT = 300


def mutants(letters: int, seed: int, names: Sequence[str]) -> int:
    """Exit status 0 only when each of these mutants (none named: all) breaks a promise in the run."""
    survived = 0
    for mutant in (one for one in load_mutants().values() if one.torture and (not names or one.name in names)):
        folder = mutated_copy(mutant.name, scratch("outbound-mutant-"))
        (folder / "tests").symlink_to(REPOSITORY / "tests")
        words = ["-m", "tests.torture", "--letters", str(letters), "--seed", str(seed), "--database", "sqlite"]
        red = subprocess.run([sys.executable, *words], cwd=folder, check=False).returncode == 1
        print(f"mutant {mutant.name} ({mutant.rule}): {'red, as it must be' if red else 'NOT SEEN'}")
        survived += not red
    return 1 if survived else 0


def main() -> int:
    """Exit status 0 only when no promise was broken."""
    parser = argparse.ArgumentParser(description="Letters flow while everything is killed, broken and emptied.")
    parser.add_argument("--letters", type=int, default=5000, help="letters on each database")
    parser.add_argument("--seed", type=int, default=1, help="chooses the recipients and the order of the blows")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="default: both")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="see that each of them (or all) turns the run red")
    chosen = parser.parse_args()
    if chosen.mutants is not None:
        return mutants(min(chosen.letters, LETTERS_FOR_A_MUTANT), chosen.seed, chosen.mutants)
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
