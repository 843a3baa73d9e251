"""Retention of the catalog's tables: nothing in them is about a person (目录各表，不含个人信息)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, no

_KEPT = "不删除，只写终止日期：过去的决定要说得出当时的规定"

TABLES: Final = (
    Table(
        "catalog_item",
        "目录条目的各个版本",
        Scope.REFERENCE,
        guarded=False,
        until="长期",
        then=_KEPT,
        fields=no(
            "id code version name subject polarity disclosure impact_assessment notice_template state effective_from "
            "effective_to definition",
            "哪些信息可以归集、怎样使用、何时有效",
        ),
    ),
    Table(
        "catalog_basis",
        "目录条目的法律依据",
        Scope.REFERENCE,
        guarded=False,
        until="长期",
        then=_KEPT,
        fields=no("id item_id position kind law article valid_from valid_to", "依据哪部法哪一条，何时有效"),
    ),
    Table(
        "catalog_parameter",
        "有日期的期限和数字",
        Scope.REFERENCE,
        guarded=False,
        until="长期",
        then=_KEPT,
        fields=no("id name item value unit valid_from valid_to basis", "期限多长，依据什么，何时有效"),
    ),
)
