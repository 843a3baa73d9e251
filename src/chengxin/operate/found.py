"""What a real installation begins with (建立): keys, schema, the office that runs it, its first accounts.

Made at the console of the machine, with the owner's password: the three administrators and nobody else. Whoever comes
after them is let in by two of them (``chengxin user``).
"""

from __future__ import annotations

import psycopg

from chengxin.kernel.identity import Warn, check_identity
from chengxin.kernel.periods import CHINA
from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import Home
from chengxin.operate.safety import now
from chengxin.operate.seed import City, Signin, enter, prepare

_SYSTEM = "system"
_NOT_MADE = "没有建立账号"


def found(home: Home, *, host: str, organisation: str, name: str, area: str) -> None:
    """Keys, schema, the office, and the account that the worker runs as; safe to run again."""
    prepare(home, host)
    enter(home)
    with City(home, since=_today()) as city:
        city.organisation(organisation, name, area)
        if not _one(city.owner, "select 1 from cx.people_account where login = %s", _SYSTEM):
            city.account("", _SYSTEM, _SYSTEM, "平台程序", duty=_SYSTEM, organisation=organisation)


def appoint(home: Home, *, login: str, post: str, duty: str, organisation: str, holder: str) -> Signin:
    """The first of the three administrators of each kind, with a fresh password and second factor.

    Args:
        home: of a running real installation.
        login: what is typed at the sign-in page.
        post: what people read in "who looked at me": office and post, never a name.
        duty: one of the three that nobody holds yet.
        organisation: unified code of one that is there.
        holder: identity number of the human; kept as a keyed hash only.

    Raises:
        OperateError: the login is taken, the duty held or not one of the three, the human one of them already, the
            organisation unknown, the number wrong.
    """
    number = check_identity(holder.strip(), kind="citizen", today=now().astimezone(CHINA).date())
    if not number.valid or number.normalised is None or Warn.PREFIX_09 in number.warnings:
        raise OperateError("公民身份号码不正确", "请核对后重新输入；它不会显示，也不会保存。", what=_NOT_MADE)
    enter(home)
    from chengxin.people.api import ring

    with City(home, since=_today()) as city:
        _refuse_duty(city.owner, duty)
        if not _one(city.owner, "select 1 from cx.people_organisation where code = %s", organisation):
            raise OperateError(f"没有单位 {organisation}", "请核对 --org。", what=_NOT_MADE)
        hashed = ring().blind_index("citizen", number.normalised)
        try:
            return city.account("职员", login, "staff", post, duty=duty, organisation=organisation, holder=hashed)
        except psycopg.errors.IntegrityError as error:
            if error.diag.constraint_name in {"ACCOUNT-02", "ACCOUNT-04"}:
                cause = "这个人已经有账号，不能身兼两职"
                raise OperateError(cause, "三员必须是三个不同的人，也不办理业务。", what=_NOT_MADE) from None
            raise OperateError(f"账号 {login} 已经存在", "请换一个登录名。", what=_NOT_MADE) from None


def _refuse_duty(owner: psycopg.Connection, duty: str) -> None:
    from chengxin.people.api import ADMINISTRATORS

    if duty not in ADMINISTRATORS:
        three = "、".join(ADMINISTRATORS)
        remedy = f"请用 --duty 指明其中一个：{three}。其他岗位由三员开立和授予：chengxin user。"
        raise OperateError(f"{duty} 不是三员之一", remedy, what=_NOT_MADE)
    if _one(owner, "select 1 from cx.people_duty where duty = %s", duty):
        remedy = "第一个账号之后的，由三员开立和授予：chengxin user add、chengxin user grant。"
        raise OperateError(f"岗位 {duty} 已经有人担任", remedy, what=_NOT_MADE)


def _one(owner: psycopg.Connection, sql: str, value: str) -> bool:
    return owner.execute(sql.encode(), [value]).fetchone() is not None


def _today() -> str:
    return now().astimezone(CHINA).date().isoformat()
