"""Our letters beside those of other engines: WeasyPrint, xhtml2pdf and typst, the same letters in one run.

`python -m benchmarks.rendering` prints, one a line, on one and on two processes, for letters of one and three pages:

- `figure <engine>-<1p|3p>-<1|2>proc <number> letters/s`, the median of the rounds;
- `figure <engine>-<1p|3p>-1proc-cpu <number> ms`, processor time a letter;
- `ratio <engine>-<1p|3p> <number>`: our letters a second over theirs, on one process; `-2proc` on two, `-cpu` by
  processor time, which other people's load on the machine disturbs less.

Ours are tagged PDF/A-2a and PDF/UA-1 with an HTML twin. A peer's plain name is its fastest configuration, untagged;
`-tagged` writes PDF/UA-1 (typst: and PDF/A-2a). The engines take turns in every round, so that noise hits all alike.
Before the clock starts each engine's letters must have our words, pages and typefaces; what differs is not timed. A
peer that cannot be measured fairly here is left out, and the run says why.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import IO

from benchmarks.peers.letters import ONE, THREE, letters
from benchmarks.peers.likeness import differences, looks
from outbound.rendering.fonts import BOLD, ITALIC, REGULAR, face_file, font_cache

REPOSITORY = Path(__file__).resolve().parent.parent
PEERS = REPOSITORY / ".venv-peers"
OURS = "ours"
# The share of a round's letters that each engine makes: so a round takes every engine about as long.
SHARES = {OURS: 1, "weasyprint": 8, "weasyprint-tagged": 8, "xhtml2pdf": 8, "typst": 1, "typst-tagged": 1}
LETTERS = 200
ROUNDS = 7
_ALIKE = 4  # letters of each engine that are compared before the clock starts
_WARMING = 24  # letters before the clock starts, divided by the share


class LeftOut(Exception):
    """This engine cannot be measured fairly on this machine; the text says what is missing and how to get it."""


class Unlike(Exception):
    """An engine's letters are not ours."""


class Child:
    """One engine in a process of its own."""

    def __init__(self, engine: str, pages: int, fonts: Path) -> None:
        if engine != OURS and not (PEERS / "ready").exists():
            raise LeftOut("lacks its environment .venv-peers; `make bench` makes it")
        python = sys.executable if engine == OURS else str(PEERS / "bin" / "python")
        command = [python, "-m", "benchmarks.peers.child", engine, str(pages), str(fonts)]
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        first = self._line()
        if first != "ready":
            self.close()
            raise LeftOut(first)

    def ask(self, file: Path, folder: Path | None = None) -> None:
        """Render the letters of a file, and put them into a folder if there is one."""
        pipe = self._pipe(self._process.stdin)
        pipe.write(f"{file}\t{folder or '-'}\n")
        pipe.flush()

    def answer(self) -> Mapping[str, float]:
        """When it began and ended, and the processor's seconds."""
        spent: Mapping[str, float] = json.loads(self._line())
        return spent

    def close(self) -> None:
        """End the process."""
        self._pipe(self._process.stdin).close()
        self._pipe(self._process.stdout).close()
        self._process.wait(timeout=60)

    def _line(self) -> str:
        line = self._pipe(self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"an engine ended: {self._process.args!r}")
        return line.strip()

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


class Letters:
    """Files of letters, no letter twice: an engine that remembers must not gain by it."""

    def __init__(self, folder: Path, pages: int) -> None:
        self._folder, self._pages, self._next, self._names = folder, pages, 0, count()

    def some(self, number: int) -> Path:
        """A file of so many letters."""
        begin, self._next = self._next, self._next + number
        file = self._folder / f"letters-{self._pages}-{next(self._names)}.json"
        file.write_text(json.dumps(letters(self._pages, range(begin, self._next))), "utf-8")
        return file


@contextmanager
def font_folder(folder: Path) -> Iterator[Path]:
    """The renderer's own typefaces under plain names, and no others."""
    fonts = folder / "fonts"
    fonts.mkdir()
    for face in (REGULAR, BOLD, ITALIC):
        (fonts / f"{face.name}.ttf").symlink_to(face_file(face, font_cache()))
    yield fonts


def check_alike(first: Mapping[str, Child], file: Path, folder: Path) -> None:
    """Have every engine make the same letters and compare them with ours. Raises Unlike."""
    for engine, child in first.items():
        (folder / engine).mkdir(parents=True)
        child.ask(file, folder / engine)
        child.answer()
    compare(first, folder)


def compare(engines: Iterable[str], folder: Path) -> None:
    """Hold the letters in each engine's folder against ours of the same name. Raises Unlike."""
    for made in sorted((folder / OURS).iterdir()):
        wanted = looks(made.read_bytes())
        for engine in engines:
            if found := differences(wanted, looks((folder / engine / made.name).read_bytes())):
                raise Unlike(f"{engine}, letter {made.stem}: {'; '.join(found)}")


def start(engines: Sequence[str], pages: int, processes: int, fonts: Path, ends: ExitStack) -> dict[str, list[Child]]:
    """The processes of every engine that can be measured here; says which cannot."""
    started = {}
    for engine in engines:
        try:
            children = [Child(engine, pages, fonts) for _ in range(processes)]
        except LeftOut as why:
            print(f"left out {engine}: {why}", flush=True)
            continue
        for child in children:
            ends.callback(child.close)
        started[engine] = children
    return started


def measure(
    engines: Sequence[str], pages: int, processes: int, number: int, rounds: int, folder: Path, fonts: Path
) -> None:
    """Print the figures of one length of letter on so many processes."""
    with ExitStack() as ends:
        children = start(engines, pages, processes, fonts, ends)
        source = Letters(folder, pages)
        alike = folder / f"alike-{pages}-{processes}"
        check_alike({engine: some[0] for engine, some in children.items()}, source.some(_ALIKE), alike)
        rates: dict[str, list[float]] = defaultdict(list)
        costs: dict[str, list[float]] = defaultdict(list)
        for engine, some in children.items():
            _round(some, source, max(_WARMING // SHARES[engine], 2))
        for _ in range(rounds):
            for engine, some in children.items():
                rate, cost = _round(some, source, max(number // SHARES[engine], 1))
                rates[engine].append(rate)
                costs[engine].append(cost)
    tell(f"{pages}p", processes, rates, costs)


def _round(children: Sequence[Child], source: Letters, number: int) -> tuple[float, float]:
    """Letters a second of all the processes together, and the processor's seconds a letter."""
    files = [source.some(number) for _ in children]
    for child, file in zip(children, files, strict=True):
        child.ask(file)
    spent = [child.answer() for child in children]
    for file in files:
        file.unlink()
    span = max(one["end"] for one in spent) - min(one["begin"] for one in spent)
    made = number * len(children)
    return made / span, sum(one["cpu"] for one in spent) / made


def tell(
    length: str, processes: int, rates: Mapping[str, Sequence[float]], costs: Mapping[str, Sequence[float]]
) -> None:
    """Print the figures of the engines, and our ratios to each peer."""
    for engine in rates:
        print(f"figure {engine}-{length}-{processes}proc {median(rates[engine]):.1f} letters/s")
        if processes == 1:
            print(f"figure {engine}-{length}-1proc-cpu {median(costs[engine]) * 1000:.2f} ms")
    for engine in rates:
        if engine != OURS and OURS in rates:
            name = f"{engine}-{length}" + ("" if processes == 1 else f"-{processes}proc")
            print(f"ratio {name} {median(rates[OURS]) / median(rates[engine]):.2f}")
            if processes == 1:
                print(f"ratio {name}-cpu {median(costs[engine]) / median(costs[OURS]):.2f}")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description="Letters a second of our renderer and of other engines.")
    parser.add_argument("--letters", type=int, default=LETTERS, help="in a round on a process; slow engines make fewer")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--engines", default=",".join(SHARES), help="names; a name means its tagged kind too")
    parser.add_argument("--pages", type=int, choices=(ONE, THREE), action="append")
    parser.add_argument("--processes", type=int, action="append", help="once or more; 1 and 2 where it is not given")
    given = parser.parse_args()
    wanted = {OURS, *given.engines.split(",")}
    engines = [engine for engine in SHARES if wanted & {engine, engine.partition("-")[0]}]
    with tempfile.TemporaryDirectory(prefix="bench-") as name, font_folder(Path(name)) as fonts:
        for processes in given.processes or (1, 2):
            for pages in given.pages or (ONE, THREE):
                try:
                    measure(engines, pages, processes, given.letters, given.rounds, Path(name), fonts)
                except Unlike as what:
                    sys.exit(f"not timed: {what}")


if __name__ == "__main__":
    main()
