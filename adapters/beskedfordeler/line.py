"""One connection to the queue (dueslag): AMQP 0.9.1 over TLS, SASL EXTERNAL with a SAML assertion as its response.

pika's own loop is run here until one answer is there or its time is up, so that no silence of the server lasts longer
than the setting says. Host, vhost and login as in haderslev-rpa/q-serviceplatformen and itk-dev-rpa/OpenPostbud.
"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import pika
from pika import exceptions, spec
from pika.adapters.utils.connection_workflow import AMQPConnectorStackTimeout
from pika.credentials import ExternalCredentials

from outbound.ports import Misconfigured, OutsideError, Unavailable

logging.getLogger("pika").setLevel(logging.CRITICAL)  # its errors carry the server's words

MISCONFIGURED = {402: "invalid-path", 403: "access-refused", 404: "no-such-queue", 530: "not-allowed"}
"""Reply codes of AMQP 0-9-1 by which the server says that nobody's receipts pass; a person must mend it."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the queue is. `timeout`: seconds that the server may take to one answer."""

    host: str
    port: int
    vhost: str
    queue: str
    timeout: float
    tls: ssl.SSLContext = field(repr=False)


class _Assertion(ExternalCredentials):  # type: ignore[misc]
    """EXTERNAL, whose response is the assertion."""

    def __init__(self, assertion: bytes) -> None:
        super().__init__()
        self._assertion = assertion

    def response_for(self, start: spec.Connection.Start) -> tuple[str | None, bytes | None]:
        kind, _ = super().response_for(start)
        return kind, self._assertion if kind else None


class Line:
    """An open connection; for one thread. Everything raises Unavailable or Misconfigured, after which it is closed."""

    def __init__(self, access: Access, assertion: bytes) -> None:
        self._access = access
        self._fault: BaseException | None = None
        self.is_open = False
        self._got: tuple[int, bytes] | None = None
        self._connection: pika.SelectConnection = pika.SelectConnection(
            _parameters(access, assertion),
            on_open_callback=lambda _: self._connection.channel(on_open_callback=self._opened),
            on_open_error_callback=self._broke,
            on_close_callback=self._broke,
        )
        self._until_told()

    def get(self) -> tuple[int, bytes] | None:
        """The next message: its tag, by which it is acknowledged, and its body; None where there is none now."""
        self._got = None
        self._do(lambda: self._channel.basic_get(self._access.queue, self._taken))
        self._until_told()
        return self._got

    def acknowledge(self, tag: int) -> None:
        """It is kept here; the server may delete it. On its way with the next call of this connection."""
        self._do(lambda: self._channel.basic_ack(tag))

    def close(self) -> None:
        """Good-bye, after what is acknowledged: what was not lies there again. Never raises."""
        if not self.is_open:
            return
        self.is_open = False
        try:
            self._do(self._connection.close)
            self._until_told()
        except OutsideError:
            pass

    def _opened(self, channel: pika.channel.Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._broke)
        channel.add_callback(self._nothing, [spec.Basic.GetEmpty], one_shot=False)
        self.is_open = True
        self._stop()

    def _taken(self, _: object, method: spec.Basic.GetOk, __: object, body: bytes) -> None:
        self._got = (method.delivery_tag, body)
        self._stop()

    def _nothing(self, _: object) -> None:
        self._stop()

    def _broke(self, _: object, fault: BaseException) -> None:
        if not isinstance(fault, exceptions.ChannelClosedByClient):  # the first half of our own good-bye
            self._fault = self._fault or fault
            self._stop()

    def _stop(self) -> None:
        self._connection.ioloop.stop()

    def _do(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (exceptions.AMQPError, OSError) as fault:
            self._fault = self._fault or fault
        if self._fault is not None:
            self._end()

    def _until_told(self) -> None:
        loop = self._connection.ioloop
        timer = loop.call_later(self._access.timeout, self._too_late)
        loop.start()
        loop.remove_timeout(timer)
        if self._fault is not None:
            self._end()

    def _too_late(self) -> None:
        self._fault = TimeoutError()
        self._stop()

    def _end(self) -> None:
        """Cut what is left of the connection, and say why by its stand code alone."""
        fault, self.is_open = self._fault, False
        if not self._connection.is_closed:
            self._fault = None
            self._connection._terminate_stream(exceptions.AMQPConnectionError())  # close() would wait for the server
            timer = self._connection.ioloop.call_later(self._access.timeout, self._stop)
            self._connection.ioloop.start()
            self._connection.ioloop.remove_timeout(timer)
        self._connection.ioloop.close()
        raise named(fault)


def named(fault: BaseException | None) -> OutsideError:
    """What broke, under a name of ours; what an error was caused by counts as well."""
    while fault is not None:
        code = getattr(fault, "reply_code", None)
        if code in MISCONFIGURED:
            return Misconfigured(MISCONFIGURED[code])
        for kind, name in NAMES.items():
            if isinstance(fault, kind):
                return Misconfigured(name)
        if isinstance(fault, TimeoutError | AMQPConnectorStackTimeout):
            return Unavailable("timeout")
        fault = _cause(fault)
    return Unavailable("connection")


NAMES: dict[type[BaseException], str] = {
    ssl.SSLCertVerificationError: "certificate",
    exceptions.ProbableAuthenticationError: "access-refused",
    exceptions.ProbableAccessDeniedError: "not-allowed",
}


def _cause(fault: BaseException) -> BaseException | None:
    """pika keeps causes as attributes and arguments."""
    several: tuple[object, ...] = getattr(fault, "exceptions", ())
    found = [*several[-1:], getattr(fault, "exception", None), *fault.args]
    return next((one for one in found if isinstance(one, BaseException)), None)


def _parameters(access: Access, assertion: bytes) -> pika.ConnectionParameters:
    return pika.ConnectionParameters(
        host=access.host,
        port=access.port,
        virtual_host=access.vhost,
        credentials=_Assertion(assertion),
        ssl_options=pika.SSLOptions(access.tls, access.host),
        connection_attempts=1,
        socket_timeout=access.timeout,
        stack_timeout=access.timeout,
    )
