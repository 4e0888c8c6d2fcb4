"""Who knocks, by the certificate that was shown in the handshake, and whether it is one of those that may."""

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from outbound.ports import Callers

FINGERPRINT = re.compile(r"[0-9a-f]{64}")
SHORT = {"cn": "commonname", "o": "organizationname", "ou": "organizationalunitname", "c": "countryname"}


@dataclass(frozen=True, slots=True)
class Caller:
    """A certificate that an authority of ours vouches for: its SHA-256 in hexadecimal, and the parts of its subject."""

    fingerprint: str
    subject: frozenset[tuple[str, str]]


def caller_of(connection: ssl.SSLObject) -> Caller:
    """Whose certificate the handshake ended with. Raises ValueError where there is none."""
    certificate = connection.getpeercert(binary_form=True)
    if not certificate:
        raise ValueError("The caller has shown no certificate.")
    return Caller(sha256(certificate).hexdigest(), frozenset(_parts(connection.getpeercert() or {})))


def _parts(shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for together in shown.get("subject", ()):
        for name, value in together:
            yield name.lower(), value


class Admission:
    """The callers of one door."""

    def __init__(self, callers: Callers) -> None:
        """Raises ValueError, naming the setting, for an entry that names no certificate."""
        self._fingerprints: set[str] = set()
        self._subjects: list[frozenset[tuple[str, str]]] = []
        for number, entry in enumerate(callers.named, 1):
            plain = entry.replace(":", "").strip().lower()
            if FINGERPRINT.fullmatch(plain):
                self._fingerprints.add(plain)
            elif subject := _subject(entry):
                self._subjects.append(subject)
            else:
                raise ValueError(
                    f"OUTBOUND_{callers.setting}_CLIENTS: entry {number} is neither the SHA-256 fingerprint of a "
                    "certificate (64 hexadecimal digits) nor parts of a subject, such as serialNumber=UI:DK-O:G:…"
                )

    def lets_in(self, caller: Caller) -> bool:
        """Whether the certificate is one of those named: itself, or by all parts of a subject."""
        return caller.fingerprint in self._fingerprints or any(one <= caller.subject for one in self._subjects)


def _subject(entry: str) -> frozenset[tuple[str, str]]:
    """`O = Name, serialNumber = …`, as `openssl x509 -subject` writes it; empty where it is not that."""
    pairs = [part.partition("=") for part in entry.split(",")]
    named = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    if not all(name and value for name, value in named):
        return frozenset()
    return frozenset((SHORT.get(name, name), value) for name, value in named)
