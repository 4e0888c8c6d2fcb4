"""How we come to Digital Post: mutual TLS with the system certificate, and the token that names the system.

"The token cannot be used on its own but is used as the identifier when using mutual SSL" (NgDP OpenAPI 1.68):
`Authorization: Basic base64(systemId:apiTokenValue)`.
"""

from base64 import b64encode

from adapters.http import Caller
from adapters.tls import client_tls
from outbound.settings import Settings


def digital_post_caller(settings: Settings) -> Caller:
    """The connection that sending, look-ups and receipts share. Raises ValueError with a sentence."""
    named = f"{settings.digital_post_system_id}:{settings.digital_post_token.get_secret_value()}"
    headers = {"Authorization": f"Basic {b64encode(named.encode()).decode()}", "Accept": "application/json"}
    tls = None
    if settings.digital_post_url.startswith("https:"):
        files = (settings.digital_post_certificate_file, settings.digital_post_key_file, settings.digital_post_ca_file)
        tls = client_tls("DIGITAL_POST", *files)
    return Caller(settings.digital_post_url, headers, settings.digital_post_timeout, tls)
