"""``chengxin backup``: a physical copy of the running database, with a signed manifest (物理备份).

Under a temporary name until everything is written and synced, then renamed: a folder without the dot is complete.
Keys and passwords are not in it (``keysafe.py``).
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

import chengxin
from chengxin.ledger.privilege import OperateError
from chengxin.operate.census import Census, take_census
from chengxin.operate.drafts import LOCK, draft, finished, sweep
from chengxin.operate.embedded import ENVIRONMENT, Server, installation
from chengxin.operate.home import PORT, Home, write_private
from chengxin.operate.manifest import MANIFEST, Manifest, hash_file, signer_of, write_note
from chengxin.operate.process import finish, spawn

LAST = "last-backup.note"
"""In the data folder: the manifest of the last backup, by which its age is known."""
PLACE = "last-backup.place"
"""In the data folder: where the last backup was made, and where one that a page asks for goes (`usual_place`)."""
BESIDE = ("home.json", "served.json")
"""Copied with the database: what the installation is, and how a real one is served."""
_FAILED = "备份没有完成"
_NAME = re.compile(r"chengxin-\d{8}T\d{6}Z")
_PROGRESS = re.compile(rb"(\d+)/(\d+) kB")
_MARGIN = 64 << 20  # bytes beside what the copy needs: the log of changes made meanwhile

Progress = Callable[[int, int], None]


def back_up(home: Home, place: Path, *, progress: Progress) -> tuple[Path, Manifest]:
    """Copy the database of an installation into a new folder under `place`.

    A database that does not run is started for it and stopped again.

    Raises:
        OperateError: with everything taken away that was written.
    """
    _ensure_ours(home)
    signer = signer_of(home)
    if place.resolve().is_relative_to(home.path):
        raise OperateError("备份目录在数据目录里面，会和它一起丢失", "请指明另一个磁盘上的目录。", what=_FAILED)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with answering(home), _draft(place.resolve()) as folder:
            manifest = _copy(home, folder, progress)
            write_note(folder / MANIFEST, manifest.text(), signer)
            final = _finished(folder)
        write_note(home.path / LAST, manifest.text(), signer)
        write_private(home.path / PLACE, str(final.parent))
    except OSError as error:
        raise _refused(error) from None
    return final, manifest


def usual_place(home: Home) -> Path:
    """The folder that the last backup was made in, where it still holds one: an empty one may be a disk that is away.

    Raises:
        OperateError: none was made yet, or the folder holds none.
    """
    _ensure_ours(home)
    command = f"chengxin backup 目录 --keep {home.path}"
    try:
        place = Path((home.path / PLACE).read_text("utf-8"))
    except FileNotFoundError:
        remedy = f"请在服务器上执行一次：{command}，以后就备份到那个目录。"
        raise OperateError("还没有备份过，平台不知道备份到哪个目录", remedy, what=_FAILED) from None
    if not place.is_dir() or not backups(place):
        raise OperateError(
            "上次备份的目录里没有备份，磁盘可能没有接上", f"请接上那个磁盘后再次请求，或者执行：{command}", what=_FAILED
        )
    return place


def _ensure_ours(home: Home) -> None:
    if home.external:
        raise OperateError(
            "数据库不是内置的，物理备份由数据库服务器自己做",
            "请在数据库服务器上用 pg_basebackup 或现有的备份系统；密钥用 chengxin backup-keys 另行备份。",
            what=_FAILED,
        )


@contextmanager
def answering(home: Home) -> Iterator[None]:
    """Keep the database of an installation up while the block runs: the one that runs, or our own.

    Raises:
        OperateError: there is none yet, or it does not come up.
    """
    if not (home.path / "pg").exists():
        raise OperateError(f"数据目录 {home.path} 里还没有数据库", "请先启动一次平台。", what="没有数据库")
    try:
        psycopg.connect(home.dsn("owner"), connect_timeout=10).close()
    except psycopg.OperationalError:
        with Server(home):
            yield
    else:
        yield


def backups(place: Path) -> list[Path]:
    """The complete backups in a folder, oldest first."""
    return sorted(entry for entry in place.iterdir() if _NAME.fullmatch(entry.name) and (entry / MANIFEST).exists())


def older(place: Path, day: date) -> list[Path]:
    """The complete backups from before a day: those that need not be kept, but never the newest."""
    return [one for one in backups(place)[:-1] if datetime.strptime(one.name[9:17], "%Y%m%d").date() < day]  # noqa: DTZ007


def chosen(path: Path) -> Path:
    """The backup that an operator means: the folder itself, or the newest in it.

    Raises:
        OperateError: there is none.
    """
    try:
        if (path / MANIFEST).exists():
            return path.resolve()
        found = backups(path)
    except OSError as error:
        raise OperateError(f"{path}：{words_of(error)}", "请核对路径和权限。", what="不能读取备份") from None
    if not found:
        raise OperateError(
            f"{path} 中没有完整的备份", "请指明 chengxin backup 写出的文件夹，或它所在的目录。", what="找不到备份"
        )
    return found[-1].resolve()


def _copy(home: Home, folder: Path, progress: Progress) -> Manifest:
    started = datetime.now(UTC)
    owner = home.dsn("owner")
    needed = folder_size(home.path / "pg") + _MARGIN
    ensure_space(folder.parent, needed, what=_FAILED)
    before = take_census(owner)
    _basebackup(home, folder, progress)
    after = take_census(owner, boundary=before.boundary)
    if (before.guards, before.tables.keys()) != (after.guards, after.tables.keys()):
        raise OperateError("备份期间数据库结构改变了", "升级完成后请重新备份。", what=_FAILED)
    for name in BESIDE:
        if (home.path / name).exists():
            shutil.copyfile(home.path / name, folder / name, follow_symlinks=False)
    for entry in folder.iterdir():
        entry.chmod(0o600)
        _sync(entry)
    return _manifest(home, before, after, started=started, folder=folder)


def _manifest(home: Home, before: Census, after: Census, *, started: datetime, folder: Path) -> Manifest:
    return Manifest(
        home.installation,
        home.mode,
        chengxin.__version__,
        before.server,
        before.cluster,
        started=started,
        finished=datetime.now(UTC),
        boundary=before.boundary,
        guards=before.guards,
        lines=(before.lines, after.lines),
        head=before.head,
        tables={name: (rows, after.tables[name]) for name, rows in before.tables.items()},
        files={entry.name: hash_file(entry) for entry in folder.iterdir() if entry.name != LOCK},
    )


def _basebackup(home: Home, folder: Path, progress: Progress) -> None:
    """Run pg_basebackup as the role that may do nothing else; the password goes through the environment."""
    command: list[str | Path] = [
        installation() / "bin" / "pg_basebackup",
        *("--dbname", f"host={_quoted(home.socket_folder)} port={PORT} user=backup application_name=backup"),
        *("--pgdata", folder, "--format=tar", "--gzip", "--wal-method=stream", "--checkpoint=fast"),
        *("--manifest-checksums=SHA256", "--no-password", "--progress"),
    ]
    # It wants an empty folder or none: the lock lies beside what it writes, so it gets a folder of its own.
    inner = folder / "data"
    command[command.index(folder)] = inner
    child = spawn(
        command,
        environment=ENVIRONMENT | {"PGPASSWORD": home.password("backup")},
        errors=subprocess.PIPE,
        last_word=signal.SIGKILL,
    )
    try:
        said = _followed(child, progress)
    finally:
        finish(child, ((signal.SIGTERM, 5),))
        if child.stderr:
            child.stderr.close()
    if child.returncode:
        if "No space left" in said or "Disk quota" in said:
            raise OSError(errno.ENOSPC, "pg_basebackup")
        raise OperateError(
            f"pg_basebackup 返回错误：{said or '没有输出'}", "请运行 chengxin doctor，按提示修复后重试。", what=_FAILED
        )
    for entry in inner.iterdir():
        entry.rename(folder / entry.name.replace("backup_manifest", "files.json"))
    inner.rmdir()


def _followed(child: subprocess.Popen[bytes], progress: Progress) -> str:
    """Hand progress on; returns the first error, which is the cause of those that follow."""
    wrong = b""
    for line in iter(child.stderr.readline, b"") if child.stderr else ():
        for part in line.split(b"\r"):
            if found := _PROGRESS.search(part):
                progress(int(found[1]) << 10, int(found[2]) << 10)
            elif b"error:" in part and not wrong:
                wrong = part.strip()
    child.wait()
    return wrong.decode("utf-8", "replace")


@contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """A folder under a temporary name that goes with its backup, at the latest when the next one begins."""
    sweep(place, ".chengxin-*.part")
    try:
        with draft(place / f".chengxin-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.part") as folder:
            yield folder
    except FileExistsError:
        raise OperateError("同一目录中另一个备份正在进行", "请等它结束后重试。", what=_FAILED) from None


def _finished(folder: Path) -> Path:
    """Give the folder its name, which nothing that exists has."""
    final = folder.with_name(folder.name[1:].removesuffix(".part"))
    if final.exists():
        raise OperateError(f"{final} 已经存在，备份从不覆盖", "请重试一次。", what=_FAILED)
    _sync(folder)
    finished(folder, final)
    _sync(final.parent)
    return final


def ensure_space(place: Path, needed: int, *, what: str) -> None:
    """Refuse before anything is written where it could not end well.

    Raises:
        OperateError: naming what is needed and what is there.
    """
    free = shutil.disk_usage(place).free
    if free < needed:
        raise OperateError(
            f"{place} 所在磁盘剩余 {free / 2**20:,.0f} MiB，最多需要 {needed / 2**20:,.0f} MiB",
            "请清理磁盘，或指明另一个磁盘上的目录。没有写出任何内容。",
            what=what,
        )


def folder_size(folder: Path) -> int:
    """Bytes in a folder whose files come and go."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.lstat().st_size
    return total


def words_of(error: OSError) -> str:
    """What the system refused, without a path."""
    known = {
        errno.ENOENT: "没有这个文件或文件夹",
        errno.ENOTDIR: "这不是文件夹",
        errno.EACCES: "没有权限",
        errno.EPERM: "没有权限",
        errno.EROFS: "所在的磁盘只能读取",
        errno.ENOSPC: "磁盘已满",
        errno.EDQUOT: "超过磁盘限额",
    }
    return known.get(error.errno or 0, f"系统拒绝了操作（{errno.errorcode.get(error.errno or 0, '未知')}）")


def _refused(error: OSError) -> OperateError:
    return OperateError(words_of(error), "请核对目录、权限和磁盘空间后重试。没有留下不完整的备份。", what=_FAILED)


def _quoted(value: Path) -> str:
    """A value in a connection string."""
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
