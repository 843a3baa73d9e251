"""Retention of notice: letters and the evidence of service (告知书与送达证据)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, no, plain

_UNTIL = "所告知的信息清除之日"
_THEN = "随该信息一起删除"

TABLES: Final = (
    Table(
        "notice_letter",
        "告知书；正文由信息本身和模板生成，不另存一份",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person letter act record", "给谁的哪封告知书，说的是哪条信息，由哪次登记行为写入"),
            *no("record_version template", "说的是第几版，用哪个模板"),
            *plain("issued_at issued_on", "何时发出"),
        ),
    ),
    Table(
        "notice_evidence",
        "送达证据：放入、打开",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person evidence act letter", "谁的哪封告知书，由哪次登记行为写入"),
            *plain("channel event at on_date", "通过什么渠道，何时放入、何时打开"),
            *no("digest", "证明当时看到的是哪些文字"),
        ),
    ),
)
