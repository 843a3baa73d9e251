"""Chinese words for what holds and does not hold in the log."""

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

VOUCHES = {
    "signed": "见证人 {name} 在 {time} 见过这个日志，签名有效。",
    "absent": "见证人 {name} 没有签名。",
    "wrong": "见证人 {name} 的签名不对。",
    "reached": "见证人的共同签名达到要求：共 {all} 个见证人，{good} 个签名有效。",
    "missed": "见证人的共同签名没有达到要求：共 {all} 个见证人，{good} 个签名有效。",
    "nobody": "没有核对见证人。只凭日志自己的签名，不能发现运行方改写日志。",
    "never": "日历以外的时间",
}
"""What is said of each witness and of all of them; the command line and the page say the same."""
