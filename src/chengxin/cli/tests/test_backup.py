"""Backup, test restore, restore: on the running installation of the tests, with everything that can go wrong."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from chengxin.kernel.note import Signer
from chengxin.ledger.privilege import OperateError
from chengxin.operate import backup as backup_module
from chengxin.operate import unpack as unpack_module
from chengxin.operate.backup import back_up, backups, chosen, older
from chengxin.operate.census import take_census
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home
from chengxin.operate.keysafe import Keys, back_up_keys, open_keys
from chengxin.operate.manifest import MANIFEST, Damaged, Manifest, Part, hash_file, parse, read_manifest, signer_of
from chengxin.operate.manifest import write_note as sign_into
from chengxin.operate.restore import VERIFIED, Shown, restore, verify

pytestmark = pytest.mark.database

PASSPHRASE = "四个不相干的词 correct horse"
MIDDLE = """
import sys, time
from pathlib import Path
from chengxin.operate.backup import back_up
from chengxin.operate.home import Home
def stop(done, whole):
    print("middle", flush=True)
    time.sleep(600)
back_up(Home.at(sys.argv[1]), Path(sys.argv[2]), progress=stop)
"""


TOLD = """
import sys, time
from contextlib import contextmanager
from chengxin.cli import backup, main
@contextmanager
def slow(*_):
    def show(*_):
        print("middle", flush=True)
        time.sleep(600)
    yield show
backup.progress = slow
main(["backup", sys.argv[2], "--keep", sys.argv[1]])
"""


def quiet(_done: int, _whole: int) -> None:
    return


@pytest.fixture(scope="module")
def made(home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    return back_up(home, tmp_path_factory.mktemp("backups"), progress=quiet)


@pytest.fixture
def copy(made: tuple[Path, Manifest], tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(made[0], tmp_path / made[0].name))


@pytest.fixture
def keys(home: Home, tmp_path: Path) -> Keys:
    path, _ = back_up_keys(home, tmp_path / "elsewhere", PASSPHRASE)
    return open_keys(path, PASSPHRASE, today=datetime.now(UTC).date())


def tried(home: Home, backup: Path) -> Shown:
    return verify(home, backup, scratch=None, progress=quiet)


def resign(home: Home, folder: Path, manifest: Manifest) -> None:
    """Somebody who holds the instance key says something else."""
    sign_into(folder / MANIFEST, manifest.text(), signer_of(home))


def test_a_backup_holds_neither_keys_nor_passwords_and_is_private(home: Home, made: tuple[Path, Manifest]) -> None:
    folder, manifest = made
    assert {entry.name for entry in folder.iterdir()} == {*manifest.files, MANIFEST}
    assert set(manifest.files) == {"base.tar.gz", "pg_wal.tar.gz", "files.json", "home.json"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in folder.iterdir()} == {0o600}
    unpacked = b"".join(
        subprocess.run(["gzip", "-dc", entry], capture_output=True, check=True).stdout for entry in folder.glob("*.gz")
    )
    for name in ("keys.json", "instance.key", "secret"):
        assert (home.path / name).read_bytes().strip() not in unpacked
    for role in ("web", "owner", "postgres", "backup"):
        assert home.password(role).encode() not in unpacked


def test_the_manifest_counts_and_reads_back(home: Home, made: tuple[Path, Manifest]) -> None:
    folder, manifest = made
    assert read_manifest(folder, signer_of(home).verifier) == replace(
        manifest, started=manifest.started.replace(microsecond=0), finished=manifest.finished.replace(microsecond=0)
    )
    with psycopg.connect(home.dsn("owner")) as owner:
        for table in ("people_permission", "people_organisation"):
            row = owner.execute(f"select count(*) from cx.{table}").fetchone()
            assert row
            assert manifest.tables[table] == (row[0], row[0])
    assert manifest.files["base.tar.gz"] == hash_file(folder / "base.tar.gz")
    assert manifest.installation == home.installation


def test_verify_restores_compares_and_leaves_nothing(home: Home, made: tuple[Path, Manifest], tmp_path: Path) -> None:
    shown = verify(home, made[0], scratch=tmp_path, progress=quiet)
    assert (shown.rows, shown.lines) == (made[1].rows, made[1].lines[0])
    assert shown.exact == len(made[1].tables)
    assert list(tmp_path.iterdir()) == []
    assert f"installation {home.installation}" in (home.path / VERIFIED).read_text("utf-8")


def test_a_city_at_work_can_be_backed_up(home: Home, tmp_path: Path) -> None:
    """Rows come and change all the while: every count lies between the two, and what never changes agrees exactly."""
    done = threading.Event()
    work = threading.Thread(target=_sign_in_and_out, args=(home, done))
    work.start()
    try:
        folder, manifest = back_up(home, tmp_path, progress=lambda *_: time.sleep(0.2))
    finally:
        done.set()
        work.join()
    first, last = manifest.tables["ledger_session"]
    assert last < first  # sessions were closed meanwhile: a new version of an old row
    shown = tried(home, folder)
    assert shown.moving >= 1
    assert shown.exact >= len(manifest.tables) - 3


def _sign_in_and_out(home: Home, done: threading.Event) -> None:
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        while not done.is_set():
            owner.execute(
                "select cx.ledger_session_open_v1(decode(md5(random()::text) || md5(random()::text), 'hex'), "
                "gen_random_uuid(), gen_random_uuid(), 'system', null, '', 'test', 10)"
            )
            owner.execute(
                "update cx.ledger_session set closed_at = statement_timestamp() where id = "
                "(select id from cx.ledger_session where closed_at is null order by random() limit 1)"
            )


def test_restore_makes_a_folder_that_starts_and_begins_again(
    home: Home, made: tuple[Path, Manifest], keys: Keys, tmp_path: Path
) -> None:
    place = tmp_path / "新的 home"
    restored, shown = restore(made[0], place, keys, progress=quiet)
    assert (restored.path, restored.installation, restored.mode) == (place, home.installation, "test")
    assert shown.rows == made[1].rows
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert [entry.name for entry in tmp_path.iterdir() if "restoring" in entry.name] == []
    for name in ("keys.json", "instance.key", "roles.json", "secret"):
        assert (place / name).read_text("utf-8") == (home.path / name).read_text("utf-8")
        assert stat.S_IMODE((place / name).stat().st_mode) == 0o600
    with Server(restored), psycopg.connect(restored.dsn("owner")) as owner:
        census = take_census(restored.dsn("owner"), boundary=made[1].boundary)
        assert (census.guards, census.lines) == (made[1].guards, made[1].lines[0])
        row = owner.execute(
            "select epoch, opened_at, (select count(*) from cx.ledger_session where closed_at is null) "
            "from cx.ledger_deployment"
        ).fetchone()
        assert row == (2, None, 0)


def test_a_stopped_database_is_started_for_its_backup(made: tuple[Path, Manifest], keys: Keys, tmp_path: Path) -> None:
    restored, _ = restore(made[0], tmp_path / "again", keys, progress=quiet)
    folder, manifest = back_up(restored, tmp_path / "second", progress=quiet)
    assert manifest.lines == made[1].lines
    assert not (restored.path / "pg" / "postmaster.pid").exists()
    assert tried(restored, folder).rows == manifest.rows


@pytest.mark.parametrize("state", ["file", "full"])
def test_restore_never_overwrites(made: tuple[Path, Manifest], keys: Keys, tmp_path: Path, state: str) -> None:
    place = tmp_path / "there"
    if state == "full":
        place.mkdir()
        (place / "something").touch()
    else:
        place.touch()
    with pytest.raises(OperateError, match="不是空的"):
        restore(made[0], place, keys, progress=quiet)


def test_restore_wants_keys_of_the_same_installation(made: tuple[Path, Manifest], keys: Keys, tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="另一个安装"):
        restore(made[0], tmp_path / "x", replace(keys, installation="other"), progress=quiet)
    stranger = replace(keys, signer=Signer.create("other.invalid"))
    with pytest.raises(Damaged, match="没有这个密钥的签名"):
        restore(made[0], tmp_path / "x", stranger, progress=quiet)
    assert not (tmp_path / "x").exists()


def test_a_failed_restore_leaves_nothing(copy: Path, home: Home, keys: Keys, tmp_path: Path) -> None:
    manifest = read_manifest(copy, signer_of(home).verifier)
    resign(home, copy, replace(manifest, guards="0" * 64))
    with pytest.raises(Damaged, match="角色、权限、保护函数或约束"):
        restore(copy, tmp_path / "new", keys, progress=quiet)
    assert not (tmp_path / "new").exists()
    assert list(tmp_path.glob(".new*")) == []


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def alter_count(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace("table people_duty ", "table people_duty 1"), "utf-8")


SPOILED: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a byte of the data": (flip, "base.tar.gz", "base.tar.gz 的内容被改过或已损坏"),
    "a byte of the log": (flip, "pg_wal.tar.gz", "pg_wal.tar.gz 的内容被改过或已损坏"),
    "the end": (cut, "base.tar.gz", r"base\.tar\.gz 应为 [\d,]+ 字节，实际 [\d,]+ 字节"),
    "a file": (Path.unlink, "pg_wal.tar.gz", "缺少 pg_wal.tar.gz"),
    "too many": (lambda path: path.touch(), "more", "多出 more"),
    "the manifest": (alter_count, MANIFEST, "签名与内容不符"),
    "the signature": (cut, MANIFEST, "凭证不完整"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_is_spoiled_is_named(home: Home, copy: Path, what: str) -> None:
    spoil, name, cause = SPOILED[what]
    before = (home.path / VERIFIED).read_bytes() if (home.path / VERIFIED).exists() else b""
    spoil(copy / name)
    with pytest.raises(Damaged, match=cause):
        tried(home, copy)
    assert ((home.path / VERIFIED).read_bytes() if (home.path / VERIFIED).exists() else b"") == before


def test_a_manifest_that_lies_is_found_by_the_restored_copy(home: Home, copy: Path) -> None:
    true = read_manifest(copy, signer_of(home).verifier)
    tables = true.tables | {"people_duty": (true.tables["people_duty"][0] + 1,) * 2}
    lies = {
        "表 people_duty 应有": replace(true, tables=tables),
        "表 people_more 应有": replace(true, tables=true.tables | {"people_more": (0, 0)}),
        "登记簿应有": replace(true, lines=(true.lines[0] + 1,) * 2),
        "或最后一行不同": replace(true, head=f"{true.head}1"),
        "数据库的编号不同": replace(true, cluster="1"),
    }
    for said, lie in lies.items():
        resign(home, copy, lie)
        with pytest.raises(Damaged, match=said):
            tried(home, copy)


def test_a_backup_of_another_installation_is_refused(home: Home, copy: Path) -> None:
    resign(home, copy, replace(read_manifest(copy, signer_of(home).verifier), installation="other"))
    with pytest.raises(OperateError, match="另一个安装"):
        tried(home, copy)
    sign_into(copy / MANIFEST, "chengxin-receipt-v1\n", signer_of(home))
    with pytest.raises(Damaged, match="内容不是备份清单"):
        tried(home, copy)


def test_no_name_in_a_manifest_leads_out(made: tuple[Path, Manifest]) -> None:
    manifest = made[1]
    assert parse(manifest.text()).files == manifest.files
    for name in ("../x", "a/b", ".hidden", "A"):
        with pytest.raises(ValueError, match=re.escape(name)):
            parse(replace(manifest, files={name: Part(1, "0" * 64)}).text())


def test_killed_in_the_middle_leaves_nothing_that_counts(home: Home, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", MIDDLE, home.path, tmp_path], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": ""}
    )
    assert child.stdout
    assert child.stdout.readline() == b"middle\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".part")
    assert backups(tmp_path) == []
    with pytest.raises(OperateError, match="没有完整的备份"):
        chosen(tmp_path)
    with pytest.raises(OperateError, match="没有备份清单"):
        tried(home, left)
    folder, _ = back_up(home, tmp_path, progress=quiet)
    assert list(tmp_path.iterdir()) == [folder]
    assert chosen(tmp_path) == folder == chosen(folder)


def test_told_to_stop_it_takes_everything_away(home: Home, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", TOLD, home.path, tmp_path], stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"middle\n"
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 130
    assert list(tmp_path.iterdir()) == []


def test_a_running_backup_is_not_swept_away(home: Home, tmp_path: Path) -> None:
    with backup_module._draft(tmp_path) as other:
        time.sleep(1.1)  # the name of a backup is its second
        back_up(home, tmp_path, progress=quiet)
        assert other.exists()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pg_basebackup as it ends on a full disk, after some of its output."""
    programs = tmp_path / "engine" / "bin"
    programs.mkdir(parents=True)
    (programs / "pg_basebackup").write_text(
        "#!/bin/sh\nfor word; do case $last in --pgdata) place=$word;; esac; last=$word; done\n"
        'mkdir "$place"; echo half > "$place/base.tar.gz"\n'
        'echo "pg_basebackup: error: could not write to file: No space left on device" >&2\n'
        'echo "pg_basebackup: removing contents of data directory" >&2\nexit 1\n'
    )
    (programs / "pg_basebackup").chmod(0o755)
    monkeypatch.setattr(backup_module, "installation", lambda: tmp_path / "engine")


def test_old_backups_are_named_but_never_the_newest(tmp_path: Path) -> None:
    for name in ("chengxin-20260101T000000Z", "chengxin-20260301T235959Z", "chengxin-20260302T000000Z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).touch()
    (tmp_path / "chengxin-20250101T000000Z").mkdir()  # no manifest: none of ours to judge
    names = [one.name for one in older(tmp_path, date(2026, 3, 2))]
    assert names == ["chengxin-20260101T000000Z", "chengxin-20260301T235959Z"]
    assert [one.name for one in older(tmp_path, date(2027, 1, 1))] == names


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_said_and_leaves_nothing(home: Home, tmp_path: Path) -> None:
    place = tmp_path / "place"
    last = (home.path / backup_module.LAST).read_bytes() if (home.path / backup_module.LAST).exists() else b""
    with pytest.raises(OperateError, match="磁盘已满"):
        back_up(home, place, progress=quiet)
    assert list(place.iterdir()) == []
    assert ((home.path / backup_module.LAST).read_bytes() if last else b"") == last


def test_too_little_room_is_said_before_anything_is_written(
    home: Home, made: tuple[Path, Manifest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1 << 20))
    with pytest.raises(OperateError, match="剩余 1 MiB，最多需要"):
        back_up(home, tmp_path / "b", progress=quiet)
    with pytest.raises(OperateError, match="剩余 1 MiB"):
        verify(home, made[0], scratch=tmp_path, progress=quiet)
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["b"]


def test_a_backup_never_takes_a_name_that_is_there(tmp_path: Path) -> None:
    with backup_module._draft(tmp_path) as folder:
        there = tmp_path / folder.name[1:].removesuffix(".part")
        there.mkdir()
        with pytest.raises(OperateError, match="从不覆盖"):
            backup_module._finished(folder)


def test_places_and_databases_that_cannot_be(home: Home, tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="在数据目录里面"):
        back_up(home, home.path / "backups", progress=quiet)
    with pytest.raises(OperateError, match="不是内置的"):
        back_up(replace(home, external={"dbname": "x"}), tmp_path, progress=quiet)
    fresh = Home.create(tmp_path / "fresh", mode="test")
    shutil.copy(home.instance_key, fresh.instance_key)
    with pytest.raises(OperateError, match="还没有数据库"):
        back_up(fresh, tmp_path / "b", progress=quiet)
    (tmp_path / "file").touch()
    with pytest.raises(OperateError, match="这不是文件夹"):
        back_up(home, tmp_path / "file" / "b", progress=quiet)


def test_what_a_killed_test_restore_left_is_removed(home: Home, made: tuple[Path, Manifest], tmp_path: Path) -> None:
    left = tmp_path / "chengxin-verify-0000"
    left.mkdir()
    (left / "draft.lock").touch()
    (left / "records").write_text("about persons")
    verify(home, made[0], scratch=tmp_path, progress=quiet)
    assert not left.exists()


def test_nothing_in_an_archive_leads_out_of_the_folder() -> None:
    import tarfile

    for name, kind in (("/etc/x", tarfile.REGTYPE), ("a/../../x", tarfile.REGTYPE), ("pg_tblspc/1", tarfile.SYMTYPE)):
        member = tarfile.TarInfo(name)
        member.type = kind
        with pytest.raises(Damaged, match="不允许的内容"):
            unpack_module._inside(member)
    assert str(unpack_module._inside(tarfile.TarInfo("base/1/2"))) == "base/1/2"


def test_an_expired_key_backup_does_not_restore(home: Home, tmp_path: Path) -> None:
    path, head = back_up_keys(home, tmp_path / "keys", PASSPHRASE)
    assert open_keys(path, PASSPHRASE, today=head.last).installation == home.installation
    with pytest.raises(OperateError, match="应当已经销毁"):
        open_keys(path, PASSPHRASE, today=date.fromordinal(head.last.toordinal() + 1))
