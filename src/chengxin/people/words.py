"""Words of people: activities a person reads about, duties, and the sentences of the rules."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

ACTIVITIES: dict[str, str] = {
    "person.own": "本人查看",
    "lookup.check": "依法查询",
    "lookup.match": "核对姓名与证件号码是否相符",
    "redress.review": "办理异议",
    "people.register": "登记注册",
    "people.renamed": "按人口信息库更新姓名",
    "people.renumbered": "按人口信息库更正证件号码",
    "people.deceased": "人口信息库登记死亡，停止使用",
    "people.living": "人口信息库更正误报的死亡，恢复使用",
    "people.doubted": "人口信息库通知变更，转人工办理",
    "records.admit": "记入一条信息",
    "records.correct": "更正一条信息",
    "records.withdraw": "撤回一条信息",
    "intake.hold": "报送一条信息，需要人工核对",
    "intake.certify": "核对并决定一条信息能否记入",
    "records.effect": "等待期届满",
    "records.accept": "本人认可",
    "notice.issue": "发出告知书",
    "notice.open": "打开告知书",
    "notice.deliver": "投递告知书",
    "notice.contact": "修改联系方式",
    "notice.recheck": "核实送达地址",
    "notice.renew": "重新投递告知书",
    "notice.publish": "公告送达",
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
    "manager": "信用办管理者",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
    "notice_officer": "通知送达员",
    "catalog_editor": "目录管理员",
    "catalog_approver": "目录发布员",
    "security_officer": "信息安全员",
    "system": "平台程序",
}

ORGANISATION_KINDS: dict[str, str] = {
    "department": "机关部门",
    "area": "县（市、区）",
    "zone": "开发区",
    "institution": "事业单位",
    "court": "人民法院",
    "school": "学校",
    "association": "行业协会",
    "licensed": "持牌机构",
    "enterprise": "其他单位",
}
"""What an organisation is (单位种类), in the order of the pages."""

AREA_KINDS: dict[str, str] = {"city": "市", "district": "区", "county": "县", "county_city": "县级市", "zone": "开发区"}

MATTERS: dict[str, str] = {
    "account.open": "开立账号",
    "account.disable": "停用账号",
    "account.reset": "重置登录凭证",
    "account.stale": "程序停用账号",
    "duty.give": "授予职责",
    "duty.end": "终止职责",
    "organisation.open": "登记单位",
    "organisation.rename": "单位改名",
    "organisation.close": "终止单位",
}
"""What administrators do (管理事项)."""

MATTER_STATES: dict[str, str] = {
    "done": "已办",
    "waiting": "待确认",
    "confirmed": "已确认",
    "refused": "不同意",
    "withdrawn": "已撤回",
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
        Rule("ACCOUNT-02", "这个人已经在管理员一侧或业务一侧有账号，不能两边都有。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-03", "管理员账号必须登记持有人本人。请输入持有人的证件号码。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-04", "这个人已经是三员之一，不能再有第二个管理员账号。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-05", "管理员账号不能担任业务岗位，业务账号不能担任管理员。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-06", "这个管理员账号已经担任三员之一，不能再换。请另开账号。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-07", "不能给自己授予职责。请由另一位安全管理员办理。", "GB/T 22239-2019 8.1.4.2"),
        Rule("ACCOUNT-08", "代理别人的职责必须写明最后一天。", "GB/T 22239-2019 8.1.4.2"),
        Rule(
            "ACCOUNT-09",
            "账号、单位、岗位或日期对不上，没有改动。请对照账号清单核对。",
            "GB/T 22239-2019 8.1.4.2",
        ),
        Rule(
            "ACCOUNT-10",
            "这件事要由另一个人确认：提出的人不能自己确认，也只有提出的人可以撤回。",
            "三员分立；GB/T 22239-2019 8.1.4.2",
        ),
        Rule("ACCOUNT-11", "这件事已经办过，或者不存在。请刷新页面，看看最新的情况。", "GB/T 22239-2019 8.1.4.2"),
        Rule("ACCOUNT-12", "请写明理由，至少五个字。", "GB/T 22239-2019 8.1.4.2；8.1.5.2"),
        Rule("ORG-01", "统一社会信用代码不正确。请对照登记证书逐位核对。", "GB 32100-2015"),
        Rule("ORG-02", "名称、区域、种类或者上级单位对不上。开发区要写明所在的区。", "GB/T 2260；GB 32100-2015"),
        Rule("ORG-03", "这个单位已经登记、已经终止，或者没有登记。请先查单位名册。", "GB 32100-2015"),
        Rule("ORG-04", "承接单位不对：必须是另一个仍在的单位，最迟在次日已经设立。", "机构改革；R0.3：异议要有人办"),
        Rule("ORG-05", "日期不对：改名从当天起确认，终止的最后一天不能早于昨天，都不能早于设立日。", "机构改革"),
        Rule(
            "ORG-06",
            "这个单位还有管理员账号在用，不能终止。请先由别的单位的人接任三员。",
            "GB/T 22239-2019 8.1.5：三员分立",
        ),
        Rule("PEOPLE-02", "这一行没有带来可以登记的本人身份，不能记入。请重新上传文件。", "R0.1"),
        Rule("PEOPLE-01", "同一个人刚刚由另一份文件登记。请重试。", "R0.1"),
        Rule("KEYS-01", "密钥没有按正在使用的版本包裹，没有写入。请重新执行轮换。", "GB/T 39786-2021"),
        Rule("KEYS-02", "这个密钥版本正在使用、已经销毁，或者不存在，不能销毁。请先查看密钥状态。", "GB/T 39786-2021"),
        Rule("KEYS-03", "还有密文要用这个密钥版本打开，不能销毁。请先轮换，或等临时文件到期。", "GB/T 39786-2021"),
        Rule(
            "KEYS-04", "轮换以后的保留天数没有满，不能销毁：正在读取的文件和刚做的备份可能要用它。", "GB/T 39786-2021"
        ),
        Rule(
            "POPULATION-01",
            "人口信息核验服务暂时没有应答，没有核对。请稍后再试；急需办理的，请对照证件原件办理。",
            "个人信息保护法第八条",
        ),
        Rule("POPULATION-02", "人口信息核验的结果与请求的人数对不上，没有采用。请重试。", "个人信息保护法第八条"),
        Rule("POPULATION-03", "人口信息变更不是应当办理的下一件，没有办理。程序会重新取得。", "个人信息保护法第八条"),
        Rule("ID-01", "证件号码不正确，请核对后重新输入。", "GB 11643-1999"),
        Rule(
            "ID-02",
            "演示平台只受理09开头的演示号码，请不要输入真实号码；正式平台不受理演示号码。",
            "个人信息保护法 6",
        ),
        Rule("REQUEST-01", "请求内容不符合接口约定。请核对JSON字段和长度。", "接口约定"),
        Rule("REQUEST-02", "没有这个地址，或不接受这种方法。", "接口约定"),
        Rule("REQUEST-03", "请求必须带Content-Length，且不超过这个地址的上限。", "接口约定"),
        Rule("REQUEST-04", "这个地址不接收这种Content-Type。请对照接口文档核对。", "接口约定"),
        Rule("SIGNATURE-01", "签名字段不符合约定。请对照接口文档逐字核对。", "RFC 9421；GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNATURE-02", "Content-Digest与请求内容不一致。", "RFC 9530"),
        Rule("SIGNATURE-03", "签名时间与服务器相差超过300秒。请校准时钟后重新签名。", "RFC 9421"),
        Rule("SIGNATURE-04", "密钥或签名不正确。请核对账号和私钥。", "RFC 9421；GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNATURE-05", "这个请求已经用过。请换新的nonce重新签名。", "RFC 9421；R0.4"),
        Rule(
            "BUSY-01",
            "暂时不能办理，没有提供也没有改动任何信息。请稍后换新的nonce重新签名再试。",
            "R0.4：没有登记就没有答复",
        ),
    )
}
