"""How we come to Digital Post: mutual TLS with the system certificate, and the token that names the system.

"The token cannot be used on its own but is used as the identifier when using mutual SSL" (NgDP OpenAPI 1.68):
`Authorization: Basic base64(systemId:apiTokenValue)`.
"""

import ssl
from base64 import b64encode

from adapters.http import Caller
from outbound.settings import Settings


def digital_post_caller(settings: Settings) -> Caller:
    """The connection that sending, look-ups and receipts share. Raises ValueError with a sentence."""
    named = f"{settings.digital_post_system_id}:{settings.digital_post_token.get_secret_value()}"
    headers = {"Authorization": f"Basic {b64encode(named.encode()).decode()}", "Accept": "application/json"}
    tls = _tls(settings) if settings.digital_post_url.startswith("https:") else None
    return Caller(settings.digital_post_url, headers, settings.digital_post_timeout, tls)


def _tls(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.digital_post_ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.digital_post_certificate_file:
            context.load_cert_chain(
                settings.digital_post_certificate_file, settings.digital_post_key_file, password=_no_passphrase
            )
        return context
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        pass
    raise ValueError(
        "OUTBOUND_DIGITAL_POST_CERTIFICATE_FILE, its key or the authorities' file is no readable PEM file, or the key "
        "is not the certificate's; unpack them from the .p12 without a passphrase."
    )


def _no_passphrase() -> str:
    """Instead of a question at the terminal."""
    raise ValueError("The key has a passphrase.")
