"""Forms of the pages. Checks of meaning belong to the doors; here it is only whether something was filled in."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django import forms

from chengxin.kernel.errors import Refused
from chengxin.kernel.names import name_problem
from chengxin.kernel.normalise import half_width, normalise_number, normalise_typed_name
from chengxin.kernel.words import NAME_PROBLEMS
from chengxin.lookup.api import RELATIONS
from chengxin.notice.api import clean_contact
from chengxin.people.api import DOCUMENTS, REASONS, is_recovery_code, typed_code
from chengxin.redress.api import GROUNDS


class SignInForm(forms.Form):
    """Sign in (登录): something known, something held."""

    login = forms.CharField(
        label="账号",
        max_length=64,
        error_messages={"required": "请输入账号"},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=256,
        strip=False,
        error_messages={"required": "请输入密码"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label="动态验证码",
        help_text="验证器应用里的 6 位数字，每 30 秒换一次。",
        max_length=32,
        error_messages={"required": "请输入 6 位动态验证码"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}),
    )

    def clean_code(self) -> str:
        """Spaces, hyphens and full-width digits are how people type it."""
        code = half_width(self.cleaned_data["code"]).replace(" ", "").replace("-", "")
        if not (code.isascii() and code.isdigit() and len(code) == 6) and not is_recovery_code(code):
            raise forms.ValidationError("动态验证码是 6 位数字，请重新输入")
        return code


class ObjectionForm(forms.Form):
    """An objection (异议): why, in the person's own words."""

    ground = forms.ChoiceField(
        label="您为什么提出异议",
        choices=list(GROUNDS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一个理由", "invalid_choice": "请选择一个理由"},
    )
    statement = forms.CharField(
        label="请说明情况",
        help_text="哪里不对，实际是怎样的。2 到 2000 个字。请不要写别人的姓名、证件号码和电话。",
        min_length=2,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": "请说明情况，至少 2 个字",
            "min_length": "请说明情况，至少 2 个字",
            "max_length": "说明不能超过 2000 个字，现在有 %(show_value)d 个字",
        },
    )


class ContactForm(forms.Form):
    """How letters may reach the person (联系方式); both are free to give and to take back."""

    phone = forms.CharField(
        label="手机号码",
        help_text="有新的告知书时，发短信提醒您。短信里不写内容，也不算送达。不填就不发。",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    address = forms.CharField(
        label="收信地址",
        help_text="您很久没有打开告知书时，寄给您本人签收。不填就不寄。",
        required=False,
        max_length=250,
        widget=forms.Textarea(attrs={"autocomplete": "street-address", "rows": 3, "class": "short"}),
    )

    def clean_phone(self) -> str:
        return self._clean("phone", "请输入 11 位手机号码，或者留空")

    def clean_address(self) -> str:
        return self._clean("address", "地址是 5 到 200 个字，请写到门牌号，或者留空")

    def _clean(self, kind: str, message: str) -> str:
        value = self.cleaned_data[kind]
        try:
            return clean_contact(kind, value) if value else ""
        except Refused:
            raise forms.ValidationError(message) from None


class PasswordForm(forms.Form):
    """The own password (自己的密码), twice."""

    password = forms.CharField(
        label="新密码",
        help_text="至少 12 位，不要用常见的词，也不要和账号相像。",
        max_length=256,
        strip=False,
        error_messages={"required": "请输入新密码"},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label="再输入一遍",
        max_length=256,
        strip=False,
        error_messages={"required": "请再输入一遍新密码"},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_repeated(self) -> str:
        repeated = str(self.cleaned_data["repeated"])
        if repeated != self.cleaned_data.get("password", repeated):
            raise forms.ValidationError("两次输入的密码不一样，请重新输入")
        return repeated


class SecretsForm(PasswordForm):
    """The own password and authenticator (自己的密码和验证器)."""

    code = forms.CharField(
        label="验证器应用里现在的 6 位数字",
        max_length=16,
        error_messages={"required": "请输入验证器应用里现在的 6 位数字"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}),
    )
    sealed = forms.CharField(widget=forms.HiddenInput())


class NamedForm(forms.Form):
    """Name and number of a document (姓名和证件号码), made regular."""

    name = forms.CharField(
        label="姓名",
        max_length=200,
        error_messages={"required": "请填写姓名"},
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "short"}),
    )
    number = forms.CharField(
        label="证件号码",
        help_text="身份证等证件上的号码，最后一位是 X 的也要写。",
        max_length=64,
        error_messages={"required": "请填写证件号码"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        """The one written form; a name that cannot be one is refused."""
        name = normalise_typed_name(self.cleaned_data["name"]).value
        if problem := name_problem(name):
            raise forms.ValidationError(f"{NAME_PROBLEMS[problem]}。请对照证件核对")
        return name

    def clean_number(self) -> str:
        """Half width, without spaces and hyphens, capital X."""
        return normalise_number(self.cleaned_data["number"]).value


class CounterSignInForm(NamedForm):
    """Sign in with a code of the window (用窗口登录码登录)."""

    code = forms.CharField(
        label="登录码",
        help_text="窗口给您的纸条上的 8 位字母和数字。大小写和中间的横线都不要紧。",
        max_length=40,
        error_messages={"required": "请输入纸条上的登录码"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "class": "short"}),
    )

    def clean_code(self) -> str:
        code = typed_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError("登录码是 8 位字母和数字，请对照纸条重新输入")
        return code


class IssueCodeForm(NamedForm):
    """Give out a code of the window (发放登录码): whose document was seen, and why."""

    field_order = ("document", "name", "number", "reason", "seen")
    document = forms.ChoiceField(
        label="核对的证件原件",
        choices=list(DOCUMENTS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核对了哪种证件"},
    )
    reason = forms.ChoiceField(
        label="为什么发放",
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一个原因"},
    )
    seen = forms.BooleanField(
        label="证件是原件，照片和面前的人是同一个人",
        error_messages={"required": "没有当面核对证件原件，不能发放"},
    )


class MandateForm(NamedForm):
    """Let somebody read who looked (委托)."""

    field_order = ("name", "number", "relation", "until")
    whose = MappingProxyType({"name": "受托人姓名", "number": "受托人证件号码"})
    relation = forms.ChoiceField(
        label="受托人是您的",
        choices=list(RELATIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择受托人是您的什么人", "invalid_choice": "请选择受托人是您的什么人"},
    )
    until = forms.DateField(
        label="委托到哪一天",
        help_text="最后一天也算在内。到期可以再委托，随时可以收回。",
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写委托到哪一天", "invalid": "请按 2026-11-03 这样填写日期"},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, label in self.whose.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请填写{label}"
        self.fields["number"].help_text = "只用来核对是不是本人，不保存号码和姓名。"


class UnitForm(forms.Form):
    """Which unit's looks are shown (查看单位); a unit is named by one of its lines."""

    def __init__(self, units: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["unit"] = forms.ChoiceField(
            label="只看一个单位", choices=[("", "所有单位"), *units], required=False
        )

    def unit(self) -> str:
        """The line of the unit that was chosen; an empty word is all of them."""
        return str(self.cleaned_data["unit"]) if self.is_valid() else ""


class LogDayForm(forms.Form):
    """Which day's checkpoints are shown (检查点日期)."""

    day = forms.DateField(
        label="哪一天",
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请选择日期", "invalid": "日期的写法是 2026-11-22"},
    )
