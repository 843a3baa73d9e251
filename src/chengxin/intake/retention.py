"""Retention of intake (归集各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, no, plain, sealed

_DONE = "批次完成之日起三年"

TABLES: Final = (
    Table(
        "intake_upload",
        "上传：谁在何时送来哪个文件，读到哪里",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=(
            *no("upload organisation item kind channel", "哪个单位按哪个条目送来，做什么，从哪里来"),
            *no("file_digest bytes at", "文件的摘要、大小和时间"),
            *sealed("session", "送来的人的会话，只用来读完这个文件，读完即清空"),
            *no(
                "lease leased_until lost batch problem message",
                "谁在读，停过几次，成为哪个批次，为什么不能读；不含单元格内容",
            ),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_file",
        "上传的文件，压缩后加密",
        Scope.LOCAL,
        guarded=True,
        until="上传之日起，参数 upload_kept 规定的天数；届时仍在读取的，读完或者中断之后；报送单位取消的，当时",
        then="删除",
        fields=(*no("upload seq", "哪个文件的第几块"), *sealed("sealed", "文件本身，用来继续读取和取回需改正的行")),
    ),
    Table(
        "intake_batch",
        "报送批次：哪个单位按哪个条目报送了哪个文件",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=(
            *no(
                "batch item item_version kind channel organisation file_digest form declared opened_at",
                "批次的来源和行数",
            ),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_progress",
        "读取进度，只给人看",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=no("batch judged at", "读到第几行，何时"),
    ),
    Table(
        "intake_receipt",
        "回执：每一行都有去处",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=(
            *no(
                "batch closed_at on_date total accepted refused held unchanged ignored first_pass again on_time",
                "各类行数和质量",
            ),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_admitted",
        "需要对照已有信息的行，判断结果如何",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=no("batch source_row xid outcome", "第几行，结果如何；不含内容"),
    ),
    Table(
        "intake_finding",
        "校验发现的问题",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=no("batch source_row position kind field code message", "第几行哪一列违反哪条规则；说明不含单元格内容"),
    ),
    Table(
        "intake_fixed",
        "后来的文件改正了哪些行",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=no("batch source_row by_batch by_row", "哪一行由哪一行改正"),
    ),
    Table(
        "intake_retry",
        "改正后又退回的行，是为哪一行送来的",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=no("batch source_row of_batch of_row", "哪一行是为哪一行再次送来的"),
    ),
    Table(
        "intake_mend",
        "逐行改正：哪次上传改正了哪一行，改了哪些列",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=(
            *no("upload batch source_row fields", "哪次上传改正哪个批次的第几行，改了哪些列；不含内容"),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_dismissal",
        "报送单位说明退回的行不再报送",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=(
            *no("batch reason at", "哪个批次，为什么，何时"),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_cancel",
        "报送单位取消的报送",
        Scope.LOCAL,
        guarded=True,
        until=_DONE,
        then="删除",
        fields=(
            *no("upload batch reason at", "哪次报送、哪个批次，为什么，何时"),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_held",
        "等待人工核对的行：姓名与证件不符，或者曾经撤销",
        Scope.PERSON,
        guarded=True,
        until="作出决定之日起三年；没有决定的，五年",
        then="删除",
        fields=(
            *key("person act", "属于谁，由哪次登记行为写入"),
            *no("batch source_row reason due_on", "哪一行，为什么，何时以前决定"),
            *sealed("row", "这一行：姓名、号码和文字是加密的"),
        ),
    ),
    Table(
        "intake_waiting",
        "待核的行；可以由待核和核证重新算出",
        Scope.PERSON,
        guarded=True,
        until="核证，或者由后来的报送代替",
        then="当时删除",
        unbound="工作清单，不是事实：待核和核证各有登记行为",
        fields=(
            *key("person batch", "谁的，在哪个批次"),
            *no("source_row", "第几行"),
            *plain("due_on", "哪天以前核证，清单按此排列"),
        ),
    ),
    Table(
        "intake_decision",
        "核证：谁决定这一行能否记入，理由是什么",
        Scope.PERSON,
        guarded=True,
        until="作出决定之日起五年",
        then="删除",
        fields=(
            *key("person act", "属于谁，由哪次登记行为写入"),
            *no("batch source_row outcome decided_on", "哪一行，结果，日期"),
            *plain("reasons", "核证人写的理由"),
        ),
    ),
)
