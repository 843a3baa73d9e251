"""A serving process refuses to start when its login may do more than it was granted.

Only psycopg is needed, so that settings, worker and machine interface can ask before Django is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from chengxin.kernel.errors import ChengxinError
from chengxin.kernel.sqlfile import sql_query
from chengxin.kernel.words import three_lines

CAUSES = {
    "superuser": "角色 {role} 是超级用户，数据库的保护对它无效",
    "bypassrls": "角色 {role} 可以绕过行级保护（BYPASSRLS）",
    "createrole": "角色 {role} 可以新建和修改其他角色（CREATEROLE）",
    "createdb": "角色 {role} 可以新建数据库（CREATEDB）",
    "replication": "角色 {role} 可以复制全部数据（REPLICATION）",
    "member": "角色 {role} 属于角色 {object}，可以取得它的权限",
    "owns": "角色 {role} 拥有数据库对象，可以修改保护函数和数据表",
    "create_schema": "角色 {role} 可以在模式 {object} 中新建对象",
    "create_database": "角色 {role} 可以在数据库 {object} 中新建模式",
}


class OperateError(ChengxinError):
    """The installation is not as it must be (运行环境不符合要求).

    Args:
        cause: why, in Chinese, without personal data.
        remedy: what the operator does about it, exact to the command or SQL statement.
        what: the first of the three lines.
    """

    def __init__(self, cause: str, remedy: str, *, what: str = "不能启动") -> None:
        super().__init__(three_lines(what, cause, remedy))
        self.what = what
        self.cause = cause
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Problem:
    """One privilege too many: its kind, the cause in Chinese, the SQL statement that takes it away."""

    kind: str
    cause: str
    remedy: str


def refuse_privilege(connection: psycopg.Connection | str) -> list[Problem]:
    """Every privilege that the login of this connection (or DSN) must not have; empty when it may serve."""
    if isinstance(connection, str):
        with psycopg.connect(connection, connect_timeout=10) as own:
            return refuse_privilege(own)
    role = connection.info.user
    found = connection.execute(sql_query("ledger", "privilege").encode()).fetchall()
    return [
        Problem(kind, CAUSES[kind].format(role=role, object=thing), remedy)
        for kind, thing, remedy in (map(str, row) for row in found)
    ]


def ensure_unprivileged(dsn: str) -> None:
    """Refuse to serve as superuser, owner or BYPASSRLS, or with any other privilege too many.

    Raises:
        OperateError: with the statements that repair it, or because the database does not answer.
    """
    try:
        problems = refuse_privilege(dsn)
    except psycopg.OperationalError as error:
        raise OperateError(
            f"数据库没有接受连接（{error.sqlstate or '无应答'}）",
            "请运行 chengxin doctor，按提示修复后再启动。",
        ) from None
    if problems:
        raise OperateError(
            "；".join(problem.cause for problem in problems),
            "请由数据库管理员执行：" + " ".join(problem.remedy for problem in problems),
            what="程序拒绝以过高的数据库权限运行",
        )
