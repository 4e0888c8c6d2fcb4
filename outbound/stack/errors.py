"""What can go wrong while the stack starts, in words for the person at the terminal."""


class StackError(Exception):
    """Something the stack needs is missing or did not start; the message says what, and what to do now."""
