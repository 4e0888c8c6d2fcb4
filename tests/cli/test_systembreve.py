"""What a vendor is told of its system's letters: figures, and no word of anybody."""

import json

import httpx
import pytest

from outbound import clock
from outbound.delivery import House
from tests.cli.conftest import Run
from tests.rendering.made import box, letter, pages
from tests.serving import serve
from tests.web.bodies import finished
from tests.web.test_preflight import LINES, SECRETS, encoded


@pytest.fixture
def handed_in(house: House) -> None:
    with serve(house) as running, running.system() as system:
        for number, pdf in enumerate((letter(lines=LINES), letter(lines=LINES), pages([box(50, 120, 30, 30)]))):
            hand_in(system, f"ref-{number}", pdf)


def hand_in(system: httpx.Client, reference: str, pdf: bytes) -> None:
    body = finished(reference, pdf=encoded(pdf))
    body["document"]["dated"] = clock.today().isoformat()
    answer = system.post("/v1/letters", json=body)
    assert answer.status_code == 202, answer.text


def test_a_vendor_is_told_figures_and_no_word(handed_in: None, house: House, run: Run) -> None:
    done = run("systembreve", "--system", "jobcenter", "--format", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    assert (row["letter_type"], row["letters"], row["untagged"]) == ("faerdigt-brev", 3, 3)
    assert (row["no_appeal"], row["no_text"], row["codes"]) == (1, 1, "")
    assert row["lix"] == row["lix_most"] > 0
    assert not any(secret in done.out for secret in SECRETS)
    with house.ledger.reading() as tx:
        asked = "SELECT count(*) FROM reading WHERE purpose = 'systembreve'"
        assert tx.exec_driver_sql(asked).scalar_one() == 3


def test_a_system_that_is_not_there_is_refused(run: Run) -> None:
    assert run("systembreve", "--system", "nobody").code == 3
