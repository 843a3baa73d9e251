"""Retention of intake: batches and receipts; the uploaded file itself is not kept (批次与回执)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, no

TABLES: Final = (
    Table(
        "intake_batch",
        "报送批次",
        Scope.LOCAL,
        guarded=True,
        until="批次中最后一条信息清除之日，不少于三年",
        then="删除",
        fields=(
            *no("batch item item_version organisation opened_at", "哪个单位按哪个目录条目报送，何时开始"),
            *no("file_digest declared", "同一文件再次上传时接着做，不重复入库；行数与回执核对"),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_receipt",
        "报送回执：各类行数",
        Scope.LOCAL,
        guarded=True,
        until="批次中最后一条信息清除之日，不少于三年",
        then="删除",
        fields=(
            *no("batch closed_at total accepted refused held unchanged ignored", "每一行都有下落，合计相等"),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "intake_admitted",
        "批次中各行的判断结果",
        Scope.LOCAL,
        guarded=True,
        until="批次完成",
        then="删除",
        fields=no("batch source_row outcome xid", "中断后接着做时，已经判断的行保持原结果"),
    ),
)
