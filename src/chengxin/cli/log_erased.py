"""``chengxin log erased``: which leaves' lines were destroyed, and under which rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json

MOST = 1 << 62


@click.command("erased", cls=OperatorCommand)
@click.option("--log", "number", type=click.IntRange(1), help="哪一个日志，按地址里的编号；不写时是正在使用的。")
@click.option("--from", "first", type=click.IntRange(0), default=0, help="从第几条起。")
@click.option("--to", "last", type=click.IntRange(1), help="到第几条之前；不写时到末尾。")
@click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def erased_command(*, number: int | None, first: int, last: int | None, keep: Path | None, as_json: bool) -> None:
    """哪些条目的登记行已经按规则销毁。没有销毁标记却没有登记行的，由 chengxin log audit 指出。"""
    import psycopg
    from psycopg.rows import namedtuple_row

    from chengxin.kernel.errors import Refused
    from chengxin.ledger.exporting import of_number
    from chengxin.operate.running import home_of

    with psycopg.connect(home_of(keep).dsn("worker"), connect_timeout=10) as worker:
        with worker.cursor(row_factory=namedtuple_row) as logs:
            every = logs.execute("select * from cx.ledger_log_logs_v1()").fetchall()
        try:
            chosen = of_number(every, number)
        except Refused:
            cause = f"没有这个编号的存证日志：{number}"
            raise Failure("没有列出", cause=cause, remedy="编号在公开页面 /log/ 上，是文件地址里的数字。") from None
        statement = (
            "select rule, on_date, count(*), min(place), max(place) from cx.ledger_erased_v1(%s, %s, %s) "
            "group by rule, on_date order by on_date, rule"
        )
        found = worker.execute(
            statement, [chosen.log if chosen else 0, first, MOST if last is None else last]
        ).fetchall()
    told = [_facts(*row) for row in found]
    if as_json:
        echo_json({"log": chosen.origin if chosen else None, "erased": told})
        return
    if not told:
        click.echo("没有按规则销毁的条目。")
    for one in told:
        where = f"第 {one['first']:,} 至 {one['last']:,} 条之间"
        click.echo(f"{one['on']}：按规则 {one['rule']} 销毁 {one['lines']:,} 条（{where}）")


def _facts(rule: str, on_date: Any, lines: int, first: int, last: int) -> dict[str, Any]:
    return {"rule": rule, "on": str(on_date), "lines": lines, "first": first, "last": last}
