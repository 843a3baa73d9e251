"""Chinese words for what does not hold in the log."""

from __future__ import annotations

FAULTS = {
    "range": "序号或规模超出范围",
    "hash": "哈希的长度不对",
    "length": "证明的哈希个数不对",
    "inclusion": "证明与检查点不符：这一条不在日志的这个位置",
    "consistency": "两个检查点不一致：后一个不是在前一个后面追加而成",
    "entry": "条目过长",
    "truncated": "切片或条目包不完整",
    "checkpoint": "检查点的写法不对",
    "origin": "检查点属于另一个日志",
    "unsigned": "没有这个日志的签名",
    "quorum": "见证人的共同签名不够",
    "policy": "信任配置的写法不对",
    "proof": "证明文件的写法不对",
    "opening": "证明文件的内容说明写法不对",
}
"""Kind of a fault -> 原因, without full stop."""
