"""The command, run in the test's own process with the real ledger, seal and rules behind it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from outbound.cli import main
from outbound.delivery import House
from tests.house import keys_file, open_house
from tests.outside import World


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def world() -> World:
    """The outside of the test's own house."""
    return World()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, world: World) -> Iterator[House]:
    """The house on the ledger that the command opens too; the test lets it work."""
    made = open_house(sqlite_url, tmp_path, world)
    yield made
    made.ledger.close()


@pytest.fixture
def environment(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings of a command on the same ledger. Nothing outside is called."""
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "printer", tmp_path / "printer.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    given = {
        "OUTBOUND_DATABASE_URL": house.settings.database_url,
        "OUTBOUND_VAR_DIR": str(tmp_path),
        "OUTBOUND_SEAL_KEYS_FILE": str(keys_file(tmp_path)),
        "OUTBOUND_DIGITAL_POST_URL": "http://127.0.0.1:9/",
        "OUTBOUND_DIGITAL_POST_SYSTEM_ID": "none",
        "OUTBOUND_DIGITAL_POST_TOKEN": "none",
        "OUTBOUND_PERSONS_URL": "http://127.0.0.1:9/5",
        "OUTBOUND_PERSONS_SERVICE_AGREEMENT": "none",
        "OUTBOUND_PERSONS_USER_SYSTEM": "none",
        "OUTBOUND_PERSONS_USER": "none",
        "OUTBOUND_COMPANIES_URL": "http://127.0.0.1:9/",
        "OUTBOUND_COMPANIES_USER": "none",
        "OUTBOUND_COMPANIES_PASSWORD": "none",
        "OUTBOUND_PRINT_SFTP_HOST": "127.0.0.1",
        "OUTBOUND_PRINT_SFTP_USER": "none",
        "OUTBOUND_PRINT_SFTP_KEY_FILE": str(private),
        "OUTBOUND_PRINT_SFTP_HOST_KEY_FILE": str(public),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


@pytest.fixture
def run(environment: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with these words; `stdin` is what is typed or piped."""

    def ran(*words: object, stdin: str = "") -> Ended:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["outbound", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return ran
