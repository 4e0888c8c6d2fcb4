"""TLS from settings: what cannot be used is named, and nothing of it is shown."""

from pathlib import Path

import pytest

from adapters.simulators.certificates import Certificates, certificates
from adapters.tls import client_tls, server_tls
from tests.simulators.test_certificates import shake_hands


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def test_both_ends_made_from_settings_know_each_other(shown: Certificates) -> None:
    trusted = shown.authority.certificate
    client = client_tls("X", shown.pusher.certificate, shown.pusher.key, trusted)
    server = server_tls("Y", shown.listener.certificate, shown.listener.key, {"Z": trusted})
    shake_hands(client, server)


def test_a_key_may_stand_in_the_certificates_file(shown: Certificates, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(shown.pusher.certificate.read_bytes() + shown.pusher.key.read_bytes())
    server = server_tls("Y", shown.listener.certificate, shown.listener.key, {"Z": shown.authority.certificate})
    shake_hands(client_tls("X", both, None, shown.authority.certificate), server)


def test_without_authorities_of_ours_those_of_the_operating_system_are_asked(shown: Certificates) -> None:
    server = server_tls("Y", shown.listener.certificate, shown.listener.key, {"Z": shown.authority.certificate})
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        shake_hands(client_tls("X", shown.pusher.certificate, shown.pusher.key), server)


@pytest.mark.parametrize("content", [None, b"", b"secret words", b"\xff\x00"])
def test_authorities_that_are_none_are_named(shown: Certificates, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r"^OUTBOUND_X_CA_FILE is no readable PEM file of authorities\.$"):
        client_tls("X", None, authorities=file)
    with pytest.raises(ValueError, match=r"^OUTBOUND_X_CA_FILE is"):
        server_tls("Y", shown.listener.certificate, shown.listener.key, {"X": file})


def test_a_certificate_without_its_key_is_named(shown: Certificates, tmp_path: Path) -> None:
    for certificate, key in (
        (shown.pusher.certificate, shown.listener.key),
        (shown.pusher.certificate, tmp_path / "absent"),
        (shown.pusher.certificate, None),
        (tmp_path / "absent", shown.pusher.key),
    ):
        with pytest.raises(ValueError, match=r"^OUTBOUND_X_CERTIFICATE_FILE or OUTBOUND_X_KEY_FILE is no readable PEM"):
            client_tls("X", certificate, key, shown.authority.certificate)
