"""What the printer is told beside a letter: whom to bill, by the department's row of the day its run closed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from outbound import clock
from tests.delivery.walking import Walk
from tests.delivery.ways import ENROLLED
from tests.house import submission


@pytest.mark.parametrize(("valid_to", "billed"), [(1, "1111"), (-1, "")])
def test_the_printer_is_told_the_departments_cost_centre(walk: Walk, valid_to: int, billed: str) -> None:
    told: list[str] = []

    def note(place: str, consignment: object) -> None:
        if place == "calling":
            told.extend(one.cost_centre for one in consignment.dispatches)  # type: ignore[attr-defined]

    walk.world.digital.hook = walk.world.paper.hook = note
    organisation = walk.house.organisation
    ends = clock.today() + timedelta(days=valid_to)
    rows = tuple(replace(row, cost_centre="1111", valid_to=ends) for row in organisation.departments)
    (letter,) = walk.hand_in(submission(ENROLLED))
    walk.run_until_sending(letter)
    walk.house = replace(walk.house, organisation=replace(organisation, departments=rows))
    walk.run()
    assert told == [billed]
