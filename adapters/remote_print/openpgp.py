"""Locking a run with the printer's OpenPGP keys, by Sequoia (pysequoia): no gpg and no key ring are needed.

Sequoia writes to keys that have ended or were revoked if it is told to, so that is looked at here.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pysequoia import Cert, encrypt
from pysequoia.packet import Packet, PacketPile, Tag

from outbound import clock
from outbound.ports import Misconfigured

SLACK = 16  # bytes a recipient: the session key is a number whose leading zeros are not written
NONE = "OUTBOUND_PRINT_OPENPGP_KEYS_FILE names no OpenPGP public keys; ask the printer for its key."
PRIVATE = "OUTBOUND_PRINT_OPENPGP_KEYS_FILE holds a private key; put the printer's public key there alone."
ENDED = (
    "OUTBOUND_PRINT_OPENPGP_KEYS_FILE: nothing can be encrypted to the key {} (it has ended, was revoked, or is for "
    "signing only); ask the printer for a new one."
)


class Lock:
    """The keys to which everything is locked; whoever has one of them can open it."""

    def __init__(self, keys: Sequence[Cert]) -> None:
        self._keys = list(keys)
        self.slack = SLACK * len(self._keys)

    def closed(self, content: bytes) -> bytes:
        """One OpenPGP message, not armoured. Raises Misconfigured where a key cannot be used any more."""
        locked = _locked(content, self._keys) if all(map(_is_good, self._keys)) else None
        if locked is None:
            raise Misconfigured("print-key")
        return locked


def load_lock(path: Path) -> Lock:
    """The public keys in a file, armoured or not. Raises ValueError with a sentence, which names the key it means."""
    keys, kinds = _read(path)
    if kinds & {"SecretKey", "SecretSubkey"}:
        raise ValueError(PRIVATE)
    if not keys:
        raise ValueError(NONE)
    for key in keys:
        if not _is_good(key) or _locked(b"", [key]) is None:
            raise ValueError(ENDED.format(key.fingerprint))
    return Lock(keys)


def _read(path: Path) -> tuple[list[Cert], set[str]]:
    """The keys in a file, and the kinds of packet in it."""
    try:
        content = path.read_bytes()
        kinds = {str(packet.tag).removeprefix("Tag.") for packet in PacketPile.from_bytes(content)}
        return Cert.split_bytes(content), kinds | ({"SecretKey"} if b"PRIVATE KEY BLOCK" in content else set())
    except (OSError, ValueError, RuntimeError):  # Sequoia's words may hold paths: they go no further
        return [], set()


def _locked(content: bytes, keys: list[Cert]) -> bytes | None:
    """None where Sequoia will not encrypt to one of them, as where its part for encryption alone was revoked."""
    try:
        return encrypt(bytes=content, recipients=keys, armor=False)
    except (ValueError, RuntimeError):  # its words hold a stack of calls: they go no further
        return None


def _is_good(key: Cert) -> bool:
    """Has it not been revoked, and does it have a part for encryption that has not ended?"""
    now = clock.now()
    if key.is_revoked or (key.expiration is not None and key.expiration <= now):
        return False
    return any(end is None or end > now for end in _ends(key))


def _ends(key: Cert) -> list[datetime | None]:
    """When each of its parts for encryption ends; None is never."""
    found: list[datetime | None] = []
    part: Packet | None = None
    for packet in PacketPile.from_bytes(bytes(key)):
        if packet.tag in (Tag.PublicKey, Tag.PublicSubkey):
            part = packet
        elif packet.tag == Tag.Signature and part is not None and _encrypts(packet):
            period, since = packet.key_validity_period, part.key_created
            found.append(since + period if period and since else None)
    return found


def _encrypts(signature: Packet) -> bool:
    flags = signature.key_flags
    return flags is not None and (flags.transport_encryption or flags.storage_encryption)
