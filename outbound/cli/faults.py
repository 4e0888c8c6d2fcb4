"""How a command ends: its exit code, and a sentence in place of a traceback."""

from enum import IntEnum


class Code(IntEnum):
    """The exit codes of every command; docs/operations.md explains them."""

    DONE = 0
    FOUND = 1  # the command worked and found what it looks for: a difference, a faulty file, a failed check
    USAGE = 2  # the command line cannot be understood (typer's own code)
    REFUSED = 3  # it may not be done, or not now
    SETUP = 4  # settings, keys, policy or a part of the stack cannot be used
    LEDGER = 5  # the database cannot be reached or did not answer
    UNFORESEEN = 70  # a defect of ours (EX_SOFTWARE)
    INTERRUPTED = 130  # Ctrl-C


class CannotDo(Exception):
    """It may not be done, or not now; the text says why and what to do."""


def explained(fault: Exception) -> tuple[Code, str]:
    """The exit code and the sentence for whatever ended a command.

    A fault that nobody foresaw is named by its class and place alone: its text may carry what it must not.
    """
    for kind, code in _known().items():
        if isinstance(fault, kind):
            return code, str(fault)
    if type(fault).__module__.startswith(("sqlalchemy", "psycopg")):
        return Code.LEDGER, (
            f"The ledger did not answer ({type(fault).__name__}); see whether the database runs and "
            "OUTBOUND_DATABASE_URL names it, then try again."
        )
    if isinstance(fault, OSError) and fault.filename is not None:
        return Code.REFUSED, f"{fault.filename}: {fault.strerror}."
    return Code.UNFORESEEN, (
        f"This was not foreseen: {_place(fault)}. Its text is kept back, since it may carry a person's data; "
        "please report the place."
    )


def _known() -> dict[type[Exception], Code]:
    """Loaded when something has gone wrong: a command that only helps need not have all of the house."""
    from outbound.desk import DeskRefusal
    from outbound.rendering import LetterTypesFault
    from outbound.seal import SealFault
    from outbound.settings import SettingsFault
    from outbound.stack.errors import StackError

    return {
        CannotDo: Code.REFUSED,
        DeskRefusal: Code.REFUSED,
        SettingsFault: Code.SETUP,
        LetterTypesFault: Code.SETUP,
        SealFault: Code.SETUP,
        StackError: Code.SETUP,
    }


def _place(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{type(fault).__name__} at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
