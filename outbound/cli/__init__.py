"""The `outbound` command: what operations do at a terminal, and the stack behind `make demo` and `make up`.

What it says of letters is Danish, as on the pages; what it says of itself and of faults is English, as all messages.
"""

import sys

from outbound.cli.app import app
from outbound.cli.faults import Code, explained


def main() -> None:
    """Run the command of this process and end it with one of the codes of `outbound.cli.faults`."""
    try:
        app(prog_name="outbound")
    except KeyboardInterrupt:
        sys.exit(Code.INTERRUPTED)
    except Exception as fault:
        code, sentence = explained(fault)
        print(f"outbound: {sentence}", file=sys.stderr)
        sys.exit(code)
