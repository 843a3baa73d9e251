"""The identity vault (身份保险库): seal, open, and find by keyed blind index.

A wrapped key is ``suite || key version || nonce || key under the ring``, 63 bytes; a sealed value is ``wrapped key ||
suite || nonce || ciphertext``. Each value has its own data key, and its AAD binds it to table, column and row, so that
a value moved elsewhere does not open. A new version of the ring's key touches the wrapped keys only
(:meth:`Vault.rewrap`).
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hmac import HMAC

from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import of_this_world
from chengxin.people.keyring import KeyRing, Unsealable
from chengxin.people.suites import KEY, NONCE, SUITES, TAG

__all__ = ["WRAPPED", "KeyRing", "Unsealable", "Vault", "version_of"]

_BLOCK = 64
_HEAD = 3
WRAPPED = _HEAD + NONCE + KEY + TAG
"""Bytes of a wrapped key; the SQL that wraps anew counts on it."""


class Vault:
    """What one key ring can do. The ring is read once; :func:`ring` takes a changed file up again.

    Args:
        keys: the ring.
        mode: of the installation, whose persons alone it finds; None for programs that hold nobody.
    """

    def __init__(self, keys: KeyRing, mode: str | None = None) -> None:
        self.keys, self._mode = keys, mode
        active = keys.active
        if active.aead is None:
            raise Unsealable("no active key")
        self._wrapping, self._suite = active.aead, SUITES[active.suite]
        self._head = bytes([active.suite]) + active.version.to_bytes(2)

    @property
    def index_version(self) -> int:
        """Version of the keys for keyed hashes; stands beside each index row."""
        return self.keys.hashes.version

    @cached_property
    def _hashed(self) -> tuple[HMAC, HMAC, HMAC]:
        """Keyed once and copied for each value: a third of the cost where a file has a million rows."""
        hashes = self.keys.hashes
        digest = SUITES[hashes.suite].digest()
        return HMAC(hashes.index, digest), HMAC(hashes.pair, digest), HMAC(hashes.content, digest)

    def blind_index(self, id_type: str, number: str) -> bytes:
        """Keyed hash by which a person is found (盲索引): 32 bytes of the normalised number and its type.

        Every door that takes a number comes through here, so this is where demo and production are kept apart.

        Raises:
            Refused: ID-02, a synthetic number in production, or any other in a demo.
        """
        if self._mode is not None and not of_this_world(number, self._mode):
            raise Refused("ID-02")
        return _hash(self._hashed[0], f"{id_type}\x1f{number}".encode())

    def pair_index(self, id_type: str, number: str, name: str) -> bytes:
        """Keyed hash of number and name together, for a match / no match answer."""
        return _hash(self._hashed[1], f"{id_type}\x1f{number}\x1f{name}".encode())

    def content_index(self, content: bytes) -> bytes:
        """Keyed hash that tells whether a row was sent before unchanged."""
        return _hash(self._hashed[2], content)

    def new_key(self, aad: str) -> tuple[bytes, bytes]:
        """A data key and the same wrapped under the ring, bound to `aad`."""
        random = os.urandom(KEY + NONCE)
        key, nonce = random[:KEY], random[KEY:]
        return key, self._head + nonce + self._wrapping.encrypt(nonce, key, aad.encode())

    def unwrap(self, wrapped: bytes, aad: str) -> bytes:
        """The data key again.

        Raises:
            Unsealable: another row, an altered value, or a key version that is destroyed or never was here.
        """
        aead = self.keys.aead(wrapped[0], int.from_bytes(wrapped[1:_HEAD])) if len(wrapped) == WRAPPED else None
        if aead is None:
            raise Unsealable("suite or key version")
        try:
            return aead.decrypt(wrapped[_HEAD : _HEAD + NONCE], wrapped[_HEAD + NONCE :], aad.encode())
        except InvalidTag as error:
            raise Unsealable("key") from error

    def rewrap(self, wrapped: bytes, aad: str) -> bytes:
        """The same data key under the key that is active now (轮换); errors as in :meth:`unwrap`."""
        key, nonce = self.unwrap(wrapped, aad), os.urandom(NONCE)
        return self._head + nonce + self._wrapping.encrypt(nonce, key, aad.encode())

    def seal(self, text: str, aad: str) -> bytes:
        """Seal a text under its own key, bound to `aad` (table|column|row)."""
        return self.seal_bytes(text.encode(), aad)

    def seal_bytes(self, data: bytes, aad: str) -> bytes:
        """The same for bytes, a file for instance."""
        key, wrapped = self.new_key(aad)
        return wrapped + self.encrypt(key, data, aad)

    def open(self, sealed: bytes, aad: str) -> str:
        """Open what :meth:`seal` made.

        Raises:
            Unsealable: another row, another key, or altered.
        """
        return self.open_bytes(sealed, aad).decode()

    def open_bytes(self, sealed: bytes, aad: str) -> bytes:
        """Open what :meth:`seal_bytes` made; errors as in :meth:`open`."""
        return decrypt(self.unwrap(sealed[:WRAPPED], aad), sealed[WRAPPED:], aad)

    def seal_identity(
        self, person: UUID, *, name: str, number: str, id_type: str, original: str, seq: int = 1
    ) -> tuple[bytes, bytes]:
        """A wrapped key of this person's own and version `seq` of the identity sealed under it, both bound to them."""
        key, wrapped = self.new_key(dek_aad(person))
        words = {"name": name, "number": number, "id_type": id_type, "original": original}
        return wrapped, self.encrypt(key, json.dumps(words, ensure_ascii=False).encode(), identity_aad(person, seq))

    def open_identity(self, person: UUID, seq: int, wrapped: bytes, sealed: bytes) -> dict[str, str]:
        """Open what :meth:`seal_identity` made.

        Raises:
            Unsealable: another person's, another key, or altered.
        """
        found = json.loads(decrypt(self.unwrap(wrapped, dek_aad(person)), sealed, identity_aad(person, seq)))
        return {str(key): str(value) for key, value in found.items()}

    def encrypt(self, key: bytes, data: bytes, aad: str) -> bytes:
        """Suite, nonce and ciphertext; the length is hidden up to blocks of 64 bytes."""
        padded = len(data).to_bytes(4) + data + bytes(-(len(data) + 4) % _BLOCK)
        nonce = os.urandom(NONCE)
        return self._head[:1] + nonce + self._suite.aead(key).encrypt(nonce, padded, aad.encode())


def decrypt(key: bytes, value: bytes, aad: str) -> bytes:
    """What :meth:`Vault.encrypt` made, under whichever suite it was made.

    Raises:
        Unsealable: another key, altered, or a suite nobody knows.
    """
    if len(value) < 1 + NONCE + TAG or value[0] not in SUITES:
        raise Unsealable("suite")
    try:
        padded = SUITES[value[0]].aead(key).decrypt(value[1 : 1 + NONCE], value[1 + NONCE :], aad.encode())
    except InvalidTag as error:
        raise Unsealable("value") from error
    return padded[4 : 4 + int.from_bytes(padded[:4])]


def version_of(wrapped: bytes) -> int:
    """The key version under which a key is wrapped (密钥版本)."""
    return int.from_bytes(wrapped[1:_HEAD])


def dek_aad(person: UUID) -> str:
    """What a person's own key is bound to (附加数据)."""
    return f"people_identity|dek|{person}"


def totp_aad(account: UUID) -> str:
    """What the sealed second factor of an account is bound to (附加数据)."""
    return f"people_account|totp|{account}"


def identity_aad(person: UUID, seq: int) -> str:
    return f"people_identity|sealed|{person}|{seq}"


def _hash(keyed: HMAC, data: bytes) -> bytes:
    one = keyed.copy()
    one.update(data)
    return one.finalize()


_read: tuple[tuple[str, int, int, str], Vault] | None = None


def ring() -> Vault:
    """The vault of this process (setting ``CHENGXIN_KEYRING``), read again whenever the key file was replaced.

    A rotation replaces the file while pages and workers run; a value under the new key must open in the next call.
    """
    global _read  # noqa: PLW0603 - one per process, and asked for each value
    from django.conf import settings

    path = Path(settings.KEYRING)
    stat = path.stat()
    mark = (str(path), stat.st_mtime_ns, stat.st_ino, settings.MODE)
    if _read is None or _read[0] != mark:
        _read = mark, Vault(KeyRing.load(path), settings.MODE)
    return _read[1]
