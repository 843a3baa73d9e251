"""``chengxin import``: a department's file into the platform (导入)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json


@click.command(cls=OperatorCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--item", required=True, help="目录条目代码，如 XZCF。")
@click.option("--org", "organisation", required=True, help="报送单位的统一社会信用代码。")
@click.option("--as", "login", required=True, help="报送人的账号。")
@click.option("--keep", type=click.Path(path_type=Path), help="演示城市的数据目录。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def import_command(file: Path, item: str, organisation: str, login: str, keep: Path | None, *, as_json: bool) -> None:
    """把 FILE 按目录条目导入。全部接收返回 0，有退回返回 1，文件不能读取或用法不对返回 2。"""
    from chengxin.operate.running import home_of

    home = home_of(keep)
    os.environ.update(home.environment("web", signin=True))
    from chengxin.config.setup import start_django

    start_django()
    from chengxin.intake.api import Limits, UnreadableFile, import_file
    from chengxin.kernel.errors import Refused
    from chengxin.people.api import console_session, whoami

    if not file.is_file():
        raise Failure("文件不能读取", cause=f"没有文件 {file}", remedy="请核对路径")
    try:
        token = console_session(login)
        account = whoami(token)
        if account is None or account.organisation != organisation:
            raise Failure("账号与单位不符", cause=f"账号 {login} 不属于 {organisation}", remedy="请核对 --org 和 --as")
        show = (lambda rows: click.echo(f"已校验 {rows} 行", err=True)) if sys.stderr.isatty() else None
        imported = import_file(token, file, item=item, limits=Limits(max_bytes=None, max_rows=2_000_000), progress=show)
    except UnreadableFile as error:
        what = "不能按这个目录条目导入" if error.code == "INTAKE-20" else "文件不能读取"
        raise Failure(what, cause=error.reason, remedy=error.remedy) from None
    except Refused as error:
        raise Failure("不能导入", cause=_sentence(error.code), remedy="请按提示处理后重试") from None
    result = imported.result
    if as_json:
        echo_json(result.as_json())
    else:
        click.echo(f"编码：{imported.encoding}。批次：{imported.batch}")
        click.echo(
            f"共 {result.total} 行：入库 {result.accepted}，已有未变 {result.unchanged}，"
            f"退回 {result.refused}，待核 {result.held}"
        )
        for found in result.errors:
            click.echo(f"第 {found.row} 行 {found.field} {found.code} {found.message}", err=True)
    raise SystemExit(0 if result.accepted + result.unchanged == result.total else 1)


def _sentence(code: str) -> str:
    from chengxin.portal.words import sentence

    return f"{sentence(code)}（{code}）"
