"""Test restores and restores: what is brought back, what is refused, what is spoiled or lies."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest

from chengxin.cli.tests.conftest import PASSPHRASE, quiet
from chengxin.kernel.note import Signer
from chengxin.ledger.privilege import OperateError
from chengxin.operate import unpack as unpack_module
from chengxin.operate.census import take_census
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home
from chengxin.operate.keysafe import Keys, back_up_keys, open_keys
from chengxin.operate.manifest import MANIFEST, Damaged, Manifest, Part, parse, read_manifest, signer_of
from chengxin.operate.manifest import write_note as sign_into
from chengxin.operate.restore import VERIFIED, Shown, restore, verify

pytestmark = pytest.mark.database


def tried(home: Home, backup: Path) -> Shown:
    return verify(home, backup, scratch=None, progress=quiet)


def resign(home: Home, folder: Path, manifest: Manifest) -> None:
    """Somebody who holds the instance key says something else."""
    sign_into(folder / MANIFEST, manifest.text(), signer_of(home))


def test_verify_restores_compares_and_leaves_nothing(home: Home, made: tuple[Path, Manifest], tmp_path: Path) -> None:
    shown = verify(home, made[0], scratch=tmp_path, progress=quiet)
    assert (shown.rows, shown.lines) == (made[1].rows, made[1].lines[0])
    assert shown.exact == len(made[1].tables)
    assert list(tmp_path.iterdir()) == []
    assert f"installation {home.installation}" in (home.path / VERIFIED).read_text("utf-8")


def test_restore_makes_a_folder_that_starts_and_begins_again(
    home: Home, made: tuple[Path, Manifest], keys: Keys, tmp_path: Path
) -> None:
    place = tmp_path / "新的 home"
    with psycopg.connect(home.dsn("owner")) as owner:
        before = owner.execute("select epoch from cx.ledger_deployment").fetchone()[0]  # type: ignore[index]
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
        assert row == (before + 1, None, 0)


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
