"""A letter of which nothing can be made that the platform would take."""

from outbound.letter import Blame


class Unfit(Exception):
    """Not to be sent this way; the stand code says why, and `blame` what it is about."""

    def __init__(self, code: str, blame: Blame = Blame.LETTER) -> None:
        super().__init__(code)
        self.code, self.blame = code, blame
