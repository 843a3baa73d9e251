"""The keys of an installation, backed up apart from its data and for a few days only (密钥备份).

Without them a data backup opens nobody; with them and the data everybody is opened. So they never lie together, they
are sealed under a passphrase, and are destroyed after their last day: who is erased must not come back with old keys.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from chengxin.kernel.note import NoteError, Signer
from chengxin.kernel.periods import CHINA
from chengxin.ledger.privilege import OperateError
from chengxin.operate.backup import backups, words_of
from chengxin.operate.home import Home, open_private, write_private
from chengxin.operate.limits import last_day

FORM = "chengxin-keys-v1"
LAST = "last-keys.json"
"""In the data folder: head of the last key backup, by which its age is known."""
NEEDED = ("keys.json", "instance.key", "roles.json", "secret")
"""What is copied; without one of them an installation does not start."""
OPTIONAL = ("accounts.json", "log.key", "log.policy")
"""The sign-ins of a demo; the log's key and whom it is witnessed by, once it was begun."""
SHORTEST = 12  # letters of a passphrase
_NAME = re.compile(r"chengxin-keys-[0-9a-f]{8}-\d{8}T\d{6}Z\.sealed")
_SCRYPT = {"n": 1 << 17, "r": 8, "p": 1}  # 128 MiB and half a second for each guess
_COSTLIEST = 1 << 20
_WHAT = "密钥备份不能使用"


@dataclass(frozen=True)
class Head:
    """What a key backup says without its passphrase; it is bound to the sealed part."""

    installation: str
    made: datetime
    last: date


@dataclass(frozen=True)
class Keys:
    """An opened key backup; its repr shows no content."""

    installation: str
    signer: Signer = field(repr=False)
    files: dict[str, str] = field(repr=False)


def back_up_keys(home: Home, place: Path, passphrase: str, *, data: Path | None = None) -> tuple[Path, Head]:
    """Seal the keys of an installation into a new file in `place`, which is no tree where `data` backups lie.

    Raises:
        OperateError: the place is in the data folder or beside data backups, the passphrase is short, the disk refuses.
    """
    folder = ensure_apart(home, place, data=data)
    ensure_passphrase(passphrase)
    made = datetime.now(UTC).replace(microsecond=0)
    head = Head(home.installation, made, last_day(made.astimezone(CHINA).date()))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_data(folder)
        path = folder / f"chengxin-keys-{home.installation[:8]}-{made:%Y%m%dT%H%M%SZ}.sealed"
        _write(path, _seal(_collected(home), head, passphrase))
    except FileExistsError:
        raise OperateError("同一秒里已经有一份密钥备份", "请重试一次。", what="密钥备份没有完成") from None
    except OSError as error:
        remedy = "请核对目录、权限和磁盘空间后重试。没有留下不完整的备份。"
        raise OperateError(words_of(error), remedy, what="密钥备份没有完成") from None
    write_private(home.path / LAST, json.dumps(_head_facts(head)))
    return path, head


def expired(place: Path, installation: str, today: date) -> list[Path]:
    """Key backups of this installation in a folder whose last day is over."""
    found = []
    for path in sorted(entry for entry in place.iterdir() if _NAME.fullmatch(entry.name)):
        with suppress(OperateError):  # named like one, and none: not ours to take away
            head = read_head(path)
            if head.installation == installation and head.last < today:
                found.append(path)
    return found


def destroy(paths: list[Path]) -> None:
    """Take key backups away. Sealed as they are, one overwrites nothing: on today's disks that would prove nothing."""
    for path in paths:
        path.unlink()


def open_keys(path: Path, passphrase: str, *, today: date) -> Keys:
    """Open a key backup.

    Raises:
        OperateError: not one, altered, another passphrase, or its last day is over.
    """
    head, facts = _parsed(path)
    if head.last < today:
        raise OperateError(
            f"它的最后一天是 {head.last}，应当已经销毁",
            "请用更新的密钥备份。用过期的密钥恢复，会让之后被销毁的人重新可见，平台因此拒绝。",
            what=_WHAT,
        )
    try:
        costs = {name: int(facts["kdf"][name]) for name in _SCRYPT}
        if costs["n"] * costs["r"] * costs["p"] > _COSTLIEST * 8:
            raise ValueError("kdf")
        key = _key(passphrase, _bytes(facts["kdf"]["salt"]), costs)
        plain = AESGCM(key).decrypt(_bytes(facts["nonce"]), _bytes(facts["sealed"]), _bound(head, facts["kdf"]))
        files = {str(name): str(content) for name, content in json.loads(plain).items()}
        signer = Signer.parse(files["instance.key"].removesuffix("\n"))
    except InvalidTag:
        raise OperateError("口令不对，或文件被改过", "请核对口令；口令没有别的找回办法。", what=_WHAT) from None
    except (KeyError, TypeError, ValueError, NoteError):
        raise _no_keys(path) from None
    if not set(NEEDED) <= files.keys() <= {*NEEDED, *OPTIONAL}:
        raise _no_keys(path)
    return Keys(head.installation, signer, files)


def ensure_current(home: Home, keys: Keys) -> None:
    """Refuse a key backup that would not bring back what the installation works with now.

    Raises:
        OperateError: it is another installation's, or keys were changed after it was made.
    """
    if keys.installation != home.installation:
        raise OperateError("它属于另一个安装", "请用同一安装的密钥备份。", what=_WHAT)
    changed = [name for name in NEEDED if keys.files[name] != (home.path / name).read_text("utf-8")]
    if changed:
        cause = f"{'、'.join(changed)} 在这份密钥备份之后改变了"
        raise OperateError(cause, "请重新备份密钥，再演练。", what=_WHAT)


def read_head(path: Path) -> Head:
    """What a key backup says of itself.

    Raises:
        OperateError: it is none.
    """
    return _parsed(path)[0]


def read_passphrase(path: Path) -> str:
    """The first line of a private file.

    Raises:
        OperateError: others can read it, or there is none.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise OperateError(f"{path} 可被其他用户读取", f"请执行：chmod 600 {path}", what="口令文件不能使用")
        return path.read_text("utf-8").split("\n")[0].removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        cause = words_of(error) if isinstance(error, OSError) else "不是 UTF-8 文本"
        raise OperateError(f"{path}：{cause}", "请核对路径和权限。", what="口令文件不能使用") from None


def ensure_passphrase(passphrase: str) -> None:
    """Refuse one that could be guessed in little time."""
    if len(passphrase) < SHORTEST:
        raise OperateError(f"口令短于 {SHORTEST} 个字", "请用更长的口令，例如几个不相干的词。", what="口令不能使用")


def _collected(home: Home) -> dict[str, str]:
    missing = [name for name in NEEDED if not (home.path / name).exists()]
    if missing:
        raise OperateError(
            f"数据目录缺少 {'、'.join(missing)}", "请先启动一次平台，再备份密钥。", what="密钥备份没有完成"
        )
    there = [*NEEDED, *(name for name in OPTIONAL if (home.path / name).exists())]
    return {name: (home.path / name).read_text("utf-8") for name in there}


def _seal(files: dict[str, str], head: Head, passphrase: str) -> str:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    kdf: dict[str, Any] = {"name": "scrypt", **_SCRYPT, "salt": _text(salt)}
    plain = json.dumps(files, ensure_ascii=False).encode()
    sealed = AESGCM(_key(passphrase, salt, _SCRYPT)).encrypt(nonce, plain, _bound(head, kdf))
    return json.dumps({**_head_facts(head), "kdf": kdf, "nonce": _text(nonce), "sealed": _text(sealed)}, indent=1)


def _parsed(path: Path) -> tuple[Head, dict[str, Any]]:
    try:
        facts = json.loads(path.read_bytes()[: 1 << 24])
        if facts["form"] != FORM:
            raise ValueError(FORM)
        made = datetime.fromisoformat(facts["made"])
        head = Head(str(facts["installation"]), made, date.fromisoformat(facts["last_day"]))
    except OSError as error:
        raise OperateError(f"{path}：{words_of(error)}", "请核对 --keys 的路径和权限。", what=_WHAT) from None
    except (ValueError, KeyError, TypeError):
        raise _no_keys(path) from None
    return head, facts


def _no_keys(path: Path) -> OperateError:
    return OperateError(f"{path} 不是密钥备份，或已损坏", "请指明 chengxin backup-keys 写出的文件。", what=_WHAT)


def _head_facts(head: Head) -> dict[str, Any]:
    return {
        "form": FORM,
        "installation": head.installation,
        "made": head.made.isoformat(),
        "last_day": head.last.isoformat(),
    }


def _bound(head: Head, kdf: dict[str, Any]) -> bytes:
    """What the sealed part is bound to: with another last day it does not open."""
    return json.dumps([_head_facts(head), kdf], sort_keys=True).encode()


def _key(passphrase: str, salt: bytes, costs: dict[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, **costs).derive(passphrase.encode())


def ensure_apart(home: Home, place: Path, *, data: Path | None) -> Path:
    """Refuse a place for keys in one tree with the installation or its data backups; answers its full path."""
    folder = place.expanduser().absolute().resolve()
    _apart(folder, home.path, "密钥备份与数据目录在同一处")
    if data is not None:
        _apart(folder, data.expanduser().absolute().resolve(), "密钥备份与数据备份在同一处")
    return folder


def _apart(keys: Path, other: Path, cause: str) -> None:
    if keys.is_relative_to(other) or other.is_relative_to(keys):
        raise OperateError(f"{cause}：{keys}", "请把密钥备份放到另一处，最好是另一台设备。", what="密钥备份没有完成")


def _refuse_data(folder: Path) -> None:
    if backups(folder):
        raise OperateError(
            f"{folder} 中有数据备份", "请把密钥备份放到另一处，最好是另一台设备。", what="密钥备份没有完成"
        )


def _write(path: Path, text: str) -> None:
    """Complete or not at all; nothing is overwritten."""
    draft = path.with_name(f".{path.name}.part")
    try:
        with open(draft, "w", encoding="utf-8", opener=open_private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
