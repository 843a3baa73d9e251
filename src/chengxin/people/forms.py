"""Forms of the three administrators (账号、职责、单位)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

from django import forms

from chengxin.kernel.identity import check_identity
from chengxin.kernel.organisation import check_uscc
from chengxin.people.organisations import Area, Organisation
from chengxin.people.words import ORGANISATION_KINDS, RULES

NUMBER: Final = re.compile(r"\d{15}")
STATES: Final = {"": "全部", "used": "在用", "bare": "没有职责", "idle": "很久没有登录", "disabled": "已停用"}
SIDES: Final = {"business": "业务人员", "admin": "三员之一"}


class Line(forms.CharField):
    """A line of text with its own words for what is wrong."""

    def __init__(self, label: str, *, hint: str = "", most: int = 60, required: bool = True, **more: Any) -> None:
        said = {"required": f"请填写{label}。", "max_length": f"{label}最多 {most} 个字。"}
        super().__init__(
            label=label, help_text=hint, max_length=most, required=required, error_messages=said, strip=True, **more
        )


class Reason(Line):
    """Why, for the audit administrator (ACCOUNT-12); never about a person."""

    def __init__(self, label: str = "理由", *, hint: str = "写明文件或者事由，不写姓名和证件号码。") -> None:
        super().__init__(label, hint=hint, most=200, widget=forms.Textarea(attrs={"rows": 3}))
        self.widget.attrs.pop("maxlength", None)  # a browser would cut without a word

    def validate(self, value: str) -> None:
        super().validate(value)
        if len("".join(value.split())) < 5:
            raise forms.ValidationError(RULES["ACCOUNT-12"].sentence)
        if NUMBER.search(value):
            raise forms.ValidationError("这里有证件号码一类的长号码。请删除。")


class Day(forms.DateField):
    """A date."""

    def __init__(self, label: str, *, hint: str = "", required: bool = True) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
            widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
            error_messages={
                "required": f"请填写{label}。",
                "invalid": f"“{label}”不是日期。请写成 2026-11-03 的样子。",
            },
        )


class Choice(forms.ChoiceField):
    """One of a list."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]] = (), *, hint: str = "", **more: Any) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            choices=list(choices),
            error_messages={"required": f"请选择{label}。", "invalid_choice": f"请在列出的{label}中选择。"},
            **more,
        )


def places(found: Iterable[Organisation]) -> list[tuple[str, str]]:
    """Organisations to choose from, by area."""
    return [("", "请选择"), *((one.code, f"{one.area_name}：{one.name}") for one in found)]


class FilterForm(forms.Form):
    """Which accounts to list (筛选); whatever is typed wrong counts as nothing."""

    q = Line("登录名、岗位或单位", required=False)
    state = Choice("状态", STATES.items(), required=False)
    days = Choice("多少天没有登录", ((str(n), f"{n} 天") for n in (30, 60, 90)), required=False)


class OpenForm(forms.Form):
    """A new account (开立账号)."""

    login = Line("登录名", hint="小写字母开头，可以有数字、点和短横线。", most=40)
    organisation = Choice("单位")
    post = Line("岗位", hint="当事人在“谁查看过我”里看到的就是单位和岗位。不写姓名。", most=30)
    holder = Line(
        "持有人的证件号码",
        hint="只保存它的键控哈希，防止一人身兼两边、办理自己的事项。填错了要重新输入。",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    side = Choice("给谁用", SIDES.items(), widget=forms.RadioSelect(), initial="business")
    reason = Reason()

    def __init__(self, *args: Any, offices: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = places(offices)  # type: ignore[attr-defined]

    def clean_login(self) -> str:
        login = str(self.cleaned_data["login"]).lower()
        if not re.fullmatch(r"[a-z][a-z0-9.-]{2,39}", login) or NUMBER.search(login):
            raise forms.ValidationError("登录名要以字母开头，三到四十个字母、数字、点或短横线，不能是证件号码。")
        return login

    def clean_holder(self) -> str:
        said = check_identity(self.cleaned_data["holder"].strip(), today=datetime.now(UTC).date(), kind="citizen")
        if not said.valid or said.normalised is None:
            raise forms.ValidationError(RULES["ID-01"].sentence)
        return said.normalised


class ReasonForm(forms.Form):
    """Nothing but why."""

    reason = Reason()


class NothingForm(forms.Form):
    """Nothing to fill in."""


class GiveForm(forms.Form):
    """A duty from a day on (授予职责)."""

    duty = Choice("职责")
    begin = Day("第一天")
    end = Day("最后一天", hint="没有期限的留空。代理必须填写。", required=False)
    deputy_for = Line(
        "代理哪个账号", hint="不是代理的留空。只能代理本单位担任这项职责的账号。", most=40, required=False
    )
    reason = Reason()

    def __init__(self, *args: Any, duties: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["duty"].choices = [("", "请选择"), *duties]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begin, end = data.get("begin"), data.get("end")
        if isinstance(begin, date) and isinstance(end, date) and end < begin:
            self.add_error("end", "最后一天不能早于第一天。")
        if data.get("deputy_for") and not end and "end" not in self.errors:
            self.add_error("end", RULES["ACCOUNT-08"].sentence)
        return data


class EndForm(forms.Form):
    """The end of a duty (终止职责)."""

    duty = Choice("职责")
    last = Day("最后一天", hint="写昨天，就从现在起不再担任。")
    reason = Reason()

    def __init__(self, *args: Any, duties: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["duty"].choices = [("", "请选择"), *duties]  # type: ignore[attr-defined]


class OrganisationForm(forms.Form):
    """A new organisation (登记单位)."""

    code = Line("统一社会信用代码", most=18)
    name = Line("名称")
    kind = Choice("种类", [("", "请选择"), *ORGANISATION_KINDS.items()])
    area = Choice("区域")
    parent = Choice("上级单位", hint="没有的不选。", required=False)
    on = Day("第一天")
    reason = Reason("依据", hint="设立文件的名称和文号。单位沿革公开，大家都看得到。")

    def __init__(self, *args: Any, regions: Iterable[Area], offices: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", "请选择"), *((one.code, one.name) for one in regions)]  # type: ignore[attr-defined]
        self.fields["parent"].choices = places(offices)  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not check_uscc(code).valid:
            raise forms.ValidationError(RULES["ORG-01"].sentence)
        return code


class RenameForm(forms.Form):
    """A new name (单位改名)."""

    name = Line("新名称")
    on = Day("从哪一天起", hint="从改名当天起才能提出；以前的登记行和告知书不变。")
    reason = Reason("依据", hint="改名文件的名称和文号。单位沿革公开，大家都看得到。")


class CloseForm(forms.Form):
    """The end of an organisation (终止、合并)."""

    on = Day("最后一天")
    successor = Choice("承接单位", hint="合并到哪个单位；它的信息和异议由承接单位负责。没有的不选。", required=False)
    reason = Reason("依据", hint="撤销或者合并文件的名称和文号。单位沿革公开，大家都看得到。")

    def __init__(self, *args: Any, offices: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].choices = places(offices)  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """Which organisations to list (筛选)."""

    q = Line("名称或代码", required=False)
    area = Choice("区域", required=False)
    ended = forms.BooleanField(label="包括已经终止的", required=False)

    def __init__(self, *args: Any, regions: Iterable[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", "全部"), *((one.code, one.name) for one in regions)]  # type: ignore[attr-defined]
