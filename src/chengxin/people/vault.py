"""The identity vault (身份保险库): seal, open, and find by keyed blind index.

A sealed value is ``suite || key version || wrapped key || nonce || ciphertext``: each value has its own data key,
wrapped under the key ring, and its AAD binds it to table, column and row, so that a value moved elsewhere does not
open. Keys live in a file beside the database, never in it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from chengxin.kernel.errors import ChengxinError

SUITE = 1
"""intl-1: AES-256-GCM, HMAC-SHA-256. Other suites get other numbers."""
_NONCE, _TAG, _BLOCK = 12, 16, 64
_WRAPPED = _NONCE + 32 + _TAG
_HEAD = 3


class Unsealable(ChengxinError):
    """A value did not open: wrong row, wrong key, or altered."""


@dataclass(frozen=True)
class KeyRing:
    """Keys of one installation: `kek` wraps data keys, the others are for keyed hashes only.

    Attributes:
        version: of all keys together; stands in each value and index row.
    """

    version: int
    kek: bytes
    index: bytes
    pair: bytes
    content: bytes

    @staticmethod
    def create(path: Path) -> KeyRing:
        """Make a fresh ring in a file only its owner can read. An existing file is never overwritten."""
        text = json.dumps(
            {"version": 1}
            | {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("kek", "index", "pair", "content")}
        )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        return KeyRing.load(path)

    @staticmethod
    def load(path: Path) -> KeyRing:
        """Read a ring.

        Raises:
            Unsealable: the file can be read by others.
        """
        if path.stat().st_mode & 0o077:
            raise Unsealable(f"密钥文件权限过宽，请执行：chmod 600 {path}")
        data = json.loads(path.read_text("utf-8"))
        return KeyRing(data["version"], *(base64.b64decode(data[name]) for name in ("kek", "index", "pair", "content")))

    @cached_property
    def _wrapping(self) -> AESGCM:
        return AESGCM(self.kek)

    @cached_property
    def _hashes(self) -> tuple[HMAC, HMAC, HMAC]:
        """Keyed once and copied for each value: a third of the cost where a file has a million rows."""
        return HMAC(self.index, SHA256()), HMAC(self.pair, SHA256()), HMAC(self.content, SHA256())

    def blind_index(self, id_type: str, number: str) -> bytes:
        """Keyed hash by which a person is found (盲索引): 32 bytes of the normalised number and its type."""
        return _hashed(self._hashes[0], f"{id_type}\x1f{number}".encode())

    def pair_index(self, id_type: str, number: str, name: str) -> bytes:
        """Keyed hash of number and name together, for a match / no match answer."""
        return _hashed(self._hashes[1], f"{id_type}\x1f{number}\x1f{name}".encode())

    def content_index(self, content: bytes) -> bytes:
        """Keyed hash that tells whether a row was sent before unchanged."""
        return _hashed(self._hashes[2], content)

    def new_key(self, aad: str) -> tuple[bytes, bytes]:
        """A data key and the same wrapped under the ring, bound to `aad`."""
        random = os.urandom(32 + _NONCE)
        key, nonce = random[:32], random[32:]
        return key, nonce + self._wrapping.encrypt(nonce, key, aad.encode())

    def unwrap(self, wrapped: bytes, aad: str) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], aad.encode())
        except InvalidTag as error:
            raise Unsealable("key") from error

    def seal(self, text: str, aad: str) -> bytes:
        """Seal a text under its own key, bound to `aad` (table|column|row)."""
        return self.seal_bytes(text.encode(), aad)

    def seal_bytes(self, data: bytes, aad: str) -> bytes:
        """The same for bytes, a file for instance."""
        key, wrapped = self.new_key(aad)
        return self._head() + wrapped + encrypt(key, data, aad)

    def open(self, sealed: bytes, aad: str) -> str:
        """Open what :meth:`seal` made.

        Raises:
            Unsealable: another row, another key, or altered.
        """
        return self.open_bytes(sealed, aad).decode()

    def open_bytes(self, sealed: bytes, aad: str) -> bytes:
        """Open what :meth:`seal_bytes` made; errors as in :meth:`open`."""
        self._check(sealed)
        key = self.unwrap(sealed[_HEAD : _HEAD + _WRAPPED], aad)
        return decrypt(key, sealed[_HEAD + _WRAPPED :], aad)

    def seal_identity(
        self, person: UUID, *, name: str, number: str, id_type: str, original: str, seq: int = 1
    ) -> tuple[bytes, bytes]:
        """A wrapped key of this person's own and version `seq` of the identity sealed under it, both bound to them."""
        key, wrapped = self.new_key(dek_aad(person))
        words = {"name": name, "number": number, "id_type": id_type, "original": original}
        return wrapped, self._head() + encrypt(
            key, json.dumps(words, ensure_ascii=False).encode(), identity_aad(person, seq)
        )

    def open_identity(self, person: UUID, seq: int, wrapped: bytes, sealed: bytes) -> dict[str, str]:
        """Open what :meth:`seal_identity` made.

        Raises:
            Unsealable: another person's, another key, or altered.
        """
        self._check(sealed)
        found = json.loads(decrypt(self.unwrap(wrapped, dek_aad(person)), sealed[_HEAD:], identity_aad(person, seq)))
        return {str(key): str(value) for key, value in found.items()}

    def _head(self) -> bytes:
        return bytes([SUITE]) + self.version.to_bytes(2)

    def _check(self, sealed: bytes) -> None:
        if sealed[:_HEAD] != self._head():
            raise Unsealable("suite or key version")


def dek_aad(person: UUID) -> str:
    return f"people_identity|dek|{person}"


def identity_aad(person: UUID, seq: int) -> str:
    return f"people_identity|sealed|{person}|{seq}"


def _hashed(keyed: HMAC, data: bytes) -> bytes:
    one = keyed.copy()
    one.update(data)
    return one.finalize()


def encrypt(key: bytes, data: bytes, aad: str) -> bytes:
    """Nonce and ciphertext; the length is hidden up to blocks of 64 bytes."""
    padded = len(data).to_bytes(4) + data + bytes(-(len(data) + 4) % _BLOCK)
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, padded, aad.encode())


def decrypt(key: bytes, data: bytes, aad: str) -> bytes:
    try:
        padded = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], aad.encode())
    except InvalidTag as error:
        raise Unsealable("value") from error
    return padded[4 : 4 + int.from_bytes(padded[:4])]


@cache
def ring() -> KeyRing:
    """The ring of this process (setting ``CHENGXIN_KEYRING``)."""
    from django.conf import settings

    return KeyRing.load(settings.KEYRING)
