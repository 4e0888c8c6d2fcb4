"""A test certificate authority: what suppliers and callers show each other in mutual TLS. Worth nothing elsewhere.

`certificates(folder)` makes all of it, or finds it there. Made with `cryptography`, since the standard library makes
no certificates.
"""

import fcntl
import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 397  # as long as a certificate for the public web may be valid (CA/Browser Forum, until 15 March 2026)
RENEWED_BEFORE = 30  # days
Use = Literal["server", "client"]
USES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its private key, as PEM files. The key is for its owner only (mode 0600)."""

    certificate: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 64 small hexadecimal digits."""
        return _read(self.certificate).fingerprint(hashes.SHA256()).hex()


class Authority:
    """An authority in a folder, `<name>.pem` and `<name>.key`, that vouches for certificates."""

    def __init__(self, folder: Path, name: str = "ca", days: int = DAYS) -> None:
        """Finds it there, or makes it. `days`: how long a new one is valid."""
        self._folder = folder
        self._own = Identity(folder / f"{name}.pem", folder / f"{name}.key")
        if not _is_fresh(self._own):
            _make(self._own, _named(f"Test authority {name}"), days)

    @property
    def certificate(self) -> Path:
        """What those who trust it are given."""
        return self._own.certificate

    def issue(self, name: str, use: Use, days: int = DAYS, ended: int = 0) -> Identity:
        """A new certificate in `<name>.pem` and `<name>.key`: a server on this machine, or a client.

        Valid for `days` from a little while ago; `ended` days ago it already ran out.
        """
        made = Identity(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        _make(made, _named(name), -ended if ended else days, self._own, use)
        return made

    def vouches_for(self, identity: Identity) -> bool:
        """Whether a certificate is there, is of this authority and stays valid for a while."""
        if not _is_fresh(identity):
            return False
        try:
            _read(identity.certificate).verify_directly_issued_by(_read(self.certificate))
        except Exception:  # cryptography raises ValueError, TypeError or InvalidSignature
            return False
        return True

    def kept(self, name: str, use: Use) -> Identity:
        """The certificate of that name, made anew where there is none that is good."""
        there = Identity(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        return there if self.vouches_for(there) else self.issue(name, use)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Who shows what: the supplier's server and our system (its client); the supplier as it pushes (`pusher`) and our
    listener (its server); a stranger, whom another authority vouches for. `authority` vouches for the first four."""

    authority: Authority
    server: Identity
    system: Identity
    pusher: Identity
    listener: Identity
    stranger: Identity


def certificates(folder: Path) -> Certificates:
    """All of them, made where they are missing or soon run out. Simulators that share a folder share them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _all_in(folder)


def _all_in(folder: Path) -> Certificates:
    ours, others = Authority(folder), Authority(folder, "other-ca")
    return Certificates(
        ours,
        server=ours.kept("server", "server"),
        system=ours.kept("system", "client"),
        pusher=ours.kept("pusher", "client"),
        listener=ours.kept("listener", "server"),
        stranger=others.kept("stranger", "client"),
    )


def server_context(server: Identity, authority: Path) -> ssl.SSLContext:
    """TLS that lets in nobody without a certificate of this authority, and says so by an alert."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(server.certificate, server.key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    context.sslobject_class = _Outspoken
    return context


def client_context(client: Identity, authority: Path) -> ssl.SSLContext:
    """TLS for a call to a server that this authority vouches for, with our certificate."""
    context = ssl.create_default_context(cafile=str(authority))
    context.load_cert_chain(client.certificate, client.key)
    return context


class _Outspoken(ssl.SSLObject):
    """asyncio hangs up on a failed handshake before the alert that says why is on its way. This asks it to write and
    wait for more first, as OpenSSL over a socket does, and fails after."""

    _failed: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        if self._failed is not None:
            raise self._failed
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as fault:
            self._failed = fault
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "the alert goes first") from fault


def _named(name: str) -> x509.Name:
    parts = {
        NameOID.COUNTRY_NAME: "DK",
        NameOID.ORGANIZATION_NAME: "Invented for tests",
        NameOID.SERIAL_NUMBER: f"UI:DK-O:G:{name}",
        NameOID.COMMON_NAME: name,
    }
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts.items()])


def _make(
    into: Identity, subject: x509.Name, days: int, issuer: Identity | None = None, use: Use | None = None
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    parent = _read(issuer.certificate).subject if issuer else subject
    signing = _private(issuer.key) if issuer else key
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=max(1, 2 - days)))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .add_extension(_key_usage(is_authority=issuer is None), critical=True)
    )
    if use is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([USES[use]]), critical=False)
    if use == "server":
        here = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(here), critical=False)
    _write(into, builder.sign(signing, hashes.SHA256()), key)


def _key_usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(into: Identity, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _put(into.key, secret)
    _put(into.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _put(file: Path, content: bytes) -> None:
    """Whole or not at all, for its owner only."""
    temporary = file.with_name(f"{file.name}.tmp")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    temporary.replace(file)


def _read(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def _private(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{file.name} is no key of ours.")
    return key


def _is_fresh(identity: Identity) -> bool:
    """Whether both files are there, belong together and stay valid for a while."""
    try:
        certificate, key = _read(identity.certificate), _private(identity.key)
    except (OSError, ValueError):
        return False
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    return left > timedelta(days=RENEWED_BEFORE) and certificate.public_key() == key.public_key()
