"""``chengxin log verify``: a proof or an exported log, checked with nothing but public keys. No server, no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from chengxin.cli.files import why
from chengxin.cli.output import Failure, echo_json
from chengxin.kernel.note import SENTENCES, NoteError, Verifier
from chengxin.kernel.periods import CHINA
from chengxin.ledger.log.checkpoint import Cosigned, Group, Policy, Vouch, Witness, quorum_state, vouches
from chengxin.ledger.log.folder import CHECKPOINT, MOST_NOTE, POLICY, Folder, FolderFault, Verified
from chengxin.ledger.log.proof import MOST_BYTES, Checked, Proof, check_proof
from chengxin.ledger.log.tree import LogFault
from chengxin.ledger.log.words import FAULTS, VOUCHES
from chengxin.people.words import ACTIVITIES

WORDS = FAULTS | {
    "missing": "缺少文件",
    "older": "这里的检查点比您保存的旧：日志被截短，或者拿到的是旧的导出",
}
LINES = {"look": "查看", "act": "办理", "shown": "展示了内容"}
MOST_POLICY = 100_000
_OWN = "注意：公钥取自这个目录本身。请与公布的公钥核对，或者用 --key 给出。"


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
    seen: list[Vouch] = []
    try:
        if folder:
            kept = _read(old, MOST_BYTES) if old is not None else None
            seen = vouches(Folder(target).read(CHECKPOINT, MOST_NOTE), policy)
            found: Verified | Checked = Folder(target).verify(policy, start=start, end=end, old=kept)
        else:
            data = _read(target, MOST_BYTES)
            seen = vouches(Proof.parse(data).note, policy)
            found = check_proof(data, policy)
    except (LogFault, NoteError) as error:
        _refuse(error, seen, policy, as_json=as_json)
    except OSError as error:
        raise Failure("文件不能读取", cause=f"{target}：{why(error)}", remedy="请核对路径和权限") from None
    told = _folder_facts(found) if isinstance(found, Verified) else _proof_facts(found)
    cosigned = found.cosigned
    if as_json:
        facts = {**_head_facts(cosigned), **_witness_facts(seen, policy), **told}
        echo_json({"valid": True, "keys_from_folder": own, **facts})
    else:
        head = f"日志：{cosigned.checkpoint.origin}，共 {cosigned.checkpoint.size} 条"
        click.echo("\n".join([*_said(found), head, *_said_witnesses(seen, policy), *([_OWN] if own else [])]))


def _refuse(error: LogFault | NoteError, seen: list[Vouch], policy: Policy, *, as_json: bool) -> None:
    kind = str(error.fault) if isinstance(error, NoteError) else error.kind
    reason = SENTENCES[error.fault] if isinstance(error, NoteError) else WORDS[error.kind]
    where = error.where if isinstance(error, FolderFault) else ""
    if as_json:
        echo_json({"valid": False, "fault": kind, "reason": reason, "file": where, **_witness_facts(seen, policy)})
    else:
        said = _said_witnesses(seen, policy) if seen else []
        click.echo("\n".join([f"无效：{reason}{f'（{where}）' if where else ''}。", *said]))
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
    }


def _witness_facts(seen: list[Vouch], policy: Policy) -> dict[str, Any]:
    told = [
        {"name": one.name, "state": one.state, "at": _utc(one.at) if one.state == "signed" else None} for one in seen
    ]
    return {"witnesses": told, "quorum": quorum_state(seen, policy)}


def _proof_facts(found: Checked) -> dict[str, Any]:
    line = found.opening.line
    told = {name: getattr(line, name) for name in ("line", "organisation", "duty", "activity", "purpose", "case_ref")}
    return {"kind": "proof", "index": found.index, "at": _utc(line.at, 1_000_000), **told, "basis": line.basis}


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
        f"时间：{_china(line.at, 1_000_000)}",
        f"事项：{LINES[line.line]}，{name}{f'（用途 {line.purpose}）' if line.purpose else ''}",
        f"单位：{line.organisation or '本人'}，依据：{line.basis}",
        f"位置：日志的第 {found.index} 条",
    ]


def _said_witnesses(seen: list[Vouch], policy: Policy) -> list[str]:
    """Each witness, then all of them together: as the page says it."""
    good = sum(one.state == "signed" for one in seen)
    told = [VOUCHES[one.state].format(name=one.name, time=_china(one.at)) for one in seen]
    return [*told, VOUCHES[quorum_state(seen, policy)].format(all=len(seen), good=good)]


def _china(at: int, unit: int = 1) -> str:
    found = _moment(at, unit)
    return found.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if found else VOUCHES["never"]


def _utc(at: int, unit: int = 1) -> str | None:
    found = _moment(at, unit)
    return found.isoformat() if found else None


def _moment(at: int, unit: int) -> datetime | None:
    """A time that a file claims, which may be none of any calendar."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at * 1_000_000 // unit)
    except OverflowError:
        return None
