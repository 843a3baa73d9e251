"""From a backup to a data folder that a server can start in: every file is compared with its hash on the way."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from chengxin.ledger.privilege import OperateError
from chengxin.operate.backup import ensure_space, words_of
from chengxin.operate.embedded import server_user
from chengxin.operate.home import open_private
from chengxin.operate.manifest import Damaged, Manifest, altered

BASE, LOG, LIST = "base.tar.gz", "pg_wal.tar.gz", "files.json"
_BLOCK = 1 << 20
_LOG_FILE = re.compile(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history|archive_status(/[0-9A-F.]+done)?")


def unpack(backup: Path, manifest: Manifest, target: Path, *, progress: Callable[[int, int], None]) -> None:
    """Write the database of a backup into the new folder `target`.

    Raises:
        Damaged: a file is not what its hash says, missing, or too many.
        OperateError: no room, or the disk refuses.
    """
    for done, name in altered(backup, manifest):
        progress(done, manifest.size)
        if name:
            raise Damaged(f"{name} 的内容被改过或已损坏（SHA-256 不符）")
    sizes = _listed(backup / LIST)
    ensure_space(target.parent, sum(size for size, _ in sizes.values()) + manifest.size, what="不能展开备份")
    try:
        target.mkdir(mode=0o700)
        _base(backup / BASE, target, sizes)
        _log(backup / LOG, target / "pg_wal")
        _hand_over(target)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError):
        raise Damaged("压缩文件不能读取") from None
    except OSError as error:
        raise OperateError(words_of(error), "请核对目录、权限和磁盘空间后重试。", what="不能展开备份") from None


def _listed(path: Path) -> dict[str, tuple[int, str]]:
    """PostgreSQL's own list of what it copied: name -> size and SHA-256."""
    found = {}
    for entry in json.loads(path.read_bytes())["Files"]:
        name = entry["Path"] if "Path" in entry else os.fsdecode(bytes.fromhex(entry["Encoded-Path"]))
        found[name] = (int(entry["Size"]), str(entry["Checksum"]))
    return found


def _base(archive: Path, target: Path, listed: dict[str, tuple[int, str]]) -> None:
    left = dict(listed)
    with _opened(archive) as tar:
        for member in tar:
            place = target / _inside(member)
            if member.isdir():
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                continue
            known = left.pop(member.name, None)
            if known is None:
                raise Damaged(f"压缩文件中多出 {member.name}")
            if _written(tar.extractfile(member), place) != known:
                raise Damaged(f"数据库文件 {member.name} 与数据库自己的清单不符")
    if left:
        raise Damaged(f"压缩文件中缺少 {min(left)} 等 {len(left)} 个文件")


def _log(archive: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    with _opened(archive) as tar:
        for member in tar:
            if not _LOG_FILE.fullmatch(member.name.rstrip("/")):
                raise Damaged(f"变更日志中多出 {member.name}")
            place = target / _inside(member)
            if member.isdir():
                place.mkdir(mode=0o700, exist_ok=True)
            else:
                _written(tar.extractfile(member), place)


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    """A stream; the log's archive is several gzip members, which only the gzip module reads as one."""
    with gzip.open(archive) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        yield tar


def _inside(member: tarfile.TarInfo) -> PurePosixPath:
    """The path of a member; anything that is neither file nor folder, or leads out, is refused."""
    path = PurePosixPath(member.name)
    if not (member.isfile() or member.isdir()) or path.is_absolute() or ".." in path.parts:
        raise Damaged(f"压缩文件中有不允许的内容 {member.name}")
    return path


def _written(source: IO[bytes] | None, place: Path) -> tuple[int, str]:
    """Size and SHA-256 of what was written."""
    digest, size = hashlib.sha256(), 0
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(place, "xb", opener=open_private) as file:
        while source and (block := source.read(_BLOCK)):
            digest.update(block)
            size += file.write(block)
    return size, digest.hexdigest()


def _hand_over(folder: Path) -> None:
    """Give everything to the user that the server runs as."""
    user = server_user()
    if user is None:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
