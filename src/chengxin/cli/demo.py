"""``chengxin demo``: the whole product on synthetic data, with one sign-in per role (演示城市)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json, table
from chengxin.cli.progress import Steps

if TYPE_CHECKING:
    from chengxin.operate.supervise import Ready


class Stopped(Failure):
    """A part of the demo ended by itself: exit code 1."""

    exit_code = 1


@click.command(cls=OperatorCommand)
@click.option("--port", type=click.IntRange(1, 65535), help="网页端口；不写时从 8000 起找一个空闲端口。")
@click.option("--keep", type=click.Path(path_type=Path), help="保留数据的目录；不写时用临时目录，结束时删除。")
@click.option(
    "--size",
    type=click.IntRange(3, 100_000),
    default=5_000,
    show_default=True,
    help="人数，少于 20 按 20，从 200 人起有三个月的历史；已有目录时不变。",
)
@click.option("--json", "as_json", is_flag=True, help="就绪后输出一行 JSON：地址和各角色的登录信息。")
def demo_command(port: int | None, keep: Path | None, size: int, *, as_json: bool) -> None:
    """用合成数据运行整个平台。按 Ctrl-C 停止。

    数据库、后台程序、接口和网页一起启动，一起结束。网页端口在一切就绪后才打开。
    """
    from dataclasses import asdict

    from chengxin.operate.supervise import ChildDiedError, Wish, run_demo

    steps = Steps()

    def ready(city: Ready) -> None:
        steps.done()
        if as_json:
            echo_json(asdict(city))
        else:
            _show(city)
        sys.stdout.flush()

    try:
        run_demo(Wish(port, keep, size), note=steps, ready=ready)
    except ChildDiedError as error:
        raise Stopped(error.what, cause=error.cause, remedy=error.remedy) from None


def _show(city: Ready) -> None:
    from chengxin.operate.generate import story_persons

    click.echo(f"演示城市已就绪：{city.url}")
    click.echo(f"业务系统接口：{city.api_url}")
    click.echo(f"数据目录：{city.keep}")
    click.echo("每个角色一个账号，登录时输入密码和动态口令（把密钥导入验证器应用）：\n")
    click.echo(table(("角色", "账号", "密码", "动态口令密钥", "是谁"), [_row(account) for account in city.accounts]))
    click.echo("\n窗口核验要填姓名和号码。三个故事里的人：")
    click.echo(table(("姓名", "号码"), [(person.name, person.id_number) for person in story_persons()]))
    click.echo("\n所有人、号码和记录都是合成的。按 Ctrl-C 停止。")


def _row(account: dict[str, Any]) -> tuple[str, ...]:
    if not account.get("password"):
        return account["role"], account["login"], "（私钥，见 --json）", "", account["name"]
    return account["role"], account["login"], account["password"], account["totp_secret"], account["name"]
