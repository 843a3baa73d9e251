"""Retention of records (信用记录各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, keyed_hash, no, plain, sealed

_UNTIL = (
    "该信息的 retained_until，由决定日期和目录条目的保存期限得出：失信信息最长五年，"
    "许可、资格、登记和荣誉从有效期届满之日起算"
)
_THEN = "删除这条信息的全部行，登记簿留下清除行为"

TABLES: Final = (
    Table(
        "records_stage",
        "一次读取中的文件行，校验和加密以后、入库判断以前；只写不读，数据库崩溃即清空",
        Scope.LOOKUP,
        guarded=True,
        until="该批次完成之时，最长一天",
        then="删除",
        fields=(
            *no("run batch source_row", "哪次读取、哪个批次的第几行"),
            *keyed_hash("hmac pair content fingerprint", "找到当事人，判断内容是否变化"),
            *key("candidate record", "新人和新信息的随机标识"),
            *sealed("dek identity sealed", "姓名、号码和文书文字，密钥不在数据库"),
            *plain("id_type authority authority_name doc_no decided_on severity plain", "文书的代码列"),
            *plain("display_end retained_until reason", "期限，撤回原因"),
            *no("verified", "人口信息库核验的结果"),
            *no("fixes_batch fixes_row", "改正的是哪个批次的第几行"),
        ),
    ),
    Table(
        "records_removed",
        "已撤销或已修复信息的指纹：防止被别的文件带回",
        Scope.LOOKUP,
        guarded=True,
        until="撤销之日起五年",
        then="删除",
        fields=(
            *keyed_hash("fingerprint", "条目、文书、机关和当事人的键控哈希"),
            *key("act", "由哪次登记行为写入"),
            *no("removed_on", "哪一天撤销"),
        ),
    ),
    Table(
        "records_batch",
        "已经完成的报送批次；没有完成的批次对任何人都不存在",
        Scope.LOCAL,
        guarded=True,
        until="批次中最后一条信息清除之日",
        then="删除",
        fields=(
            *no("batch closed_at letters_a_day", "哪个批次，何时完成，每天发出多少告知书"),
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
            *plain("item item_version", "按目录条目的哪个版本归集"),
            *plain("authority authority_name source doc_no", "认定机关、数据来源单位、文书号：没有文书不得归集"),
            *no("round", "撤销后经核证重新记入的次数"),
            *keyed_hash("fingerprint", "撤销以后，别的文件不能悄悄把它带回来"),
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
            *no("batch source_row", "来自哪个批次的第几行，便于更正源头"),
            *plain("decided_on severity", "决定日期和等级，期限由此计算"),
            *plain("display_end retained_until", "哪天起停止使用，哪天起必须清除"),
            *plain("plain", "文书中的代码列，单独看不出是谁"),
            *sealed("sealed", "文书的文字部分，只对本人和办理异议的人打开"),
            *keyed_hash("content_hmac", "再次报送时判断内容是否变化"),
        ),
    ),
    Table(
        "records_move",
        "归属更正：信息移到了谁名下，从谁名下移来",
        Scope.PERSON,
        guarded=True,
        until=_UNTIL,
        then=_THEN,
        fields=(
            *key("person record act other_person other_record", "谁的哪条信息，另一边是谁的哪条"),
            *no("way", "移出还是移入"),
            *plain("at since on_date", "从哪天起记错，何时更正"),
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
            *plain("adverse reason", "是否失信信息；为什么撤回"),
            *plain("served_on wait_days wait_until accepted effective_on", "送达、等待期、本人认可和生效的证明"),
        ),
    ),
)
