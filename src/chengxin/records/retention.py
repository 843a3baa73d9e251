"""Retention of records (信用记录各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, keyed_hash, no, plain, sealed

_UNTIL = "该信息的 retained_until，由决定日期和目录条目的保存期限得出，最长五年"
_THEN = "删除这条信息的全部行，登记簿留下清除行为"

TABLES: Final = (
    Table(
        "records_batch",
        "已经完成的报送批次；没有完成的批次对任何人都不存在",
        Scope.LOCAL,
        guarded=True,
        until="批次中最后一条信息清除之日",
        then="删除",
        fields=(
            *no("batch closed_at", "哪个批次，何时完成"),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "records_record",
        "信用记录：哪个机关的哪份文书",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person record act", "属于谁，哪条信息，由哪次登记行为写入"),
            *no("batch source_row", "来自哪个批次的第几行，便于更正源头"),
            *plain("item item_version", "按目录条目的哪个版本归集"),
            *plain("authority authority_name source doc_no", "认定机关、数据来源单位、文书号：没有文书不得归集"),
        ),
    ),
    Table(
        "records_version",
        "信用记录的内容；更正是新的一版",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person record act", "属于谁，哪条信息，由哪次登记行为写入"),
            *no("version known_at", "第几版，何时知道"),
            *plain("decided_on severity", "决定日期和等级，期限由此计算"),
            *plain("display_end retained_until", "哪天起停止使用，哪天起必须清除"),
            *plain("plain", "文书中的代码列，单独看不出是谁"),
            *sealed("sealed", "文书的文字部分，只对本人和办理异议的人打开"),
            *keyed_hash("content_hmac", "再次报送时判断内容是否变化"),
        ),
    ),
    Table(
        "records_event",
        "信用记录的每一步：告知、等待、生效、冻结、撤销",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person record act", "属于谁，哪条信息，由哪次登记行为写入"),
            *no("seq known_at", "第几步，何时写入"),
            *plain("from_state to_state on_date", "从什么状态到什么状态，哪一天"),
            *plain("served_on wait_days wait_until accepted effective_on", "送达、等待期、本人认可和生效的证明"),
        ),
    ),
)
