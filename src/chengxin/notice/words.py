"""Words of notice."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

CHANNELS: dict[str, str] = {"in_app": "平台消息", "sms": "短信提醒", "post": "邮寄", "desk": "人工", "public": "公告"}
"""Channel -> the word a person reads (送达渠道)."""

EVENTS: dict[tuple[str, str], str] = {
    ("in_app", "placed"): "告知书放入本人的消息",
    ("in_app", "opened"): "本人打开，即为送达",
    ("sms", "placed"): "准备发送短信提醒",
    ("sms", "sent"): "短信提醒已发出",
    ("sms", "delivered"): "短信提醒已到达手机",
    ("sms", "bounced"): "短信提醒没有到达",
    ("sms", "refused"): "短信提醒没有发出",
    ("sms", "unanswered"): "短信提醒没有得到回应",
    ("sms", "skipped"): "没有发短信",
    ("post", "placed"): "准备邮寄",
    ("post", "sent"): "已交邮寄",
    ("post", "delivered"): "邮件已签收，即为送达",
    ("post", "returned"): "邮件没有送到，退回",
    ("post", "refused"): "邮寄没有办成",
    ("post", "unanswered"): "邮寄没有得到回应",
    ("post", "skipped"): "没有邮寄",
    ("desk", "undeliverable"): "各种方式都没有送到，转人工核实",
    ("desk", "renewed"): "人工核实后重发",
    ("desk", "ended"): "停止投递",
    ("public", "placed"): "公告送达开始",
    ("public", "delivered"): "公告期满，视为送达",
}
"""(channel, event) -> what happened, as a person reads it (送达经过)."""

REASONS: dict[str, str] = {
    "": "",
    "no_address": "没有留下联系方式",
    "no_carrier": "这种方式还没有开通",
    "unreadable": "联系方式暂时不能读取",
    "no_letter": "告知书缺少法定内容，没有制作",
    "over": "已不需要送达",
    "refused": "承运单位没有接收",
    "invalid": "联系方式无效",
    "timeout": "没有回应",
    "unreachable": "手机无法接通",
    "nobody": "无人签收",
    "moved": "已搬走",
    "other": "由别人签收，不算送达",
    "self": "本人签收",
    "agent": "本人授权的人签收",
    "by_phone": "电话核实",
    "by_visit": "上门核实",
    "by_department": "报送单位提供",
    "same": "原地址没有错，按原地址重发",
    "deceased": "人口信息库登记死亡",
}
"""Code of a reason -> words."""

REMEDIES: dict[str, str] = {
    "": "向报送单位或者社区核实地址。核实到新的，按新的重发；原来的没有错，按原地址重发。",
    "no_address": "本人没有留联系方式。向报送单位或者社区核实到地址以后重发；没有核实到的不要猜。",
    "no_carrier": "这种方式还没有开通，重发也发不出去。请先由信用办开通，再重发。",
    "unreadable": "保存的地址读不出来，请系统管理员检查密钥。核实到地址的，可以按新填的重发。",
    "no_letter": "告知书缺少内容，没有制作出来。请信用办核对这条信息，改好以后重发。",
    "refused": "承运单位没有接收。请问清原因；地址没有错的，按原地址重发。",
    "invalid": "联系方式写错了。向报送单位或者社区核实，按新的地址重发。",
    "timeout": "承运单位没有回应。请先确认它恢复了，再按原地址重发。",
    "nobody": "没有人签收。请核实本人是不是住在那里；还住的，按原地址重发。",
    "moved": "本人已经搬走，按原地址再寄没有用。核实到新地址以后重发。",
    "other": "由别人签收不算送达。地址没有错的，按原地址重发，请承运单位交给本人。",
}
"""Why an attempt failed -> what the officer does about it (怎么办)."""

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("NOTICE-01", "同一条信息的同一版本只发一封告知书。", "R0.3"),
        Rule("NOTICE-02", "这封告知书不是给您的，或者不存在。", "R0.3、R0.5"),
        Rule("NOTICE-03", "没有生效的等待期规定，不能送达。", "law 11.8"),
        Rule("NOTICE-04", "告知书缺少法定内容，不能发出。", "个人信息保护法第十七条；law 8"),
        Rule("NOTICE-05", "等待期的最后一天超出合理范围。", "law 11.8"),
        Rule("NOTICE-06", "这条信息已经到期，不会再生效，不需要送达。", "R0.7"),
        Rule("NOTICE-07", "这封告知书的内容后来有更正，已由新的告知书代替。请打开新的告知书。", "R0.3；law 4.2"),
        Rule("NOTICE-08", "没有这次投递，或者它已经办结。", "P6"),
        Rule(
            "NOTICE-09",
            "这类信息的目录条目没有规定可以公告送达，或者公告期没有满。没有送达的，信息不会生效。",
            "R0.3；个人信息保护法第二十五条",
        ),
        Rule("NOTICE-10", "同一次投递的同一件事只登记一次。", "P6"),
        Rule("NOTICE-11", "这种渠道没有这种结果；邮件由别人签收的，不算送达。", "R0.3；民事诉讼法送达规定（比照）"),
        Rule("NOTICE-12", "登记的文字和送达的文字不一致，没有送达。", "R0.6"),
        Rule("NOTICE-13", "回报与投递不相符：没有交付过，或者日期不在交付与今天之间。", "R0.3"),
        Rule("NOTICE-14", "这封告知书不在人工核实之列，请刷新页面。", "P6"),
        Rule("NOTICE-15", "不能办理与自己有关的告知书。", "R0.8"),
        Rule("NOTICE-16", "联系方式不正确：手机号码是11位数字，地址是5到200个字。", "个人信息保护法第八条"),
    )
}
