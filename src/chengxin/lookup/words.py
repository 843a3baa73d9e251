"""Words of lookup and the rules of mandates; the rules of looking stand in the ledger."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

ASKED_FOR = {
    "INTAKE": "报送的信息入库以前",
    "REGISTER": "市民注册账号",
    "SIGN_IN": "市民登录",
    "COUNTER": "窗口发放登录码",
    "BELONGING": "归属更正和合并档案以前",
}
"""Purposes of the platform's own, which are none of the register of purposes."""
NOTHING_TO_TELL = "没有查到与该姓名和号码相符、可以提供的信息。"
"""One sentence for an unknown person, another name and nothing effective: the answer must not tell them apart."""

RELATIONS = {
    "spouse": "配偶",
    "parent": "父母",
    "child": "子女",
    "relative": "其他亲属",
    "lawyer": "律师",
    "other": "其他人",
}
"""Whom a mandate is for, as its giver recognises it; the constraint MANDATE-02 knows the same."""

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("MANDATE-01", "没有有效的委托，不能查看别人的查询记录。", "民法典第一百六十五条；R0.4"),
        Rule("MANDATE-02", "请选择受托人是您的什么人。", "民法典第一百六十五条"),
        Rule("MANDATE-03", "委托的最后一天不能早于今天，也不能超过最长期限。", "民法典第一百六十五条"),
        Rule("MANDATE-04", "不能委托自己，您本来就可以查看。", "个人信息保护法第四十五条"),
        Rule("MANDATE-05", "没有这件委托，或者已经收回。", "民法典第一百七十三条"),
    )
}
