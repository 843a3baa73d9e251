"""``chengxin keys``: the keys of the vault (密钥): their state, rotation, and the end of a version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click

from chengxin.cli.officer import enter, refusing
from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import echo_json
from chengxin.cli.progress import progress
from chengxin.kernel.periods import CHINA

T = TypeVar("T")
STATES = {"active": "使用中", "decrypt-only": "只解密", "destroyed": "已销毁"}
LOGIN = click.option("--as", "login", required=True, help="安全管理员的账号。")
KEEP = click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")


@click.group()
def keys_group() -> None:
    """身份保险库的密钥：状态、轮换、销毁旧版本。"""


@keys_group.command("status", cls=OperatorCommand)
@LOGIN
@KEEP
@JSON
def status_command(*, login: str, keep: Path | None, as_json: bool) -> None:
    """列出每个密钥版本：套件、状态、还有多少密文要用它打开。"""
    path, token, today = _enter(login, keep)
    from chengxin.operate.keys import SHELVES, status

    found = _refusing(lambda: status(path, token, today=today))
    if as_json:
        versions = [
            {
                "version": one.version,
                "suite": one.suite,
                "state": one.state.value,
                "made": one.made.isoformat(),
                "since": one.since.isoformat(),
                "left": one.left,
                "destroy_from": one.ends_on.isoformat() if one.ends_on else None,
            }
            for one in found
        ]
        echo_json({"versions": versions})
        return
    titles = {shelf.name: shelf.title for shelf in SHELVES} | {
        "file": "上传的文件",
        "session": "上传会话",
        "stage": "暂存",
    }
    for one in found:
        left = "，".join(f"{titles[shelf]} {keys:,}" for shelf, keys in one.left.items()) or "没有密文用它"
        click.echo(f"第 {one.version} 版（{one.suite}）{STATES[one.state.value]}，{one.since} 起：{left}")
        if one.removable and one.ends_on:
            click.echo(f"  {one.ends_on} 起可以销毁：chengxin keys destroy {one.version} --as {login}")


@keys_group.command("rotate", cls=OperatorCommand)
@LOGIN
@click.option("--suite", type=click.Choice(["intl-1", "gm-1"]), help="换用的密码套件；不写时与现在相同。")
@KEEP
@JSON
def rotate_command(*, login: str, suite: str | None, keep: Path | None, as_json: bool) -> None:
    """换一个新的密钥版本，并把保存的全部密钥重新包裹。平台可以照常使用；中断以后再执行一次，从停下的地方接着做。"""
    path, token, today = _enter(login, keep, prove=True)
    from chengxin.operate.keys import SHELVES, status, turn

    count = 0
    total = sum(sum(one.left.values()) for one in _refusing(lambda: status(path, token, today=today)))
    with progress("已重新包裹") as show:

        def moved(keys: int) -> None:
            nonlocal count
            count += keys
            show(min(count, total), total)

        version, done, damaged = _refusing(lambda: turn(path, token, suite=suite, today=today, moved=moved))
    if as_json:
        echo_json({"version": version, "wrapped": dict(done), "damaged": damaged})
        return
    said = (
        "，".join(f"{shelf.title} {done[shelf.name]:,}" for shelf in SHELVES if done[shelf.name]) or "没有需要换的密文"
    )
    click.echo(f"现在使用第 {version} 版。重新包裹：{said}。\n旧版本只解密。请马上另做一份密钥备份。")
    if damaged:
        click.echo(f"有 {damaged:,} 个密文原来就打不开，没有改动。请用备份核对。", err=True)


@keys_group.command("destroy", cls=OperatorCommand)
@click.argument("version", type=int)
@LOGIN
@KEEP
@click.option("--yes", is_flag=True, help="不再询问。")
def destroy_command(version: int, *, login: str, keep: Path | None, yes: bool) -> None:
    """销毁一个旧的密钥版本。更早的备份从此不能再打开姓名、号码和文书文字。"""
    path, token, today = _enter(login, keep, prove=True)
    from chengxin.operate.keys import end

    if not yes:
        click.confirm(f"销毁第 {version} 版以后，用它的备份不能再打开。确定吗", abort=True)
    _refusing(lambda: end(path, token, version, today=today))
    click.echo(f"第 {version} 版已经销毁。")


def _enter(login: str, keep: Path | None, *, prove: bool = False) -> tuple[Path, bytes, date]:
    """The key file, a session of the officer, the day by the wall clock: keys do not follow the test clock."""
    from chengxin.operate.running import home_of

    return home_of(keep).keyring, enter(login, keep, role="worker", prove=prove), datetime.now(CHINA).date()


def _refusing(call: Callable[[], T]) -> T:
    return refusing(call, remedy="请核对 --as，用 chengxin keys status 查看密钥状态")
