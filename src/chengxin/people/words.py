"""Words of people: activities a person reads about, duties, and the sentences of the rules."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

ACTIVITIES: dict[str, str] = {
    "person.own": "本人查看",
    "person.reveal": "显示完整的姓名和号码",
    "usage.find": "在汇集门户查看谁查询过",
    "mandate.give": "委托别人查看谁查询过我",
    "mandate.end": "收回委托",
    "lookup.check": "依法查询",
    "lookup.match": "核对姓名与证件号码是否相符",
    "redress.review": "办理异议",
    "redress.reveal": "显示完整的证件号码",
    "people.register": "登记注册",
    "people.realname": "本人登录时实名核验",
    "people.code": "窗口发放一次性登录码",
    "people.renamed": "按人口信息库更新姓名",
    "people.renumbered": "按人口信息库更正证件号码",
    "people.deceased": "人口信息库登记死亡，停止使用",
    "people.living": "人口信息库更正误报的死亡，恢复使用",
    "people.joined": "确认两份档案属于同一个人，合并显示",
    "people.parted": "取消档案合并",
    "belonging.find": "按来函核对信息归属",
    "belonging.propose": "提出信息归属更正或者档案合并",
    "belonging.review": "办理信息归属更正或者档案合并",
    "belonging.decide": "决定信息归属更正或者档案合并",
    "belonging.follow": "把归属更正通知查看过的单位",
    "belonging.confirm": "收到归属更正通知，确认不再使用",
    "belonging.apply": "受理近亲属申请",
    "belonging.kin_review": "审核近亲属申请",
    "belonging.kin_decide": "决定近亲属申请",
    "belonging.kin_copy": "近亲属依法查阅、复制",
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

TASKS: dict[str, str] = {
    "accounts.open": "开立账号",
    "accounts.disable": "停用账号",
    "accounts.grant": "授予和终止职责",
    "accounts.list": "查看账号、职责和变更记录",
    "accounts.stale": "停用长期不用的和单位已经终止的账号",
    "accounts.reset": "提出重置登录凭证",
    "accounts.decide": "确认另一位管理员提出的事",
    "organisation.propose": "提出单位的登记、改名和终止",
    "system.status": "查看运行状态和任务",
    "system.backup": "请求立即备份",
    "log.acknowledge": "确认日志审计的发现",
    "keys.rotate": "轮换保险库的密钥",
    "keys.begin": "启用新的密钥版本",
    "keys.destroy": "销毁不再使用的密钥版本",
    "signin.enrol": "设置自己的登录方式",
    "belonging.queue": "查看待办的归属事项",
    "belonging.inbox": "查看本单位的更正通知",
    "belonging.kin": "查看本单位受理的近亲属申请",
    "secrecy.propose": "申请对查询保密",
    "secrecy.decide": "决定保密申请",
    "secrecy.end": "提前结束保密",
    "secrecy.list": "查看本单位的保密案件",
    "secrecy.publish": "公布保密查询的数量",
    "usage.serve": "向汇集门户提供使用情况",
    "expiry.erase": "销毁保存期满的登记行",
    "redress.queue": "查看待办异议的编号和期限",
    "lookup.mine": "查看自己的查询记录",
    "flow.drain": "把事件交给下一个环节",
    "people.match": "向人口信息库核对身份",
    "people.change": "办理人口信息库的变更",
    "people.coverage": "查看实名核验的统计",
    "intake.upload": "上传文件",
    "intake.open": "开始一个批次",
    "intake.close": "办结一个批次",
    "intake.receipts": "查看本单位的回执",
    "intake.workbook": "下载本单位需要改正的行",
    "intake.held": "查看待核的行",
    "intake.dismiss": "放弃本单位的一行",
    "intake.quality_all": "查看各单位的数据质量",
    "intake.work": "读取上传的文件",
    "notice.desk": "查看告知书的投递情况",
    "incident.list": "查看信息安全事件",
    "incident.export": "导出事件的证据",
    "document.list": "查看制度文件的起草和经过",
    "catalog.draft": "起草目录条目",
    "catalog.submit": "目录条目送审",
    "catalog.return": "退回目录条目",
    "catalog.publish": "发布目录条目",
    "catalog.suspend": "暂停目录条目",
    "catalog.resume": "恢复目录条目",
    "catalog.withdraw": "废止目录条目",
    "catalog.tasks": "查看目录的待办",
    "catalog.tick": "依据终止时暂停目录条目",
    "term.list": "查看办事期限的修改",
    "term.propose": "提出修改办事期限",
    "term.approve": "批准修改办事期限",
    "term.return": "退回办事期限的修改",
    "term.withdraw": "撤回办事期限的修改",
}
"""What nobody in particular is touched by, as the permission matrix names it; rooms above name their own steps."""

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
    "secrecy_officer": "保密申请人",
    "secrecy_approver": "保密批准人",
    "usage_portal": "汇集门户",
    "inquirer": "依法调查人员",
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
        Rule("SIGNIN-03", "这个账号现在不能用这种方式登录。请换一种登录方式。", "GB/T 22239-2019 8.1.4.1"),
        Rule(
            "SIGNIN-04",
            "密码太短、太常见、和账号相像，或者和现在的一样。请换一个 12 位以上的密码。",
            "GB/T 22239-2019 8.1.4.1 a",
        ),
        Rule("SIGNIN-05", "这次验证没有完成，没有改动。请重新打开页面再试。", "GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNIN-06", "这是最后一种登录方式，不能删除。请先添加另一种。", "GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNIN-07", "这次重置提出得太久了，不能再确认。请重新提出。", "GB/T 22239-2019 8.1.4.2"),
        Rule(
            "SIGNIN-08",
            "请先一起设置自己的密码和验证器，再做这件事；密码到期的，请先换密码。",
            "GB/T 22239-2019 8.1.4.1",
        ),
        Rule(
            "SIGNIN-09",
            "没有规定初始密码用几天，现在不能开立账号，也不能重置。请先补上登录参数。",
            "GB/T 22239-2019 8.1.4.2 b",
        ),
        Rule("STEPUP-01", "办理这件事之前，请再次验证是您本人。", "GB/T 22239-2019 8.1.4.1"),
        Rule("STEPUP-02", "验证没有通过：验证码不对、已经用过，或者账号暂时锁定。", "GB/T 22239-2019 8.1.4.1"),
        Rule("ACCOUNT-01", "账号与人员不相符：市民账号必须对应本人，系统账号必须有公钥。", "GB/T 22239-2019 8.1.4.2"),
        Rule("ACCOUNT-02", "这个人已经在管理员一侧或业务一侧有账号，不能两边都有。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-03", "管理员账号必须登记持有人本人。请输入持有人的证件号码。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-04", "这个人已经是三员之一，不能再有第二个管理员账号。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-05", "管理员账号不能担任业务岗位，业务账号不能担任管理员。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule("ACCOUNT-06", "这个管理员账号已经担任三员之一，不能再换。请另开账号。", "GB/T 22239-2019 8.1.5：三员分立"),
        Rule(
            "ACCOUNT-07",
            "不能给自己授予职责，也不能重置自己的登录凭证。请由另一位管理员办理。",
            "GB/T 22239-2019 8.1.4.2",
        ),
        Rule("ACCOUNT-08", "代理别人的职责必须写明最后一天。", "GB/T 22239-2019 8.1.4.2"),
        Rule(
            "ACCOUNT-09",
            "账号、单位、岗位或日期对不上，没有改动。请对照账号清单核对。",
            "GB/T 22239-2019 8.1.4.2",
        ),
        Rule("ACCOUNT-14", "这个人已经有市民账号。请直接登录。", "个人信息保护法第六条：一人一个账号"),
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
        Rule(
            "ACCOUNT-10",
            "这件事要由另一个人确认：提出的人不能自己确认，也只有提出的人可以撤回。",
            "三员分立；GB/T 22239-2019 8.1.4.2",
        ),
        Rule("ACCOUNT-11", "这件事已经办过，或者不存在。请刷新页面，看看最新的情况。", "GB/T 22239-2019 8.1.4.2"),
        Rule("ACCOUNT-12", "请写明理由，至少五个字。", "GB/T 22239-2019 8.1.4.2；8.1.5.2"),
        Rule("ACCOUNT-13", "这件事已经提出，正在等待确认。要改，请先撤回。", "GB/T 22239-2019 8.1.4.2"),
        Rule(
            "ACCOUNT-15",
            "这是三员中这一员的最后一个账号，不能停用。请先开立并授予接替的账号。",
            "GB/T 22239-2019 8.1.5：三员分立",
        ),
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
        Rule("PEOPLE-03", "两份档案已经属于同一个人，或者还有没有列入的档案，不能合并。", "个人信息保护法第八条"),
        Rule("PEOPLE-04", "这次合并已经取消，或者后来又合并了别的档案。请先取消后来的合并。", "个人信息保护法第八条"),
        Rule(
            "PEOPLE-06", "其中一份档案登记为死亡，不能合并。请先向人口信息库核实。", "个人信息保护法第八条、第四十九条"
        ),
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
        Rule("SECRECY-01", "没有法律规定这个处理活动可以保密。", "个人信息保护法第十八条、第三十五条、第四十五条"),
        Rule(
            "SECRECY-02", "保密截止日必须晚于今天，并且不超过法定或者登记的最长期限。", "个人信息保护法第三十五条；R0.5"
        ),
        Rule("SECRECY-03", "保密必须由本单位的另一个人批准。", "个人信息保护法第三十五条；R0.8"),
        Rule("SECRECY-04", "这件保密申请已经决定、已经结束，或者不存在。", "个人信息保护法第三十五条；R0.5"),
        Rule("SECRECY-05", "这个案件已经申请过保密，同一案件只能申请一次。", "个人信息保护法第三十五条；R0.5"),
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
