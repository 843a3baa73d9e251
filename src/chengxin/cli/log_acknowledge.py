"""``chengxin log acknowledge``: an auditor answers for a finding that has been understood (确认审计发现)."""

from __future__ import annotations

from pathlib import Path

import click

from chengxin.cli.officer import enter, refusing
from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import echo_json


@click.command("acknowledge", cls=OperatorCommand)
@click.option("--as", "login", required=True, help="审计管理员的账号。")
@click.option("--kind", default="apart", show_default=True, help="哪一种不一致；只有登记时间相差过大可以确认。")
@click.option("--log", "log", type=click.IntRange(1), default=1, show_default=True, help="第几个日志。")
@click.option("--from", "first", type=click.IntRange(0), required=True, help="审计发现的第一条。")
@click.option("--to", "last", type=click.IntRange(0), required=True, help="审计发现的最后一条。")
@click.option("--reason", required=True, help="查明的原因，会公布；不写任何人的信息。")
@click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def acknowledge_command(
    *, login: str, kind: str, log: int, first: int, last: int, reason: str, keep: Path | None, as_json: bool
) -> None:
    """确认日志审计的一处发现：排序程序停过、从备份恢复过，登记行因此晚了。确认登记在登记簿，原因公布在日志页面。"""
    token = enter(login, keep, prove=True)
    from chengxin.ledger.api import acknowledge

    act = refusing(
        lambda: acknowledge(token, log=log, kind=kind, first=first, last=last, reason=reason),
        remedy="请用 chengxin log audit 核对发现的种类和条目",
    )
    if as_json:
        echo_json({"ok": True, "log": log, "kind": kind, "from": first, "to": last, "act": str(act)})
    else:
        click.echo(f"已确认第 {first:,} 至第 {last:,} 条，登记行 {act}。请再执行 chengxin log audit。")
