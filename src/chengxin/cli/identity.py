"""``chengxin id`` and ``chengxin uscc``: check numbers without any database. Reference: docs/reference/identity.md."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime

import click

from chengxin.cli.output import Failure, echo_json
from chengxin.kernel.identity import IdentityResult, Kind, check_identity
from chengxin.kernel.organisation import check_uscc
from chengxin.kernel.periods import CHINA
from chengxin.kernel.words import FAULTS, KINDS, WARNINGS

_TYPES = ["auto", *(kind.value for kind in Kind if kind not in (Kind.USCC, Kind.UNKNOWN))]


@click.command("id")
@click.argument("numbers", nargs=-1, required=True, metavar="号码...")
@click.option("--type", "kind", type=click.Choice(_TYPES), default="auto", show_default=True, help="指定证件类型")
@click.option("--json", "as_json", is_flag=True, help="输出JSON")
def id_command(numbers: tuple[str, ...], kind: str, *, as_json: bool) -> None:
    """检查公民身份号码、15位旧号码、港澳台居民居住证和外国人永久居留身份证号码。

    号码写“-”时从标准输入读取，每行一个。有无效号码时退出码为1。
    """
    today = datetime.now(CHINA).date()
    _judge(numbers, lambda number: check_identity(number, today=today, kind=kind), as_json=as_json)


@click.command("uscc")
@click.argument("codes", nargs=-1, required=True, metavar="代码...")
@click.option("--json", "as_json", is_flag=True, help="输出JSON")
def uscc_command(codes: tuple[str, ...], *, as_json: bool) -> None:
    """检查统一社会信用代码。

    代码写“-”时从标准输入读取，每行一个。有无效代码时退出码为1。
    """
    _judge(codes, check_uscc, as_json=as_json)


def _judge(words: Iterable[str], check: Callable[[str], IdentityResult], *, as_json: bool) -> None:
    results = [check(number) for number in _numbers(words)]
    if as_json:
        echo_json([asdict(result) for result in results])
    else:
        for result in results:
            click.echo("\n".join(_lines(result)).encode("utf-8", "backslashreplace"))
    if not all(result.valid for result in results):
        click.get_current_context().exit(1)


def _numbers(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word == "-":
            yield from _stdin_lines()
        else:
            yield word


def _stdin_lines() -> list[str]:
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure("读不懂标准输入", cause="内容不是UTF-8编码", remedy="请转换为UTF-8后重试") from None
    # Only the line end goes; a space around a number is the number's own fault.
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line]
    if not lines:
        raise Failure("没有可检查的号码", cause="标准输入是空的", remedy="请每行写一个号码")
    return lines


def _lines(result: IdentityResult) -> Iterator[str]:
    verdict = "有效" if result.valid else "无效"
    yield f"{verdict}  {result.input}  {KINDS[result.type]}"
    if result.error:
        yield f"      原因：{FAULTS[result.error]}"
    if result.normalised not in (None, result.input):
        yield f"      规范写法：{result.normalised}"
    for warning in result.warnings:
        yield f"      注意：{WARNINGS[warning]}"
