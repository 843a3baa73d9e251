"""A catalog item in words people understand (目录条目说明). Pure functions over the definition; they decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chengxin.kernel import withdrawal

Definition = Mapping[str, Any]
Row = Mapping[str, Any]

CATEGORIES: Final = {
    "C01": "登记注册基本信息",
    "C02": "司法裁判及执行信息",
    "C03": "行政管理信息",
    "C04": "职称和职业信息",
    "C05": "经营（活动）异常名录（状态）信息",
    "C06": "严重失信主体名单信息",
    "C07": "合同履行信息",
    "C08": "信用承诺及履行信息",
    "C09": "信用评价结果信息",
    "C10": "遵守法律法规情况信息",
    "C11": "荣誉表彰信息",
    "C12": "知识产权信息",
    "C13": "自愿提供的信息",
}
"""Classes of the national catalog of public credit information (全国公共信用信息基础目录)."""
POLARITIES: Final = {"adverse": "失信信息", "positive": "守信信息", "neutral": "基础信息"}
SUBJECTS: Final = {"natural_person": "自然人（行为发生时年满 18 周岁）"}
DISCLOSURES: Final = {
    "authorized_query": "不向社会公示。本人可以查看；其他单位要有法定职责或者本人授权，登记用途以后才能查询。",
    "gov_share": "不向社会公示。只在依法有权的国家机关之间共享；本人可以查看。",
}
SCOPES: Final = {"authorized_query": "授权查询", "gov_share": "内部共享"}
SHARINGS: Final = {
    "conditional": "有条件共享：要有用途和依据",
    "unconditional": "无条件共享",
    "none": "不予共享",
}
KINDS_OF_FILE: Final = {"report": "报送", "correct": "更正", "withdraw": "撤回", "legacy": "补录历史数据"}
REQUIRED: Final = {"yes": "必填", "cond": "按其他列的内容，有时必填", "no": "选填"}
KINDS: Final = {
    "text": "文字",
    "date": "日期",
    "number": "数字",
    "code": "选项",
    "identity": "证件号码",
    "name": "姓名或名称",
    "uscc": "统一社会信用代码",
    "id_type": "证件类型",
    "bool": "是或否",
}
STORES: Final = {
    "identity": "身份保险库，加密保存",
    "column": "记录表",
    "plain": "记录表",
    "sealed": "加密保存，只有依法办事的人能打开",
}
ROLES: Final = {
    "person_name": "姓名",
    "subject_type": "主体类别",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "doc_no": "认定文书号",
    "decided_on": "认定日期",
    "acted_on": "行为发生日期",
    "authority_name": "认定机关",
    "authority_code": "认定机关统一社会信用代码",
    "source_name": "数据来源单位",
    "source_code": "数据来源单位统一社会信用代码",
    "basis": "认定依据",
    "severity": "失信严重程度",
    "display_end": "公示截止期",
    "valid_until": "有效期至",
    "title": "标题",
    "state": "当前状态",
    "withdraw_reason": "撤回原因",
}
"""What a column is to every item (列的作用) -> its name."""
UNITS: Final = {"day": "天", "month": "个月", "year": "年", "working_day": "个工作日"}
MEASURE_TYPES: Final = {
    1: "一类：公共管理机构依法减损权益或者增加义务",
    2: "二类：公共管理机构在职责范围内的管理措施",
    3: "三类：其他单位自主决定",
}
PROHIBITED: Final = {
    "religion": "宗教信仰",
    "genes": "基因",
    "fingerprint": "指纹",
    "blood_type": "血型",
    "biometrics": "人脸等生物特征",
    "health": "疾病、病史和健康状况",
    "disability": "残疾",
    "vaccination": "疫苗接种",
    "blood_donation": "献血",
    "marriage": "婚姻",
    "family": "生育和家庭成员",
    "wages": "工资和收入",
    "deposits": "存款和银行账户",
    "securities": "有价证券",
    "insurance": "商业保险",
    "real_estate": "不动产",
    "tax_amount": "纳税数额",
    "welfare": "低保和救助",
    "cremation": "殡葬",
    "community_correction": "社区矫正",
    "public_security": "违反治安管理的记录",
    "drugs": "吸毒和戒毒",
    "crime": "犯罪记录",
    "minors": "未成年人",
    "petition": "信访",
    "complaints": "投诉和举报",
    "daily_conduct": "垃圾分类、闯红灯等日常行为",
    "volunteering": "志愿服务的时长和次数",
    "track": "行踪和位置",
    "communication": "通信内容和通话记录",
    "opinion": "民族和政治面貌",
}
"""Class of prohibited information -> its name (不得归集的类别)."""
SEVERITIES: Final = {"MINOR": "轻微", "GENERAL": "一般", "SERIOUS": "严重", "UNDETERMINED": "未定"}
PARAMETERS: Final = {
    "retention": "保存期限",
    "adult_age": "成年年龄",
    "retention_most": "失信信息保存期限的上限",
    "notice_wait": "告知后的等待期",
    "act_look_back": "没有写明行为日期的，从认定日期往前算多久",
    "report_within": "认定以后最晚多久报送",
    "report_every": "最少多久报送一次",
    "display_max": "最长使用期限",
    "display_max_minor": "轻微：最长使用期限",
    "display_min_general": "一般：最短使用期限",
    "display_max_general": "一般：最长使用期限",
    "display_min_serious": "严重：最短使用期限",
    "display_max_serious": "严重：最长使用期限",
    "objection_decide": "异议办结期限",
    "relative_copy": "近亲属查阅期限",
    "catalog_repair": "条目暂停后的整改期限",
    "held_decide": "待核的办理期限",
    "batch_open": "批次没有读完的，最晚多久内可以接着读",
    "legacy_letters": "历史数据每天最多发出的告知书",
    "upload_kept": "上传文件的保存期限",
    "notice_sms_after": "告知书发出多久后短信提醒",
    "notice_sms_tries": "短信最多发送的次数",
    "notice_post_after": "告知书多久没有打开就邮寄",
    "notice_post_tries": "最多邮寄的次数",
    "notice_retry": "投递失败后多久再试",
    "notice_silent": "邮寄多久没有回报按没有送到处理",
    "notice_open_within": "多久仍未打开转人工核实地址",
    "notice_public": "公告送达的公告期；没有这一项的不得公告",
    "repair_accept": "信用修复的受理期限",
    "repair_decide": "信用修复的办理期限",
}
"""Dated numbers by name, as people read them (期限与数字)."""
MEASURE_WORDS: Final = {"adult_age": "岁", "legacy_letters": "封", "notice_sms_tries": "次", "notice_post_tries": "次"}
"""Those that are no length of time -> their measure word."""


_ROWS: Final[Mapping[str, Row]] = {
    "basis": {"kind": "", "law": "", "article": ""},
    "parameter": {"name": "", "value": "", "unit": ""},
    "field": {"code": "", "name": "", "kind": "", "required": "", "store": ""},
    "code": {"code_set": "", "value": ""},
    "format": {"code": "", "name": ""},
}


def whole(definition: Definition) -> dict[str, Any]:
    """A definition with every table and key that a published one has: a draft may lack any of them."""
    tables = {name: [{**least, **row} for row in definition.get(name, ())] for name, least in _ROWS.items()}
    return {**definition, "item": definition.get("item", {}), **tables}


@dataclass(frozen=True)
class Column:
    """A column as a person fills it in (填报列).

    Attributes:
        required: yes, cond or no.
        choices: the values it may hold; empty for free entries.
        length: at most so many characters.
        note: what else to know.
        several: more than one of the choices may stand in a cell, or words may follow one.
    """

    code: str
    name: str
    required: str = "no"
    kind: str = "text"
    choices: tuple[str, ...] = ()
    length: int | None = None
    note: str = ""
    several: bool = False

    @property
    def form(self) -> str:
        """How a cell is to be written (怎样填)."""
        if self.choices:
            return "从列表中选择，可以选几个，用“;”隔开" if self.several else "从列表中选择"
        said = _FORMS.get(self.kind, KINDS.get(self.kind, self.kind))
        return f"{said}，最多 {self.length} 个字" if self.length and self.kind in {"text", "name"} else said


_FORMS: Final = {
    "date": "日期，例如 2026-11-03",
    "number": "数字，不写单位",
    "identity": "证件号码，按文字填写；身份证号 18 位，最后一位可以是 X",
    "name": "与证件一致的姓名或名称",
    "uscc": "统一社会信用代码，18 位",
    "bool": "填“是”或者“否”",
}
_FINDS_A_RECORD: Final = frozenset(
    {"person_name", "id_type", "id_number", "doc_no", "authority_name", "authority_code", "source_code"}
)
"""Roles of the columns by which a file that withdraws names its records."""


def columns(definition: Definition, *, kind: str = "report") -> list[Column]:
    """The columns of a file (填报列): all of the item, or what finds a record and why it is withdrawn."""
    if kind != "withdraw":
        return [_column(definition, row) for row in definition["field"]]
    finds = [row for row in definition["field"] if row.get("role") in _FINDS_A_RECORD]
    named = [{**row, "required": "no"} if row["role"] == "authority_name" else row for row in finds]
    why = Column(withdrawal.CODE, withdrawal.NAME, "yes", "code", withdrawal.REASONS)
    return [*(_column(definition, row) for row in named), why]


def _column(definition: Definition, row: Row) -> Column:
    codes = codes_of(definition, row)
    choices = tuple(code["value"] for code in codes if code.get("accepted", True) and not code.get("sealed"))
    needed = [
        code["value"] for code in definition.get("code", ()) if row.get("code") and code.get("needs") == row["code"]
    ]
    return Column(
        code=row["code"],
        name=row["name"],
        required=row["required"],
        kind=row["kind"],
        choices=("是", "否") if row["kind"] == "bool" else choices,
        length=row.get("length"),
        note=f"有“{'”“'.join(needed)}”时必填。" if needed else row.get("note", ""),
        several=bool(row.get("many")) or any(code.get("detail") for code in codes),
    )


def codes_of(definition: Definition, field: Row) -> list[Row]:
    """The rows of a field's code set (代码集); document types are a set of their own."""
    wanted = field.get("code_set") or ("id_type" if field["kind"] == "id_type" else "")
    return [row for row in definition["code"] if wanted and row["code_set"] == wanted]


def code_sets(definition: Definition) -> dict[str, list[Row]]:
    """Code set -> its rows, in the order of the definition."""
    found: dict[str, list[Row]] = {}
    for row in definition["code"]:
        found.setdefault(row["code_set"], []).append(row)
    return found


def code_remarks(row: Row, names: Mapping[str, str]) -> str:
    """What a value of a code set means for intake, in words."""
    said = []
    if row.get("sealed"):
        said.append("依法封存，不收集")
    elif not row.get("accepted", True):
        said.append("不在本条目收集")
    if row.get("minor"):
        said.append("单独出现时属于轻微")
    if row.get("needs"):
        said.append(f"要填“{names.get(row['needs'], row['needs'])}”")
    if row.get("detail"):
        said.append("后面可以写说明")
    if row.get("aliases"):
        said.append(f"也可以写作“{'”“'.join(row['aliases'])}”")
    return "；".join(said)


def length(row: Row) -> str:
    """A dated number with its unit, ``3 个月``."""
    return f"{row['value']} {UNITS.get(row['unit'], row['unit'])}"


def in_force(rows: Sequence[Row], day: date) -> list[Row]:
    """Rows with dates that hold on a day (当日有效)."""
    return [row for row in rows if _holds(row, day)]


def _holds(row: Row, day: date) -> bool:
    first, last = as_date(row.get("valid_from")), as_date(row.get("valid_to"))
    return (first is None or first <= day) and (last is None or day <= last)


def as_date(value: object) -> date | None:
    """A date of a definition, which JSON holds as text."""
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None


def days_left(until: date | None, today: date) -> str:
    """How long a basis still holds (剩余天数)."""
    if until is None:
        return "没有期限"
    left = (until - today).days
    if left < 0:
        return "已经失效"
    return f"还剩 {left:,} 个自然日" if left else "今天是最后一天"


@dataclass(frozen=True)
class ClassLine:
    """A class of severity and how long its records are used (失信程度与使用期限)."""

    label: str
    text: str


def classes(definition: Definition, parameters: Sequence[Row], day: date) -> list[ClassLine]:
    """How long records of the item are used, by class, in words, with the numbers in force on a day."""
    numbers = {row["name"]: row for row in in_force(parameters, day)}
    severity = definition["item"].get("severity", "field")
    if severity == "NONE":
        return [ClassLine("不分等级", _span(numbers, "", "display_max"))]
    if severity != "field":
        suffix = str(severity).lower()
        most = f"display_max_{suffix}" if f"display_max_{suffix}" in numbers else "display_max"
        return [ClassLine(f"一律为{SEVERITIES.get(severity, severity)}", _span(numbers, f"display_min_{suffix}", most))]
    return [
        ClassLine(row["value"], _span(numbers, row.get("display_min", ""), row.get("display_max", "")))
        for row in definition["code"]
        if row["code_set"] == "severity" and row.get("accepted", True)
    ]


def _span(numbers: Mapping[str, Row], least: str, most: str) -> str:
    longest = numbers.get(most)
    if longest is None:
        return "没有规定使用期限，不对外提供"
    if longest["value"] == 0:
        return "不对外提供"
    shortest = numbers.get(least)
    from_to = f"最短 {length(shortest)}，最长 {length(longest)}" if shortest else f"最长 {length(longest)}"
    return f"自作出认定的那天起{from_to}，到期自动停止"


def severity_source(definition: Definition) -> str:
    """Where the class of a record comes from (失信程度的来源)."""
    severity = definition["item"].get("severity", "field")
    if severity == "field":
        return "由作出认定的机关在文件中写明。没有写明的按“未定”处理，和“轻微”一样不对外提供。平台不自行判定。"
    if severity == "NONE":
        return "本条目不分失信程度。"
    return f"法律对本条目的规定：一律为{SEVERITIES.get(severity, severity)}。"


def parameter_lines(parameters: Sequence[Row], day: date) -> Iterator[tuple[str, str, Row]]:
    """Name, length and row of each number in force on a day; zero says what it means."""
    for row in in_force(parameters, day):
        said = length(row)
        if row["name"] == "report_every" and row["value"] == 0:
            said = "有新信息时报送"
        elif row["name"].startswith("display_max") and row["value"] == 0:
            said = "不对外提供"
        name = str(row["name"])
        if name in MEASURE_WORDS:
            said = f"{row['value']:,} {MEASURE_WORDS[name]}"
        yield PARAMETERS.get(name, name), said, row
