"""The steps of the run-book, as an operator would type them: taken out of the page and given to a shell."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from outbound.settings import HOME
from outbound.stack.postgres import find_programs

RUN_BOOK = (HOME / "docs" / "operations.md").read_text()
SQLITE3 = """#!{python}
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as source:
    if sys.argv[2].startswith(".backup"):
        with sqlite3.connect(sys.argv[2].split("'")[1]) as copy:
            source.backup(copy)
    else:
        print(source.execute(sys.argv[2]).fetchone()[0])
"""
"""What stands for the sqlite3 command where a machine has none: the two things that the steps ask of it."""


def step(name: str) -> str:
    """The one step of this name."""
    (found,) = re.findall(rf"```sh {name}\n(.*?)```", RUN_BOOK, re.DOTALL)
    return str(found)


def follow(name: str, folder: Path, env: Mapping[str, str], **given: str) -> subprocess.CompletedProcess[str]:
    """Do the step in `folder`, with these settings and what the step calls by name."""
    path = [_tools(folder), str(Path(sys.executable).parent), str(find_programs()), os.environ["PATH"]]
    shell = {"PATH": os.pathsep.join(path), "HOME": str(folder), "LC_ALL": "C.UTF-8", **env, **given}
    words = ["bash", "-euo", "pipefail", "-c", step(name)]
    done = subprocess.run(words, env=shell, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{name}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def _tools(folder: Path) -> str:
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    if shutil.which("sqlite3") is None:
        (tools / "sqlite3").write_text(SQLITE3.format(python=sys.executable))
        (tools / "sqlite3").chmod(0o755)
    return str(tools)
