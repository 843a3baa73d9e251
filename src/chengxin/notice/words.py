"""Words of notice."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("NOTICE-01", "同一条信息的同一版本只发一封告知书。", "R0.3"),
        Rule("NOTICE-02", "这封告知书不是给您的，或者不存在。", "R0.3、R0.5"),
        Rule("NOTICE-03", "没有生效的等待期规定，不能送达。", "law 11.8"),
        Rule("NOTICE-04", "告知书缺少法定内容，不能发出。", "个人信息保护法第十七条；law 8"),
        Rule("NOTICE-06", "这条信息已经到期，不会再生效，不需要送达。", "R0.7"),
        Rule("NOTICE-07", "这封告知书的内容后来有更正，已由新的告知书代替。请打开新的告知书。", "R0.3；law 4.2"),
        Rule("NOTICE-05", "等待期的最后一天超出合理范围。", "law 11.8"),
    )
}
