"""An authenticator in software: answers as a phone or a security key does, and wrongly where a test wants it."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey.

    Attributes:
        origin: what the browser says where it is.
        flags: what the authenticator says of its user.
        counter: of uses.
    """

    origin: str = "https://credit.test"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""

    def make(self, asked: str) -> str:
        """Answer to the making of a passkey."""
        options = json.loads(asked)
        self.handle = websafe_decode(options["user"]["id"])
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))  # type: ignore[no-untyped-call]
        data = self._data(options["rp"]["id"], ATTESTED) + bytes(16) + len(self.credential).to_bytes(2)
        attestation = {"fmt": "none", "attStmt": {}, "authData": data + self.credential + public}
        return self._answer(
            {
                "clientDataJSON": websafe_encode(self._client("webauthn.create", options["challenge"])),
                "attestationObject": websafe_encode(cbor.encode(attestation)),
            }
        )

    def use(self, asked: str, **changes: Any) -> str:
        """Answer to a sign-in; `changes` replaces parts of the browser's words."""
        options = json.loads(asked)
        client = self._client("webauthn.get", options["challenge"], **changes)
        data = self._data(options["rpId"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.handle),
            }
        )

    def _data(self, host: str, more: int = 0) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([self.flags | more]) + self.counter.to_bytes(4)

    def _client(self, kind: str, challenge: str, **changes: Any) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin} | changes).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = websafe_encode(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
