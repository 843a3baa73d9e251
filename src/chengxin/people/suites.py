"""Cipher suites (密码套件): which algorithms the suite byte of a ciphertext stands for.

Another suite is one more entry of :data:`SUITES`; nothing else in the house names an algorithm of the vault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm

KEY = 32
"""Bytes of key material of every suite; SM4 takes the first sixteen."""
NONCE, TAG = 12, 16


class Aead(Protocol):
    """Authenticated encryption under one key, which may lie in a hardware module."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Raises cryptography's ``InvalidTag`` when anything is not as it was."""
        ...


class Sm4Gcm:
    """SM4-GCM (GB/T 32907-2016, RFC 8998) with the calls of ``AESGCM``."""

    def __init__(self, key: bytes) -> None:
        self._cipher = SM4(key[:16])

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Ciphertext with its tag of 16 bytes behind it."""
        one = Cipher(self._cipher, GCM(nonce)).encryptor()
        one.authenticate_additional_data(associated_data)
        return one.update(data) + one.finalize() + one.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The data; ``InvalidTag`` when anything is not as it was."""
        # A ciphertext that is too short has no tag of 16 bytes: one that fits no key stands for it.
        tag = data[-TAG:] if len(data) >= TAG else bytes(TAG)
        one = Cipher(self._cipher, GCM(nonce, tag)).decryptor()
        one.authenticate_additional_data(associated_data)
        return one.update(data[:-TAG]) + one.finalize()


@dataclass(frozen=True)
class Suite:
    """One suite (套件): its number in a ciphertext, its name in the key file, its algorithms."""

    number: int
    name: str
    words: str
    aead: Callable[[bytes], Aead]
    digest: type[HashAlgorithm]


SUITES = {
    suite.number: suite
    for suite in (
        Suite(1, "intl-1", "国际算法：AES-256-GCM、HMAC-SHA-256", AESGCM, SHA256),
        Suite(2, "gm-1", "国密算法：SM4-GCM、HMAC-SM3", Sm4Gcm, SM3),
    )
}
"""Suites by number. A number never changes its meaning: old ciphertexts carry it."""
NAMED = {suite.name: suite for suite in SUITES.values()}
