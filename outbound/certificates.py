"""Our certificates, and until when each is good."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from outbound.settings import Settings

UNREADABLE = datetime(1970, 1, 1, tzinfo=UTC)
"""Said of a file that cannot be read: whoever watches sees it as long since run out."""


def certificates(settings: Settings) -> list[tuple[str, datetime]]:
    """By the name of its setting: when the first certificate in the file ends that would break the chain."""
    names = [name for name in Settings.model_fields if name.endswith("_certificate_file")]
    return [(name, _not_after(file)) for name in names if (file := getattr(settings, name))]


def _not_after(file: Path) -> datetime:
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
        return min(one.not_valid_after_utc for one in found)
    except (OSError, ValueError):
        return UNREADABLE
