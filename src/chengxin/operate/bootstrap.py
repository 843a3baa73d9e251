"""Roles, database and schema (初始化数据库): the same on the embedded and on any other server, safe to run again."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from chengxin.ledger.privilege import OperateError, Problem, ensure_unprivileged, refuse_privilege
from chengxin.operate.home import ROLES, SERVING, Home

__all__ = ["OperateError", "Problem", "bootstrap", "ensure_unprivileged", "refuse_privilege", "seal_clone"]

MINIMUM = 16
_SQL = Path(__file__).parent / "sql"
_LOCK = 0x43_58_00_01  # advisory lock: one bootstrap at a time on one server


def bootstrap(home: Home, admin_url: str = "") -> None:
    """Make or repair our roles, the database and its schema ``cx``.

    Args:
        home: the data folder; the roles get its passwords.
        admin_url: administrator's URL of an external server; without it the embedded server, which must be running.

    Raises:
        OperateError: the server is too old, the login is no administrator, or a role belongs to another installation.
    """
    server = admin_url or home.admin_dsn()
    with _connect(server, dbname="postgres") as admin:  # ours may not be there yet
        admin.execute("select pg_advisory_lock(%s)", [_LOCK])
        _refuse_unfit(admin, home)
        _make(admin, home)
        if not home.external:
            admin.execute(_statement("server"))
    with _connect(server, dbname=home.database) as admin:
        admin.execute(_statement("schema", application=_names(SERVING)))


def seal_clone(admin: psycopg.Connection, database: str) -> None:
    """Close a clone of our database: it has the contents, but neither the privileges nor the settings."""
    values = {"database": sql.Identifier(database), "roles": _names(ROLES)}
    admin.execute(_statement("database", **values))
    for role in ROLES:
        admin.execute(_statement("settings", role=sql.Identifier(role), database=values["database"]))


def _make(admin: psycopg.Connection, home: Home) -> None:
    existing = {str(name) for (name,) in admin.execute("select rolname from pg_roles").fetchall()}
    for role in ROLES:
        if role not in existing:
            admin.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
            _mark(admin, role, home)
    database = sql.Identifier(home.database)
    if not admin.execute("select 1 from pg_database where datname = %s", [home.database]).fetchone():
        admin.execute(sql.SQL("create database {} template template0").format(database))
    for role in ROLES:
        verifier = admin.pgconn.encrypt_password(home.password(role).encode(), role.encode(), b"scram-sha-256")
        statement = _statement(
            "role",
            role=sql.Identifier(role),
            verifier=sql.Literal(verifier.decode()),
            mark=sql.Literal(_owner_mark(home)),
            replication=sql.SQL("replication" if role == "backup" else "noreplication"),
        )
        admin.execute(statement)
        admin.execute(_statement("settings", role=sql.Identifier(role), database=database))
    admin.execute(_statement("database", database=database, roles=_names(ROLES)))


def _refuse_unfit(admin: psycopg.Connection, home: Home) -> None:
    if admin.info.server_version < MINIMUM * 10_000:
        raise OperateError(
            f"数据库是 PostgreSQL {admin.info.server_version // 10_000}，至少需要 {MINIMUM}",
            f"请升级数据库到 PostgreSQL {MINIMUM} 或更高版本，或不设置 CHENGXIN_DATABASE_URL，使用内置数据库。",
        )
    if not admin.execute("select 1 from pg_roles where rolname = session_user and rolsuper").fetchone():
        raise OperateError(
            "CHENGXIN_DATABASE_URL 的登录角色不是数据库管理员（超级用户）",
            "请换成管理员的连接地址。它只在初始化时使用，服务进程拿不到它。",
        )
    marks = admin.execute(
        "select rolname, shobj_description(oid, 'pg_authid') from pg_roles where rolname = any(%s)", [list(ROLES)]
    ).fetchall()
    foreign = sorted(str(role) for role, mark in marks if mark != _owner_mark(home))
    if foreign:
        raise OperateError(
            f"数据库中已有不属于本安装的角色：{'、'.join(foreign)}",
            "请换一个数据库服务器；如果这些角色属于本系统的旧安装，请用当时的数据目录（--keep）启动。",
        )


def _mark(admin: psycopg.Connection, role: str, home: Home) -> None:
    """Mark a role as ours at once, so that an interrupted bootstrap can be run again."""
    comment = sql.SQL("comment on role {} is {}").format(sql.Identifier(role), sql.Literal(_owner_mark(home)))
    admin.execute(comment)


def _owner_mark(home: Home) -> str:
    return f"chengxin {home.installation}"


def _connect(url: str, **changes: str) -> psycopg.Connection:
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url, **changes).items()}
        return psycopg.connect(make_conninfo(**{"connect_timeout": "10", **parts}), autocommit=True)
    except psycopg.Error as error:
        # The text of the error may hold the address, never the password.
        raise OperateError(
            f"连接不上数据库：{str(error).splitlines()[0]}",
            "请检查 CHENGXIN_DATABASE_URL 中的地址、用户名和密码，以及数据库是否在运行。",
        ) from None


def _names(roles: tuple[str, ...] | list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, roles))


def _statement(name: str, **values: sql.Composable) -> sql.Composed:
    return sql.SQL((_SQL / f"{name}.sql").read_text("utf-8")).format(**values)
