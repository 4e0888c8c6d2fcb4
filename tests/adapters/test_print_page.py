"""A process takes the print provider's page from its settings, for what it renders and for what it checks."""

from pathlib import Path

from outbound import clock
from outbound.intake import document_faults
from outbound.letter import ReadyMade
from outbound.rendering import Expected
from outbound.settings import Settings
from tests.house import keys_file
from tests.rendering.made import letter
from tests.rendering.test_print_page import LOW
from workers.opening import open_house

ASKED = Expected(window=True)


def test_a_process_takes_its_page_from_the_settings(settings: Settings, tmp_path: Path, sqlite_url: str) -> None:
    own = {"seal_keys_file": keys_file(tmp_path), "database_url": sqlite_url}
    usual, low = (
        open_house(settings.model_copy(update={**own, "print_page": page})) for page in (settings.print_page, LOW)
    )
    assert {one.page for one in usual.types.values()} == {settings.print_page}
    assert {one.page for one in low.types.values()} == {LOW}

    given = ReadyMade(letter(), "Et brev", clock.today())
    assert [*document_faults(usual, given, "/document", ASKED)] == []
    faults = [fault.message for fault in document_faults(low, given, "/document", ASKED)]
    assert any("Keep 18 to 108 mm from the left and 50 to 95 mm from the top white" in fault for fault in faults)
