"""Words of redress."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

GROUNDS: dict[str, str] = {
    "error": "与事实不符",
    "not_mine": "不是本人",
    "over_term": "超过期限",
    "procedure": "程序有问题",
    "privacy": "涉及隐私",
}
"""Grounds of an objection (异议理由)."""

OUTCOMES: dict[str, str] = {"": "核查中", "upheld": "成立", "rejected": "不成立"}

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("REDRESS-01", "同一理由的异议只冻结一次。这次异议会照常办理，但不再暂停效力。", "R0.3"),
        Rule("REDRESS-02", "这条信息现在不能提出异议。请先打开告知书，或查看它的最新状态。", "R0.3"),
        Rule("REDRESS-03", "不能办理与自己有关的异议。", "三员分立；R0.8"),
        Rule("REDRESS-04", "这件异议已经办结，或者不存在。", "R0.3"),
        Rule("REDRESS-05", "剩余的等待期不能缩短，也不能无故延长。", "R0.3；law 11.8"),
        Rule("REDRESS-06", "请写明理由，至少两行。", "law 11.14"),
        Rule("REDRESS-08", "没有生效的办理期限规定，不能受理异议。", "law 4.2"),
        Rule("REDRESS-07", "请用 2 到 2000 个字说明情况。", "law 11.14"),
    )
}
