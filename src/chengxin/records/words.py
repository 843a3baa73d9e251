"""Words of records."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

SEVERITIES: dict[str, str] = {
    "UNDETERMINED": "未定",
    "MINOR": "轻微",
    "GENERAL": "一般",
    "SERIOUS": "严重",
    "NONE": "不分级",
}

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("RECORD-01", "这一步不能接在当前状态之后。请刷新页面，查看最新状态。", "R0.3"),
        Rule("RECORD-02", "告知书没有送达、等待期没有届满、本人也没有认可，信息不能生效。", "R0.3；law 11.8"),
        Rule("RECORD-03", "等待期不能短于规定的天数。", "R0.3；law 11.8"),
        Rule("RECORD-04", "这条信息刚刚有了新的变化。请刷新页面后重试。", "R0.3"),
        Rule("RECORD-05", "前一步不存在，这一步不能记录。", "R0.6"),
        Rule("RECORD-06", "公示截止日必须晚于决定日期，并且不晚于保存期限。", "law 4.1、4.3"),
        Rule("RECORD-07", "轻微和未定的信息不展示，也不提供查询。", "law 11.9"),
        Rule("RECORD-08", "一条信息只有一个起点。", "R0.6"),
        Rule(
            "RECORD-10", "这一步现在不能办：告知书只送达一次，异议处理期间不能认可，没有生效过的信息不能恢复。", "R0.3"
        ),
        Rule("RECORD-12", "这一行含有目录条目没有的列，或者内容过大，不能记入。", "R0.2；个人信息保护法第六条"),
        Rule("RECORD-13", "作出决定的那天，目录条目的依据没有生效，不能记入。", "law 11.1"),
        Rule("RECORD-11", "等级与目录条目的规定不符。守信和中性信息不分级，法律已定级的不得另定。", "law 11.2"),
        Rule("RECORD-09", "公示期限或保存期限超过规定的上限。", "信用修复管理办法；law 11.7"),
    )
}
