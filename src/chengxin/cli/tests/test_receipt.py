"""``chengxin receipt``: exit codes and words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chengxin.cli.receipt import receipt_group
from chengxin.intake.receipts import InstanceKey, sign
from chengxin.intake.tests.test_receipts import FACTS, KEY
from chengxin.kernel.note import sign as sign_note
from chengxin.operate.home import Home


def run(*words: str) -> Result:
    return CliRunner().invoke(receipt_group, words)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.txt"
    path.write_text(sign(FACTS, KEY), "utf-8")
    return path


def test_a_good_receipt_is_said_in_words(file: Path) -> None:
    result = run("verify", str(file), "--key", KEY.public)
    assert result.exit_code == 0
    for words in ("有效：由 yancheng.demo.invalid 签名", "XZCF 第 2 版", "入库 5", "2026-11-01 16:30:00", "（报送）"):
        assert words in result.stdout


def test_json(file: Path) -> None:
    answer = json.loads(run("verify", str(file), "--key", KEY.public, "--json").stdout)
    assert answer["valid"] is True
    assert answer["receipt"]["accepted"] == "5"
    assert answer["signed_by"] == ["yancheng.demo.invalid"]
    file.write_text("x", "utf-8")
    assert json.loads(run("verify", str(file), "--key", KEY.public, "--json").stdout) == {
        "valid": False,
        "reason": "凭证不完整：缺少空行、签名行或结尾的换行",
    }


def test_not_valid_is_1_and_not_readable_is_2(file: Path, tmp_path: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("accepted 5", "accepted 7"), "utf-8")
    altered = run("verify", str(file), "--key", KEY.public)
    assert altered.exit_code == 1
    assert "凭证被改过" in altered.stdout
    file.write_text(sign_note("hello\n", KEY.signer), "utf-8")
    assert run("verify", str(file), "--key", KEY.public).exit_code == 1
    missing = run("verify", str(tmp_path / "none"), "--key", KEY.public)
    assert missing.exit_code == 2
    assert missing.stderr.count("\n") == 3
    assert run("verify", str(file), "--key", "abc").exit_code == 2
    assert run("verify", str(file)).exit_code == 2


def test_one_known_key_of_several_is_enough(file: Path) -> None:
    other = InstanceKey(type(KEY.signer).create("other.invalid")).public
    assert run("verify", str(file), "--key", other).exit_code == 1
    assert run("verify", str(file), "--key", other, "--key", KEY.public).exit_code == 0


def test_the_public_key_of_a_home(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", mode="test")
    path = home.instance_key
    path.unlink(missing_ok=True)
    assert run("key", "--keep", str(home.path)).exit_code == 2
    key = InstanceKey.create(path, "yancheng.demo.invalid")
    assert run("key", "--keep", str(home.path)).stdout == f"{key.public}\n"
    path.chmod(0o644)
    assert "chmod 600" in run("key", "--keep", str(home.path)).stderr
    path.write_text("x", "utf-8")
    path.chmod(0o600)
    assert "密钥的写法不对" in run("key", "--keep", str(home.path)).stderr
    assert run("key", "--keep", str(tmp_path / "none")).exit_code == 2
