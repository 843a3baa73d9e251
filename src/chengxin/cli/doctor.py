"""``chengxin doctor``: the state of the installation, with cause and remedy (体检)."""

from __future__ import annotations

from pathlib import Path

import click

from chengxin.cli.output import echo_json

WORDS = {"ok": "正常", "skip": "未查", "warn": "注意", "fail": "故障"}


@click.command()
@click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
@click.option("--recount", "mend", is_flag=True, help="先按登记的事实重新生成待办清单和件数，其间办理要稍等。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def doctor_command(keep: Path | None, *, mend: bool, as_json: bool) -> None:
    """检查运行环境，说明原因和办法。有故障返回 1，否则返回 0。"""
    from dataclasses import asdict

    from chengxin.ledger.privilege import OperateError
    from chengxin.operate.doctor import Finding, State, counted, examine
    from chengxin.operate.recount import made_again
    from chengxin.operate.running import home_of

    findings = examine(keep)
    try:
        home = home_of(keep)
    except OperateError:
        home = None  # the examination says so
    if home is not None:
        done, broken = made_again(home) if mend else ({}, "")
        for name, count in done.items():
            click.echo(f"已改正  {name}{count:,}处", err=as_json)
        if broken:
            left = "：已改正的有效，其余的没有改" if done else "，什么都没有改"
            cause = f"重新生成没有做完（{broken}）{left}"
            findings.append(Finding("kept", State.FAIL, cause, "请确认数据库正常，再执行一次同样的命令。"))
        findings.append(counted(home))
    healthy = all(finding.state is not State.FAIL for finding in findings)
    if as_json:
        echo_json({"ok": healthy, "checks": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            click.echo(f"{WORDS[finding.state]}  {finding.cause}")
            if finding.remedy:
                click.echo(f"      怎么办：{finding.remedy}")
    raise SystemExit(0 if healthy else 1)
