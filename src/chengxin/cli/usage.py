"""A wrong call (命令写法不对) in Chinese: what click says in English is said here, once for all commands."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from chengxin.cli.output import Failure

_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)", re.DOTALL)
_PATHS = {
    "does not exist.": "路径不存在",
    "is a file.": "这是文件，应当是文件夹",
    "is a directory.": "这是文件夹，应当是文件",
    "is not readable.": "没有读取的权限",
    "is not writable.": "没有写入的权限",
    "is not executable.": "没有执行的权限",
}


def wrong_call(error: click.UsageError) -> Failure:
    """The three lines about a call that click refused (用法错误)."""
    path = error.ctx.command_path if error.ctx else "chengxin"
    return Failure("命令的写法不对", cause=_cause(error), remedy=f"请查看用法：{path} --help")


def _cause(error: click.UsageError) -> str:
    match error:
        case click.MissingParameter():
            choices = _choices(error.param)
            said = f"没有写{_name(error)}" + (f"，可以写：{choices}" if choices else "")
        case click.BadParameter():
            said = f"{_name(error)} 的值不能用：{_wrong(error)}"
        case click.NoSuchOption():
            said = f"没有选项 {error.option_name}" + _meant(error.possibilities)
        case click.NoSuchCommand():
            said = f"没有命令 {error.command_name}" + _meant(error.possibilities)
        case click.BadOptionUsage():
            said = f"选项 {error.option_name} 后面" + ("不写值" if "not take a value" in error.message else "要写值")
        case click.BadArgumentUsage():
            said = "参数的个数不对"
        case _ if extra := _EXTRA.search(error.message):
            said = f"多写了：{extra[1]}"
        case _ if isinstance(error.cmd, click.Group):
            said = "没有写子命令"
        case _:
            said = _ours(error)
    return said


def _name(error: click.BadParameter) -> str:
    param = error.param
    if param is None:
        return "参数"
    if isinstance(param, click.Option):
        return f"选项 {max(param.opts, key=len)}"
    return f"参数 {param.human_readable_name}"


def _wrong(error: click.BadParameter) -> str:
    """Why a value is refused, by what its parameter takes."""
    kind = error.param.type if error.param else None
    if choices := _choices(error.param):
        return f"可以写：{choices}"
    if isinstance(kind, click.IntRange | click.FloatRange):
        number = "整数" if isinstance(kind, click.IntRange) else "数字"
        if kind.min is not None and kind.max is not None:
            return f"应当是 {kind.min} 至 {kind.max} 的{number}"
        return f"应当是不小于 {kind.min} 的{number}" if kind.min is not None else f"应当是不大于 {kind.max} 的{number}"
    if kind in (click.INT, click.FLOAT):
        return "应当是整数" if kind is click.INT else "应当是数字"
    if isinstance(kind, click.Path):
        return next((words for end, words in _PATHS.items() if error.message.endswith(end)), "路径不能使用")
    return _ours(error)


def _ours(error: click.UsageError) -> str:
    """A sentence of our own, which is Chinese; English that nobody expected says no more than this."""
    return "写法不对" if error.message.isascii() else error.message


def _choices(param: click.Parameter | None) -> str:
    kind = param.type if param else None
    return "、".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else ""


def _meant(possibilities: Sequence[str] | None) -> str:
    return f"，您是否要写 {'、'.join(sorted(possibilities))}" if possibilities else ""
