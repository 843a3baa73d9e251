"""Retention of redress: objections and decisions (异议与决定)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, plain, sealed

_UNTIL = "所争议的信息清除之日，不少于办结后三年"
_THEN = "删除行，密文随之消失"

TABLES: Final = (
    Table(
        "redress_objection",
        "异议",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person objection act record", "谁对哪条信息提出，由哪次登记行为写入"),
            *key("case_no", "案件编号，当事人和办理人据此联系"),
            *plain("ground froze filed_at filed_on", "理由、是否冻结、何时提出，期限由此计算"),
            *sealed("statement", "当事人的陈述，只对本人和办理人打开"),
        ),
    ),
    Table(
        "redress_decision",
        "异议决定",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person objection act", "对哪件异议，由哪次登记行为写入"),
            *plain("outcome decided_at decided_on", "结论和日期"),
            *sealed("reasons", "决定理由，只对本人和办理人打开"),
        ),
    ),
    Table(
        "redress_open",
        "待办的异议；可以由异议和决定重新算出",
        Scope.PERSON,
        guarded=True,
        until="异议决定",
        then="当时删除",
        unbound="工作清单，不是事实：提出和决定各有登记行为",
        fields=(
            *key("person objection case_no", "谁的哪件异议"),
            *plain("ground filed_on", "理由和何时提出，清单按此挑选和排列"),
        ),
    ),
)
