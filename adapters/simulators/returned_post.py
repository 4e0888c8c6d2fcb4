"""The post that a printing house gets back for its senders: a return file for each letter, by the code in its window.

The code is read where a person reads it, in the window, and its check digit is reckoned by a table of our own (the one
of https://en.wikipedia.org/wiki/Damm_algorithm).
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from adapters.simulators.print_jobs import PrintJob

SHOWN = re.compile(r"(?<!\d)(\d{3}) ?(\d{4}) ?(\d{4})(?!\d)")
DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


class ReturnedPost:
    """Writes the files, one a letter, under the job's id: the same letter twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, job: PrintJob) -> bool:
        """A letter that came back. False where its window shows no code."""
        code = code_in(job.text)
        if code is None:
            return False
        temporary = self._folder / f"{job.job}.csv.tmp"
        day = datetime.now(UTC).date().isoformat()
        temporary.write_text(f"return-code;returned;reason\r\n{code};{day};moved\r\n", encoding="utf-8", newline="")
        temporary.replace(self._folder / f"{job.job}.csv")
        return True


def code_in(text: str) -> str | None:
    """The first eleven digits, grouped as they are printed, whose check digit is right."""
    found = ("".join(groups) for groups in SHOWN.findall(text))
    return next((code for code in found if check_digit_fits(code)), None)


def check_digit_fits(code: str) -> bool:
    """Does the code end in zero by Damm's table?"""
    state = 0
    for digit in code:
        state = int(DAMM[state][int(digit)])
    return state == 0
