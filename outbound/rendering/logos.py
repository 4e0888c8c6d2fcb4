"""A logo over the name in the letterhead: read once, in grey and in colour."""

from dataclasses import dataclass

from outbound.rendering.images import LEAST_DPI, Image, ImageFault, read_image
from outbound.rendering.pictures import logo_size
from outbound.rendering.window import WINDOW


@dataclass(frozen=True, slots=True)
class Logo:
    """The logo for letters in black and white, and for those in colour."""

    grey: Image
    coloured: Image

    def on(self, colour: bool) -> Image:
        """As a letter shows it."""
        return self.coloured if colour else self.grey


def read_logo(content: bytes) -> Logo:
    """The file's content as a logo. Raises ImageFault, also where it would be coarse on paper."""
    logo = Logo(read_image(content, colour=False), read_image(content, colour=True))
    wide, _ = logo_size(logo.grey, WINDOW.logo)
    dpi = logo.grey.width * 72 / wide
    if dpi < LEAST_DPI:
        raise ImageFault(f"has {dpi:.0f} dots an inch on paper; save it larger, for {LEAST_DPI} at least")
    return logo
