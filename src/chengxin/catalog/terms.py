"""General numbers (办事期限): their names, within what they may be changed, and what a change leaves as it is. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

from chengxin.catalog.explain import UNITS

TERM_UNITS: Final = {
    **UNITS,
    "day": "个自然日",
    "hour": "小时",
    "letter": "封",
    "person": "人",
    "row": "条",
    "count": "次",
}
TERMS: Final = {
    "objection_decide": ("异议", "报送单位收到异议以后多久作出处理"),
    "held_decide": ("待核", "等待核证的行多久作出结论"),
    "repair_accept": ("信用修复", "申请以后多久决定是否受理"),
    "repair_decide": ("信用修复", "受理以后多久作出决定"),
    "relative_copy": ("近亲属", "批准的申请多久以内可以取件"),
    "mandate_longest": ("委托", "委托别人看“谁查看过我”最长多久"),
    "legacy_letters": ("告知", "旧系统的信息每天最多发出的告知书"),
    "notice_sms_after": ("告知", "发出以后多久用短信提醒"),
    "notice_sms_tries": ("告知", "短信最多提醒的次数"),
    "notice_post_after": ("告知", "多久没有打开就邮寄"),
    "notice_post_tries": ("告知", "最多邮寄的次数"),
    "notice_retry": ("告知", "投递失败以后隔多久再试"),
    "notice_silent": ("告知", "邮寄多久没有回报，按没有送到处理"),
    "notice_open_within": ("告知", "多久没有打开，转人工核实地址"),
    "retention_most": ("保存", "失信信息最多保存多久"),
    "register_kept": ("保存", "查询登记保存多久"),
    "upload_kept": ("保存", "报送的文件保存多久"),
    "key_kept": ("保存", "更换以后旧密钥至少保留多久"),
    "batch_open": ("报送", "没有报完的批次多久以后不能再继续"),
    "account_stale": ("账号", "工作人员多久没有登录就停用账号"),
    "catalog_repair": ("目录", "依据失效以后多久补正条目"),
    "incident_authority": ("信息安全事件", "较大以上事件多久以内报告省级主管部门"),
    "incident_authority_general": ("信息安全事件", "其他事件多久以内报告主管部门"),
    "incident_persons": ("信息安全事件", "多久以内通知个人"),
    "incident_review": ("信息安全事件", "控制以后多久完成总结"),
    "incident_larger": ("信息安全事件", "涉及多少人起，程序建议定为较大"),
    "incident_police": ("信息安全事件", "涉及多少条起，由人决定是否移送公安机关"),
    "incident_police_staff": ("信息安全事件", "涉嫌履职人员的，多少条起由人决定"),
}
"""General parameter -> what it belongs to, and what it says."""


class Limit(NamedTuple):
    """Between what a number may lie (范围), both ends included, and whose rule that is."""

    least: int
    most: int
    source: str = ""


LIMITS: Final[dict[tuple[str, str], Limit]] = {
    ("objection_decide", "working_day"): Limit(1, 10, "政务数据共享条例第二十六条：核实、更正不超过10个工作日"),
    ("retention_most", "year"): Limit(1, 5, "征信业管理条例第十六条：不良信息保存不超过五年"),
    ("register_kept", "year"): Limit(5, 30, "深圳经济特区社会信用条例第四十五条（比照）：查询日志保存不少于五年"),
    ("held_decide", "day"): Limit(1, 14, "政务数据共享条例第二十六条：核实、更正不超过10个工作日"),
    ("repair_accept", "working_day"): Limit(1, 3, "信用修复管理办法"),
    ("repair_decide", "working_day"): Limit(1, 10, "信用修复管理办法"),
    ("catalog_repair", "working_day"): Limit(1, 10, "政务数据共享条例（比照）"),
    ("incident_authority", "hour"): Limit(1, 4, "国家网络安全事件报告管理办法第四条"),
    ("incident_authority_general", "hour"): Limit(1, 24, "个人信息保护法第五十七条：立即通知"),
    ("incident_persons", "hour"): Limit(1, 24, "个人信息保护法第五十七条：立即通知"),
    ("incident_review", "day"): Limit(1, 30, "国家网络安全事件报告管理办法：三十日内总结"),
    ("incident_larger", "person"): Limit(1, 1_000_000, "网络安全事件分级指南"),
    ("incident_police", "row"): Limit(1, 50, "办理侵犯公民个人信息刑事案件适用法律若干问题的解释：五十条以上"),
    ("incident_police_staff", "row"): Limit(1, 25, "同一解释：履行职责或者提供服务过程中，减半计算"),
    ("account_stale", "day"): Limit(1, 90, "GB/T 22239-2019 8.1.4.2：及时停用过期的账户"),
    ("notice_sms_after", "day"): Limit(0, 366),
    ("", "hour"): Limit(1, 720),
    ("", "day"): Limit(1, 366),
    ("", "working_day"): Limit(1, 60),
    ("", "month"): Limit(1, 120),
    ("", "year"): Limit(1, 30),
    ("", "count"): Limit(1, 10),
    ("", "letter"): Limit(1, 100_000),
    ("", "row"): Limit(1, 100_000),
    ("", "person"): Limit(1, 10_000_000),
}
"""(Number, unit) -> its range; no name: any other number of the unit. CATALOG-31 is made from this table.

What a law bounds cannot be loosened on a page, whoever signs: when the law itself changes, a release changes its row.
"""

DAILY: Final = frozenset(
    {"register_kept", "upload_kept", "key_kept", "batch_open", "account_stale", "legacy_letters"}
    | {"notice_sms_after", "notice_sms_tries", "notice_post_after", "notice_post_tries"}
    | {"notice_retry", "notice_silent", "notice_open_within"}
)
"""Numbers that are asked for each day anew; every other one counts from the day on which the matter began."""
DESTROYS: Final = frozenset({"register_kept", "upload_kept", "key_kept"})
"""Numbers after which something is destroyed: made shorter, more of it goes, and it does not come back."""


def title(name: str) -> str:
    """What a number is called (名称)."""
    return "：".join(TERMS.get(name, ("其他", name)))


def amount(value: int, unit: str) -> str:
    """A number with its unit (数值和单位)."""
    return f"{value:,} {TERM_UNITS.get(unit, unit)}"


def limit(name: str, unit: str) -> Limit:
    """Between what a number may lie (可以填写的范围); the same rows as the guard reads."""
    return LIMITS.get((name, unit)) or LIMITS["", unit]


def limits_for_sql() -> str:
    """``LIMITS`` as rows of VALUES in the guard."""
    return ", ".join(f"('{name}', '{unit}', {one.least}, {one.most})" for (name, unit), one in LIMITS.items())


def consequences(name: str, old: int, new: int) -> tuple[str, ...]:
    """What a change leaves as it is, and what it does not (哪些不变), for the two who answer for it."""
    said = ["原来的规定保留，一直能查到它从哪天到哪天有效。", "已经作出的决定、已经发出的告知书不变。"]
    if name == "retention_most":
        said.append("已经发布的目录条目按条目写明的期限；要一起改，请另外起草这些条目的新版本。")
    elif name in DAILY:
        said.append("注意：这一项每天按当天的规定计算。从新的一天起，以前开始、还没有结束的也按新的规定。")
    else:
        said.append("以前已经开始的，仍按开始那天的规定计算，不会变短，也不会变长。")
    if name in DESTROYS and new < old:
        said.append("注意：期限改短以后，超过新期限的内容会被销毁，不能恢复。")
    return tuple(said)
