"""Retention of belonging (归属各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, keyed_hash, no, plain, sealed

_UNTIL = "所涉信息清除之日，不少于办结后三年"
_THEN = "删除行，密文随之消失"

TABLES: Final = (
    Table(
        "belonging_matter",
        "归属事项：提出的更正、合并、取消合并",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person matter act record other", "涉及谁和哪条信息，由哪次登记行为写入"),
            *key("case_no", "案件编号，办理人据此联系"),
            *no("kind origin origin_ref seq", "办什么，从什么开始，提出时看到的是哪一步"),
            *keyed_hash("id_hmac pair_hmac", "正确的人由哪个号码和姓名找到"),
            *sealed("sealed", "理由、凭据和正确的人，只对办理的两个人打开"),
            *plain("proposed_at proposed_on", "何时提出，期限由此计算"),
        ),
    ),
    Table(
        "belonging_decision",
        "第二人的决定",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person matter act", "对哪件事项，由哪次登记行为写入"),
            *plain("outcome decided_at decided_on", "结论和日期"),
            *sealed("sealed", "理由，只对办理人打开"),
        ),
    ),
    Table(
        "belonging_waiting",
        "待决定的归属事项；可以由事项和决定重新算出",
        Scope.PERSON,
        guarded=True,
        until="第二人决定，或者提出人撤回",
        then="当时删除",
        unbound="工作清单，不是事实：提出和决定各有登记行为",
        fields=(
            *key("person matter case_no", "谁的哪件事项"),
            *plain("proposed_at", "何时提出，清单按此排列"),
        ),
    ),
    Table(
        "belonging_recall",
        "更正通知：哪些单位曾看到归属有误的信息",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person recall act record", "谁的哪条信息，由哪次登记行为写入"),
            *no("way organisation purpose told_on", "移出还是移入，哪个单位，为了什么，何时通知"),
            *plain("case_ref looked_at", "单位自己的业务编号和查看时间；对正确的人只到日，不含编号"),
        ),
    ),
    Table(
        "belonging_relative",
        "近亲属申请：查阅、复制、更正死者的信息",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person application act", "死者，哪件申请，由哪次登记行为写入"),
            *key("case_no", "案件编号，窗口和审核员据此联系"),
            *no("kind organisation", "申请什么，哪个窗口受理"),
            *plain("relation filed_at filed_on", "与死者的关系，何时受理"),
            *keyed_hash("applicant", "申请人号码的键控哈希，防止办理自己的申请"),
            *sealed("sealed", "申请人、所见证明、利益说明，只对办理人打开"),
        ),
    ),
    Table(
        "belonging_granted",
        "近亲属申请的决定",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person application act", "对哪件申请，由哪次登记行为写入"),
            *plain("outcome decided_on until", "结论，日期，办理到哪天为止"),
            *sealed("sealed", "理由，只对办理人打开"),
        ),
    ),
    Table(
        "belonging_receipt",
        "更正通知的确认",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person recall act", "哪份通知，由哪次登记行为写入"),
            *no("at on_date", "何时确认"),
        ),
    ),
)
