"""The person register: people from SF1520 (CPR), companies from Erhvervsstyrelsen's distribution of CVR."""

from collections.abc import Mapping, Sequence

from adapters.persons.companies import CompanyRegister
from adapters.persons.sf1520 import CprRegister
from outbound.letter import Life, Person
from outbound.ports import PersonId

NOBODY = Person(Life.UNKNOWN)


class Persons:
    """Sends each number to the register that knows it. A failed look-up is Life.UNKNOWN, for those it did not answer
    and for nobody else."""

    def __init__(self, people: CprRegister, companies: CompanyRegister) -> None:
        self._people, self._companies = people, companies

    def look_up(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """See `outbound.ports.PersonRegister`."""
        people = self._people.look_up([i.cpr for i in ids if i.cpr])
        companies = self._companies.look_up([i.cvr for i in ids if i.cvr and not i.cpr])
        found = {i: people.get(i.cpr) if i.cpr else companies.get(i.cvr or "") for i in ids}
        return {i: person or NOBODY for i, person in found.items()}

    def close(self) -> None:
        """Closes the connections; the next look-up opens new ones."""
        self._people.close()
        self._companies.close()
