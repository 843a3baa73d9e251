"""Forms of the catalog's desk (目录起草): the head of a definition and its tables, row by row, as plain HTML.

They keep what they do not show: a value of the definition without a field here stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from chengxin.catalog import explain
from chengxin.catalog.checks import OTHER_ROLES, ROLES
from chengxin.catalog.forms import DayField
from chengxin.catalog.words import KINDS
from chengxin.kernel.normalise import normalise_number
from chengxin.kernel.organisation import check_uscc

Row = Mapping[str, Any]
MOST_ROWS: Final = 300


class Text(forms.CharField):
    """A line of text; an empty one is not kept."""

    def __init__(
        self, label: str, *, most: int = 200, hint: str = "", required: bool = False, area: bool = False
    ) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            max_length=most,
            widget=forms.Textarea(attrs={"rows": 2}) if area else forms.TextInput(),
            error_messages={
                "required": f"请填写{label}",
                "max_length": f"{label}最多 {most} 个字，现在有 %(show_value)d 个字",
            },
        )
        self.widget.attrs.pop("maxlength", None)  # a browser would cut without a word


class Texts(Text):
    """Several words, one in a line (几个词语): a word may hold any punctuation, 没收违法所得、没收非法财物 for one."""

    def __init__(self, label: str, *, hint: str = "一行一个。") -> None:
        super().__init__(label, most=2000, hint=hint, area=True)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class Providers(Texts):
    """Which organisations may report (报送单位): their codes, or ``*`` for every one."""

    def clean(self, value: Any) -> Any:
        codes = [normalise_number(line).value for line in super().clean(value)]
        if wrong := [code for code in codes if code != "*" and not check_uscc(code).valid]:
            raise forms.ValidationError(f"“{wrong[0]}”不是统一社会信用代码。请核对 18 位代码")
        return list(dict.fromkeys(codes))


class Number(forms.IntegerField):
    """A whole number from 0."""

    def __init__(self, label: str, *, required: bool = False) -> None:
        said = f"“{label}”应当是不小于 0 的整数"
        errors = {"required": f"请填写{label}", "invalid": said, "min_value": said, "max_value": f"“{label}”太大了"}
        widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "short"})
        super().__init__(
            label=label, required=required, min_value=0, max_value=999_999, widget=widget, error_messages=errors
        )


class Choice(forms.ChoiceField):
    """One of a list, with an empty first line."""

    def __init__(self, label: str, choices: Mapping[str, str], *, hint: str = "", required: bool = False) -> None:
        said = f"请选择{label}"
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            choices=[("", "请选择" if required else "没有"), *choices.items()],
            error_messages={"required": said, "invalid_choice": f"“{label}”没有这个选项，{said}"},
        )


class YesNo(forms.BooleanField):
    """A box to tick."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False)


class Part(forms.Form):
    """A row of a definition or its head. `at`: which row of the definition it was."""

    use_required_attribute = False
    keeps_false: ClassVar[frozenset[str]] = frozenset()
    """Boxes whose "no" is written down: without them the answer would be yes."""

    def row(self, before: Row) -> dict[str, Any]:
        """The row as the definition holds it, on top of what it held before."""
        shown = {name: _plain(value) for name, value in self.cleaned_data.items() if name not in {"DELETE", "at"}}
        kept = {name: value for name, value in before.items() if name not in shown}
        return kept | {
            name: value
            for name, value in shown.items()
            if (value not in ("", None, []) and (value is not False or name in self.keeps_false))
            or (name in before and not value and not before[name])
        }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


class HeadForm(Part):
    """Who, what and how of an item (基本情况)."""

    name = Text("条目名称", most=100, required=True)
    category = Choice("类别", explain.CATEGORIES, required=True)
    provider = Text("提供单位", most=200, hint="像人读的那样写，例如“作出行政处罚决定的机关”。", required=True)
    providers = Providers(
        "可以报送的单位",
        hint="一行一个统一社会信用代码；所有单位都可以报送的，填“*”。不填就是暂时没有单位可以报送。",
    )
    polarity = Choice("性质", explain.POLARITIES, required=True)
    severity = Choice(
        "失信程度的来源",
        {
            "field": "由认定机关在文件中写明",
            "SERIOUS": "法律规定一律为严重",
            "GENERAL": "法律规定一律为一般",
            "MINOR": "法律规定一律为轻微",
            "NONE": "不分程度（守信信息、基础信息）",
        },
        required=True,
    )
    occupation = Choice("职业人群", {}, hint="职业人群的档案才选。")
    subject = Choice("关于谁", explain.SUBJECTS, required=True)
    disclosure = Choice("使用范围", explain.SCOPES, hint="自然人的信息不向社会公示。", required=True)
    sharing = Choice("共享方式", explain.SHARINGS)
    update_frequency = Text("更新频率", hint="例如：自处罚决定作出之日起7个工作日内", required=True)
    determination_document = Text("认定文书", hint="例如：行政处罚决定书")
    notice_template = Text("告知书模板", hint="失信信息必须有。")
    impact_assessment = Text(
        "影响评估编号", hint="个人信息保护影响评估通过以后的编号，例如 PIA-2026-001。没有编号不能发布。"
    )
    effective_from = DayField("拟从哪天起使用", hint="发布的时候最后确定。")
    effective_to = DayField("拟用到哪天", hint="不填就是没有期限。")

    def __init__(self, *args: Any, groups: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        occupation = self.fields["occupation"]
        if isinstance(occupation, forms.ChoiceField):
            occupation.choices = [("", "没有"), *groups.items()]

    def row(self, before: Row) -> dict[str, Any]:
        """The head; that nobody may report yet is said too."""
        return super().row(before) | {"providers": self.cleaned_data["providers"]}


class RowForm(Part):
    """A row of a table of the definition."""

    at = forms.IntegerField(required=False, widget=forms.HiddenInput())
    called: ClassVar[tuple[str, ...]] = ()
    """Fields that name the row on its closed line."""

    @property
    def title(self) -> str:
        """What the row is called: what stands in it now, saved or not."""
        return "　".join(str(value) for name in self.called if (value := self[name].value()))

    @property
    def opened(self) -> bool:
        """Whether the row shows its fields at once: a new one, or one to put right."""
        return bool(self.errors) or self["at"].value() in (None, "")


class BasisForm(RowForm):
    """A legal basis (法律依据)."""

    kind = Choice("种类", KINDS, required=True)
    law_code = Choice("登记册中的法律文件", {}, hint="选了以后，这个文件失效的当天条目自动暂停。")
    law = Text("法律文件名称", hint="没有选登记册的必须填。")
    article = Text("条文", most=100, hint="例如：第四条")
    valid_from = DayField("生效日期", required=True)
    valid_to = DayField("最后一天", hint="不填就是没有期限。")
    note = Text("说明", most=500)
    called = ("law", "article")
    laws: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        law_code = self.fields["law_code"]
        if isinstance(law_code, forms.ChoiceField):
            law_code.choices = [("", "不在登记册里"), *self.laws.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if cleaned.get("law_code") and not cleaned.get("law"):
            cleaned["law"] = self.laws[cleaned["law_code"]]
        if not cleaned.get("law_code") and not cleaned.get("law") and "law" not in self.errors:
            self.add_error("law", "请选择登记册中的法律文件，或者填写名称")
        return cleaned


class ParameterForm(RowForm):
    """A dated number (期限与数字)."""

    name = Text("名称", most=50, hint="程序用的名称，例如 retention、notice_wait。", required=True)
    value = Number("数值", required=True)
    unit = Choice("单位", explain.UNITS, required=True)
    valid_from = DayField("生效日期", required=True)
    valid_to = DayField("最后一天", hint="不填就是没有期限。")
    basis = Text("依据", most=300, required=True)
    called = ("name", "valid_from")

    @property
    def title(self) -> str:
        """The number as people read it, and from when on."""
        name = self["name"].value()
        return super().title.replace(str(name), explain.PARAMETERS.get(name, str(name)), 1)


class FieldForm(RowForm):
    """A data element (数据项)."""

    code = Text("代码", most=40, hint="文件里的列，例如 CF_WSH。", required=True)
    name = Text("名称", most=100, required=True)
    kind = Choice("类型", explain.KINDS, required=True)
    required = Choice("是否必填", explain.REQUIRED, required=True)
    store = Choice(
        "保存在哪里",
        explain.STORES | {"column": "记录表的固定列", "plain": "记录表的代码"},
        hint="姓名和证件存身份保险库；没有作用的文字和单位代码加密保存；日期、数字和选项存记录表。",
        required=True,
    )
    role = Choice(
        "作用", {role: explain.ROLES.get(role, role) for role in (*ROLES, *OTHER_ROLES)}, hint="每个作用最多一列。"
    )
    length = Number("最多字数")
    precision = Number("数字总位数")
    scale = Number("小数位数")
    code_set = Text("代码集", most=50, hint="类型是“选项”的必须填。")
    many = YesNo("一格可以有多个值")
    aliases = Texts("其他写法")
    note = Text("说明", most=500)
    called = ("code", "name")


class CodeForm(RowForm):
    """A value of a code set (代码)."""

    code_set = Text("代码集", most=50, required=True)
    value = Text("值", most=100, required=True)
    identifier = Text("标识", most=50, hint="程序用的名称，例如 MINOR。")
    accepted = YesNo("收集这个值")
    sealed = YesNo("依法封存，不收")
    minor = YesNo("单独出现属于轻微")
    detail = YesNo("后面可以写说明")
    needs = Text("随之必填的列", most=40)
    display_min = Text("最短使用期限的名称", most=50)
    display_max = Text("最长使用期限的名称", most=50)
    aliases = Texts("其他写法")
    called = ("code_set", "value")
    keeps_false = frozenset({"accepted"})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("accepted", True)

    def row(self, before: Row) -> dict[str, Any]:
        """A value is taken unless it says otherwise; what went without saying stays unsaid."""
        found = super().row(before)
        if found.get("accepted") and "accepted" not in before:
            del found["accepted"]
        return found


PARTS: Final[Mapping[str, tuple[str, type[RowForm]]]] = {
    "basis": ("法律依据", BasisForm),
    "parameter": ("期限与数字", ParameterForm),
    "field": ("数据项", FieldForm),
    "code": ("代码", CodeForm),
}
"""Table of the definition -> its name, and the form of a row."""


if TYPE_CHECKING:
    _Rows = BaseFormSet[RowForm]
else:
    _Rows = BaseFormSet  # generic for the type checker only


class Rows(_Rows):
    """The rows of a table (多行表单); empty rows at the end are left out, ticked ones are removed."""

    def rows(self, before: Sequence[Row]) -> list[dict[str, Any]]:
        """The table as the definition holds it. Only after ``is_valid``."""
        found = []
        for form in self.forms:
            if not form.cleaned_data or form.cleaned_data.get("DELETE"):
                continue
            at = form.cleaned_data.get("at")
            found.append(form.row(before[at] if at is not None and 0 <= at < len(before) else {}))
        return found


def rows_form(
    part: str, *, laws: Mapping[str, str], data: Any = None, rows: Iterable[Row] = (), blank: int = 1
) -> Rows:
    """The form of a table: bound to `data`, or showing `rows` and so many blank ones; `laws`: code -> title."""
    form = type("Form", (PARTS[part][1],), {"laws": laws}) if part == "basis" else PARTS[part][1]
    made = formset_factory(form, formset=Rows, extra=blank, can_delete=True, max_num=MOST_ROWS, validate_max=True)
    return cast("type[Rows]", made)(data, initial=None if data is not None else list(rows), prefix="row")


def typed(part: str, data: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows as they were typed, whatever they hold, to show them again with more blank ones (再加 5 行)."""
    names = [*PARTS[part][1].base_fields, "DELETE"]
    total = data.get("row-TOTAL_FORMS", "")
    count = min(int(total), MOST_ROWS) if total.isascii() and total.isdigit() and len(total) < 6 else 0
    found = [{name: data.get(f"row-{number}-{name}", "") for name in names} for number in range(count)]
    return [row for row in found if any(value for name, value in row.items() if name != "accepted")]


def numbered(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of a definition with their place, for the form."""
    return [{**row, "at": at} for at, row in enumerate(rows)]


def digest(part: object) -> str:
    """What a part of a definition looked like when a form was opened, to notice that somebody else saved since."""
    return hashlib.sha256(json.dumps(part, sort_keys=True, default=str).encode()).hexdigest()


class DefinitionForm(forms.Form):
    """A whole definition as a file (导入 JSON 定义)."""

    file = forms.FileField(
        label="JSON 文件",
        help_text="目录条目的完整定义，最大 1 MB，UTF-8 编码。格式和“导出 JSON”得到的一样。",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        error_messages={"required": "请选择要导入的 JSON 文件", "invalid": "没有收到文件，请重新选择"},
    )


class ReasonForm(forms.Form):
    """Why a step is taken (理由)."""

    reason = Text(
        "理由", most=500, hint="写清楚原因和依据。它会留在经过里，发布以后的理由公开。", required=True, area=True
    )


class PublishForm(forms.Form):
    """From when a version holds (生效日期)."""

    effective_from = DayField("从哪天起使用", hint="不能早于今天，也不能早于上一版开始使用的次日。", required=True)
