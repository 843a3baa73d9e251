"""``chengxin incident``: the register of security incidents, their evidence (信息安全事件)."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chengxin.cli.files import why
from chengxin.cli.officer import prove_anew
from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json
from chengxin.cli.signed_file import bytes_of, invalid, known_keys
from chengxin.kernel.note import SENTENCES, NoteError
from chengxin.kernel.periods import CHINA
from chengxin.oversight.exports import MOST_BYTES, BadEvidence, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chengxin.oversight.api import Standing

_KEEP = click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
_AS = click.option("--as", "login", required=True, help="信息安全员的账号。")


@click.group()
def incident_group() -> None:
    """信息安全事件：登记册、证据导出和核验。"""


@incident_group.command("list", cls=OperatorCommand)
@_AS
@_KEEP
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def list_command(login: str, keep: Path | None, *, as_json: bool) -> None:
    """列出事件和期限，最急的在前。有逾期的返回 1。"""
    with _session(keep, login) as token:
        from chengxin.oversight.api import incidents

        found = incidents(token)
    late = [one for one in found if one.running and one.overdue]
    if as_json:
        echo_json({"total": len(found), "overdue": len(late), "incidents": [_told(one) for one in found]})
    else:
        click.echo(f"共 {len(found)} 起，逾期 {len(late)} 起")
        for one in found:
            click.echo(f"{one.incident.case_no}  {one.incident.state_label}  {one.incident.kind_label}  {_clocks(one)}")
    raise SystemExit(1 if late else 0)


@incident_group.command("export", cls=OperatorCommand)
@click.argument("case_no")
@click.argument("file", type=click.Path(path_type=Path))
@_AS
@_KEEP
def export_command(case_no: str, file: Path, login: str, keep: Path | None) -> None:
    """把事件 CASE_NO 的证据导出到 FILE（ZIP）。导出会登记。"""
    with _session(keep, login, prove=True) as token:
        from chengxin.oversight.api import incidents
        from chengxin.oversight.exports import evidence_zip

        found = next((one.incident for one in incidents(token) if one.incident.case_no == case_no), None)
        if found is None:
            raise Failure(
                "没有这起事件", cause=f"登记册里没有 {case_no}", remedy="请用 chengxin incident list 核对编号"
            )
        data = evidence_zip(token, found)
    try:
        with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as target:
            target.write(data)
    except OSError as error:
        raise Failure("文件不能写入", cause=f"{file}：{why(error)}", remedy="请换一个还不存在的文件名") from None
    click.echo(f"已导出：{file}，{len(data):,} 字节")


@incident_group.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "keys", required=True, multiple=True, help="平台的公钥，可以给出多个。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def verify_command(file: Path, keys: tuple[str, ...], *, as_json: bool) -> None:
    """核验证据文件 FILE，不需要联网。有效返回 0，无效返回 1，文件不能读取或用法不对返回 2。"""
    known = known_keys(keys)
    try:
        found = verify(bytes_of(file, most=MOST_BYTES), known)
    except (NoteError, BadEvidence) as error:
        invalid(SENTENCES[error.fault] if isinstance(error, NoteError) else str(error), as_json=as_json)
    if as_json:
        echo_json(
            {
                "valid": True,
                "case": found.case_no,
                "lines": found.lines,
                "files": list(found.files),
                "signed_by": list(found.signed_by),
            }
        )
    else:
        lines = found.lines.replace(" of ", "/")
        click.echo(f"有效：由 {'、'.join(found.signed_by)} 签名。")
        click.echo(f"事件 {found.case_no}，{len(found.files)} 个文件，登记行 {lines}。")


@contextmanager
def _session(keep: Path | None, login: str, *, prove: bool = False) -> Iterator[bytes]:
    """A session of the officer at the console, closed at the end."""
    from chengxin.operate.running import home_of

    os.environ.update(home_of(keep).environment("web", signin=True))
    from chengxin.config.setup import start_django

    start_django()
    from chengxin.kernel.errors import Refused
    from chengxin.people.api import console_session, sign_out

    try:
        token = console_session(login)
    except Refused:
        raise Failure("账号不能使用", cause=f"没有账号 {login}", remedy="请核对 --as") from None
    try:
        if prove:
            prove_anew(token)
        yield token
    except Refused as error:
        from chengxin.portal.words import sentence

        raise Failure("没有办成", cause=sentence(error.code), remedy=f"规则编号 {error.code}") from None
    finally:
        sign_out(token)


def _told(one: Standing) -> dict[str, object]:
    return {
        "case": one.incident.case_no,
        "state": one.incident.state,
        "kind": one.incident.facts["kind"],
        "level": one.incident.facts.get("level", ""),
        "discovered_at": one.incident.discovered_at.isoformat(),
        "clocks": [
            {
                "name": clock.name,
                "due": clock.due.isoformat(),
                "done_at": clock.done_at.isoformat() if clock.done_at else None,
                "overdue": clock.overdue(one.now),
            }
            for clock in one.clocks
        ],
    }


def _clocks(one: Standing) -> str:
    return "；".join(
        f"{clock.label}最迟 {clock.due.astimezone(CHINA):%Y-%m-%d %H:%M}，{clock.remaining(one.now)}"
        for clock in one.running
    )
