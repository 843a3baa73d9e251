"""``chengxin log verify``: a proof or an exported log, checked with nothing but public keys. No server, no database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from chengxin.cli.files import why
from chengxin.cli.output import Failure, echo_json
from chengxin.kernel.note import SENTENCES, NoteError, Verifier
from chengxin.kernel.periods import CHINA
from chengxin.ledger.log.checkpoint import Cosigned, Group, Policy, Witness
from chengxin.ledger.log.folder import POLICY, Folder, FolderFault, Verified
from chengxin.ledger.log.proof import MOST_BYTES, Checked, check_proof
from chengxin.ledger.log.tree import LogFault
from chengxin.ledger.log.words import FAULTS
from chengxin.people.words import ACTIVITIES

WORDS = FAULTS | {
    "missing": "缺少文件",
    "older": "这里的检查点比您保存的旧：日志被截短，或者拿到的是旧的导出",
}
LINES = {"look": "查看", "act": "办理", "shown": "展示了内容"}
MOST_POLICY = 100_000


@click.command("verify")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--key", "keys", multiple=True, help="日志或者见证人的公钥，可以给出多个；给出的见证人都必须签过名。")
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="信任配置文件（c2sp.org/tlog-policy）。")
@click.option("--old", type=click.Path(path_type=Path), help="以前保存的检查点：核对日志从那时起只有增加。")
@click.option("--from", "start", type=click.IntRange(min=0), default=0, help="从第几条开始核对（默认 0）。")
@click.option("--to", "end", type=click.IntRange(min=0), help="核对到第几条之前（默认全部）。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def verify_command(
    *,
    target: Path,
    keys: tuple[str, ...],
    policy_file: Path | None,
    old: Path | None,
    start: int,
    end: int | None,
    as_json: bool,
) -> None:
    """核验 TARGET：一份证明文件，或者一个导出的日志目录。不需要联网，不写任何文件。

    有效返回 0，无效返回 1，文件不能读取或用法不对返回 2。
    """
    folder = target.is_dir()
    if not folder and (old is not None or start or end is not None):
        raise click.UsageError("--old、--from 和 --to 只用于导出的目录")
    policy, own = _policy(keys, policy_file, target if folder else None)
    try:
        if folder:
            kept = _read(old, MOST_BYTES) if old is not None else None
            found: Verified | Checked = Folder(target).verify(policy, start=start, end=end, old=kept)
        else:
            found = check_proof(_read(target, MOST_BYTES), policy)
    except (LogFault, NoteError) as error:
        _refuse(error, as_json=as_json)
    except OSError as error:
        raise Failure("文件不能读取", cause=f"{target}：{why(error)}", remedy="请核对路径和权限") from None
    told = _folder_facts(found) if isinstance(found, Verified) else _proof_facts(found)
    cosigned = found.cosigned
    if as_json:
        echo_json({"valid": True, "keys_from_folder": own, **_head_facts(cosigned), **told})
    else:
        click.echo("\n".join([*_said(found), *_said_head(cosigned, own=own)]))


def _refuse(error: LogFault | NoteError, *, as_json: bool) -> None:
    kind = str(error.fault) if isinstance(error, NoteError) else error.kind
    reason = SENTENCES[error.fault] if isinstance(error, NoteError) else WORDS[error.kind]
    where = error.where if isinstance(error, FolderFault) else ""
    if as_json:
        echo_json({"valid": False, "fault": kind, "reason": reason, "file": where})
    else:
        click.echo(f"无效：{reason}{f'（{where}）' if where else ''}。")
    raise SystemExit(1)


# ---- whom to trust -------------------------------------------------------------------------------


def _policy(keys: tuple[str, ...], file: Path | None, folder: Path | None) -> tuple[Policy, bool]:
    """Whom to trust, and whether only the folder itself says so."""
    own = not keys and file is None and folder is not None
    if own and folder is not None:
        file = folder / POLICY
    if keys and file is not None:
        raise click.UsageError("--key 和 --policy 只能给出一种")
    if keys:
        return _policy_of_keys(keys), False
    if file is None:
        raise Failure(
            "没有公钥", cause="没有给出 --key 或 --policy", remedy="请写上日志公布的公钥，例如 --key '名称+…'"
        )
    try:
        return Policy.parse(_read(file, MOST_POLICY).decode()), own
    except (LogFault, UnicodeDecodeError):
        raise Failure(
            "信任配置不能使用", cause=f"{file}：{FAULTS['policy']}", remedy="请核对文件，或者用 --key 给出公钥"
        ) from None


def _policy_of_keys(keys: tuple[str, ...]) -> Policy:
    logs: list[Verifier] = []
    witnesses: dict[str, tuple[Witness, str]] = {}
    for key in keys:
        try:
            logs.append(Verifier.parse(key.strip()))
        except NoteError:
            try:
                one = Witness.parse(key.strip())
            except NoteError as error:
                remedy = "请填写日志公布的整行公钥"
                raise Failure("公钥不能使用", cause=SENTENCES[error.fault], remedy=remedy) from None
            witnesses[one.text] = (one, "")
    if not logs:
        raise Failure("没有日志的公钥", cause="给出的都是见证人的公钥", remedy="请加上日志自己的公钥")
    return Policy(tuple(logs), witnesses, Group(len(witnesses), tuple(one for one, _ in witnesses.values())))


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(most + 1)
    except OSError as error:
        raise Failure("文件不能读取", cause=f"{file}：{why(error)}", remedy="请核对路径和权限") from None


# ---- what was found ------------------------------------------------------------------------------


def _head_facts(cosigned: Cosigned) -> dict[str, Any]:
    head = cosigned.checkpoint
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "witnesses": {name: _utc(at) for name, at in sorted(cosigned.times.items())},
    }


def _proof_facts(found: Checked) -> dict[str, Any]:
    line = found.opening.line
    told = {name: getattr(line, name) for name in ("line", "organisation", "duty", "activity", "purpose", "case_ref")}
    return {"kind": "proof", "index": found.index, "at": _utc(line.at / 1_000_000), **told, "basis": line.basis}


def _folder_facts(found: Verified) -> dict[str, Any]:
    whole = (found.start, found.end) == (0, found.cosigned.checkpoint.size)
    return {"kind": "log", "from": found.start, "to": found.end, "whole": whole, "grown_from": found.grown}


def _said(found: Verified | Checked) -> list[str]:
    if isinstance(found, Verified):
        told = [f"有效：第 {found.start} 到第 {found.end} 条之前的每一条都与检查点相符。"]
        if found.grown is not None:
            told.append(f"您保存的检查点有 {found.grown} 条，从那时起日志只有增加，没有改动。")
        return told
    line = found.opening.line
    name = ACTIVITIES.get(line.activity, line.activity)
    return [
        "有效：这条记录写进了日志，写进以后没有改动。",
        f"时间：{_china(line.at / 1_000_000)}",
        f"事项：{LINES[line.line]}，{name}{f'（用途 {line.purpose}）' if line.purpose else ''}",
        f"单位：{line.organisation or '本人'}，依据：{line.basis}",
        f"位置：日志的第 {found.index} 条",
    ]


def _said_head(cosigned: Cosigned, *, own: bool) -> list[str]:
    told = [f"日志：{cosigned.checkpoint.origin}，共 {cosigned.checkpoint.size} 条"]
    told += [f"见证：{name}，{_china(at)}" for name, at in sorted(cosigned.times.items())]
    if not cosigned.times:
        told.append("见证：没有核对（没有给出见证人的公钥）。只凭日志自己的签名，不能发现运行方改写日志。")
    if own:
        told.append("注意：公钥取自这个目录本身。请与公布的公钥核对，或者用 --key 给出。")
    return told


def _china(at: float) -> str:
    return datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
