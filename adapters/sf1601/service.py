"""A service of Serviceplatformen, called with a token."""

from uuid import UUID, uuid4

from adapters.http import Answered, Caller
from adapters.sf1601.tokens import Tokens
from adapters.xml import stamp
from outbound import clock


class Service:
    """One service by its entity id. Shared by all threads of a process."""

    def __init__(self, caller: Caller, tokens: Tokens, entity_id: str) -> None:
        self._caller, self._tokens, self._entity_id = caller, tokens, entity_id

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "",
        transaction: UUID | None = None,
    ) -> Answered:
        """The answer, whatever its status; after a 401, which says that nothing was done, the one to a second call
        with a new token. `transaction` is the x-TransaktionsId by which the platform knows this call.

        Raises Unavailable, Misconfigured or OutcomeUnknown as `Caller.call`; a token that cannot be had is one of the
        first two.
        """
        named = transaction or uuid4()
        authorization = self._tokens.authorization(self._entity_id)
        answered = self._once(method, path, body, content_type, named, authorization)
        if answered.status != 401:
            return answered
        self._tokens.discard(self._entity_id, authorization)
        return self._once(method, path, body, content_type, named, self._tokens.authorization(self._entity_id))

    def close(self) -> None:
        """Closes the connections, those for tokens too; the next call opens new ones."""
        self._caller.close()
        self._tokens.close()

    def _once(
        self, method: str, path: str, body: bytes | None, content_type: str, transaction: UUID, authorization: str
    ) -> Answered:
        headers = {
            "Authorization": authorization,
            "x-TransaktionsId": str(transaction),
            "x-TransaktionsTid": stamp(clock.now()),
        }
        return self._caller.call(method, path, body, content_type, headers)
