"""``chengxin import`` when something is wrong: three lines, exit code 2, and what was done is told."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.db import OperationalError

from chengxin.cli import main
from chengxin.intake import api
from chengxin.intake.api import TooManyRows, UnreadableFile
from chengxin.intake.judging.child import JudgingFailed
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import DatabaseFault, today
from chengxin.operate.generate import departments
from chengxin.operate.home import Home
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_of([penalty(*fresh_person()), penalty(*fresh_person(), CF_JDRQ="昨天")]))
    return path


@pytest.fixture
def run(home: Home) -> Callable[..., Result]:
    def run(file: Path, *more: str | Path) -> Result:
        officer = ("--item", "XZCF", "--org", departments()[0].uscc, "--as", "officer", "--keep", str(home.path))
        return CliRunner().invoke(main, ["import", str(file), *officer, *map(str, more)])

    return run


def three_lines(result: Result) -> list[str]:
    assert result.exit_code == 2, result.output
    lines = result.stderr.splitlines()
    assert [line.partition("：")[0] for line in lines] == ["出错", "原因", "怎么办"]
    return lines


def raising(error: Exception) -> Callable[..., Any]:
    def fails(*_: object, **__: object) -> None:
        raise error

    return fails


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (DatabaseFault("23505"), "数据库出错（23505）"),
        (DatabaseFault("connection"), "数据库没有应答"),
        (OperationalError("张三"), "数据库出错"),
        (psycopg.OperationalError("张三"), "数据库没有应答"),
        (JudgingFailed("ValueError at judge.py:1"), "校验程序出错（ValueError at judge.py:1）"),
        (OSError(errno.EIO, "Input/output error"), "磁盘读写出错"),
        (Refused("SESSION-01"), "SESSION-01"),
        (UnreadableFile("INTAKE-01", "这是 PDF 文件", "请另存为 CSV"), "这是 PDF 文件"),
    ],
)
def test_what_can_be_foreseen_is_three_lines_and_exit_2(
    file: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, error: Exception, cause: str
) -> None:
    monkeypatch.setattr(api, "import_file", raising(error))
    result = run(file)
    lines = three_lines(result)
    assert cause in lines[1]
    assert not isinstance(error, DatabaseFault) or lines[2].endswith("重新导入同一个文件，已经入库的行不会重复")
    assert "张三" not in result.output
    assert result.stdout == ""


def test_where_the_bad_rows_go_is_asked_before_anything_is_imported(
    file: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(api, "import_file", raising(AssertionError("it was imported")))
    (tmp_path / "there.xlsx").touch()
    for target, cause in (
        (tmp_path / "none" / "x.xlsx", "没有这个文件或文件夹"),
        (tmp_path / "there.xlsx", "已经存在"),
        (tmp_path, "已经存在"),
        (tmp_path / ("x" * 300), "名称太长"),
        (file / "x.xlsx", "路径中有一段不是文件夹"),
    ):
        assert cause in three_lines(run(file, "--errors", target))[1]
    assert (tmp_path / "there.xlsx").stat().st_size == 0


def test_a_full_disk_leaves_the_result_and_no_half_workbook(
    file: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "x.xlsx"
    fdopen = os.fdopen

    def full(handle: int, mode: str) -> Any:
        opened = fdopen(handle, mode)
        return opened if mode != "wb" else Full(opened)

    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, _: bytes) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("chengxin.intake.answers.os.fdopen", full)
    result = run(file, "--json", "--errors", target)
    lines = three_lines(result)
    assert lines[0] == "出错：文件已经导入，但不能写出需改正的行"
    assert lines[1].endswith("磁盘已满")
    assert json.loads(result.stdout)["accepted"] == 1
    assert not target.exists()


@pytest.mark.parametrize("error", [TooManyRows(60_000), UnreadableFile("INTAKE-01", "文件改了", "请重来")])
def test_whatever_keeps_the_workbook_from_being_made_the_result_is_told(
    file: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    monkeypatch.setattr(api, "write_workbook", raising(error))
    result = run(file, "--errors", tmp_path / "x.xlsx")
    assert three_lines(result)[0] == "出错：文件已经导入，但不能写出需改正的行"
    assert "共 2 行：入库 1" in result.stdout


def test_the_report_names_columns_as_check_does(file: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    result = run(file, "--errors", tmp_path / "x.xlsx")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert "处罚决定日期（CF_JDRQ）" in result.stdout
    assert (tmp_path / "x.xlsx").read_bytes()[:2] == b"PK"
    checked = CliRunner().invoke(main, ["check", str(file), "--item", "XZCF", "--demo"])
    line = next(line for line in checked.stdout.splitlines() if "INTAKE-09" in line)
    assert line in result.stdout.splitlines()


def test_no_workbook_is_written_where_nothing_is_wrong(run: Callable[..., Result], tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_bytes(csv_of([penalty(*fresh_person())]))
    result = run(good, "--errors", tmp_path / "x.xlsx")
    assert result.exit_code == 0
    assert "没有写这个文件" in result.stderr
    assert not (tmp_path / "x.xlsx").exists()


def test_history_lists_every_row_that_the_old_system_must_let_go(run: Callable[..., Result], tmp_path: Path) -> None:
    old = str(today() - timedelta(days=9 * 366))
    rows = [penalty(*fresh_person(), CF_JDRQ=old if at not in (3, 70) else str(today())) for at in range(1, 81)]
    path = tmp_path / "old.csv"
    path.write_bytes(csv_of(rows))
    result = run(path, "--legacy")
    assert result.exit_code == 1
    assert (
        "应当在原系统销毁：78 行的期限已过，不导入（INTAKE-29）\n第 1\u20132、4\u201369、71\u201380 行\n"
        in result.stdout
    )
    helped = CliRunner().invoke(main, ["import", "--help"]).stdout.replace("\n", "").replace(" ", "")
    assert "不利的信息告知本人、等待期满以前不产生作用" in helped
    assert "行号全部列出，应当在原系统销毁" in helped


def test_a_population_database_that_is_away_is_said_and_nothing_came_in(
    run: Callable[..., Result], population: Any, tmp_path: Path
) -> None:
    """INTAKE-69: the same command goes on once it answers."""
    person = fresh_person()
    population.settle(person)
    file = tmp_path / "b.csv"
    file.write_bytes(csv_of([penalty(*person)]))
    population.faults.down = True
    lines = three_lines(run(file))
    assert "人口信息核验服务暂时没有应答" in lines[1]
    assert "（INTAKE-69）" in lines[1]
    assert "重新导入同一个文件" in lines[2]
    population.faults.down = False
    again = run(file, "--json")
    assert json.loads(again.stdout)["accepted"] == 1
