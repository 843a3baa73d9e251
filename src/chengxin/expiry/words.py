"""Words of expiry."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "EXPIRY-01",
            "查看记录满保存期后销毁，只留下日志里不能对应任何人的存证值；保存期没有公布的，不销毁。",
            "个人信息保护法第十九条、第四十七条；深圳经济特区社会信用条例第四十五条（比照）",
        ),
    )
}
