"""Words of belonging."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

KINDS: dict[str, str] = {
    "move": "信息归属更正",
    "merge": "合并两份档案",
    "keep": "不合并",
    "part": "取消合并",
}
"""Kind of a matter -> what the desk calls it."""

ORIGINS: dict[str, str] = {
    "objection": "当事人异议",
    "note": "部门来函",
    "population": "人口信息变更",
    "matter": "已办结的合并",
}
"""What a matter started from."""

OUTCOMES: dict[str, str] = {
    "": "待第二人决定",
    "approved": "批准",
    "refused": "不批准",
    "taken_back": "已收回",
    "undone": "已取消合并",
}

RELATIONS: dict[str, str] = {
    "spouse": "配偶",
    "parent": "父母",
    "child": "子女",
    "sibling": "兄弟姐妹",
    "grandparent": "祖父母、外祖父母",
    "grandchild": "孙子女、外孙子女",
}
"""Near relatives (近亲属, 民法典第一千零四十五条)."""

REQUESTS: dict[str, str] = {"copy": "查阅、复制", "correct": "查阅、复制，并代为提出异议"}
"""What a relative asks for."""

GRANTS: dict[str, str] = {"": "待决定", "granted": "已批准", "refused": "不批准"}

DOUBTS: dict[str, str] = {
    "merged": "两个号码并为一个",
    "number_corrected": "更正后的号码已是另一份档案的",
    "name_changed": "改名内容不完整",
}
"""Kind of a change that no program applies -> words."""

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("BELONG-01", "这件事已经有人提出，正在等第二人决定。", "R0.8"),
        Rule("BELONG-02", "不能办理涉及自己的事项。", "R0.8；三员分立"),
        Rule("BELONG-03", "这件事已经办结，或者不存在。", "R0.8"),
        Rule("BELONG-04", "提出人不能自己批准或者驳回，换一个账号也不行；要收回的，只能由提出人收回。", "R0.8"),
        Rule("BELONG-05", "这个号码在平台上登记的是另一个姓名。请核对证件后重新填写。", "个人信息保护法第八条"),
        Rule("BELONG-06", "这项人口信息变更已经办结，或者这两份档案没有合并。", "个人信息保护法第八条"),
        Rule("BELONG-07", "没有这份更正通知，或者已经确认。", "R0.7"),
        Rule(
            "BELONG-08",
            "请写明理由和凭据：理由 10 到 2000 个字；凭据 2 到 60 个字，只写文号或者名称，不写证件号码和手机号码。",
            "R0.8；law 11.14",
        ),
        Rule(
            "BELONG-11",
            "没有可以办理的档案：姓名与号码不符，本平台没有档案，或者人口信息库没有登记死亡。请对照证件核对。",
            "个人信息保护法第四十九条",
        ),
        Rule(
            "BELONG-14",
            "有一个号码在本平台没有这个姓名的档案，或者两份档案已经合并。请对照来函核对。",
            "个人信息保护法第八条",
        ),
        Rule("BELONG-12", "没有生效的查阅期限规定，不能批准近亲属申请。", "个人信息保护法第四十九条"),
        Rule("BELONG-13", "死者生前对这些信息另有安排的，按他的安排办理，不能受理。", "个人信息保护法第四十九条"),
        Rule(
            "BELONG-09",
            "不能确认行为发生时对方已经成年，失信信息不能移入。请由报送单位撤回，查明以后重新报送。",
            "R0.10；江苏省社会信用条例第三条",
        ),
        Rule(
            "BELONG-10",
            "人口信息库核验：姓名与证件号码不符，或者查无此号码。请核对后重新填写。",
            "个人信息保护法第八条",
        ),
    )
}
