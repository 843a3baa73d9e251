"""Words of people: activities a person reads about, duties, and the sentences of the rules."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

ACTIVITIES: dict[str, str] = {
    "person.own": "本人查看",
    "lookup.check": "依法查询",
    "lookup.match": "核对姓名与证件号码是否相符",
    "redress.review": "办理异议",
    "people.register": "登记注册",
    "people.realname": "本人登录时实名核验",
    "people.code": "窗口发放一次性登录码",
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
    "staff": "工作人员本人",
}

REAL_NAME_METHODS: dict[str, str] = {
    "identity": "身份认证服务",
    "counter": "窗口当面核对证件",
}
"""How somebody proved who they are (实名方式)."""
LEVELS: dict[int, str] = {
    0: "没有认证",
    1: "基本（一级）",
    2: "实名（二级）",
    3: "实名实人（三级）",
}
"""How well (认证等级)."""
DOCUMENTS: dict[str, str] = {
    "id_card": "居民身份证",
    "interim_id": "临时居民身份证",
    "residence_permit": "港澳台居民居住证",
    "permanent_resident": "外国人永久居留身份证",
}
"""Whose original a window has seen (证件)."""
REASONS: dict[str, str] = {
    "no_phone": "本人没有智能手机，或者不会用",
    "service_down": "身份认证服务用不了",
    "chosen": "本人希望在窗口办理",
}
"""Why a code of the window is given out (发放原因)."""

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "SIGNIN-01",
            "账号、密码或验证码不对，或者账号暂时锁定。请核对后重试；连续五次不对会锁定十五分钟。",
            "GB/T 22239-2019 8.1.4.1",
        ),
        Rule("SIGNIN-02", "没有这个账号。请核对账号名称。", "GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNIN-03", "这个账号现在不能用这种方式登录。请换一种登录方式。", "GB/T 22239-2019 8.1.4.1"),
        Rule(
            "SIGNIN-04",
            "密码太短、太常见、和账号相像，或者和现在的一样。请换一个 12 位以上的密码。",
            "GB/T 22239-2019 8.1.4.1 a",
        ),
        Rule("SIGNIN-05", "这次验证没有完成，没有改动。请重新打开页面再试。", "GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNIN-06", "这是最后一种登录方式，不能删除。请先添加另一种。", "GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNIN-07", "最近没有系统管理员为这个账号申请重设登录，不能重设。", "GB/T 22239-2019 8.1.4.2"),
        Rule("SIGNIN-08", "您还没有自己的验证器，不能只换密码。请一起设置密码和验证器。", "GB/T 22239-2019 8.1.4.1"),
        Rule("STEPUP-01", "办理这件事之前，请再次验证是您本人。", "GB/T 22239-2019 8.1.4.1"),
        Rule("STEPUP-02", "验证没有通过：验证码不对、已经用过，或者账号暂时锁定。", "GB/T 22239-2019 8.1.4.1"),
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
        Rule("ACCOUNT-10", "这个人已经有市民账号。请直接登录。", "个人信息保护法第六条：一人一个账号"),
        Rule(
            "ASSURE-01",
            "办理这件事，需要更高等级的身份认证。请重新认证一次，或者带证件原件到窗口领取登录码。",
            "个人信息保护法第五十一条；GB/T 22239-2019 8.1.4.1",
        ),
        Rule(
            "IDENT-01",
            "这次身份认证没有完成：返回的内容不能采信，或者已经过了时间。请从登录页重新认证。",
            "个人信息保护法第五十一条；GB/T 22239-2019 8.1.4.1",
        ),
        Rule("IDENT-02", "您没有完成身份认证，没有登录。需要时请重新认证。", "个人信息保护法第十四条"),
        Rule(
            "IDENT-03",
            "身份认证服务给出的认证等级，平台没有认可，没有登录。请到窗口领取登录码，或拨打 12345。",
            "GB/T 22239-2019 8.1.4.1",
        ),
        Rule(
            "IDENT-04",
            "姓名和证件号码与人口信息库的记载不一致，没有登录。改过名或更正过号码的，请带证件原件到公安机关或窗口核对。",
            "个人信息保护法第八条；I2",
        ),
        Rule(
            "IDENT-05",
            "市人口信息库没有查到这个证件号码，没有登录。户籍不在本市的，请带证件原件到窗口，凭证件领取登录码。",
            "个人信息保护法第八条；I2",
        ),
        Rule(
            "IDENT-06",
            "人口信息库对这个号码登记了死亡，账号停止使用。登记有误的，请本人带证件到公安机关更正；近亲属可以到窗口办理。",
            "个人信息保护法第四十九条",
        ),
        Rule(
            "IDENT-07",
            "未满十八周岁，不单独开立账号。平台不记入未成年人的不良信息；需要查阅的，请由监护人陪同到窗口办理。",
            "R0.10；民法典第十九条",
        ),
        Rule(
            "IDENT-08",
            "未满十四周岁，由父母或者其他监护人代为办理。请监护人带双方的证件和关系证明到窗口。",
            "个人信息保护法第三十一条",
        ),
        Rule(
            "CODE-01",
            "姓名、号码或登录码不对，或者登录码已经用过、过了时间。请对照窗口给您的纸条核对；连续多次不对就要重新领取。",
            "GB/T 22239-2019 8.1.4.1",
        ),
        Rule("CODE-02", "今天发放的登录码已经到了上限。请由另一位同事发放。", "GB/T 22239-2019 8.1.4.2"),
        Rule("CODE-03", "不能给自己发放登录码。请由另一位同事核对证件后发放。", "GB/T 22239-2019 8.1.4.2"),
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
