"""When the certificates run out that the settings name: ours and the authorities that we trust."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography.x509 import load_pem_x509_certificates

from outbound import clock
from outbound.settings import Settings

NEVER = datetime.min.replace(tzinfo=UTC)
OURS, AUTHORITIES = "_certificate_file", "_ca_file"


class Certificate(NamedTuple):
    """The file that a setting names. `not_after`: until when it can be used; None where it cannot be read.

    Our own certificate is of use with its whole chain only: the first to run out counts. Of authorities the last does:
    as long as one stands, somebody can be trusted.
    """

    setting: str
    not_after: datetime | None


def certificates(settings: Settings) -> list[Certificate]:
    """Every certificate file that is set, the first to run out first, what cannot be read before all."""
    found = [Certificate(name, _until(file, ours)) for name, file, ours in _files(settings)]
    return sorted(found, key=lambda one: (one.not_after or NEVER, one.setting))


def running_out(settings: Settings) -> list[Certificate]:
    """Those that run out within `certificate_days`, have run out, or cannot be read."""
    end = clock.now() + timedelta(days=settings.certificate_days)
    return [one for one in certificates(settings) if one.not_after is None or one.not_after <= end]


def _files(settings: Settings) -> Iterator[tuple[str, Path, bool]]:
    for name in type(settings).model_fields:
        file = getattr(settings, name)
        if file is not None and name.endswith((OURS, AUTHORITIES)):
            yield f"OUTBOUND_{name.upper()}", file, name.endswith(OURS)


def _until(file: Path, ours: bool) -> datetime | None:
    try:
        ends = [one.not_valid_after_utc for one in load_pem_x509_certificates(file.read_bytes())]
    except (OSError, ValueError):
        return None
    return min(ends) if ours else max(ends)
