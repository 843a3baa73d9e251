"""Words of oversight: incidents, notices, rules."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.rule import Rule

LABELS: Final[dict[str, str]] = {
    "reported": "待核实",
    "confirmed": "处置中",
    "dismissed": "已排除",
    "contained": "已控制",
    "notified": "已告知",
    "closed": "已办结",
}
"""State of an incident -> the word a person reads (状态词). No other words are used."""

STEPS: Final[dict[str, str]] = {
    "incident.report": "报告事件",
    "incident.confirm": "核实属实",
    "incident.dismiss": "排除",
    "incident.contain": "控制住",
    "incident.complete": "完成告知",
    "incident.close": "办结",
    "incident.update": "补充情况",
    "incident.scope": "划定登记行范围",
    "incident.notify": "制作通知",
    "incident.evidence": "登记送达",
    "incident.exempt": "提出不通知个人",
    "incident.approve": "批准不通知个人",
    "incident.refer": "决定是否移送公安",
    "incident.review": "写出复盘",
}
"""Activity -> what the step is called (步骤名称)."""

KINDS: Final[dict[str, str]] = {
    "leak": "泄露",
    "tampering": "篡改",
    "destruction": "毁损",
    "loss": "丢失",
    "sale": "非法出售",
    "provision": "非法提供",
}
"""Kind of an incident (事件种类)."""

SOURCES: Final[dict[str, str]] = {
    "staff": "工作人员发现",
    "monitoring": "监测告警",
    "person": "个人反映",
    "department": "其他单位通报",
    "authority": "监管部门通报",
}
"""Who brought it to notice (发现途径)."""

LEVELS: Final[dict[str, str]] = {
    "": "未定级",
    "general": "一般",
    "larger": "较大",
    "major": "重大",
    "severe": "特别重大",
}
"""Level by 网络安全事件分级指南. Until a human has said one, the stricter clock runs."""

RECEIVERS: Final[dict[str, str]] = {"authority": "主管部门", "persons": "受影响的个人"}
"""To whom a notice goes (通知对象)."""

METHODS: Final[dict[str, str]] = {
    "platform": "国家网络安全事件报告平台",
    "hotline": "12387 报告热线",
    "document": "公文",
    "letter": "信函",
    "sms": "短信",
    "phone": "电话",
    "public": "公告",
    "page": "本人页面",
}
"""How a notice was delivered (送达方式)."""

REFERRALS: Final[dict[str, str]] = {"referred": "移送公安机关", "kept": "不移送"}

ELEMENTS: Final[dict[str, str]] = {
    "information": "涉及的信息种类",
    "cause": "原因",
    "harm": "可能造成的危害",
    "measures": "已采取的补救措施",
    "contact": "联系方式",
}
"""The five elements of a notice (个人信息保护法第五十七条)."""

ADVICE: Final = {"advice": "个人可以采取的减轻危害的措施"}
"""What PIPL 57 demands beside the remedies, in the notice to persons."""

REPORT_PARTS: Final[dict[str, str]] = {
    "unit": "事发单位和系统的基本情况",
    "impact": "时间、地点、类型、级别和已造成的影响",
    "trend": "事态发展趋势和可能的进一步影响",
    "leads": "溯源调查的线索",
    "next": "拟进一步采取的措施和请求支援的事项",
    "scene": "现场保护情况",
}
"""What the report to the authority holds beside the five (国家网络安全事件报告管理办法).

A cause that is not known yet is said to be under investigation; the rest follows in a further notice.
"""

FIELDS: Final[dict[str, str]] = {
    "item": "目录条目",
    "authority": "作出机关",
    "doc_no": "文书号",
    "decided_on": "决定日期",
    "display_end": "使用期限",
    "record": "争议信息",
    "objections": "异议和说明",
    "identity": "姓名和遮盖的证件号码",
    "number": "完整的证件号码",
    "match": "相符或者不符",
    "contact": "联系方式",
    "records": "本人的信息",
    "letters": "本人的告知书",
    "register": "谁查看过本人",
}
"""Field of a permission or purpose -> what it shows (可见内容)."""

PRIVACY: Final[dict[str, str]] = {
    "handler": "谁在处理，怎样联系",
    "purpose": "处理的目的和依据",
    "method": "处理的方式",
    "kinds": "个人信息的种类",
    "sensitive": "敏感个人信息：必要性和对您的影响",
    "period": "保存期限",
    "recipients": "提供给谁",
    "decisions": "自动化决策",
    "rights": "您的权利",
    "how": "行使权利的方式和程序",
    "minors": "未成年人",
    "complaint": "投诉和救济",
    "changes": "规则的变更",
}
"""What the privacy notice must say (个人信息保护法 17、23、24、30、35；网络数据安全管理条例 21)."""

FACTS: Final[dict[str, str]] = {
    "kind": "事件种类",
    "source": "发现途径",
    "discovered_at": "发现时间",
    "systems": "受影响的系统",
    "information": "涉及的信息种类",
    "persons": "涉及人数",
    "exact": "涉及人数是否查清",
    "items": "涉及信息条数",
    "insider": "涉嫌履职或提供服务中的人员",
    "harm": "可能造成的危害",
    "cause": "原因",
    "measures": "已采取的措施",
    "level": "级别",
}
"""Fact of an incident -> its label."""

PAPER_LABELS: Final[dict[str, str]] = {
    "draft": "起草中",
    "review": "待公布",
    "published": "已公布",
    "withdrawn": "已撤回",
}
"""State of a version of a document -> the word that is shown (制度文件的状态)."""

PAPER_STEPS: Final[dict[str, str]] = {
    "document.draft": "起草",
    "document.submit": "送审",
    "document.return": "退回修改",
    "document.publish": "公布",
    "document.withdraw": "撤回",
}
"""Step of a version -> its words."""

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "INCIDENT-01", "事件现在的状态不能办理这一步。请刷新页面，看看别人是不是已经办过。", "个人信息保护法 51、57"
        ),
        Rule(
            "INCIDENT-02",
            "这一步要由另一个人办理：报告的人不能自己排除，提出的人不能自己批准，写复盘的人不能自己办结，划定范围的人不能自己导出。",
            "三员分立；R0.8",
        ),
        Rule("INCIDENT-03", "在您填写的时候，别人补充了这起事件。请核对最新情况，再提交一次。", "P2"),
        Rule(
            "INCIDENT-04",
            "通知缺少法定内容。信息种类、原因、危害、补救措施和联系方式都要写明；给个人的还要写可以怎样减轻危害。",
            "个人信息保护法 57；law 11.32",
        ),
        Rule("INCIDENT-05", "请写明理由，至少五个字。", "个人信息保护法 57；P2"),
        Rule(
            "INCIDENT-06",
            "还不能完成告知：主管部门要有送达记录，个人要有送达记录，或者经另一人批准不通知。",
            "个人信息保护法 57",
        ),
        Rule(
            "INCIDENT-07",
            "涉及的数量达到移送标准或者还没有查清。请先决定是否移送公安机关，并写明理由。",
            "law 5；侵犯公民个人信息刑事案件司法解释",
        ),
        Rule("INCIDENT-08", "文字里有证件号码一类的长号码。请删除，只写种类和数量。", "个人信息保护法 6"),
        Rule("INCIDENT-09", "还没有写出复盘，不能办结。", "P2；个人信息保护法 51"),
        Rule("INCIDENT-10", "事件的情况不完整或者不对，例如没有种类，或者发现时间在将来。", "P2"),
        Rule("INCIDENT-11", "这一天没有生效的时限规定，不能计算期限。请联系目录发布员。", "law 11.32"),
        Rule("INCIDENT-12", "没有这起事件。", "P2"),
        Rule("DOCUMENT-01", "制度文件缺少法定内容、依据或者生效日期，不能公布。", "S4；个人信息保护法 17、30"),
        Rule("DOCUMENT-02", "这一版要由另一个人公布：起草和送审的人不能自己公布。", "S4；三员分立"),
        Rule("DOCUMENT-03", "这一版现在的状态不能办理这一步，或者这份文件已经有一版在起草。请刷新页面核对。", "S4"),
        Rule("DOCUMENT-04", "生效日期不对：不能早于今天，要晚于已经公布的上一版。", "S4：不溯及既往"),
        Rule("DOCUMENT-05", "退回、撤回要写明理由；已经生效的一版不能撤回，只能由新的一版取代。", "S4"),
        Rule("DOCUMENT-06", "在您填写的时候，别人改过这一版。请核对最新内容，再办一次。", "S4"),
        Rule(
            "BACKUP-02",
            "没有在等待的备份请求：可能已经开始，或者已经取消。已经开始的备份不能取消。",
            "GB/T 22239-2019 8.1.4.9",
        ),
        Rule("BACKUP-01", "已经有一次备份在等待或者正在进行。请等它结束，再请求下一次。", "GB/T 22239-2019 8.1.4.9"),
    )
}
