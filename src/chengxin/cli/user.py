"""``chengxin user``: accounts of officials and their duties (账号与职责), for the three administrators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click

from chengxin.cli.officer import enter, refusing
from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json

T = TypeVar("T")
KEEP = click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
DAY = click.DateTime(["%Y-%m-%d"])
WHY = click.option("--why", default="", help="理由，给审计管理员看；再授予一项职责时必须写。")


def _by(who: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    return click.option("--as", "by", required=True, help=f"{who}的账号。")


@click.group()
def user_group() -> None:
    """工作人员的账号和职责：系统管理员开立账号，安全管理员授予职责。"""


@user_group.command("list", cls=OperatorCommand)
@_by("系统管理员、安全管理员或审计管理员")
@KEEP
@JSON
def list_command(*, by: str, keep: Path | None, as_json: bool) -> None:
    """列出工作人员和业务系统的账号。"""
    token = enter(by, keep)
    from chengxin.people.api import DUTIES, accounts

    found = _asked(lambda: accounts(token))
    if as_json:
        names = ("login", "kind", "post", "organisation", "duties", "disabled")
        days = ("opened_on", "signed_on")
        echo_json(
            [
                {name: getattr(one, name) for name in names} | {name: str(getattr(one, name) or "") for name in days}
                for one in found
            ]
        )
        return
    for one in found:
        state = "已停用" if one.disabled else "、".join(DUTIES.get(d, d) for d in one.duties) or "没有职责"
        last = f"最后登录 {one.signed_on}" if one.signed_on else "没有登录过"
        click.echo(f"{one.login:<20} {one.organisation_name}  {one.post}  {state}  {one.opened_on} 开立，{last}")


@user_group.command("add", cls=OperatorCommand)
@click.argument("login")
@click.option("--org", "organisation", required=True, help="单位的统一社会信用代码。")
@click.option("--post", required=True, help="岗位；当事人在“谁查看过我”里看到的就是它，不写姓名。")
@click.option("--admin", is_flag=True, help="账号给三员之一用。")
@WHY
@_by("系统管理员")
@KEEP
def add_command(*, login: str, organisation: str, post: str, admin: bool, why: str, by: str, keep: Path | None) -> None:
    """开立账号 LOGIN，还没有任何职责。密码和动态码密钥只显示这一次。"""
    token = enter(by, keep)
    from chengxin.people.api import open_account

    holder = _holder("持有人的证件号码（不显示，只保存它的键控哈希）")
    made = _asked(
        lambda: open_account(
            token, login=login.lower(), post=post, organisation=organisation, holder=holder, admin=admin, reason=why
        )
    )
    click.echo(f"账号 {login.lower()} 已开立。密码 {made.password}，动态码密钥 {made.totp_secret}。请当面交给持有人。")
    click.echo(f"下一步由安全管理员授予职责：chengxin user grant {login.lower()} 岗位 --as …")


@user_group.command("grant", cls=OperatorCommand)
@click.argument("login")
@click.argument("duty")
@click.option("--from", "begin", type=DAY, help="第一天；不写是今天。")
@click.option("--to", "end", type=DAY, help="最后一天；不写是没有期限。")
@click.option("--deputy-for", default="", help="代理哪个账号；要写明最后一天。")
@WHY
@_by("安全管理员")
@KEEP
def grant_command(
    *,
    login: str,
    duty: str,
    begin: datetime | None,
    end: datetime | None,
    deputy_for: str,
    why: str,
    by: str,
    keep: Path | None,
) -> None:
    """授予账号 LOGIN 职责 DUTY，如 clerk、reviewer、data_officer。"""
    token = enter(by, keep)
    from chengxin.ledger.api import today
    from chengxin.people.api import DUTIES, grant

    first, last = _day(begin) or today(), _day(end)
    given = _asked(lambda: grant(token, login, duty, begin=first, end=last, deputy_for=deputy_for, reason=why))
    if not given:
        click.echo(f"{login} 已经有过职责，再授予一项要由另一位管理员确认：系统管理员登录，在“待确认”里办理。")
        return
    click.echo(f"{login} 从 {first} 起担任{DUTIES.get(duty, duty)}{f'，到 {last}' if last else ''}。")


@user_group.command("end", cls=OperatorCommand)
@click.argument("login")
@click.argument("duty")
@click.option("--last", type=DAY, help="最后一天；不写是马上终止。")
@WHY
@_by("安全管理员")
@KEEP
def end_command(*, login: str, duty: str, last: datetime | None, why: str, by: str, keep: Path | None) -> None:
    """终止账号 LOGIN 的职责 DUTY。"""
    token = enter(by, keep)
    from chengxin.ledger.api import today
    from chengxin.people.api import end_duty

    day = _day(last) or today() - timedelta(days=1)
    _asked(lambda: end_duty(token, login, duty, last=day, reason=why))
    click.echo(f"{login} 的职责 {duty} 已终止，最后一天是 {day}。")


@user_group.command("disable", cls=OperatorCommand)
@click.argument("login")
@WHY
@_by("系统管理员或安全管理员")
@KEEP
def disable_command(*, login: str, why: str, by: str, keep: Path | None) -> None:
    """马上停用账号 LOGIN；已经登录的也不能再用。"""
    token = enter(by, keep)
    from chengxin.people.api import disable

    _asked(lambda: disable(token, login, reason=why))
    click.echo(f"账号 {login} 已停用。")


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None  # click hands out moments


def _holder(prompt: str) -> str:
    from chengxin.kernel.identity import check_identity

    typed = click.prompt(prompt, hide_input=True)
    said = check_identity(typed.strip(), today=datetime.now(UTC).date(), kind="citizen")
    if not said.valid:
        raise Failure("没有开立", cause="证件号码不正确", remedy="请核对后重新输入，号码不会显示也不会保存")
    return str(said.normalised)


def _asked(call: Callable[[], T]) -> T:
    return refusing(call, remedy="请核对 --as 和账号清单（chengxin user list）")
