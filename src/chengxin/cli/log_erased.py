"""``chengxin log erased``: which leaves' lines were destroyed, and under which rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import echo_json

MOST = 1 << 62


@click.command("erased", cls=OperatorCommand)
@click.option("--log", "log", type=click.IntRange(1), default=1, show_default=True, help="第几个日志。")
@click.option("--from", "first", type=click.IntRange(0), default=0, help="从第几条起。")
@click.option("--to", "last", type=click.IntRange(1), help="到第几条之前；不写时到末尾。")
@click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def erased_command(*, log: int, first: int, last: int | None, keep: Path | None, as_json: bool) -> None:
    """哪些条目的登记行已经按规则销毁。没有销毁标记却没有登记行的，由 chengxin log audit 指出。"""
    import psycopg

    from chengxin.operate.running import home_of

    with psycopg.connect(home_of(keep).dsn("worker"), connect_timeout=10) as worker:
        statement = (
            "select rule, on_date, count(*), min(place), max(place) from cx.ledger_erased_v1(%s, %s, %s) "
            "group by rule, on_date order by on_date, rule"
        )
        found = worker.execute(statement, [log, first, MOST if last is None else last]).fetchall()
    told = [_facts(*row) for row in found]
    if as_json:
        echo_json({"log": log, "erased": told})
        return
    if not told:
        click.echo("没有按规则销毁的条目。")
    for one in told:
        where = f"第 {one['first']:,} 至 {one['last']:,} 条之间"
        click.echo(f"{one['on']}：按规则 {one['rule']} 销毁 {one['lines']:,} 条（{where}）")


def _facts(rule: str, on_date: Any, lines: int, first: int, last: int) -> dict[str, Any]:
    return {"rule": rule, "on": str(on_date), "lines": lines, "first": first, "last": last}
