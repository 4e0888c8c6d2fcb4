"""One engine in one process: `python -m benchmarks.peers.child ENGINE PAGES FONTS`, with an environment of its own.

It says `ready`, or `lacks …`. Then it is given lines: the path of a file of letters, and a folder for the PDFs or
`-` for none. It reads the letters, renders them all, and answers with a line of JSON: `begin` and `end` on the
machine's one clock, `cpu`, in seconds. It ends with its input.
"""

import gc
import json
import os
import sys
import warnings
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time


def main() -> None:
    name, pages, fonts = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # an engine that prints does not print among the answers
    gc.set_threshold(50_000, 20, 50)  # as the workers do; it harms no engine
    warnings.simplefilter("ignore")
    module, _, kind = name.partition("-")
    peer = import_module(f"benchmarks.peers.{module}")
    lacking = peer.lacking() if hasattr(peer, "lacking") else ""
    print(f"lacks {lacking}" if lacking else "ready", file=answers, flush=True)
    if lacking:
        return
    engine = peer.Engine(int(pages), Path(fonts), tagged=kind == "tagged")
    for line in sys.stdin:
        file, folder = line.rstrip("\n").split("\t")
        letters = json.loads(Path(file).read_text("utf-8"))
        made = []
        gc.collect()
        begin, cpu = perf_counter(), process_time()
        for letter in letters:
            pdf = engine.render(letter)
            if folder != "-":
                made.append(pdf)
        spent = {"begin": begin, "end": perf_counter(), "cpu": process_time() - cpu}
        for letter, pdf in zip(letters, made, strict=False):
            (Path(folder) / f"{letter['number']}.pdf").write_bytes(pdf)
        print(json.dumps(spent), file=answers, flush=True)


if __name__ == "__main__":
    main()
