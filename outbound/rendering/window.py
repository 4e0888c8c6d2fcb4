"""Points and millimetres, and the page as it is where nobody says otherwise (see outbound.print_page)."""

from outbound.print_page import PAGE_HEIGHT, PAGE_WIDTH, USUAL, Box, PrintPage

MM = 72 / 25.4  # points
WINDOW = USUAL

__all__ = ["MM", "PAGE_HEIGHT", "PAGE_WIDTH", "WINDOW", "Box", "PrintPage"]
