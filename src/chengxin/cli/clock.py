"""The test clock (测试时钟) of a demo city. Production refuses it by constraint."""

from __future__ import annotations

import json
from pathlib import Path

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure

MOST = 3660
"""Days of one move: ten years."""


@click.command(cls=OperatorCommand, context_settings={"ignore_unknown_options": True})
@click.argument("days", required=False)
@click.option("--keep", type=click.Path(path_type=Path), help="演示城市的数据目录。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def clock_command(days: str | None, keep: Path | None, *, as_json: bool) -> None:
    """把业务日期向前或向后移动 DAYS 天（如 +16），不写天数只显示。

    只有演示和测试环境可以这样做。登记的时间始终是真实时间。
    """
    import psycopg

    from chengxin.operate.running import home_of

    home = home_of(keep)
    try:
        move = int(days or 0)
    except ValueError:
        raise Failure("天数不对", cause=f"“{days}”不是整数", remedy="请写成 +16 或 -3") from None
    if abs(move) > MOST:
        raise Failure("天数太大", cause=f"一次最多移动 {MOST} 天", remedy="请写较小的天数")
    with psycopg.connect(home.dsn("owner")) as owner:
        owner.execute("update cx.ledger_deployment set clock_shift = clock_shift + %s", [move])
        row = owner.execute("select clock_shift, cx.ledger_today_v1() from cx.ledger_deployment").fetchone()
    shift, today = row or (0, None)
    if as_json:
        click.echo(json.dumps({"today": str(today), "shift_days": shift}))
    else:
        click.echo(f"业务日期：{today}（比真实日期{'早' if shift < 0 else '晚'} {abs(shift)} 天）")
