"""Words of people: activities a person reads about, duties, and the sentences of the rules."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

ACTIVITIES: dict[str, str] = {
    "person.own": "本人查看",
    "lookup.check": "依法查询",
    "redress.review": "办理异议",
    "people.register": "登记注册",
    "records.admit": "记入一条信息",
    "records.effect": "等待期届满",
    "records.accept": "本人认可",
    "notice.issue": "发出告知书",
    "notice.open": "打开告知书",
    "redress.object": "提出异议",
    "redress.decide": "作出异议决定",
}
"""What was done, as the person reads it. Activities about nobody are not listed."""

DUTIES: dict[str, str] = {
    "citizen": "市民",
    "data_officer": "部门数据员",
    "clerk": "业务窗口",
    "reviewer": "异议审核员",
    "machine_client": "业务系统",
    "system": "平台程序",
}

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "SIGNIN-01",
            "账号、密码或验证码不对，或者账号暂时锁定。请核对后重试；连续五次不对会锁定十五分钟。",
            "GB/T 22239-2019 8.1.4.1",
        ),
        Rule("SIGNIN-02", "没有这个账号。请核对账号名称。", "GB/T 22239-2019 8.1.4.1"),
        Rule("ACCOUNT-01", "账号与人员不相符：市民账号必须对应本人，系统账号必须有公钥。", "GB/T 22239-2019 8.1.4.2"),
        Rule("PEOPLE-01", "同一个人刚刚由另一份文件登记。请重试。", "R0.1"),
        Rule("ID-01", "证件号码不正确，请核对后重新输入。", "GB 11643-1999"),
    )
}
