"""Retention of lookup's tables (委托各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, keyed_hash, no, plain

TABLES: Final = (
    Table(
        "lookup_mandate",
        "委托：本人让谁查看谁查询过自己，到哪一天",
        Scope.PERSON,
        guarded=True,
        until="委托终止之日起满五年，登记行据此说明为什么可以查看",
        then="删除",
        fields=(
            *key("person mandate act", "谁给的，哪一件，由哪次登记行为写入"),
            *keyed_hash("receiver", "受托人号码和姓名合在一起的键控哈希；不保存姓名和号码"),
            *plain("relation", "受托人是什么人：配偶、父母、子女等，本人据此认出是哪一件"),
            *no("given_on valid_to", "从哪天到哪天"),
        ),
    ),
    Table(
        "lookup_mandate_end",
        "收回委托",
        Scope.PERSON,
        guarded=True,
        until="收回之日起满五年",
        then="删除",
        fields=(
            *key("person mandate act", "谁收回哪一件，由哪次登记行为写入"),
            *no("at", "何时收回，从这一刻起无效"),
        ),
    ),
)
