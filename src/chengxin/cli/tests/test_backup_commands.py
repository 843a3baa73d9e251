"""``backup``, ``backup-keys``, ``verify`` and ``restore`` as a script calls them: answers and exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chengxin.cli import main
from chengxin.operate import doctor
from chengxin.operate.home import Home

pytestmark = pytest.mark.database


def said(*words: object, answer: str = "") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=answer)


def answered(*words: object) -> dict[str, Any]:
    done = said(*words, "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery\n", "utf-8")
    path.chmod(0o600)
    return path


def test_the_whole_way_round(home: Home, tmp_path: Path, passphrase: Path) -> None:
    data, keys, new = tmp_path / "data", tmp_path / "keys", tmp_path / "new"
    made = answered("backup", data, "--keep", home.path, "--keys", keys, "--passphrase-file", passphrase)
    assert made["tables"] > 40
    assert Path(made["backup"]).parent == data
    assert Path(made["keys"]).parent == keys
    assert made["keys_destroyed"] == 0
    shown = answered("verify", data, "--keep", home.path)
    assert (shown["backup"], shown["rows"], shown["register"]) == (made["backup"], made["rows"], made["register"])
    restored = answered("restore", data, "--keep", new, "--keys", made["keys"], "--passphrase-file", passphrase)
    assert (restored["keep"], restored["rows"]) == (str(new), made["rows"])
    assert Home.at(new).installation == home.installation
    states = {finding.name: finding.state for finding in doctor.examine(home.path)}
    assert {states[name] for name in ("backup", "keys_backup", "restore")} == {doctor.State.OK}


def test_text_says_what_was_done(home: Home, tmp_path: Path) -> None:
    done = said("backup", tmp_path / "data", "--keep", home.path)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"备份完成：{tmp_path / 'data'}/chengxin-")
    done = said("verify", tmp_path / "data", "--keep", home.path)
    assert "恢复演练通过" in done.stdout
    assert "临时的副本已经删除。" in done.stdout


def test_a_bad_backup_is_1_and_a_wrong_call_is_2(home: Home, tmp_path: Path) -> None:
    backup = Path(answered("backup", tmp_path, "--keep", home.path)["backup"])
    os.truncate(backup / "base.tar.gz", 1000)
    done = said("verify", backup, "--keep", home.path, "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["ok"], report["error"]) == (False, "备份与清单不符")
    assert done.stderr.startswith("出错：备份与清单不符\n原因：base.tar.gz 应为 ")
    assert "\n怎么办：请换一份备份" in done.stderr
    nothing = said("verify", tmp_path / "nothing", "--keep", home.path)
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert "没有这个文件或文件夹" in nothing.stderr


def test_restore_without_a_key_backup_is_no_call(home: Home, tmp_path: Path, passphrase: Path) -> None:
    backup = Path(answered("backup", tmp_path / "data", "--keep", home.path)["backup"])
    assert said("restore", backup, "--keep", tmp_path / "new").exit_code == 2
    missing = said(
        "restore", backup, "--keep", tmp_path / "new", "--keys", tmp_path / "x", "--passphrase-file", passphrase
    )
    assert missing.exit_code == 2
    assert missing.stderr.startswith("出错：密钥备份不能使用")
    assert not (tmp_path / "new").exists()


def test_a_passphrase_is_asked_for_twice_and_never_shown(home: Home, tmp_path: Path) -> None:
    done = said("backup-keys", tmp_path / "keys", "--keep", home.path, answer="correct horse battery\n" * 2)
    assert done.exit_code == 0
    assert "密钥备份完成" in done.stdout
    assert "correct" not in done.output
    short = said("backup-keys", tmp_path / "keys2", "--keep", home.path, answer="short\n" * 2)
    assert short.exit_code == 2
    assert not (tmp_path / "keys2").exists()


def test_keys_beside_data_are_refused(home: Home, tmp_path: Path, passphrase: Path) -> None:
    done = said("backup", tmp_path / "d", "--keep", home.path, "--keys", tmp_path, "--passphrase-file", passphrase)
    assert done.exit_code == 2
    assert "在同一处" in done.stderr
    assert not (tmp_path / "d").exists()
