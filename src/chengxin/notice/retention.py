"""Retention of notice: letters, their words, the evidence of service, contact data (告知书与送达证据)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, no, plain, sealed

_UNTIL = "所告知的信息清除之日"
_THEN = "随该信息一起删除"

TABLES: Final = (
    Table(
        "notice_letter",
        "告知书；正文在送达时另存一份",
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
        "送达证据：每一次投递的经过",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person evidence act letter", "谁的哪封告知书，由哪次登记行为写入"),
            *plain("channel attempt event reason at on_date", "通过什么渠道，第几次，何时发生了什么"),
            *no("digest", "证明当时看到的是哪些文字"),
        ),
    ),
    Table(
        "notice_copy",
        "送达文本：送达时的告知书全文",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person letter act", "谁的哪封告知书，由哪次登记行为写入"),
            *no("channel digest", "通过哪个渠道送达的文字，及其摘要"),
            *sealed("sealed", "告知书全文，只对本人打开；邮寄时由平台程序打开"),
        ),
    ),
    Table(
        "notice_contact",
        "联系方式：用于送达告知书",
        Scope.PERSON,
        guarded=True,
        until="本人撤回、被新的代替或者销号之日起三十日",
        then="删除行，密文随之消失",
        fields=(
            *key("person contact act", "谁的联系方式，由哪次登记行为写入"),
            *no("kind source", "电话还是地址，本人提供还是核实得来"),
            *plain("at", "何时登记，最新的一条有效"),
            *sealed("sealed", "电话或者地址；空的表示本人撤回"),
        ),
    ),
    Table(
        "notice_public",
        "公告送达：公告上写的部分姓名和起止日期",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person letter act", "谁的哪封告知书，由哪次登记行为写入"),
            *plain("shown published_on ends_on", "公告上的部分姓名，从哪天到哪天"),
        ),
    ),
    Table(
        "notice_open",
        "待投递的告知书；可以由告知书和证据重新算出",
        Scope.PERSON,
        guarded=True,
        until="告知书送达，或者不再需要送达",
        then="当时删除",
        unbound="工作清单，不是事实：每一步的证据在 notice_evidence，各有登记行为",
        fields=(
            *key("person letter", "谁的哪封告知书"),
            *plain("issued_on due_on stuck", "何时发出，下一步哪天办，是否无法送达"),
            *no("held_until", "正由后台程序办理，到时交还"),
        ),
    ),
    Table(
        "notice_tally",
        "告知书的数量；可以由告知书和证据重新算出",
        Scope.LOCAL,
        guarded=True,
        until="平台停用",
        then="随数据库一起删除",
        fields=(*no("what part letters", "发出或者送达的封数，分十六份记"),),
    ),
)
