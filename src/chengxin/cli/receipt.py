"""``chengxin receipt``: the signed receipts of batches (报送回执), checked without server, database or network."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json
from chengxin.cli.signed_file import bytes_of, invalid, known_keys
from chengxin.intake.receipts import BadKey, BadReceipt, InstanceKey, ReceiptFacts, receipt_text, verify
from chengxin.kernel.note import MOST_BYTES, SENTENCES, NoteError
from chengxin.kernel.periods import CHINA

if TYPE_CHECKING:
    from chengxin.operate.home import Home

KINDS = {"report": "报送", "correct": "更正", "withdraw": "撤回", "legacy": "历史数据"}


@click.group()
def receipt_group() -> None:
    """报送回执的核验与公钥。"""


@receipt_group.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "keys", required=True, multiple=True, help="平台的公钥，可以给出多个。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def verify_command(file: Path, keys: tuple[str, ...], *, as_json: bool) -> None:
    """核验回执 FILE，不需要联网。有效返回 0，无效返回 1，文件不能读取或用法不对返回 2。"""
    known = known_keys(keys)
    try:
        receipt, found = verify(bytes_of(file, most=MOST_BYTES), known)
    except (NoteError, BadReceipt) as error:
        invalid(
            SENTENCES[error.fault] if isinstance(error, NoteError) else "签名有效，但内容不是报送回执", as_json=as_json
        )
    signers = [key.name for key in found.signed_by]
    if as_json:
        lines = [line.split(" ", 1) for line in receipt_text(receipt).splitlines()[1:]]
        echo_json({"valid": True, "signed_by": signers, "receipt": dict(lines)})
    else:
        click.echo(f"有效：由 {'、'.join(signers)} 签名。")
        click.echo(_said(receipt))


@receipt_group.command("key", cls=OperatorCommand)
@click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
def key_command(keep: Path | None) -> None:
    """显示这个平台的公钥。公钥可以公开，请与回执分开保存。"""
    from chengxin.operate.running import home_of

    click.echo(instance_key(home_of(keep)).public)


def instance_key(home: Home) -> InstanceKey:
    """The key of an installation.

    Raises:
        Failure: there is none, or it cannot be used.
    """
    try:
        return InstanceKey.load(home.instance_key)
    except FileNotFoundError:
        raise Failure("没有实例密钥", cause="这个数据目录还没有签回执用的密钥", remedy="请先启动一次平台") from None
    except BadKey as error:
        raise Failure("不能读取实例密钥", cause=str(error), remedy="收紧权限后重试") from None
    except NoteError as error:
        raise Failure("不能读取实例密钥", cause=SENTENCES[error.fault], remedy="请从备份恢复实例密钥") from None


def _said(receipt: ReceiptFacts) -> str:
    """The receipt in words."""
    return "\n".join(
        (
            f"批次：{receipt.batch}（{KINDS[receipt.kind]}）",
            f"目录：{receipt.item} 第 {receipt.version} 版",
            f"单位：{receipt.organisation}",
            f"文件：sha256 {receipt.file.hex()}",
            f"时间：{_time(receipt.opened_at)} 至 {_time(receipt.closed_at)}",
            f"共 {receipt.total} 行：入库 {receipt.accepted}，已有未变 {receipt.unchanged}，"
            f"退回 {receipt.refused}，待核 {receipt.held}；另有 {receipt.ignored} 行空白或说明未计入",
            *([f"逐行改正：批次 {receipt.mends[0]} 第 {receipt.mends[1]} 行"] if receipt.mends else []),
        )
    )


def _time(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
