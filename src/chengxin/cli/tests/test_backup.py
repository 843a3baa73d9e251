"""Backups: of the running installation of the tests, with everything that can go wrong while they are made."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest

from chengxin.cli.tests.conftest import quiet
from chengxin.ledger.privilege import OperateError
from chengxin.operate import backup as backup_module
from chengxin.operate.backup import back_up, backups, chosen, older
from chengxin.operate.home import Home
from chengxin.operate.keysafe import Keys
from chengxin.operate.manifest import MANIFEST, Manifest, hash_file, read_manifest, signer_of
from chengxin.operate.restore import restore, verify

pytestmark = pytest.mark.database

MIDDLE = """
import signal, sys
from pathlib import Path
from chengxin.operate.backup import back_up
from chengxin.operate.home import Home
def stop(done, whole):
    print("middle", flush=True)
    signal.pause()
back_up(Home.at(sys.argv[1]), Path(sys.argv[2]), progress=stop)
"""


TOLD = """
import signal, sys
from contextlib import contextmanager
from chengxin.cli import backup, main
@contextmanager
def slow(*_):
    def show(*_):
        print("middle", flush=True)
        signal.pause()
    yield show
backup.progress = slow
main(["backup", sys.argv[2], "--keep", sys.argv[1]])
"""


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


def test_a_city_at_work_can_be_backed_up(home: Home, tmp_path: Path) -> None:
    """Rows come and change all the while: every count lies between the two, and what never changes agrees exactly."""
    done = threading.Event()
    work = threading.Thread(target=_sign_in, args=(home, done))
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute(SIGN_IN)

        def change(_done: int, _whole: int) -> None:
            """A new version of the oldest row, which was there before the first count."""
            owner.execute(
                "update cx.ledger_session set closed_at = statement_timestamp() where id = "
                "(select id from cx.ledger_session order by opened_at, id limit 1)"
            )

        work.start()
        try:
            folder, manifest = back_up(home, tmp_path, progress=change)
        finally:
            done.set()
            work.join()
    first, last = manifest.tables["ledger_session"]
    assert last == first - 1
    shown = verify(home, folder, scratch=None, progress=quiet)
    assert (shown.moving, shown.exact) == (1, len(manifest.tables) - 1)


SIGN_IN = (
    "select cx.ledger_session_open_v1(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), gen_random_uuid(), "
    "gen_random_uuid(), 'system', null, '', 'test', 2, '', false, 10, 10)"
)


def _sign_in(home: Home, done: threading.Event) -> None:
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        while not done.is_set():
            owner.execute(SIGN_IN)


def test_a_stopped_database_is_started_for_its_backup(made: tuple[Path, Manifest], keys: Keys, tmp_path: Path) -> None:
    restored, _ = restore(made[0], tmp_path / "again", keys, progress=quiet)
    folder, manifest = back_up(restored, tmp_path / "second", progress=quiet)
    assert manifest.lines == made[1].lines
    assert not (restored.path / "pg" / "postmaster.pid").exists()
    assert verify(restored, folder, scratch=None, progress=quiet).rows == manifest.rows


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
        verify(home, left, scratch=None, progress=quiet)
    folder, _ = back_up(home, tmp_path, progress=quiet)
    assert list(tmp_path.iterdir()) == [folder]
    assert chosen(tmp_path) == folder == chosen(folder)


def test_told_to_stop_it_takes_everything_away(home: Home, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", TOLD, home.path, tmp_path], stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"middle\n"
        child.send_signal(signal.SIGTERM)
        assert child.wait(120) == 130
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
