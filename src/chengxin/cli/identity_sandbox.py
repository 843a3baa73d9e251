"""``chengxin identity-sandbox``: the demonstration's identity service (演示身份服务), a program of its own."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from chengxin.cli.operator import OperatorCommand


@click.command("identity-sandbox", cls=OperatorCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="端口；不写时由系统选择，启动后显示。")
def identity_sandbox_command(folder: Path, port: int) -> None:
    """演示身份服务，只在本机监听；接口见 docs/reference/identity-sandbox-openapi.json。

    FOLDER 是它自己的目录，没有时新建。里面的人都是合成的，姓名和号码加密保存。
    """
    from chengxin.operate.identity import IdentitySandbox
    from chengxin.operate.identity_server import IdentityServer

    server = IdentityServer(IdentitySandbox.create(folder), port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(server.url)
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()
