"""``chengxin check``: the verdicts of intake about a file, without server, database or network (校验)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from chengxin.cli.files import readable, why
from chengxin.cli.findings import names_of, section, to_destroy
from chengxin.cli.output import Failure, echo_json
from chengxin.cli.progress import progress
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import KINDS, OrganisationFacts
from chengxin.intake.judging.child import JudgingFailed, Opened
from chengxin.intake.reading import COMMAND_LINE
from chengxin.intake.result import ImportResult
from chengxin.intake.trial import tried
from chengxin.kernel.periods import CHINA

LAWFUL_TODAY = frozenset({"INTAKE-20", "INTAKE-66"})
"""Whether the item is in force today, and this organisation's to report: the definition at hand may be an old one.
Neither is asked of withdrawals.
"""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--item", "code", help="目录条目代码，如 XZCF。")
@click.option("--definition", "exported", type=click.Path(path_type=Path), help="平台导出的条目定义（JSON）。")
@click.option(
    "--kind", type=click.Choice(KINDS), default="report", show_default=True, help="报送、更正、撤回，或历史数据。"
)
@click.option("--org", "organisation", help="报送单位的统一社会信用代码；不写则不核对来源单位。")
@click.option("--demo", is_flag=True, help="按演示平台校验：只收 09 开头的测试号码。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def check_command(
    *,
    file: Path,
    code: str | None,
    exported: Path | None,
    kind: str,
    organisation: str | None,
    demo: bool,
    as_json: bool,
) -> None:
    """按目录条目校验 FILE，不需要服务器、数据库和网络。

    全部可以接收返回 0，有需要改正的行返回 1，文件不能读取或用法不对返回 2。
    """
    definition = _definition(code, exported)
    readable(file)
    try:
        with progress("已校验") as show:
            opened, result = _check(file, definition, kind=kind, organisation=organisation, demo=demo, show=show)
    except UnreadableFile as error:
        raise Failure("文件不能读取", cause=error.reason, remedy=error.remedy) from None
    except OSError as error:
        raise Failure("文件不能读取", cause=f"{file}：{why(error)}", remedy="请核对路径和权限") from None
    except (JudgingFailed, KeyError, TypeError) as error:
        cause, remedy = f"条目定义不完整，或程序有错（{error}）", "请从平台重新导出条目定义；仍然出现请告诉平台管理员"
        raise Failure("不能校验", cause=cause, remedy=remedy) from None
    if as_json:
        echo_json(result.as_json())
    else:
        click.echo("\n".join(_report(opened, result, definition, kind)))
    raise SystemExit(0 if result.accepted == result.total else 1)


def _check(
    file: Path, definition: Mapping[str, Any], *, kind: str, organisation: str | None, demo: bool, show: Any
) -> tuple[Opened, ImportResult]:
    """Judge the whole file; what is clean would be accepted."""
    found = tried(
        file,
        definition=definition,
        organisation=OrganisationFacts(organisation, "") if organisation else None,  # the registered name is not known
        mode="demo" if demo else "production",
        today=datetime.now(CHINA).date(),
        kind=kind,
        limits=COMMAND_LINE,
        progress=show,
    )
    said = {code for _, code, _ in found.counted}
    lawful = frozenset() if kind == "withdraw" else LAWFUL_TODAY - said
    return found.opened, replace(found.result, not_checked=tuple(sorted({*found.result.not_checked, *lawful})))


# ---- the item ------------------------------------------------------------------------------------


def _definition(code: str | None, exported: Path | None) -> Mapping[str, Any]:
    """The item as exported from a platform, or as this program brings it along."""
    if exported is not None:
        definition = _exported(exported)
        if code not in (None, definition["item"]["code"]):
            raise Failure("条目不符", cause=f"定义文件是 {definition['item']['code']}", remedy="请核对 --item")
        return definition
    known = dict(_packaged())
    if code in known:
        general = _toml("general.toml")
        found = known[code]
        return _toml("prohibited.toml") | found | {"parameter": [*found["parameter"], *general["parameter"]]}
    listed = "、".join(f"{each}（{item['item']['name']}）" for each, item in sorted(known.items()))
    cause = f"没有代码为 {code} 的条目" if code else "没有写 --item 或 --definition"
    raise Failure("不知道按哪个目录条目校验", cause=cause, remedy=f"请从这些条目中选：{listed}")


def _exported(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        definition = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(definition, dict) and "code" in definition.get("item", {}):
            return _toml("prohibited.toml") | definition
    raise Failure("条目定义不能读取", cause=f"{path} 不是平台导出的 JSON 定义", remedy="请在条目页面重新导出")


def _packaged() -> Iterator[tuple[str, dict[str, Any]]]:
    folder = files("chengxin.catalog") / "seed" / "items"
    for entry in folder.iterdir():
        if entry.name.endswith(".toml"):
            definition = tomllib.loads(entry.read_text(encoding="utf-8"))
            yield definition["item"]["code"], definition


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files("chengxin.catalog") / "seed" / name).read_text(encoding="utf-8"))


# ---- for people ----------------------------------------------------------------------------------


def _report(opened: Opened, result: ImportResult, definition: Mapping[str, Any], kind: str) -> Iterator[str]:
    item = definition["item"]
    names = names_of(definition)
    form = opened.words
    yield f"条目：{item['name']}（{item['code']} 第 {item['version']} 版）。格式：{form}。"
    counts = f"可以接收 {result.accepted:,}，需要改正 {result.refused:,}"
    yield f"共 {result.total:,} 行：{counts}。忽略空行和说明 {result.ignored:,} 行。"
    if kind == "legacy":
        yield from to_destroy(result)
    for title, found in (("需要改正", result.errors), ("请留意，不影响接收", result.warnings)):
        yield from section(title, found, names, more="加 --json 看全部")
    yield ""
    yield f"没有核对（要在平台上核对）：{'、'.join(result.not_checked)}。"
