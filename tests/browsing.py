"""A real browser on the pages: signing in, and what every page must stand: axe-core, 320 px, dark, paper, the keyboard.

axe-core knows some ninety rules of WCAG 2 and of good practice; what it calls serious or critical fails a page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.serving import PASSWORD, Served

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
NARROW = 320  # CSS pixels: WCAG 2.1, 1.4.10 Reflow
MOST_STEPS = 200  # presses of the tabulator before a control counts as out of reach
GRAVE = ("serious", "critical")
axe = Axe()


@contextmanager
def started(executable: str) -> Iterator[Browser]:
    """A browser, closed at the end."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield opened
        opened.close()


def context_of(browser: Browser, width: int = 1200, height: int = 900, **more: Any) -> BrowserContext:
    """A window of its own, with cookies of its own."""
    return browser.new_context(viewport={"width": width, "height": height}, locale="da-DK", **more)


def sign_in(page: Page, served: Served, name: str, to: str) -> None:
    """Open a page as somebody, by the form."""
    page.goto(f"{served.url}{to}")
    page.get_by_label("Navn").fill(name)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind", exact=True).click()
    page.wait_for_url(f"{served.url}{to}")


def stands(page: Page) -> None:
    """The page as it is now: nothing grave by axe-core in light and dark, and nothing wider than a narrow screen or a
    sheet. Leaves it light, on a screen, and as wide as it was."""
    faults: list[str] = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        faults += [f"{scheme}: {fault}" for fault in grave(page)]
    wide = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 800})
    faults += [f"320 px: {fault}" for fault in [*grave(page), *too_wide(page)]]
    page.set_viewport_size(wide or {"width": 1200, "height": 900})
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 less margins of 10 mm, at 96 pixels an inch
    faults += [f"print: {fault}" for fault in [*too_wide(page), *shown_on_paper(page)]]
    page.emulate_media(media="screen")
    page.set_viewport_size(wide or {"width": 1200, "height": 900})
    assert page.get_by_role("heading", level=1).count() == 1, f"{page.url}: not one heading of level 1"
    assert not faults, f"{page.url}:\n" + "\n".join(faults)


def grave(page: Page) -> list[str]:
    """What axe-core calls serious or critical, a line for each element."""
    found = axe.run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """Whether the page scrolls sideways, and what sticks out."""
    out: list[str] = page.evaluate(
        """() => {
          const most = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= most) return [];
          return [...document.body.querySelectorAll("*")]
            .filter(one => one.getBoundingClientRect().right > most + 1)
            .slice(0, 5).map(one => one.outerHTML.slice(0, 120));
        }"""
    )
    return [f"wider than the page: {one}" for one in out]


def shown_on_paper(page: Page) -> list[str]:
    """Buttons that would be printed."""
    return [f"a button is printed: {one.inner_text()}" for one in page.locator("button").all() if one.is_visible()]


def reach(page: Page, control: Locator) -> None:
    """Move the focus there with the tabulator alone."""
    for _ in range(MOST_STEPS):
        if control.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{control} cannot be reached with the keyboard")


def press(page: Page, control: Locator) -> None:
    """Reach a link, button or summary, and press Enter."""
    reach(page, control)
    page.keyboard.press("Enter")


def type_into(page: Page, control: Locator, text: str) -> None:
    """Reach a field and type."""
    reach(page, control)
    page.keyboard.type(text)
