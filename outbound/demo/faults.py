"""What can go wrong in the demo, in words for the person at the terminal."""


class DemoFault(Exception):
    """The demo did not come to its end, or found something wrong; the text says what."""
