"""``chengxin incident``: exit codes and words."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chengxin.cli.incident import incident_group
from chengxin.oversight.tests.material import Duty, ago
from chengxin.oversight.tests.test_rules_oversight import SIGNER, evidence


def run(*words: str) -> Result:
    return CliRunner().invoke(incident_group, words)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(evidence())
    return path


KEY = SIGNER.verifier.text


def test_good_evidence_is_said_in_words(file: Path) -> None:
    result = run("verify", str(file), "--key", KEY)
    assert result.exit_code == 0
    assert "有效：由 yancheng.test.invalid 签名。" in result.stdout
    assert "事件 AQ261120ABCDEF，4 个文件，登记行 1/0。" in result.stdout
    told = json.loads(run("verify", str(file), "--key", KEY, "--json").stdout)
    assert (told["valid"], told["case"]) == (True, "AQ261120ABCDEF")


def test_not_valid_is_1_and_not_readable_is_2(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:-30])
    answer = run("verify", str(file), "--key", KEY, "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["valid"] is False
    assert run("verify", str(file), "--key", KEY).stdout.startswith("无效：")
    assert run("verify", str(tmp_path / "none.zip"), "--key", KEY).exit_code == 2
    assert run("verify", str(file), "--key", "nonsense").exit_code == 2


@pytest.mark.database
def test_list_and_export(home: Any, tmp_path: Path) -> None:
    duty = Duty(home)
    from chengxin.oversight.rules import stamp

    made = duty.reported(discovered_at=stamp(ago(hours=6)))
    keep = ("--keep", str(home.path), "--as", "security")
    result = run("list", *keep, "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1, "something is late"
    assert told["overdue"] >= 1
    mine = next(one for one in told["incidents"] if one["case"] == duty.now(made).case_no)
    assert [clock["overdue"] for clock in mine["clocks"]] == [True, False]
    assert "逾期 2 小时" in run("list", *keep).stdout
    target = tmp_path / "out.zip"
    assert run("export", mine["case"], str(target), *keep).exit_code == 0
    assert target.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as archive:
        assert "manifest.txt" in archive.namelist()
    again = run("export", mine["case"], str(target), *keep)
    assert (again.exit_code, "文件不能写入" in again.stderr) == (2, True)
    assert run("export", "AQ000000XXXXXX", str(tmp_path / "x.zip"), *keep).exit_code == 2


@pytest.mark.database
def test_only_the_duty_may_list(home: Any) -> None:
    answer = run("list", "--keep", str(home.path), "--as", "clerk")
    assert (answer.exit_code, "DUTY-01" in answer.stderr) == (2, True)
    assert run("list", "--keep", str(home.path), "--as", "nobody").exit_code == 2
