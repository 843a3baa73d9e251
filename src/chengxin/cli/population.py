"""``chengxin population-sandbox``: the demonstration's population database (演示用人口信息库), a program of its own."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure
from chengxin.kernel.population import Claim, Kind

if TYPE_CHECKING:
    from chengxin.operate.population import Sandbox


class Happening(msgspec.Struct, forbid_unknown_fields=True):
    """What ``--tell`` reads: number and name as they were, and what is new."""

    kind: Kind
    on: date
    id_number: str
    name: str
    new_number: str | None = None
    new_name: str | None = None


@click.command("population-sandbox", cls=OperatorCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="端口；不写时由系统选择，启动后显示。")
@click.option("--tell", is_flag=True, help="不启动服务，从标准输入读一件变更（一行 JSON）记入这个库。")
def sandbox_command(folder: Path, port: int, *, tell: bool) -> None:
    """演示用人口信息库，只在本机监听；接口见 docs/reference/population-openapi.json。

    FOLDER 是它自己的目录，没有时新建。里面只有合成人员的密钥散列，没有姓名和号码。
    """
    from chengxin.operate.population import Sandbox
    from chengxin.operate.population_server import Server

    sandbox = Sandbox.create(folder)
    if tell:
        _tell(sandbox)
        return
    server = Server(sandbox, port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(server.url)
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()


def _tell(sandbox: Sandbox) -> None:
    try:
        one = msgspec.json.decode(sys.stdin.readline(), type=Happening)
    except msgspec.DecodeError:
        raise Failure(
            "没有记入",
            cause="标准输入不是一件变更",
            remedy='请写一行 JSON：{"kind": "name_changed", "on": "2026-11-01", "id_number": …, "name": …, '
            '"new_name": …}',
        ) from None
    about = Claim("citizen", one.id_number, one.name)
    seq = sandbox.happened(one.kind, about, on=one.on, new_number=one.new_number, new_name=one.new_name)
    click.echo(f"已记入，第 {seq} 件变更。" if seq else "已记入。平台没有这个人的信息，不通知平台。")
