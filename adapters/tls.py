"""TLS contexts from PEM files that settings name: for calling out, and for the door that receipts are pushed to."""

import logging
import ssl
from pathlib import Path

logger = logging.getLogger(__name__)


def client_tls(
    prefix: str, certificate: Path | None, key: Path | None = None, authorities: Path | None = None
) -> ssl.SSLContext:
    """What we show a server, and who may vouch for it; without a certificate we show none.

    `key` may stand in the certificate's file. `authorities`: None means those of the operating system. Raises
    ValueError with a sentence that names `prefix`'s settings: `OUTBOUND_<prefix>_CERTIFICATE_FILE`, `_KEY_FILE`,
    `_CA_FILE`.
    """
    context = _made(ssl.PROTOCOL_TLS_CLIENT)
    if authorities is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        _trust(context, prefix, authorities)
    if certificate is not None:
        _show(context, prefix, certificate, key)
    return context


def server_tls(prefix: str, certificate: Path, key: Path | None, authorities: dict[str, Path]) -> ssl.SSLContext:
    """What we show callers, each of whom must have a certificate of one of the authorities (prefix of the setting and
    file each). Raises ValueError as `client_tls` does."""
    context = _made(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    for named, file in authorities.items():
        _trust(context, named, file)
    _show(context, prefix, certificate, key)
    context.sslobject_class = _SaysWhy
    return context


class _SaysWhy(ssl.SSLObject):
    """A handshake whose failure both ends learn of. asyncio would hang up without a word to anybody: before the alert
    with the reason is written, so this asks it to write and wait for more first."""

    _failed: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        """As in SSLObject, but the second call is the one that fails."""
        if self._failed is not None:
            raise self._failed
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as fault:
            logger.warning("A caller was refused in the handshake (%s).", fault.reason)
            self._failed = fault
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "the alert goes first") from fault


def _made(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _trust(context: ssl.SSLContext, prefix: str, authorities: Path) -> None:
    try:
        context.load_verify_locations(authorities)
        if context.get_ca_certs():
            return
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        pass
    raise ValueError(f"OUTBOUND_{prefix}_CA_FILE is no readable PEM file of authorities.")


def _show(context: ssl.SSLContext, prefix: str, certificate: Path, key: Path | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password=_no_passphrase)
        return
    except (OSError, ValueError):
        pass
    raise ValueError(
        f"OUTBOUND_{prefix}_CERTIFICATE_FILE or OUTBOUND_{prefix}_KEY_FILE is no readable PEM file, or the key is not "
        "the certificate's; unpack them from the .p12 without a passphrase."
    )


def _no_passphrase() -> str:
    """Instead of a question at the terminal."""
    raise ValueError("The key has a passphrase.")
