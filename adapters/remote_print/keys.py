"""The key files of the SFTP connection: ours, and the printer's pinned host key."""

from base64 import b64decode
from pathlib import Path

import paramiko


def private_key(path: Path) -> paramiko.PKey:
    """Our key. Raises ValueError with a sentence."""
    try:
        return paramiko.PKey.from_path(path)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        pass
    raise ValueError(
        "OUTBOUND_PRINT_SFTP_KEY_FILE names no private key without a passphrase; make one with ssh-keygen."
    )


def public_key(path: Path) -> paramiko.PKey:
    """The printer's host key, a line as in a `.pub` or known_hosts file. Raises ValueError with a sentence."""
    try:
        words = path.read_text(encoding="utf-8").split()
        kind = next(n for n, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-")))
        return paramiko.PKey.from_type_string(words[kind], b64decode(words[kind + 1], validate=True))
    except (OSError, ValueError, StopIteration, IndexError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        pass
    raise ValueError("OUTBOUND_PRINT_SFTP_HOST_KEY_FILE names no public key; ask the printer for its host key.")
