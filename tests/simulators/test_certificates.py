"""The test authority: certificates that belong together, kept for the next start, made anew in time."""

import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.simulators.certificates import Authority, certificates, client_context, server_context


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str = "127.0.0.1") -> None:
    """A whole handshake in memory, and one byte each way. Raises what the end that fails first says."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=host)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(10):
        for end in (ours, theirs):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
    theirs.write(b"1")
    assert ours.read(1) == b"1"


def test_the_supplier_and_our_system_know_each_other_both_ways(tmp_path: Path) -> None:
    found = certificates(tmp_path)
    trusted = found.authority.certificate
    for server, client in ((found.server, found.system), (found.listener, found.pusher)):
        for host in ("127.0.0.1", "localhost"):
            shake_hands(client_context(client, trusted), server_context(server, trusted), host)


@pytest.mark.parametrize("wrong", ["stranger", "none", "server as client", "expired"])
def test_nobody_else_comes_in(tmp_path: Path, wrong: str) -> None:
    found = certificates(tmp_path)
    trusted = found.authority.certificate
    shown = {
        "stranger": found.stranger,
        "server as client": found.server,
        "expired": found.authority.issue("expired", "client", ended=1),
    }.get(wrong)
    client = client_context(shown, trusted) if shown else ssl.create_default_context(cafile=str(trusted))
    with pytest.raises(ssl.SSLError, match=r"(?i)certificate|ca\b"):
        shake_hands(client, server_context(found.server, trusted))


def test_a_server_for_another_host_is_not_believed(tmp_path: Path) -> None:
    found = certificates(tmp_path)
    trusted = found.authority.certificate
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client_context(found.system, trusted), server_context(found.server, trusted), "example.dk")


def test_what_is_good_is_kept_and_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    found = certificates(tmp_path)
    first = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert certificates(tmp_path) is not found
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == first
    assert len({one.fingerprint for one in (found.system, found.pusher, found.stranger)}) == 3
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_simulators_that_start_at_once_in_one_folder_show_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as at_once:
        found = list(at_once.map(lambda _: certificates(tmp_path / "shared"), range(8)))
    trusted = found[0].authority.certificate
    assert len({one.system.fingerprint for one in found}) == 1
    shake_hands(client_context(found[0].system, trusted), server_context(found[7].server, trusted))


@pytest.mark.parametrize("damage", ["soon over", "authority gone", "another key", "rubbish"])
def test_what_is_no_longer_good_is_made_anew(tmp_path: Path, damage: str) -> None:
    old = certificates(tmp_path).system.certificate.read_bytes()
    if damage == "soon over":
        Authority(tmp_path).issue("system", "client", days=20)
    elif damage == "authority gone":
        (tmp_path / "ca.pem").unlink()
    elif damage == "another key":
        (tmp_path / "system.key").write_bytes((tmp_path / "pusher.key").read_bytes())
    else:
        (tmp_path / "system.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nrubbish")
    found = certificates(tmp_path)
    assert found.system.certificate.read_bytes() != old
    trusted = found.authority.certificate
    shake_hands(client_context(found.system, trusted), server_context(found.server, trusted))
