"""Words of the ledger."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("ACT-01", "没有登记行为，不能写入。", "R0.1、R0.6"),
        Rule("LOOK-01", "没有登记查看，不能读取。请重新打开页面。", "R0.4"),
        Rule("LOOK-02", "这次查看的用途不允许读取这些内容。", "R0.4；个人信息保护法第六条"),
        Rule("LOOK-03", "查看必须先登记完成，再读取。", "R0.4"),
        Rule("LOOK-04", "请填写业务编号。没有业务编号不能查询。", "R0.4；law 11.22"),
        Rule("LOOK-05", "今天的查询次数已到上限。请明天再查，或联系信用办。", "law 11.24"),
        Rule("SESSION-01", "登录已失效，请重新登录。", "GB/T 22239-2019 8.1.4.1"),
        Rule("SESSION-02", "登录时长超过上限。", "GB/T 22239-2019 8.1.4.1"),
        Rule("SESSION-04", "数据库连接的隔离级别不对，看不到最新状态。请联系系统管理员。", "R0.3、R0.4"),
        Rule("LOOK-06", "业务编号不能超过 64 个字。", "R0.4；law 11.22"),
        Rule("SESSION-03", "市民登录必须对应本人。", "R0.4"),
        Rule("DUTY-01", "您的岗位没有办理这项事务的权限，或者这个用途目前没有生效。", "R0.4；law 11.22"),
        Rule("DUTY-02", "这项事务只能由本人办理。", "R0.5"),
        Rule("REGISTER-01", "登记内容不完整。", "R0.6"),
        Rule(
            "DEPLOY-01",
            "平台还没有开放，不能办理涉及个人的事项。运行单位要先完成恢复演练，并启用可核验的日志和到期销毁。",
            "R0.6、R0.7；个人信息保护法第五十一条",
        ),
        Rule("CLOCK-01", "正式环境不能使用测试时钟。", "R0.3"),
    )
}
