"""``chengxin log status``, ``export``, ``audit``, ``follow``: for operators and auditors of an installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json
from chengxin.kernel.periods import CHINA

if TYPE_CHECKING:
    from chengxin.ledger.auditing import Audited
    from chengxin.ledger.sequencer import Store
    from chengxin.operate.home import Home

KEEP = click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")

_EXPORT = {
    "LOG-06": "请指明一个空目录。",
    "LOG-07": "请执行 chengxin log status 看日志有多长。",
    "LOG-08": "编号在公开页面 /log/ 上，是文件地址里的数字。",
}
"""What helps when an export was refused."""


@contextmanager
def _log(keep: Path | None) -> Iterator[tuple[Home, Store]]:
    """The log of a running installation."""
    from chengxin.ledger.sequencer import Store
    from chengxin.operate.running import home_of

    home = home_of(keep)
    store = Store(home.dsn("log"))
    try:
        yield home, store
    finally:
        store.close()


@click.command("status", cls=OperatorCommand)
@KEEP
@JSON
def status_command(*, keep: Path | None, as_json: bool) -> None:
    """日志写到哪里、见证到哪里、停止规则的状态。有停止或超过一半时返回 1。"""
    from chengxin.ledger.rules import standing

    with _log(keep) as (_, store):
        found = standing(store.status())
    if as_json:
        echo_json(found.facts())
    else:
        click.echo("\n".join(found.lines()))
    raise SystemExit(0 if found.well else 1)


@click.command("export", cls=OperatorCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--log", "number", type=click.IntRange(1), help="哪一个日志，按地址里的编号；不写时是正在使用的。")
@click.option("--from", "first", type=click.IntRange(0), default=0, help="从第几条起（从 0 开始）。")
@click.option("--to", "last", type=click.IntRange(1), help="到第几条之前；不写时到末尾。")
@KEEP
@JSON
def export_command(
    *, folder: Path, number: int | None, first: int, last: int | None, keep: Path | None, as_json: bool
) -> None:
    """把日志导出到空目录 FOLDER：检查点、共同签名、切片、条目包。用 chengxin log verify FOLDER 核验，不需要数据库。"""
    from chengxin.kernel.errors import Refused
    from chengxin.ledger.exporting import export
    from chengxin.ledger.words import RULES

    with _log(keep) as (home, store):
        policy = home.log_policy.read_text("utf-8") if home.log_policy.exists() else ""
        try:
            size, files = export(store, folder, number=number, first=first, last=last, policy=policy)
        except Refused as error:
            cause = RULES[error.code].sentence.rstrip("。") + (f"：{number}" if error.code == "LOG-08" else "")
            raise Failure("没有导出", cause=cause, remedy=_EXPORT[error.code]) from None
    if as_json:
        echo_json({"ok": True, "folder": str(folder), "size": size, "files": files})
    else:
        click.echo(f"已导出 {size:,} 条，{files} 个文件：{folder}")


@click.command("audit", cls=OperatorCommand)
@click.option("--since", type=click.IntRange(0), default=0, help="从第几条起；不写时全部。")
@KEEP
@JSON
def audit_command(*, since: int, keep: Path | None, as_json: bool) -> None:
    """从登记簿重算每一行的承诺值，与日志逐条比对，核对每个检查点。有不一致返回 1，并指出第一处。"""
    from chengxin.kernel.errors import Refused
    from chengxin.ledger.auditing import audit
    from chengxin.ledger.words import RULES

    with _log(keep) as (home, store):
        try:
            told = audit(store, since=since, policy=home.log_policy)
        except Refused as error:
            raise Failure(
                "没有审计", cause=RULES[error.code].sentence.rstrip("。"), remedy="请不写 --since。"
            ) from None
    clean = all(one.clean for one in told)
    if as_json:
        echo_json({"ok": clean, "logs": [_facts(one) for one in told]})
    else:
        for one in told:
            click.echo("\n".join(_said(one)))
    raise SystemExit(0 if clean else 1)


def _facts(one: Audited) -> dict[str, Any]:
    findings = [
        {"kind": found.kind, "place": found.place, "checkpoint": found.size, "lines": found.count}
        | ({"to": found.last} if found.last >= 0 else {})
        for found in one.findings
    ]
    return {
        "origin": one.origin,
        "from": one.first,
        "size": one.size,
        "lines": one.lines,
        "erased": one.gone,
        "waiting": one.waiting,
        "findings": findings,
        "acknowledged": [
            {
                "kind": known.kind,
                "from": known.first,
                "to": known.last,
                "reason": known.reason,
                "at": known.at.isoformat(),
                "organisation": known.organisation,
                "duty": known.duty,
                "actor": str(known.actor),
                "act": str(known.act),
            }
            for known in one.acknowledged
        ],
    }


def _said(one: Audited) -> list[str]:
    from chengxin.ledger.words import FINDINGS

    head = f"{one.origin}：第 {one.first:,} 至 {one.size:,} 条，登记行 {one.lines:,}，已按规定销毁 {one.gone:,}"
    lines = [head + (f"，等待写入 {one.waiting:,}" if one.waiting else "")]
    lines += [
        f"  不一致：{FINDINGS[found.kind]}"
        + (f"，第一处在第 {found.place:,} 条" if found.place >= 0 else "")
        + (f"，最后一处在第 {found.last:,} 条" if found.last >= 0 else "")
        + f"（{found.count:,} 行，检查点 {found.size:,}）"
        for found in one.findings
    ]
    lines += [
        f"  已确认：{FINDINGS[known.kind]}，第 {known.first:,} 至第 {known.last:,} 条。"
        f"{known.organisation} 的审计管理员（账号 {known.actor}）"
        f"{known.at.astimezone(CHINA):%Y-%m-%d %H:%M} 确认：{known.reason}"
        for known in one.acknowledged
    ]
    if one.findings:
        return lines
    return [*lines, "  其余全部一致" if one.acknowledged else "  全部一致"]


@click.command("follow", cls=OperatorCommand)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@KEEP
@JSON
def follow_command(*, checkpoint: Path, keep: Path | None, as_json: bool) -> None:
    """见证人见过的日志更长或是另一个内容时（例如恢复了旧备份）：开始新的日志，第一条是已见证的检查点 CHECKPOINT。

    丢失的条数由此公开。先停止平台的其他操作；做完以后重新启动平台，并把新的公钥交给见证人和所有核验的人。
    """
    from chengxin.operate.running import home_of
    from chengxin.operate.sequencing import follow, log_key

    try:
        data = checkpoint.read_bytes()
    except OSError:
        raise Failure("没有开始", cause=f"{checkpoint} 不能读取", remedy="请核对路径。") from None
    home = home_of(keep)
    origin, lost = follow(home, data)
    key = log_key(home).verifier.text
    if as_json:
        echo_json({"ok": True, "origin": origin, "lost": lost, "key": key})
    else:
        click.echo(
            f"新的日志 {origin}。旧日志的最后 {lost:,} 条不在这个数据库的旧日志里；数据库里还有的行由新的日志重新收入。"
        )
        click.echo(f"请把新的公钥交给见证人（chengxin witness 目录 --trust …）：{key}")
