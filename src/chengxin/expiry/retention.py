"""Retention of expiry's tables (到期销毁各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, no

TABLES: Final = (
    Table(
        "expiry_cursor",
        "到期销毁办到登记簿的哪一行",
        Scope.LOCAL,
        guarded=True,
        until="安装存续期间",
        then="随安装一起删除",
        fields=no(
            "rule epoch xid id kept_on complete_from", "哪条规则办到哪一行，何时复查过留存的行，从哪天起没有销毁"
        ),
    ),
    Table(
        "expiry_kept",
        "到期以后还需要的登记行，为什么留存",
        Scope.PERSON,
        guarded=True,
        until="留存的原因消失之日",
        then="与登记行一起删除",
        unbound="由程序按规则写入；销毁了多少行另有登记行",
        fields=(
            *key("person id", "哪一行"),
            *no("reason since", "为什么留存，从哪天起"),
        ),
    ),
)
