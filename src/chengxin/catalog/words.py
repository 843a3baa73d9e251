"""Words of the catalog."""

from __future__ import annotations

from datetime import date

from chengxin.kernel.rule import Rule

LEVELS = {
    "law": "法律",
    "administrative_regulation": "行政法规",
    "local_regulation": "地方性法规",
    "rule": "规章",
    "policy": "政策文件",
}
"""Level of a legal text (效力位阶) -> its name."""

KINDS = {
    "collect": "归集依据",
    "act": "认定依据",
    "period": "期限依据",
    "limit": "限制性规定",
    "publish_natural_person": "自然人公示依据",
}
"""Kind of a basis -> its name."""

TASKS = {"basis_ended": "依据失效，已暂停", "basis_ends_soon": "依据即将失效"}
"""Kind of a task -> its name."""

_STATES = {
    "draft": "还是草案，没有发布",
    "review": "正在审核，没有发布",
    "suspended": "已暂停使用",
    "withdrawn": "已废止",
}


def why_not(state: str, gap: str, effective_from: date | None, effective_to: date | None) -> str:
    """Why an item may not be used today (为什么不能使用); empty where nothing stands against it.

    Args:
        state: of the version.
        gap: ``early``, ``ended``, ``replaced``, the kind of basis that is missing, or empty.
        effective_from: first day.
        effective_to: last day.
    """
    if state in _STATES:
        return _STATES[state]
    if gap == "early":
        return f"{effective_from:%Y-%m-%d} 起生效"
    if gap == "ended":
        return f"{effective_to:%Y-%m-%d} 已终止"
    return f"没有现行有效的{KINDS.get(gap, '依据')}" if gap else ""


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "CATALOG-01",
            "没有影响评估的目录条目不能发布。请先完成评估，填写评估编号，例如 PIA-2026-001。",
            "个人信息保护法第五十五条；law 11.1",
        ),
        Rule(
            "CATALOG-02",
            "自然人的信息不向社会公示。使用范围请选“授权查询”或“内部共享”。",
            "个人信息保护法第二十五条；law 11.10",
        ),
        Rule("CATALOG-03", "期限参数必须是不小于零的整数，并写明依据。", "law：数字是有日期的数据"),
        Rule(
            "CATALOG-04",
            "归集依据、认定依据、期限依据，生效之日每种都要有一项现行有效。没有依据的信息不得归集。",
            "国办发〔2020〕49号；law 2、11.1",
        ),
        Rule(
            "CATALOG-05",
            "失信信息必须有法律、行政法规或地方性法规作认定依据，并且生效之日现行有效。",
            "国办发〔2020〕49号；law 11.2",
        ),
        Rule(
            "CATALOG-06",
            "名称里有禁止归集的信息。请删去，或改用不涉及此类信息的内容。",
            "征信业管理条例第十四条；个人信息保护法第二十八条；R0.2",
        ),
        Rule(
            "CATALOG-07",
            "缺少必须有的列：有的每个条目都要有；失信条目还要有必填的依据列，写明认定依据的法律条款。",
            "R0.1；law 11.2；国办发〔2020〕49号",
        ),
        Rule(
            "CATALOG-08",
            "失信条目必须写明告知模板、严重程度从哪里来、告知后至少等待几天。程度由文件写明的，每一级要有标识和最长期限，"
            "还要有“未定”一级。其他条目没有严重程度。",
            "R0.3；law 11.8",
        ),
        Rule(
            "CATALOG-09",
            "缺少期限参数，或者从生效之日起有一天它不在有效期内。",
            "law 11.7、11.11；个人信息保护法第十九条",
        ),
        Rule("CATALOG-10", "目录条目只收成年自然人的信息，成年年龄不低于十八周岁。", "R0.10；民法典第十七条、第十八条"),
        Rule("CATALOG-11", "写到的代码集、列、期限参数或法律文本不存在。", "数据元规则"),
        Rule("CATALOG-12", "同一编号、同一角色或同一日期的参数写了两次。", "数据元规则"),
        Rule("CATALOG-13", "这里没有填写，或者填写的内容不能识别。", "数据元规则；law 2"),
        Rule(
            "CATALOG-14",
            "条目发布以后不能改变性质（失信、守信、基础）。请用新的编号另外起草条目。",
            "R0.3：失信信息先告知、后使用；law 11.8",
        ),
        Rule(
            "CATALOG-15",
            "失信信息的最长使用期限不能超过分级标准，保存期限不能超过法定上限。请按天、月或者年填写。",
            "信用修复管理办法；征信业管理条例第十六条；law 0.3、11.7、11.11",
        ),
        Rule(
            "CATALOG-16",
            "必须写明哪些单位可以报送：填统一社会信用代码，所有单位都可以报送的填“*”，暂时没有的留空列表。",
            "R0.1；国办发〔2020〕49号；law 2",
        ),
        Rule("CATALOG-17", "这份定义太大，或者套得太深。最大 1 MB，最多 20 层。", "数据元规则"),
        Rule(
            "CATALOG-18",
            "这一列的作用、类型、是否必填、代码集和保存位置不相配。姓名和证件只存身份保险库，文字加密保存。",
            "个人信息保护法第五十一条；R0.1",
        ),
        Rule("CATALOG-20", "目录条目现在的状态不能办理这一步。请刷新页面，看它的最新状态。", "目录条目的生命周期"),
        Rule(
            "CATALOG-21",
            "起草或者提交的人不能自己批准，暂停的人不能自己恢复。请由另一位审批人员办理。",
            "S1：起草和审核由不同的人办理",
        ),
        Rule("CATALOG-22", "只有草案可以修改。要修改已发布的条目，请起草新版本。", "目录条目的生命周期"),
        Rule("CATALOG-23", "这个条目已经有一份草案。请继续修改那一份，或者先放弃它。", "目录条目的生命周期"),
        Rule("CATALOG-24", "生效日期不能早于今天，也不能早于上一版生效后的次日。", "立法法：法不溯及既往"),
        Rule("CATALOG-25", "这一步必须写明理由。", "政务公开；law 30"),
        Rule(
            "CATALOG-30",
            "这项修改已经办过，或者这个期限已经有一项修改等待确认。请回到“修改办事期限”核对。",
            "平台内部管理制度：期限由两人修改",
        ),
        Rule(
            "CATALOG-31",
            "没有这项期限，或者数值不在允许的范围之内。单位不能改。",
            "law：数字是有日期的数据；law 0.3、11.11",
        ),
        Rule(
            "CATALOG-32",
            "新的规定要从今天以后、两年以内的一天开始，晚于最近一次规定开始的日期，中间不能有空。等待确认时日期已经到了的，请退回重新提出。",
            "立法法：法不溯及既往",
        ),
        Rule(
            "CATALOG-33",
            "修改期限和日历要写明依据和理由，文件要有名称、文号、日期和来源，退回也要写明理由。",
            "政务公开；law 30",
        ),
        Rule(
            "CATALOG-34",
            "提出修改的人不能自己批准或者退回。请由另一位管理者办理。",
            "平台内部管理制度：期限由两人修改",
        ),
        Rule(
            "CATALOG-35",
            "只有提出的人可以撤回。不同意的，请写明理由退回。",
            "平台内部管理制度：期限由两人修改",
        ),
        Rule(
            "CATALOG-36",
            "这一年的安排已经办过，或者已经有一份等待确认。请回到“节假日安排”核对。",
            "平台内部管理制度：日历由两人修改",
        ),
        Rule(
            "CATALOG-37",
            "放假和上班的日子对不上：法定节日都要放假，一天不能写两次，只有周末可以写成上班，也不能和另一年的安排相反。",
            "全国年节及纪念日放假办法",
        ),
        Rule(
            "CATALOG-38",
            "只能登记今年和明年的安排。今天和以前的日子已经按当时的日历计算，不能再改。",
            "立法法：法不溯及既往；R0：告诉过当事人的期限不缩短",
        ),
    )
}
