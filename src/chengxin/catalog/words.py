"""Words of the catalog."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("CATALOG-01", "没有影响评估的目录条目不能发布。", "个人信息保护法第五十五条；law 11.1"),
        Rule("CATALOG-02", "自然人的信息不向社会公示。", "个人信息保护法第二十五条；law 11.10"),
        Rule("CATALOG-03", "期限参数必须有依据。", "law：数字是有日期的数据"),
    )
}
