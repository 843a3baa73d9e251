"""What a real installation begins with (建立): keys, schema, the office that runs it, its first accounts.

Made at the console of the machine, with the owner's password, until the administrators' screens come.
"""

from __future__ import annotations

import psycopg

from chengxin.kernel.organisation import check_uscc
from chengxin.kernel.periods import CHINA
from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import Home
from chengxin.operate.safety import now
from chengxin.operate.seed import City, Signin, enter, prepare

_SYSTEM = "system"
_PERSONAL = ("citizen", _SYSTEM, "machine_client")
"""Duties that no member of staff holds."""


def found(home: Home, *, host: str, organisation: str, name: str, area: str) -> None:
    """Keys, schema, the office, and the account that the worker runs as; safe to run again."""
    prepare(home, host)
    enter(home)
    with City(home, since=_today()) as city:
        city.organisation(organisation, name, area)
        if not _one(city.owner, "select 1 from cx.people_account where login = %s", _SYSTEM):
            city.account("", _SYSTEM, _SYSTEM, "平台程序", duty=_SYSTEM, organisation=organisation)


def add_account(home: Home, *, login: str, post: str, duty: str, organisation: str, name: str, area: str) -> Signin:
    """An account of a member of staff with a fresh password and second factor.

    Args:
        home: of a running real installation.
        login: what is typed at the sign-in page.
        post: what people read in "who looked at me": office and post, never a name.
        duty: one that the permission matrix knows.
        organisation: unified code; with `name` and `area` it is made where it is not there.
        name: of the organisation, '' where it is there.
        area: code of its area, '' where it is there.

    Raises:
        OperateError: the login is taken, or duty or organisation are unknown.
    """
    what = "没有建立账号"
    enter(home)
    with City(home, since=_today()) as city:
        sql = "select distinct duty from cx.people_permission where duty <> all(%s) order by duty"
        duties = [str(found) for (found,) in city.owner.execute(sql, [list(_PERSONAL)]).fetchall()]
        if duty not in duties:
            raise OperateError(f"没有岗位 {duty}", f"请用 --duty 指明其中一个：{'、'.join(duties)}", what=what)
        if check_uscc(organisation).error is not None:
            raise OperateError(f"{organisation} 不是统一社会信用代码", "请核对 --org。", what=what)
        if name and area:
            city.organisation(organisation, name, area)
        if not _one(city.owner, "select 1 from cx.people_organisation where code = %s", organisation):
            remedy = "第一次用到这个单位时，请加上 --org-name 和 --area。"
            raise OperateError(f"没有单位 {organisation}", remedy, what=what)
        try:
            return city.account("职员", login, "staff", post, duty=duty, organisation=organisation)
        except psycopg.errors.UniqueViolation:
            raise OperateError(f"账号 {login} 已经存在", "请换一个登录名。", what=what) from None


def _one(owner: psycopg.Connection, sql: str, value: str) -> bool:
    return owner.execute(sql.encode(), [value]).fetchone() is not None


def _today() -> str:
    return now().astimezone(CHINA).date().isoformat()
