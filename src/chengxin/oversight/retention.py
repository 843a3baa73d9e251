"""Retention of oversight: incidents name kinds and numbers, never a person."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, no

_UNTIL = "办结之日起满五年"
_THEN = "删除"

TABLES: Final = (
    Table(
        "oversight_incident",
        "信息安全事件",
        Scope.LOCAL,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("incident act", "事件编号，由哪次登记行为写入"),
            *no("case_no opened_at", "案件编号，何时登记"),
            *key("pseudonym_key", "证据导出时给人员和账号编代号；没有它，代号认不出是谁"),
        ),
    ),
    Table(
        "oversight_event",
        "信息安全事件的步骤",
        Scope.LOCAL,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("incident act actor", "哪起事件，由哪个账号办理，据此核对是不是两个人"),
            *no(
                "seq from_state to_state activity organisation at body",
                "何时由哪个单位办理了哪一步，写了什么；文字里不得有证件号码",
            ),
        ),
    ),
    Table(
        "oversight_backup",
        "在页面上请求的备份",
        Scope.LOCAL,
        guarded=True,
        until="长期",
        then="不删除：何时请求、何时做成，没有人的信息",
        fields=(
            *key("act cancelled", "由哪次登记行为写入，由哪次取消"),
            *no(
                "asked_at taken_at ended_at bytes cause remedy", "何时请求、何时开始和结束，多大，没有做成的原因和办法"
            ),
        ),
    ),
    Table(
        "oversight_paper",
        "制度文件各版本的步骤：起草、送审、公布、撤回",
        Scope.LOCAL,
        guarded=True,
        until="长期",
        then="不删除：过去的每一天按哪一版办事，要说得出来",
        fields=(
            *key("act actor", "由哪次登记行为写入，由哪个账号办理，据此核对是不是两个人"),
            *no(
                "code number seq from_state to_state activity organisation at body",
                "哪份文件哪一版，何时办理了哪一步，文字",
            ),
        ),
    ),
)
