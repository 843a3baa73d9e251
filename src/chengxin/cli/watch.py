"""``chengxin watch``: take the files that departments drop into a folder (监视目录)."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from chengxin.cli.files import why
from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure
from chengxin.cli.receipt import KINDS, instance_key

if TYPE_CHECKING:
    from chengxin.intake.watch import Swept, Take, Watch

KEPT_DAYS = 30
"""Files and answers lie as long as an upload is kept, then they are destroyed: they name persons."""
EVERY = 10.0
"""Seconds between sweeps; a file is taken after the second that finds it unchanged."""


@click.command(cls=OperatorCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--org", "organisation", required=True, help="报送单位的统一社会信用代码。")
@click.option("--as", "login", required=True, help="报送人的账号。")
@click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
@click.option("--once", is_flag=True, help="处理现有的文件后结束，不再等待。")
@click.option("--every", type=click.FloatRange(0), default=EVERY, show_default=True, help="每隔几秒看一次。")
def watch_command(*, folder: Path, organisation: str, login: str, keep: Path | None, once: bool, every: float) -> None:
    """监视 FOLDER 下各目录条目的 in、correct、withdraw 文件夹，放入的文件自动报送、更正、撤回。

    结果写在 out，处理完的文件移到 done，不能读取的移到 back。文件放入后大小和时间不再变化才处理；先用 .part
    结尾的名字上传、传完再改名，可以早一步处理。处理完的文件和结果保留 30 天，之后销毁。数据库没有应答或者程序出错时，
    文件留着，隔一会再试，间隔从 30 秒到 15 分钟；处理不会重复。

    加 --once 时全部接收返回 0，有退回、待核或没有处理的返回 1。
    """
    take = taker(keep, organisation=organisation, login=login)
    from chengxin.intake.watch import Busy, Watch  # loads Django, which the taker has set up

    stop = threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()  # the sweep under way is finished first; a kill would do no harm either

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    try:
        with Watch(folder) as watching:
            items = watching.items()
            if not items:
                raise Failure(
                    "没有可以监视的目录", cause="其中没有目录条目的文件夹", remedy=f"请先建立，例如：{folder}/XZCF/in"
                )
            click.echo(f"正在监视 {len(items)} 个目录条目：{'、'.join(items)}")
            good = _go_on(watching, take, stop, every=every, rounds=2 if once else None)
    except Busy:
        raise Failure("目录正在被监视", cause="另一个 chengxin watch 占用着它", remedy="请先结束那一个") from None
    except OSError as error:
        raise Failure("目录不能使用", cause=f"{folder}：{why(error)}", remedy="请核对路径和权限") from None
    raise SystemExit(0 if good or not once else 1)


def taker(keep: Path | None, *, organisation: str, login: str) -> Take:
    """What gives a file to intake in the name of an officer, each time in a session of its own.

    Raises:
        Failure: the officer is not of that organisation, or the installation has no key to sign receipts with.
    """
    from chengxin.operate.running import home_of

    home = home_of(keep)
    os.environ.update(home.environment("web", signin=True))
    from chengxin.config.setup import start_django

    start_django()
    from django.db import close_old_connections

    from chengxin.intake.giving import Outcome, give
    from chengxin.kernel.errors import Refused
    from chengxin.people.api import console_session, sign_out, whoami

    key = instance_key(home)
    try:
        token = console_session(login)
    except Refused:
        raise Failure("账号不能使用", cause=f"没有账号 {login}", remedy="请核对 --as") from None
    account = whoami(token)
    sign_out(token)
    if account is None or account.organisation != organisation:
        raise Failure("账号与单位不符", cause=f"账号 {login} 不属于 {organisation}", remedy="请核对 --org 和 --as")

    def take(path: Path, item: str, kind: str) -> Outcome:
        close_old_connections()  # one that the database has dropped is replaced
        own = console_session(login)
        try:
            return give(own, path, item=item, kind=kind, key=key)
        finally:
            sign_out(own)

    return take


def _go_on(watching: Watch, take: Take, stop: threading.Event, *, every: float, rounds: int | None) -> bool:
    """Sweep until told to stop, or so many times; says whether every row of every file was taken."""
    good = True
    waiting: list[Swept] = []
    while not stop.is_set() and rounds != 0:
        swept = watching.sweep(take)
        watching.forget(time.time() - KEPT_DAYS * 86_400)
        good = all([good, *[_tell(one) for one in swept if one not in waiting]])
        waiting = [one for one in swept if one.state == "waiting"]  # said once, not every few seconds
        rounds = None if rounds is None else rounds - 1
        if rounds != 0:
            stop.wait(every)
    return good


def _tell(one: Swept) -> bool:
    """Say what became of a file, without its name; whether all of it was taken."""
    head = f"{one.item} {KINDS[one.kind]}"
    if one.state == "waiting":
        click.echo(f"{head}：有文件没有处理，留待以后重试（{one.code}）", err=True)
        return False
    if one.state == "returned":
        click.echo(f"{head}：一个文件不能读取，已退回（{one.code or '原因见结果文件'}）", err=True)
        return False
    if not one.counts:
        click.echo(f"{head}：上次已处理的一个文件，结果已在 out")
        return True
    count = one.counts
    click.echo(
        f"{head}：共 {count['total']:,} 行，入库 {count['accepted']:,}，已有未变 {count['unchanged']:,}，"
        f"退回 {count['refused']:,}，待核 {count['held']:,}"
    )
    return count["accepted"] + count["unchanged"] == count["total"]
