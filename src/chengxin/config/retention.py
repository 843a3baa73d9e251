"""Retention of the framework's own table."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, no

TABLES: Final = (
    Table(
        "django_migrations",
        "已安装的数据库变更",
        Scope.LOCAL,
        guarded=False,
        until="安装存续期间",
        then="随安装一起删除",
        fields=no("id app name applied", "知道数据库是哪个版本"),
    ),
)
