"""The sentences of intake (数据归集): one per rule, with the law behind it.

A message says what, why and how to put it right. It never repeats a cell: columns get shifted, and then any cell may
hold a name or a number.
"""

from __future__ import annotations

from typing import NamedTuple

from chengxin.kernel.rule import Rule


class Word(NamedTuple):
    """A rule's sentence and its source (规则说明、依据)."""

    sentence: str
    source: str


WORDS: dict[str, Word] = {
    # ---- the file as a whole
    "INTAKE-01": Word("文件无法读取", "平台文件规范"),
    "INTAKE-02": Word("文件超过上限", "平台文件规范"),
    "INTAKE-03": Word("表头与目录不符", "《政务数据共享条例》第十三条；目录以外的信息不得归集"),
    "INTAKE-04": Word("文件含有禁止归集的信息列", "《征信业管理条例》第十四条；《个人信息保护法》第六条、第二十八条"),
    # ---- one row
    "INTAKE-05": Word("本行有 {found} 个单元格，表头有 {expected} 列。请检查逗号和引号后重新导出。", "平台文件规范"),
    "INTAKE-06": Word(
        "“{field}”含有看不见的控制字符或无法识别的字符，不同电脑会显示成不同内容。请删除后重新输入。", "平台文件规范"
    ),
    "INTAKE-07": Word(
        "“{field}”没有填写。此项必填，“/”“无”“-”视为未填。请按决定书填写。", "《政务数据共享条例》第十三条"
    ),
    "INTAKE-08": Word(
        "“{field}”有 {found} 个字，最多 {limit} 个字。请按决定书精简后填写。", "行政处罚信息交换字段长度"
    ),
    "INTAKE-09": Word(
        "“{field}”不是有效日期。请填写为 2026-03-01、2026/3/1、2026.3.1 或 2026年3月1日。", "行政处罚信息交换格式"
    ),
    "INTAKE-10": Word("“{field}”晚于今天。决定作出之后才能报送，请核对日期。", "国办发〔2020〕49号"),
    "INTAKE-11": Word(
        "“{field}”不是有效金额。单位是万元，请填写不小于 0 的数字，整数最多 {whole} 位，小数最多 {scale} 位。",
        "行政处罚信息交换格式",
    ),
    "INTAKE-12": Word("“{field}”第 {position} 项不在代码集内。{advice}。", "行政处罚信息交换代码集"),
    "INTAKE-13": Word("本目录只收自然人。法人、非法人组织和个体工商户请使用对应的目录报送。", "公共信用信息目录"),
    "INTAKE-14": Word("“{field}”不是有效号码：{reason}。请对照证件原件核对。", "GB 11643-1999"),
    "INTAKE-15": Word(
        "“{field}”被表格软件当成数字，末几位已经丢失，无法恢复。请把该列设为文本格式，对照证件原件重新填写。",
        "GB 11643-1999",
    ),
    "INTAKE-16": Word(
        "“{field}”是演示用的测试号码，正式平台不接收。请填写真实证件号码。", "平台演示与正式数据隔离规则"
    ),
    "INTAKE-17": Word(
        "“{field}”不是测试号码，演示平台不接收真实的人的信息。请只使用 09 开头的测试号码。",
        "平台演示与正式数据隔离规则",
    ),
    "INTAKE-18": Word(
        "{when}当事人未满 {age} 周岁。未成年人的信息不得归集，请从文件中删除本行。",
        "《江苏省社会信用条例》第三条；《行政处罚法》第三十条",
    ),
    "INTAKE-19": Word(
        "“{field}”不含出生日期，不能确认当事人当时已成年，本目录暂不接收这类证件。"
        "当事人另有居民身份证、居住证或永久居留身份证的，请改用该号码。",
        "《江苏省社会信用条例》第三条",
    ),
    "INTAKE-20": Word("目录条目“{item}”今天没有生效，不能归集。请联系信用管理部门核对目录。", "公共信用信息目录"),
    "INTAKE-21": Word("“{column}”含“{category}”，“{field}”必须填写。请按决定书填写。", "行政处罚信息交换格式"),
    "INTAKE-22": Word("“{field}”不是有效的统一社会信用代码：{reason}。请对照登记证书核对。", "GB 32100-2015"),
    "INTAKE-23": Word(
        "“{field}”与报送单位不一致。每个单位只能报送自己为来源的信息，请改为本单位代码或由该单位报送。",
        "《政务数据共享条例》第十三条；谁产生、谁负责",
    ),
    "INTAKE-24": Word(
        "“{field}”没有填写或不是文号。没有决定文书的信息不得归集，请填写如“盐市监罚决〔2026〕123号”的完整文号。",
        "国办发〔2020〕49号",
    ),
    "INTAKE-25": Word(
        "“{field}”的文字中有{what}。正文不得出现个人号码，请删除或遮盖后重新报送。",
        "《个人信息保护法》第六条；行政处罚信息公开的隐私要求",
    ),
    "INTAKE-26": Word("“{field}”的文字中有禁止归集的内容“{word}”，依据{law}。请改写这段文字。", "禁止归集的信息清单"),
    "INTAKE-27": Word(
        "“{field}”显示这是违反治安管理的处罚或公安机关的处罚。此类记录依法封存，不得归集，请从文件中删除本行。",
        "《治安管理处罚法》第一百三十六条",
    ),
    "INTAKE-28": Word(
        "目录条目“{item}”在{when}没有有效的{kind}，不能归集。请核对决定日期或联系信用管理部门。", "国办发〔2020〕49号"
    ),
    "INTAKE-29": Word(
        "期限已过：{what}到 {day} 为止，不得归集。{advice}。",
        "《个人信息保护法》第十九条；《信用修复管理办法》",
    ),
    "INTAKE-30": Word(
        "本文件第 {row} 行已有相同的文号、证件号码和认定机关。同一决定只报一次，请删除其中一行。", "平台文件规范"
    ),
    "INTAKE-31": Word("各类行数相加不等于总行数，本批没有入库。请重新上传；再次出现请联系平台管理员。", "平台文件规范"),
    "INTAKE-32": Word("这个批次不存在、已经关闭，或不属于您的单位。请重新上传文件。", "平台文件规范"),
    "INTAKE-33": Word("“{field}”早于“{other}”。请核对两个日期。", "行政处罚信息交换格式"),
    "INTAKE-34": Word(
        "目录条目缺少今天有效的期限参数“{name}”，不能计算期限。请联系信用管理部门。", "《信用修复管理办法》"
    ),
    "INTAKE-35": Word("“{field}”只用于法人和其他组织。报送自然人信息时此列应为空，请清空。", "行政处罚信息交换格式"),
    "INTAKE-36": Word("“{field}”填写有误：{reason}。请按证件填写。", "平台文件规范"),
    "INTAKE-37": Word(
        "平台已有相同文号、证件号码和认定机关的信息，内容不同。普通报送不能覆盖原信息，请核对；确需更正的请提交更正。",
        "《政务数据共享条例》第二十六条",
    ),
    "INTAKE-38": Word("同一决定在本单位另一个尚未完成的批次里。请先重新上传那个文件，再报送本行。", "平台文件规范"),
    "INTAKE-47": Word("“{field}”晚于“{other}”。行为发生之后才能认定，请核对两个日期。", "国办发〔2020〕49号"),
    "INTAKE-48": Word(
        "来不及生效：{what}到 {day} 为止，今天告知，{wait}的等待期届满时它已经结束，不会产生作用，不得归集。"
        "请从文件中删除本行。",
        "《个人信息保护法》第六条、第十九条；law 11.8",
    ),
    "INTAKE-49": Word(
        "这种旧格式没有“{field}”一列，“{other}”又不是报送单位的登记名称，平台不能补上。请在文件中增加这一列并填写。",
        "《政务数据共享条例》第十三条；谁产生、谁负责",
    ),
    # ---- what only the store knows
    "INTAKE-39": Word(
        "平台没有本单位这个条目下相同文号、证件号码和机关的信息，不能更正或撤回。请核对后按报送文件报送。",
        "《政务数据共享条例》第二十六条",
    ),
    "INTAKE-40": Word(
        "同一决定已由另一个单位报送，同一信息只能由一个单位负责。本行等待人工核对，核对以前不入库。",
        "谁产生、谁负责；谁认定、谁修复",
    ),
    "INTAKE-41": Word(
        "这条信息正在处理异议，结果由异议决定写入。请在异议案件中办理，不要用文件更正或撤回。", "R0.3；law 4.2"
    ),
    "INTAKE-42": Word("这条信息已经修复或到期，不再使用，不需要更正或撤回。", "R0.7"),
    "INTAKE-43": Word(
        "姓名与平台已知的这个证件号码不符，可能是别人的号码，也可能改过名。本行等待人工核对，暂不入库。",
        "《个人信息保护法》第八条；姓名相同不等于同一个人",
    ),
    "INTAKE-44": Word(
        "这条信息曾经被撤销或修复，不能由文件带回。本行等待具名人员核证，核证以前不入库。",
        "law 11.17；防止错误信息重新记入",
    ),
    "INTAKE-45": Word(
        "本行隐藏的行标识不对应本单位还需要改正的行：可能已经改正过，或标识被改动。请重新下载需改正的文件。",
        "平台文件规范",
    ),
    "INTAKE-46": Word("核证须写明理由，至少 5 个字。", "law 11.13：由具名人员说明理由"),
    "INTAKE-64": Word("这一行由您所在单位报送，或者与您本人有关，请由其他单位的人员核证。", "二人原则；回避"),
    "INTAKE-65": Word("这一行已经核证、已经由报送单位改正，或者不存在。请刷新列表。", "平台文件规范"),
    "INTAKE-66": Word(
        "您的单位不是目录条目“{item}”的报送单位，不能报送。请核对条目；应当由您报送的，请联系信用管理部门修改目录。",
        "公共信用信息目录：信息提供单位；《政务数据共享条例》第十三条",
    ),
    "INTAKE-60": Word(
        "没有写明行为发生的日期，认定时当事人满 {age} 周岁不足 {back}，不能确认行为发生时已满 {age} 周岁。"
        "请填写{asked}；行为发生时未满 {age} 周岁的不得报送，请从文件中删除本行。",
        "《江苏省社会信用条例》第三条；《行政处罚法》第三十六条",
    ),
    "INTAKE-67": Word(
        "经人口信息库核验，姓名与证件号码不符，可能有一处写错。本行等待人工核对，暂不入库。",
        "《个人信息保护法》第八条；姓名相同不等于同一个人",
    ),
    "INTAKE-68": Word(
        "人口信息库中没有这个证件号码，不能确认是谁。本行等待人工核对，暂不入库。",
        "《个人信息保护法》第八条",
    ),
    "INTAKE-69": Word(
        "人口信息核验服务暂时没有应答，文件没有读完，没有核验的行都没有入库。服务恢复以后从停下的地方接着读，已入库的行不会重复。",
        "《个人信息保护法》第八条：没有核验的身份不记入",
    ),
    "INTAKE-70": Word(
        "文件中的更正或者撤回已经写入，并且产生作用，不能取消。请等它读完；已中断的，请点“继续处理”。写错的，另外报送更正。",
        "R0.3、R0.7：已经产生作用的不因取消而悄悄恢复",
    ),
    "INTAKE-71": Word(
        "这个文件没有挡住读取，不能停下。要不要取消，由报送单位决定。", "GB/T 22239-2019 8.1.5.1：系统管理员不办理业务"
    ),
    "INTAKE-72": Word(
        "这一行已经改正、已经说明不再报送，或者同事正在改正。没有保存您填写的内容，请继续下一行。",
        "平台文件规范：一行只改正一次",
    ),
    # ---- warnings: the row is taken, the user should know
    "INTAKE-51": Word("“{field}”超过“{severity}”的最长公示期，已缩短到 {day}。", "《信用修复管理办法》"),
    "INTAKE-52": Word("“{field}”短于“{severity}”的最短公示期，已延长到 {day}。", "《信用修复管理办法》"),
    "INTAKE-53": Word("“{severity}”的信息不公示，“{field}”不采用。", "《信用修复管理办法》"),
    "INTAKE-54": Word("“{field}”没有填写，按“未定”处理：不公示，直到认定单位说明程度。", "《信用修复管理办法》"),
    "INTAKE-55": Word("“{field}”是 15 位旧号码，已升为 18 位并保留原号码。请与证件原件核对。", "GB 11643-1999"),
    "INTAKE-56": Word("“{field}”：{reason}。已接收，请核对。", "GB 11643-1999；GB 32100-2015"),
    "INTAKE-57": Word(
        "“{column}”只有警告、通报批评一类的内容，属于轻微，与“{field}”不一致。请核对。", "《信用修复管理办法》"
    ),
    "INTAKE-58": Word("“{field}”与报送单位的登记名称不一致。已按代码认定，请核对名称。", "平台文件规范"),
    "INTAKE-59": Word("“{field}”中的全角字符、空格或小写 x 已改为规范写法。", "平台文件规范"),
    "INTAKE-61": Word("“{field}”是表格软件的日期序号，已读作 {day}。请核对。", "平台文件规范"),
    "INTAKE-62": Word(
        "“{field}”是旧格式的等级，与现在的轻微、一般、严重不能逐一对应，按“未定”处理：不公示，直到认定单位按新标准说明程度。",
        "《信用修复管理办法》",
    ),
    "INTAKE-63": Word("“{field}”带有时刻，只采用日期 {day}。请核对。", "平台文件规范"),
}

RULES: dict[str, Rule] = {
    code: Rule(code, sentence, WORDS[code].source)
    for code, sentence in {
        "INTAKE-20": "这个目录条目今天没有生效，不能归集。请联系信用管理部门核对目录。",
        "INTAKE-30": "同一决定刚刚由另一次报送记入。请重新上传文件，已经入库的行算作原来已有。",
        "INTAKE-44": "这一行等待期间，相同的信息被撤销或者修复了，不能放行。请不予放行；重新报送以后另行核证。",
        "INTAKE-66": "这个单位不是目录条目的报送单位，不能报送。",
        **{
            code: WORDS[code].sentence
            for code in (
                *("INTAKE-31", "INTAKE-32", "INTAKE-37", "INTAKE-39", "INTAKE-42", "INTAKE-46"),
                *("INTAKE-64", "INTAKE-65", "INTAKE-69", "INTAKE-70", "INTAKE-71", "INTAKE-72"),
            )
        },
    }.items()
}
"""What the database itself refuses: it knows the rule but none of the facts of a row."""

NO_FORM_MENDS = frozenset({"INTAKE-18", "INTAKE-24", "INTAKE-27", "INTAKE-28", "INTAKE-29", "INTAKE-48", "INTAKE-60"})
"""Rules that often speak because a row may not be collected at all, or its document or basis is missing."""
ANOTHER_FILE = frozenset({"INTAKE-37", "INTAKE-39", "INTAKE-41", "INTAKE-42"})
"""Rules of the store that ask for another kind of file, or for none."""

BASIS_KINDS = {"collect": "归集依据", "act": "认定依据法律", "period": "公示期限依据"}

ADVICE = {
    "report": "请从文件中删除本行",
    "legacy": "请从文件中删除本行，原系统中的也应依法清除",
    "granted": "仍然有效的，请核对“{field}”；没有期限的，复核以后用新的文号和日期报送。"
    "已经失效的，请从文件中删除本行；平台已有的，请用撤回文件",
}
"""What to do about a row that has ended: by the kind of the file, or because what was granted may still hold."""

_LENGTHS = {"day": "{} 天", "month": "{} 个月", "year": "{} 年"}

PRIVATE = {"identity": "身份证件号码", "phone": "手机号码", "account": "银行账号或其他长号码"}


def say(code: str, **facts: object) -> str:
    """The sentence of a rule with its facts filled in (规则说明)."""
    return WORDS[code].sentence.format(**facts)


def length(value: int, unit: str) -> str:
    """A period as people say it (期限长短): 15 天, 3 个月, 6 年; `unit` is day, month or year."""
    return _LENGTHS[unit].format(value)
