"""A wrong call is answered in Chinese, whatever click would have said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from chengxin.cli import main
from chengxin.cli.files import why
from chengxin.cli.usage import wrong_call
from chengxin.operate import running

IMPORT = "import a.csv --item XZCF --org 1 --as officer"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("import a.csv --item XZCF --as officer", "没有写选项 --org"),
        ("import", "没有写参数 FILE"),
        ("id", "没有写参数 号码..."),
        (f"{IMPORT} --kind other", "选项 --kind 的值不能用：可以写：report、correct、withdraw、legacy"),
        ("check a.csv --kind other", "选项 --kind 的值不能用：可以写：report、correct、withdraw、legacy"),
        ("demo --port x", "选项 --port 的值不能用：应当是 1 至 65535 的整数"),
        ("demo --port 0", "选项 --port 的值不能用：应当是 1 至 65535 的整数"),
        ("bench intake --rows 1", "选项 --rows 的值不能用：应当是不小于 100 的整数"),
        ("watch d --org 1 --as o --every x", "选项 --every 的值不能用：应当是不小于 0 的数字"),
        ("nothing", "没有命令 nothing"),
        ("calendar nothing", "没有命令 nothing"),
        ("calendar ad", "没有命令 ad，您是否要写 add"),
        ("import --jsn", "没有选项 --jsn，您是否要写 --as、--json"),
        ("check a.csv b.csv --item XZCF", "多写了：b.csv"),
        ("check 张三.csv b.csv c.csv --item XZCF", "多写了：b.csv c.csv"),
        (f"{IMPORT} --errors", "选项 --errors 后面要写值"),
        ("check a.csv --json=1", "选项 --json 后面不写值"),
        (f"{IMPORT} --legacy --kind withdraw", "--legacy 是导入历史数据，不能和 --kind withdraw 一起写"),
        (f"{IMPORT} --legacy --kind report", "--legacy 是导入历史数据，不能和 --kind report 一起写"),
    ],
)
def test_every_kind_of_wrong_call_is_three_chinese_lines(call: str, said: str) -> None:
    result = CliRunner().invoke(main, call.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    first, cause, remedy = result.stderr.splitlines()
    assert first == "出错：命令的写法不对"
    assert cause == f"原因：{said}"
    assert remedy.startswith("怎么办：")


def _of_type(kind: click.ParamType[Any], value: str, **more: Any) -> str:
    @click.command()
    @click.option("--x", type=kind, **more)
    def command(**_: Any) -> None:
        pass

    with pytest.raises(click.UsageError) as error:
        command.main(["--x", *value.split()], standalone_mode=False)
    return wrong_call(error.value).message


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (click.INT, "x", "应当是整数"),
        (click.FLOAT, "x", "应当是数字"),
        (click.IntRange(max=3), "4", "应当是不大于 3 的整数"),
        (click.FloatRange(0, 1), "4", "应当是 0 至 1 的数字"),
        (click.UUID, "x", "写法不对"),
        (click.Path(exists=True), "/no/such", "路径不存在"),
        (click.Path(exists=True, file_okay=False), __file__, "这是文件，应当是文件夹"),
        (click.Path(dir_okay=False), "/", "这是文件夹，应当是文件"),
    ],
)
def test_every_type_of_value(kind: click.ParamType[Any], value: str, said: str) -> None:
    lines = _of_type(kind, value).splitlines()
    assert lines[1] == f"原因：选项 --x 的值不能用：{said}"


def test_what_nobody_expected_is_still_chinese() -> None:
    group = click.Group("g")
    ctx = click.Context(group)
    assert "没有写子命令" in wrong_call(click.UsageError("Missing command.", ctx)).message
    assert "参数的个数不对" in wrong_call(click.BadArgumentUsage("Argument 'x' takes 2 values.")).message
    assert "原因：写法不对" in wrong_call(click.UsageError("Something new.")).message
    assert "原因：只写一个" in wrong_call(click.UsageError("只写一个")).message
    assert "参数 的值不能用：只写一个" in wrong_call(click.BadParameter("只写一个")).message


@pytest.mark.parametrize("call", [(), ("calendar",)])
def test_nothing_written_is_answered_with_the_help(call: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, call)
    assert result.exit_code == 2
    assert "--help" in result.stderr
    assert "出错" not in result.stderr


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("check none.csv --item XZCF", "none.csv：没有这个文件或文件夹"),
        ("check . --item XZCF", ". 不是普通文件"),
        (f"{IMPORT}", "a.csv：没有这个文件或文件夹"),
        ("receipt verify none.txt --key x", "公钥"),
        ("watch none --org 1 --as o", "怎么办"),
    ],
)
def test_what_the_system_says_of_a_file_is_said_in_chinese(
    call: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHENGXIN_KEEP", raising=False)
    monkeypatch.setattr(running, "TEMPORARY", tmp_path)  # a demo of this machine is not meant
    result = CliRunner().invoke(main, call.split())
    assert result.exit_code == 2
    assert said in result.stderr
    assert "No such file" not in result.stderr


def test_a_refusal_of_the_system_without_words_keeps_its_name() -> None:
    assert why(OSError(122, "Disk quota exceeded")) == "超过磁盘限额"
    assert why(OSError(71, "Protocol error")) == "系统拒绝了操作（EPROTO）"
    assert why(PermissionError("a.csv")) == "系统拒绝了操作（PermissionError）"
