"""``chengxin import``: a department's file into the platform (导入)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chengxin.cli.files import readable, why, writable
from chengxin.cli.findings import names_of, section, to_destroy
from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json
from chengxin.cli.progress import progress

if TYPE_CHECKING:
    from chengxin.intake.api import Imported

AGAIN = "请重新导入同一个文件，已经入库的行不会重复；再次出现请联系平台管理员"
MORE = "加 --json 看全部，或用 --errors 文件名.xlsx 写出需要改正的行"
LEGACY = (
    "导入历史数据，同 --kind legacy：不利的信息告知本人、等待期满以前不产生作用，告知书分批发出；"
    "表彰、许可等没有不利影响的信息入库就产生作用，不发告知书；"
    "期限已过的行不导入，行号全部列出，应当在原系统销毁。"
)


class ImportCommand(OperatorCommand):
    """The command; what was taken before the database failed stays."""

    mended = "重新导入同一个文件，已经入库的行不会重复"


@click.command(cls=ImportCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--item", required=True, help="目录条目代码，如 XZCF。")
@click.option("--org", "organisation", required=True, help="报送单位的统一社会信用代码。")
@click.option("--as", "login", required=True, help="报送人的账号。")
@click.option(
    "--kind",
    type=click.Choice(["report", "correct", "withdraw", "legacy"]),
    help="报送、更正、撤回，或历史数据；不写是 report。",
)
@click.option("--legacy", is_flag=True, help=LEGACY)
@click.option("--errors", type=click.Path(path_type=Path), help="把需要改正的行写成这个 Excel 文件。")
@click.option("--keep", type=click.Path(path_type=Path), help="演示城市的数据目录。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def import_command(
    *,
    file: Path,
    item: str,
    organisation: str,
    login: str,
    kind: str | None,
    errors: Path | None,
    keep: Path | None,
    legacy: bool,
    as_json: bool,
) -> None:
    """把 FILE 按目录条目导入。

    全部接收返回 0，有退回或待核返回 1，文件不能读取、用法不对或者没有做完返回 2。
    """
    if legacy and kind not in (None, "legacy"):
        cause = f"--legacy 是导入历史数据，不能和 --kind {kind} 一起写"
        raise Failure("命令的写法不对", cause=cause, remedy="请只写其中一个")
    kind = "legacy" if legacy else kind or "report"
    readable(file)
    if errors is not None:
        writable(errors)
    from chengxin.operate.running import home_of

    os.environ.update(home_of(keep).environment("web", signin=True))
    from chengxin.config.setup import start_django

    start_django()
    names = _names(item)  # asked now: once the rows are in, nothing may come between them and the report
    imported = _import(file, item, kind, organisation=organisation, login=login, returned=errors is not None)
    result = imported.result
    # Said before the workbook is tried: whatever becomes of it, the rows are in.
    if as_json:
        echo_json(result.as_json())
    else:
        click.echo("\n".join(_report(imported, names, kind)))
    if errors is not None:
        _write(file, errors, imported, item, kind)
    raise SystemExit(0 if result.accepted + result.unchanged == result.total else 1)


def _import(file: Path, item: str, kind: str, *, organisation: str, login: str, returned: bool) -> Imported:
    """Give the file to intake in the name of an officer.

    Raises:
        Failure: nothing was taken, or the reading broke off.
    """
    from chengxin.intake.api import COMMAND_LINE, JudgingFailed, UnreadableFile, import_file
    from chengxin.kernel.errors import Refused
    from chengxin.people.api import console_session, whoami

    try:
        token = console_session(login)
        account = whoami(token)
        if account is None or account.organisation != organisation:
            raise Failure("账号与单位不符", cause=f"账号 {login} 不属于 {organisation}", remedy="请核对 --org 和 --as")
        with progress("已校验") as show:
            return import_file(token, file, item=item, kind=kind, limits=COMMAND_LINE, progress=show, returned=returned)
    except UnreadableFile as error:
        what = "不能按这个目录条目导入" if error.code == "INTAKE-20" else "文件不能读取"
        raise Failure(what, cause=error.reason, remedy=error.remedy) from None
    except Refused as error:
        if error.code == "INTAKE-69":
            raise Failure("没有导完", cause=_sentence(error.code), remedy=AGAIN) from None
        raise Failure("不能导入", cause=_sentence(error.code), remedy="请按提示处理后重试") from None
    except JudgingFailed as error:
        raise Failure("没有导完", cause=f"校验程序出错（{error}）", remedy=AGAIN) from None
    except OSError as error:
        raise Failure("没有导完", cause=f"{error.filename or file}：{why(error)}", remedy=AGAIN) from None


def _write(file: Path, target: Path, imported: Imported, item: str, kind: str) -> None:
    """Write the rows to put right, where there are any.

    Raises:
        Failure: it cannot be written; what was imported stays.
    """
    from chengxin.intake.api import JudgingFailed, TooManyRows, UnreadableFile, write_workbook

    what = "文件已经导入，但不能写出需改正的行"
    if imported.batch is None or not (imported.result.errors or imported.result.held_rows):
        click.echo(f"没有可以写入 {target} 的行，没有写这个文件。", err=True)
        return
    try:
        write_workbook(file, target, imported, item=item, kind=kind)
    except (TooManyRows, UnreadableFile) as error:
        raise Failure(what, cause=error.reason, remedy=error.remedy) from None
    except JudgingFailed as error:
        raise Failure(what, cause=f"校验程序出错（{error}）", remedy=AGAIN) from None
    except OSError as error:
        raise Failure(what, cause=f"{target}：{why(error)}", remedy=AGAIN) from None


def _names(code: str) -> Mapping[str, str]:
    from chengxin.catalog.api import item, version, versions

    # What was reported can be withdrawn after its item was.
    found = item(code) or next((version(code, one.version) for one in versions(code)), None)
    return names_of(found.definition) if found else {}


def _report(imported: Imported, names: Mapping[str, str], kind: str) -> Iterator[str]:
    result = imported.result
    yield f"格式：{imported.form}。批次：{imported.batch or '没有开立'}"
    yield (
        f"共 {result.total:,} 行：入库 {result.accepted:,}，已有未变 {result.unchanged:,}，"
        f"退回 {result.refused:,}，待核 {result.held:,}。忽略空行和说明 {result.ignored:,} 行。"
    )
    if kind == "legacy":
        yield from to_destroy(result)
    yield from section("退回，需要改正", result.errors, names, more=MORE)
    yield from section("待核，等待人工核对", result.held_rows, names, more=MORE)
    yield from section("请留意，不影响接收", result.warnings, names, more="加 --json 看全部")


def _sentence(code: str) -> str:
    from chengxin.portal.words import sentence

    return f"{sentence(code)}（{code}）"
