"""``chengxin witness``, a program of its own (见证人); and internal: the sequencer of an installation (排序程序)."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure


@click.command("witness", cls=OperatorCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", help="第一次：见证人的名称，例如 witness.audit.example.cn/yancheng。")
@click.option("--trust", help="加入一个日志的公钥，然后结束。")
@click.option("--host", default="127.0.0.1", help="监听的地址；在反向代理后面用默认的本机地址。")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="端口；不写时由系统选择，启动后显示。")
def witness_command(*, folder: Path, name: str | None, trust: str | None, host: str, port: int) -> None:
    """为存证日志作见证：只有日志是接着上一次增加的，才共同签名。协议 c2sp.org/tlog-witness。

    FOLDER 是见证人自己的目录，第一次用 --name 建立。显示公钥和地址；把公钥交给被见证的平台和所有要核验的人。
    """
    from chengxin.kernel.note import NoteError, Verifier
    from chengxin.operate.witness import Server, Witness

    witness = Witness.create(folder, name) if name else Witness(folder)
    if trust is not None:
        try:
            witness.trust(Verifier.parse(trust))
        except NoteError:
            raise Failure("没有加入", cause="这不是日志的公钥", remedy="请核对 --trust，整段复制。") from None
        click.echo(f"已加入。见证人公钥：{witness.key.witness.text}")
        return
    server = Server(witness, host, port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(f"{witness.key.witness.text}\n{server.url}")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()


@click.command(hidden=True, cls=OperatorCommand)
def sequencer_command() -> None:
    """Write the log of the installation named by CHENGXIN_HOME, until told to stop."""
    from chengxin.ledger.privilege import ensure_unprivileged
    from chengxin.operate.home import Home
    from chengxin.operate.sequencing import sequence

    ensure_unprivileged(os.environ["CHENGXIN_DSN"])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    home = Home.at(os.environ["CHENGXIN_HOME"])
    sequence(home, os.environ["CHENGXIN_DSN"], stop, note=lambda text: click.echo(text, err=True))
