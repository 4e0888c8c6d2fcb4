"""Keys and ID tokens of the identity provider, made by hand from RFC 7515, 7517 and 7518, and wrongly on demand."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from adapters.simulators.moods import Moods
from adapters.simulators.records import Records

BITS = 2048
LASTS = 300  # seconds
MOST_KEYS = 2


class Tokens:
    """The provider's keys, the newest last; the last signs, and all of them are published."""

    def __init__(self, records: Records, moods: Moods, issuer: str) -> None:
        self._records, self._moods, self._issuer = records, moods, issuer
        if not records.kept("keys"):
            self.rotate()

    def now(self) -> int:
        """The provider's clock, in seconds."""
        return int(time.time() + (self._moods.has("ahead") or {}).get("seconds", 0))

    def rotate(self) -> None:
        """A new key signs from here on; the one before is still published, older ones are not."""
        key = _new()
        shape = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        made = key.private_bytes(*shape).decode()
        kept = self._records.kept("keys") or []
        self._records.keep("keys", [*kept, made][-MOST_KEYS:])

    def published(self) -> dict[str, Any]:
        """The key set (RFC 7517), with an encryption key that signs nothing beside."""
        keys = [_public(_load(pem)) for pem in self._records.kept("keys")]
        return {"keys": [*keys, {**keys[0], "kid": "for-encryption", "use": "enc", "alg": "RSA-OAEP"}]}

    def id_token(self, client: str, nonce: str, about: dict[str, Any]) -> str:
        """A good ID token, unless a mood strikes."""
        struck = self._struck
        if struck("rotate"):
            self.rotate()
        now = self.now()
        claims = {
            "iss": "https://en-anden.example" if struck("other_issuer") else self._issuer,
            "aud": "en-anden-klient" if struck("wrong_audience") else client,
            "iat": now - 2 * LASTS if struck("expired") else now,
            "nonce": "en-anden-nonce" if struck("wrong_nonce") else nonce,
            **about,
        }
        claims["exp"] = claims["iat"] + LASTS
        if struck("wrong_party"):
            claims |= {"aud": [client, "en-anden-klient"], "azp": "en-anden-klient"}
        if struck("no_names"):
            claims.pop("preferred_username")
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        key = _load(self._records.kept("keys")[-1])
        head = {"alg": "RS256", "typ": "JWT", "kid": _public(key)["kid"]}
        if self._struck("unsigned"):
            return _said({**head, "alg": "none"}, claims) + "."
        if self._struck("hmac"):
            said = _said({**head, "alg": "HS256"}, claims)
            pem = key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return f"{said}.{_text(hmac.new(pem, said.encode(), hashlib.sha256).digest())}"
        if self._struck("unknown_key"):
            key, head["kid"] = _new(), "ukendt"
        if self._struck("forged"):
            key = _new()
        said = _said(head, claims)
        return f"{said}.{_text(key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def _struck(self, fault: str) -> bool:
        return self._moods.strikes(fault, "login") is not None


def _new() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def _said(head: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(_text(json.dumps(part).encode()) for part in (head, claims))


def _public(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    modulus = numbers.n.to_bytes(BITS // 8, "big")
    kid = hashlib.sha256(modulus).hexdigest()[:16]
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": _text(modulus), "e": _text(b"\x01\x00\x01")}


def _load(pem: str) -> rsa.RSAPrivateKey:
    found = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(found, rsa.RSAPrivateKey):
        raise TypeError("The provider's keys are RSA.")
    return found


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
