"""Forms of the security officer's desk. Each says what it brings as the body of a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone

from chengxin.oversight.facts import Incident, Notice
from chengxin.oversight.rules import holds_number, stamp
from chengxin.oversight.words import ADVICE, ELEMENTS, FACTS, KINDS, LEVELS, METHODS, REFERRALS, REPORT_PARTS, SOURCES

FORMS_OF_MOMENTS: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"]
LINE: Final[dict[str, object]] = {"rows": 2, "class": "short"}
"""A text of one line, which takes two on a phone in large type."""


class Text(forms.CharField):
    """Lines of text without identity numbers (INCIDENT-08)."""

    def __init__(self, label: str, *, hint: str = "", required: bool = True, least: int = 0, most: int = 2000) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            max_length=most,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={
                "required": f"请填写{label}。",
                "max_length": f"{label}最多 {most} 个字，现在是 %(show_value)d 个字。",
            },
        )
        self.least = least
        self.widget.attrs.pop("maxlength", None)  # a browser would cut without a word

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n").strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        if holds_number(value):
            raise forms.ValidationError(f"{self.label}里有证件号码一类的长号码。请删除，只写种类和数量。")
        if value and len("".join(value.split())) < self.least:
            raise forms.ValidationError(f"{self.label}至少写 {self.least} 个字。")


class Choice(forms.ChoiceField):
    """One of a list; no choice is a mistake that says what to choose from."""

    def __init__(self, label: str, choices: Mapping[str, str], *, hint: str = "", radio: bool = True) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            choices=list(choices.items()) if radio else [("", "请选择"), *((c, w) for c, w in choices.items() if c)],
            widget=forms.RadioSelect() if radio else forms.Select(),
            error_messages={"required": f"请选择{label}。", "invalid_choice": f"请在列出的{label}中选择。"},
        )


class Amount(forms.IntegerField):
    """A number that may not be known yet."""

    def __init__(self, label: str, *, hint: str) -> None:
        said = f"“{label}”应当是不小于 0 的整数，还不知道就留空。"
        super().__init__(
            label=label,
            help_text=hint,
            required=False,
            min_value=0,
            max_value=999_999_999,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
            error_messages={"invalid": said, "min_value": said, "max_value": f"“{label}”太大了。"},
        )


class Moment(forms.DateTimeField):
    """Date and time in China, not in the future."""

    def __init__(self, label: str, *, hint: str = "", past: bool = True) -> None:
        self.past = past
        super().__init__(
            label=label,
            help_text=hint,
            input_formats=FORMS_OF_MOMENTS,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            error_messages={
                "required": f"请填写{label}。",
                "invalid": f"“{label}”不是时间。请写成 2026-11-03 14:05 的样子。",
            },
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.past and value and value > timezone.now():
            raise forms.ValidationError(f"{self.label}不能在将来。")


EXACT: Final = {"no": "估计", "yes": "已经查清"}
YES_NO: Final = {"no": "没有发现", "yes": "有"}


class FactsForm(forms.Form):
    """What is known about an incident (事件情况)."""

    kind = Choice(FACTS["kind"], KINDS)
    systems = Text(FACTS["systems"], hint="哪些页面、接口、文件或者设备。", most=500)
    information = Text(FACTS["information"], hint="写种类，例如“姓名、证件号码、失信信息”，不写具体的人。", most=500)
    persons = Amount(FACTS["persons"], hint="先写估计，查清以后再改。还不知道就留空。")
    exact = Choice("涉及人数是否查清", EXACT)
    items = Amount(FACTS["items"], hint="一个人可能有几条。用来判断要不要移送公安机关。")
    insider = Choice(FACTS["insider"], YES_NO, hint="在履行职责或者提供服务的过程中获得信息的人。")
    harm = Text(FACTS["harm"], required=False)
    cause = Text(FACTS["cause"], required=False)
    measures = Text(FACTS["measures"], required=False)

    field_order = ("kind", "source", "discovered_at")

    def body(self) -> dict[str, Any]:
        """The facts as a step brings them."""
        said = dict(self.cleaned_data)
        said |= {name: said[name] == "yes" for name in ("insider", "exact")}
        if "discovered_at" in said:
            said["discovered_at"] = stamp(said["discovered_at"])
        return said

    def clean(self) -> dict[str, Any]:
        """Persons have at least one item each."""
        said = self.cleaned_data
        persons, items = said.get("persons"), said.get("items")
        if persons is not None and items is not None and items < persons:
            self.add_error("items", "涉及信息条数不会少于涉及人数。请核对这两个数。")
        return said


class ReportForm(FactsForm):
    """A new incident (报告事件)."""

    source = Choice(FACTS["source"], SOURCES)
    discovered_at = Moment(FACTS["discovered_at"], hint="期限从这一刻起算，请写第一次发现或者得知的时间。")


class UpdateForm(FactsForm):
    """More about an incident (补充情况): only what changed is brought."""

    level = Choice(FACTS["level"], LEVELS, hint="未定级的，按较大以上事件的时限办理。")

    def __init__(self, data: Any, *, incident: Incident) -> None:
        self.before = dict(incident.facts)
        shown = self.before | {name: "yes" if self.before.get(name) else "no" for name in ("insider", "exact")}
        super().__init__(data, initial=shown)
        self.fields["level"].required = False

    def body(self) -> dict[str, Any]:
        before = {"exact": False} | self.before
        return {name: value for name, value in super().body().items() if value != before.get(name, "")}

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not self.errors and not self.body():
            self.add_error(None, "没有任何改动。请改写知道得更多的那几项。")
        return said


class ReasonForm(forms.Form):
    """Why (理由)."""

    reason = Text("理由", hint="写明核对了什么、为什么这样决定，至少 5 个字。", least=5, most=1000)

    def body(self) -> dict[str, Any]:
        """What the step brings."""
        return dict(self.cleaned_data)


class ConfirmForm(ReasonForm):
    """It happened, and how grave it is (核实)."""

    level = Choice(FACTS["level"], {code: word for code, word in LEVELS.items() if code})
    field_order = ("level", "reason")


class ContainForm(forms.Form):
    """What was done to stop it (控制)."""

    measures = Text("已采取的补救措施", hint="做了什么，效果怎样。", least=5)

    def body(self) -> dict[str, Any]:
        """What the step brings."""
        return dict(self.cleaned_data)


class ScopeForm(forms.Form):
    """Which lines of the register are involved (登记行范围)."""

    since = Moment("从")
    until = Moment("到", hint="前后不超过 31 天。", past=False)
    organisation = forms.CharField(
        label="单位", required=False, max_length=18, help_text="统一社会信用代码；不填就是所有单位。"
    )
    activity = Choice(
        "事项", {"": "所有事项", "lookup.check": "依法查询", "redress.review": "办理异议", "person.own": "本人查看"}
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["activity"].required = False

    def clean(self) -> dict[str, Any]:
        """At most 31 days, in their order."""
        said = self.cleaned_data
        if (
            "since" in said
            and "until" in said
            and not 0 < (said["until"] - said["since"]).total_seconds() <= 31 * 86_400
        ):
            self.add_error("until", "“到”要晚于“从”，前后不超过 31 天。")
        return said

    def body(self) -> dict[str, Any]:
        """What the step brings."""
        said = self.cleaned_data
        return said | {"since": stamp(said["since"]), "until": stamp(said["until"])}


class ReferForm(ReasonForm):
    """Whether the police hear of it (移送): a human's decision."""

    outcome = Choice("决定", REFERRALS)
    field_order = ("outcome", "reason")


class ReviewForm(forms.Form):
    """What is learned from it (复盘)."""

    review = Text("复盘", hint="原因、危害、责任、教训和完善整改的情况，至少 10 个字。", least=10, most=4000)

    def body(self) -> dict[str, Any]:
        """What the step brings."""
        return dict(self.cleaned_data)


class EvidenceForm(forms.Form):
    """How a notice was delivered (送达)."""

    notice = Choice("哪一份通知", {}, radio=True)
    method = Choice("送达方式", METHODS, radio=False)
    delivered_at = Moment("送达时间")
    reference = Text("凭证", hint="受理号、文号、投递单号或者发送记录的编号，不写收件人。", most=200)

    def __init__(self, data: Any, *, notices: tuple[Notice, ...], receivers: Mapping[str, str]) -> None:
        super().__init__(data, initial={"notice": str(notices[-1].seq)} if notices else {})
        choices = [(str(one.seq), f"给{receivers[one.to]}的通知，第 {one.seq} 步制作") for one in notices]
        field = self.fields["notice"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        field.choices = choices

    def body(self) -> dict[str, Any]:
        """What the step brings."""
        said = dict(self.cleaned_data)
        return said | {"delivered_at": stamp(said["delivered_at"])}


class NoticeForm(forms.Form):
    """The parts of a notice (通知内容): none may be missing (INCIDENT-04)."""

    def __init__(self, data: Any, *, to: str, initial: Mapping[str, str]) -> None:
        super().__init__(data, initial=dict(initial))
        for name, label in (ELEMENTS | (ADVICE if to == "persons" else REPORT_PARTS)).items():
            self.fields[name] = Text(label, hint=HINTS.get(name, ""))
        first = ("unit", "impact")
        self.order_fields([*first, *(name for name in self.fields if name not in first)])


HINTS: Final = {
    "cause": "还没有查清的，写“正在调查”，查清以后再发一份。",
    "leads": "可能的攻击来源、路径、漏洞；没有的写“暂无”。",
    "scene": "日志和设备怎样保全；没有的写“不涉及”。",
    "advice": "例如更换密码、警惕冒充工作人员的来电、核对自己的查询记录。",
}


class NothingForm(forms.Form):
    """A step that needs no words."""

    def body(self) -> dict[str, Any]:
        """What the step brings."""
        return {}


class VersionsForm(forms.Form):
    """Which version of a document is compared with which (版本对比)."""

    def __init__(self, data: Mapping[str, Any], *, numbers: Mapping[int, date]) -> None:
        super().__init__(data)
        choices = [(str(number), f"第 {number} 版，{day}起") for number, day in numbers.items()]
        for name, label in (("from", "从"), ("to", "到")):
            wrong = "没有您要的这一版。请在列出的版本中选择。"
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, error_messages={"invalid_choice": wrong, "required": wrong}
            )


class PaperHead(forms.Form):
    """A document that is new (新的制度文件)."""

    code = forms.RegexField(
        r"^[a-z][a-z-]{1,29}$",
        label="地址代号",
        help_text="出现在网址里，小写字母和短横线，例如 privacy。",
        error_messages={"required": "请填写地址代号。", "invalid": "地址代号是两到三十个小写字母和短横线。"},
    )

    RESERVED: Final = frozenset({"desk", "collected", "recipients", "safeguards", "organisations", "permissions"})

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code in self.RESERVED:
            raise forms.ValidationError("这个地址代号是平台的清单在用，请换一个。")
        return code


class PaperForm(forms.Form):
    """The words of a version (制度文件的文字): as many sections as there are, and three more."""

    MORE: Final = 3

    def __init__(self, *args: Any, words: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"] = Text("名称", most=60)
        self.fields["basis"] = Text("依据", hint="法律、法规、文件的名称和条款。", most=500)
        self.fields["issued_by"] = Text("制定单位", most=60)
        self.fields["note"] = Text("这一版改了什么", most=200)
        for name in ("title", "basis", "issued_by", "note"):
            self.fields[name].initial = words.get(name, "")
            self.fields[name].widget.attrs |= LINE if name in {"title", "issued_by"} else {"rows": 2}
        self.sections = [*words.get("sections", ()), *({} for _ in range(self.MORE))]
        for at, section in enumerate(self.sections):
            self.fields[f"title_{at}"] = Text(f"第 {at + 1} 段标题", required=False, most=60)
            self.fields[f"text_{at}"] = Text(f"第 {at + 1} 段内容", required=False, most=5000)
            self.fields[f"title_{at}"].widget.attrs |= LINE
            self.fields[f"title_{at}"].initial = section.get("title", "")
            self.fields[f"text_{at}"].initial = section.get("text", "")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for at in range(len(self.sections)):
            title, text = data.get(f"title_{at}"), data.get(f"text_{at}")
            if bool(title) != bool(text) and not self.errors:
                self.add_error(
                    f"text_{at}" if title else f"title_{at}", "标题和内容要一起写；不要这一段的，两处都留空。"
                )
        return data

    def body(self) -> dict[str, Any]:
        """The words as a step brings them; a section keeps its key, a new one is numbered."""
        data = self.cleaned_data
        used = {section.get("key") for section in self.sections}
        fresh = (f"part-{n}" for n in range(1, 1000) if f"part-{n}" not in used)
        sections = [
            {"key": section.get("key") or next(fresh), "title": data[f"title_{at}"], "text": data[f"text_{at}"]}
            for at, section in enumerate(self.sections)
            if data[f"title_{at}"]
        ]
        return {name: data[name] for name in ("title", "basis", "issued_by", "note")} | {"sections": sections}


class FirstDayForm(forms.Form):
    """From when a version holds (公布)."""

    effective_from = forms.DateField(
        label="生效日期",
        help_text="不能早于今天，要晚于已经公布的上一版。",
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写生效日期。", "invalid": "生效日期请写成 2026-11-03 的样子。"},
    )

    def body(self) -> dict[str, Any]:
        """The first day as the step brings it."""
        return {"effective_from": str(self.cleaned_data["effective_from"])}
