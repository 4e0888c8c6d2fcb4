"""The printing house's OpenPGP key, made the first time: `openpgp_key.asc` (private) and `openpgp_key.pub.asc`."""

from pathlib import Path

from pysequoia import Tsk, decrypt

from adapters.simulators.print_jobs import Rejected


class HouseKey:
    """Opens what was locked for the printing house."""

    def __init__(self, folder: Path) -> None:
        secret = folder / "openpgp_key.asc"
        if not secret.exists():
            made = Tsk.generate(user_id="Simulated printing house <runs@printer.example>")
            (folder / "openpgp_key.pub.asc").write_text(str(made.extract_certificate()))
            secret.touch(mode=0o600)
            secret.write_text(str(made))
        self._key = Tsk.from_file(str(secret))

    def opened(self, content: bytes) -> bytes:
        """What is in an OpenPGP message. Raises Rejected where it is none, or not for us."""
        try:
            found = decrypt(decryptor=self._key.decryptor(), bytes=content).bytes
        except (RuntimeError, ValueError):
            found = None
        if found is None:
            raise Rejected("checksum", "What was locked cannot be opened.")
        return found
