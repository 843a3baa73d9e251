"""``chengxin db``: the way to the database (数据库)."""

from __future__ import annotations

from pathlib import Path

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure


@click.group()
def db_group() -> None:
    """数据库连接。"""


@db_group.command("url", cls=OperatorCommand)
@click.option("--role", default="web", show_default=True, help="数据库角色。")
@click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
def url_command(role: str, keep: Path | None) -> None:
    """显示一个角色的连接地址，可直接交给 psql。其中有密码，请勿转发。"""
    from chengxin.operate.home import ROLES
    from chengxin.operate.running import home_of

    if role not in ROLES:
        raise Failure(
            "没有这个角色", cause="它不是本系统的数据库角色", remedy=f"请用 --role 指明其中一个：{'、'.join(ROLES)}"
        )
    click.echo(home_of(keep).dsn(role))
