"""``chengxin verify`` and ``chengxin restore``: a backup is worth what a test restore has shown (恢复演练、恢复)."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

import chengxin
from chengxin.kernel.note import Verifier
from chengxin.kernel.sqlfile import sql_query
from chengxin.ledger.privilege import OperateError, refuse_privilege
from chengxin.operate.backup import BESIDE, words_of
from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.census import take_census
from chengxin.operate.drafts import draft, finished, sweep
from chengxin.operate.embedded import Server
from chengxin.operate.home import ROLES, SERVING, Home, write_private
from chengxin.operate.keysafe import Keys
from chengxin.operate.manifest import MANIFEST, Damaged, Manifest, read_manifest, signer_of, write_note, written
from chengxin.operate.unpack import unpack

VERIFIED = "verified.note"
"""In the data folder: what the last successful test restore showed."""
FORM = "chengxin-restore-test-v1"
Progress = Callable[[int, int], None]
_SCRATCH = "chengxin-verify-"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a test restore showed.

    Attributes:
        exact: tables whose rows did not change during the backup and agree to the row.
        moving: tables that changed meanwhile and lie between the two counts.
    """

    backup: str
    finished: datetime
    at: datetime
    rows: int
    lines: int
    exact: int
    moving: int


def verify(home: Home, backup: Path, *, scratch: Path | None, progress: Progress) -> Shown:
    """Restore a backup into a scratch folder, start it, compare it with its manifest, remove it.

    Raises:
        Damaged: it is altered, or what was restored differs.
        OperateError: it is another installation's, or the disk or the server refuses.
    """
    signer = signer_of(home)
    manifest = _own(home, backup, signer.verifier)
    with _scratch(home, scratch) as trial:
        unpack(backup, manifest, trial.path / "pg", progress=progress)
        with Server(trial):
            shown = _compared(trial, backup, manifest)
    write_note(home.path / VERIFIED, _said(shown, manifest, backup), signer)
    return shown


def restore(backup: Path, target: Path, keys: Keys, *, progress: Progress) -> tuple[Home, Shown]:
    """Make a data folder of a backup and a key backup, in a place where nothing is.

    The new folder is complete or not there. Sessions end, the log begins a new incarnation, and a real installation
    stays closed until its conditions have been shown again.

    Raises:
        OperateError: as ``verify``; or the place is not empty, or the keys belong to another installation.
    """
    what = "不能恢复"
    place = target.expanduser().absolute()
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise OperateError(f"{place} 不是空的", "请指明一个空目录或不存在的目录；恢复从不覆盖。", what=what)
    manifest = read_manifest(backup, keys.signer.verifier)
    if keys.installation != manifest.installation:
        raise OperateError("密钥备份属于另一个安装", "请用同一安装的数据备份和密钥备份。", what=what)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with draft(place.with_name(f".{place.name}.restoring")) as folder:
            for name, content in keys.files.items():
                write_private(folder / name, content)
            for name in BESIDE:
                if name in manifest.files:
                    write_private(folder / name, (backup / name).read_text("utf-8"))
            unpack(backup, manifest, folder / "pg", progress=progress)
            home = Home.at(folder)
            with Server(home):
                shown = _compared(home, backup, manifest)
                bootstrap(home)
                _begin_again(home)
            os.sync()
            finished(folder, place)
    except FileExistsError:
        raise OperateError("另一个恢复正在写这个目录", "请等它结束。", what=what) from None
    except OSError as error:
        raise OperateError(words_of(error), "请核对目录、权限和磁盘空间后重试。", what=what) from None
    return Home.at(place), shown


def _own(home: Home, backup: Path, key: Verifier) -> Manifest:
    manifest = read_manifest(backup, key)
    if manifest.installation != home.installation:
        raise OperateError("备份属于另一个安装", "请用 --keep 指明做这份备份的数据目录。", what="备份清单不能采信")
    return manifest


def _compared(trial: Home, backup: Path, manifest: Manifest) -> Shown:
    """What the restored copy holds, against the manifest; it must be running."""
    census = take_census(trial.dsn("owner"), boundary=manifest.boundary)
    wrong = []
    if census.cluster != manifest.cluster:
        wrong.append("数据库的编号不同")
    if census.guards != manifest.guards:
        wrong.append("角色、权限、保护函数或约束与备份时不同")
    first, last = manifest.lines
    if not last <= census.lines <= first or (first == last and census.head != manifest.head):
        wrong.append(f"登记簿应有 {first:,} 行，实际 {census.lines:,} 行，或最后一行不同")
    for name in sorted(manifest.tables.keys() | census.tables.keys()):
        most, least = manifest.tables.get(name, (-1, -1))
        if not least <= census.tables.get(name, -1) <= most:
            wrong.append(f"表 {name} 应有 {most:,} 行，实际 {census.tables.get(name, 0):,} 行")
    wrong += _privileges(trial)
    if wrong:
        raise Damaged("；".join(wrong), what="恢复出来的数据与清单不符")
    exact = sum(one == two for one, two in manifest.tables.values())
    return Shown(
        backup.name,
        manifest.finished,
        datetime.now(UTC),
        sum(census.tables.values()),
        census.lines,
        exact,
        len(manifest.tables) - exact,
    )


def _privileges(trial: Home) -> list[str]:
    """What roles of the copy may do beyond what they were granted."""
    found = [problem.cause for role in SERVING for problem in refuse_privilege(trial.dsn(role))]
    with psycopg.connect(trial.dsn("web"), connect_timeout=10) as web:
        rows = web.execute(sql_query("operate", "attributes").encode(), {"roles": list(ROLES)}).fetchall()
    return [*found, *(f"数据库角色 {role} 的属性不对" for role, _ in rows)]


def _begin_again(home: Home) -> None:
    """After a restore transaction numbers come a second time, with other contents, and old sign-ins are none."""
    with psycopg.connect(home.dsn("owner")) as owner:
        owner.execute("update cx.ledger_deployment set epoch = epoch + 1, opened_at = null")
        owner.execute("update cx.ledger_session set closed_at = statement_timestamp() where closed_at is null")


def _said(shown: Shown, manifest: Manifest, backup: Path) -> str:
    """The text of the note about a successful test restore."""
    digest = hashlib.sha256((backup / MANIFEST).read_bytes()).hexdigest()
    lines = [
        FORM,
        f"installation {manifest.installation}",
        f"backup {shown.backup}",
        f"manifest sha256:{digest}",
        f"finished {written(shown.finished)}",
        f"verified {written(shown.at)}",
        f"program {chengxin.__version__}",
        f"rows {shown.rows}",
        f"register {shown.lines}",
    ]
    return "".join(f"{line}\n" for line in lines)


@contextmanager
def _scratch(home: Home, place: Path | None) -> Iterator[Home]:
    """A data folder for a moment, with the passwords of the installation and without its keys."""
    parent = (place or Path(tempfile.gettempdir())).absolute().resolve()
    try:
        sweep(parent, f"{_SCRATCH}*")  # copies that a killed test restore left: what they hold is about persons
        with draft(parent / f"{_SCRATCH}{secrets.token_hex(8)}") as folder:
            # Mode test: the copy need not survive the machine, so nothing of it waits for the disk.
            facts = {"format": 1, "mode": "test", "installation": home.installation, "external": None}
            write_private(folder / "home.json", json.dumps(facts))
            write_private(folder / "roles.json", (home.path / "roles.json").read_text("utf-8"))
            yield Home.at(folder)
    except OSError as error:
        raise OperateError(
            f"{parent}：{words_of(error)}", "请用 --scratch 指明另一个目录。", what="不能展开备份"
        ) from None
