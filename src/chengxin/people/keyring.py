"""The key ring of one installation (密钥环): versions of the wrapping key, and the keys for keyed hashes.

It lies in a file beside the database, never in it, closed to everybody but its owner; or the wrapping keys stay in a
hardware module (密码机) and the file only names them. Data keys are wrapped under the active version. A rotation adds a
version and wraps them anew; the version before it opens what is left (`decrypt-only`) until nothing is, and is then
destroyed. The file is always replaced whole.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from chengxin.kernel.errors import ChengxinError, Refused
from chengxin.kernel.periods import CHINA
from chengxin.people.hsm import Token
from chengxin.people.suites import KEY, NAMED, NONCE, SUITES, Aead

_HASHES = ("index", "pair", "content")
_MOST = 65_535
"""Versions that two bytes of a wrapped key can name."""


class Unsealable(ChengxinError):
    """A value did not open: wrong row, wrong key, or altered."""


class KeyState(StrEnum):
    """What a version is good for (密钥状态)."""

    ACTIVE = "active"  # 使用中：加密和解密
    DECRYPT_ONLY = "decrypt-only"  # 只解密：轮换以后，等没有密文再用它
    DESTROYED = "destroyed"  # 已销毁：只留下经历


@dataclass(frozen=True)
class Version:
    """One version of the wrapping key (密钥版本).

    Attributes:
        version: 1 and counting; stands in every key wrapped under it.
        suite: number of its cipher suite.
        made, since: the day it was made, and the day its state began.
        aead: the key at work, in memory or in the module; None when it is destroyed.
    """

    version: int
    suite: int
    state: KeyState
    made: date
    since: date
    aead: Aead | None

    @property
    def suite_name(self) -> str:
        return SUITES[self.suite].name


@dataclass(frozen=True)
class HashKeys:
    """Keys for keyed hashes (键控哈希密钥). They are not rotated with the others: a new one would be a new index."""

    version: int
    suite: int
    index: bytes
    pair: bytes
    content: bytes


@dataclass(frozen=True)
class KeyRing:
    """What a key file holds, ready for use."""

    versions: dict[int, Version]
    hashes: HashKeys

    @property
    def active(self) -> Version:
        """The version that wraps new keys."""
        return next(one for one in self.versions.values() if one.state is KeyState.ACTIVE)

    def aead(self, suite: int, version: int) -> Aead | None:
        """The key of a version, None when this ring does not have it."""
        found = self.versions.get(version)
        return found.aead if found and found.suite == suite else None

    @staticmethod
    def create(path: Path, *, suite: str = "intl-1", token: dict[str, str] | None = None) -> KeyRing:
        """Make a fresh ring in a file only its owner can read. An existing file is never overwritten.

        Args:
            path: of the file.
            suite: name of the cipher suite.
            token: where the wrapping keys are to be made and stay, see :class:`Token`; None: in the file.
        """
        data: dict[str, Any] = {"format": 2, "token": token, "versions": []}
        first, aead = _fresh(data, suite, datetime.now(CHINA).date())
        keys = {name: _hidden(secrets.token_bytes(KEY), aead, name, token) for name in _HASHES}
        data |= {"versions": [first], "hashes": {"version": 1, "suite": suite, "wrapped_by": token and 1, **keys}}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(json.dumps(data, indent=1))
        return KeyRing.load(path)

    @staticmethod
    def load(path: Path) -> KeyRing:
        """Read a ring.

        Raises:
            Unsealable: the file can be read by others, or is no key file of this program.
        """
        if path.stat().st_mode & 0o077:
            raise Unsealable(f"密钥文件权限过宽，请执行：chmod 600 {path}")
        data = _parsed(path)
        versions = {row["version"]: _version(data, row) for row in data["versions"]}
        held = data["hashes"]
        by = versions[held["wrapped_by"]].aead if held["wrapped_by"] else None
        keys = {name: _shown(held[name], by, name) for name in _HASHES}
        return KeyRing(versions, HashKeys(held["version"], NAMED[held["suite"]].number, **keys))


def rotate_keys(path: Path, *, suite: str | None = None, today: date) -> int:
    """Add a version and make it the active one (轮换); the one before opens from now on only.

    Args:
        path: of the key file.
        suite: name of the cipher suite of the new version; None: as before.
        today: the day written beside it.

    Returns:
        The new version.
    """
    with _changing(path) as data:
        before = next(row for row in data["versions"] if row["state"] == KeyState.ACTIVE)
        row, aead = _fresh(data, suite or before["suite"], today)
        before |= {"state": KeyState.DECRYPT_ONLY, "since": today.isoformat()}
        data["versions"].append(row)
        held = data["hashes"]
        if data["token"]:  # the file never holds them open: the new version hides them now
            old = KeyRing.load(path).hashes
            held |= {name: _hidden(getattr(old, name), aead, name, data["token"]) for name in _HASHES}
            held["wrapped_by"] = row["version"]
        return int(row["version"])


def destroy_key(path: Path, version: int, *, today: date) -> None:
    """Destroy a version that opens only (销毁). Whatever is still wrapped under it never opens again.

    Raises:
        Refused: KEYS-02, the version is active, destroyed, or none.
    """
    with _changing(path) as data:
        row = next((row for row in data["versions"] if row["version"] == version), None)
        if row is None or row["state"] != KeyState.DECRYPT_ONLY:
            raise Refused("KEYS-02")
        if data["token"]:
            Token(data["token"]).destroy(row["key"])
        row |= {"state": KeyState.DESTROYED, "since": today.isoformat(), "key": None}


def _fresh(data: dict[str, Any], suite: str, today: date) -> tuple[dict[str, Any], Aead]:
    """A new version as the file holds it, and at work."""
    version = 1 + max((row["version"] for row in data["versions"]), default=0)
    if version > _MOST:
        raise Refused("KEYS-02")
    if data["token"]:
        key = Token(data["token"]).make(NAMED[suite], version)
    else:
        key = base64.b64encode(secrets.token_bytes(KEY)).decode()
    day = today.isoformat()
    row = {"version": version, "suite": suite, "state": KeyState.ACTIVE, "made": day, "since": day, "key": key}
    aead = _aead(data, row)
    assert aead is not None  # noqa: S101 - it was made the line before
    return row, aead


def _version(data: dict[str, Any], row: dict[str, Any]) -> Version:
    return Version(
        row["version"],
        NAMED[row["suite"]].number,
        KeyState(row["state"]),
        date.fromisoformat(row["made"]),
        date.fromisoformat(row["since"]),
        _aead(data, row),
    )


def _aead(data: dict[str, Any], row: dict[str, Any]) -> Aead | None:
    if row["key"] is None:
        return None
    if data["token"]:
        return Token(data["token"]).aead(row["key"])
    return SUITES[NAMED[row["suite"]].number].aead(base64.b64decode(row["key"]))


def _hidden(key: bytes, by: Aead, name: str, token: dict[str, str] | None) -> str:
    """A hash key as the file holds it: wrapped where the file holds no key open."""
    if token:
        nonce = os.urandom(NONCE)
        key = nonce + by.encrypt(nonce, key, f"keyring|{name}".encode())
    return base64.b64encode(key).decode()


def _shown(value: str, by: Aead | None, name: str) -> bytes:
    key = base64.b64decode(value)
    if by is None:
        return key
    try:
        return by.decrypt(key[:NONCE], key[NONCE:], f"keyring|{name}".encode())
    except InvalidTag as error:
        raise Unsealable("hash key") from error


def _parsed(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except ValueError:
        data = None
    if not isinstance(data, dict) or data.get("format") != 2:
        raise Unsealable(f"{path} 不是本程序的密钥文件，或由另一个版本建立。请用密钥备份恢复。")
    return data


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The file itself is the lock; one that was replaced while we waited is no lock any more."""
    while True:
        with path.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if os.fstat(held.fileno()).st_ino == path.stat().st_ino:
                yield
                return


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, Any]]:
    """The content of the file to change; written whole beside it, forced to the disk, and put in its place.

    Killed at any point, the file is the old one or the new one. One change at a time.
    """
    beside = path.with_name(path.name + ".new")
    with _locked(path):
        data = _parsed(path)
        yield data
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(json.dumps(data, indent=1))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
