"""An image on the page: how large it stands there, and what is said of it."""

from typing import Any

from reportlab.platypus import Flowable

from outbound.rendering.images import LEAST_DPI, Image
from outbound.rendering.structure import Element
from outbound.rendering.tagged import RULE
from outbound.rendering.window import MM, Box

_TALLEST = 0.75  # of a page: a heading, or the rim of a box, fits on the page with it
WIDTHS = {"third": 1 / 3, "half": 1 / 2, "full": 1.0}  # of what is there for the text


class Picture(Flowable):
    """An image at the left, one element. `alt` empty: it says nothing that the text does not, and is not heard.

    `page`: points that a whole page is high.
    """

    canv: Any

    def __init__(self, image: Image, alt: str, share: str, parent: Element, page: float) -> None:
        super().__init__()
        self.image, self.alt, self.share, self.page = image, alt, share, page
        self.element = Element("Figure", parent) if alt else None
        self.spaceBefore, self.spaceAfter = 3, 9

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """As large as it may be: by its class or the file's dots an inch, never larger than text or page."""
        self.width, self.height = printed(self.image, self.share, width, self.page)
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """A picture is never parted."""
        return []

    def draw(self) -> None:
        """The pixels, and what is said of them."""
        if self.element is None:
            with self.canv.artifact(RULE):
                self.canv.image(self.image, self.width, self.height)
        else:
            self.canv.figure(self.image, self.width, self.height, self.alt, self.element)


class LogoPicture(Picture):
    """A logo, as large as its place allows. Never heard: the name that it stands for follows as text."""

    def __init__(self, image: Image, place: Box) -> None:
        super().__init__(image, "", "", Element("Figure"), place.height * MM)
        self.place = place

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Fitted into its place."""
        self.width, self.height = logo_size(self.image, self.place)
        return self.width, self.height


def logo_size(image: Image, place: Box) -> tuple[float, float]:
    """Width and height of a logo on paper in points."""
    scale = min(place.width * MM / image.width, place.height * MM / image.height)
    return image.width * scale, image.height * scale


def printed(image: Image, share: str, across: float, page: float) -> tuple[float, float]:
    """Width and height on paper in points, where the text is `across` points wide and a page `page` points high."""
    wide = across * WIDTHS[share] if share else image.width * 72 / (image.dpi or LEAST_DPI)
    wide = min(wide, across, _TALLEST * page * image.width / image.height)
    return wide, wide * image.height / image.width


def dpi_of(image: Image, share: str, body: Box) -> float:
    """Dots an inch on paper, as wide as the page's text may be."""
    wide, _ = printed(image, share, body.width * MM, body.height * MM)
    return image.width * 72 / wide
