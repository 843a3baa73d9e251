"""The form of a registered look-up (核验): purpose, case, name, number; typing is made regular, and said so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from chengxin.kernel.identity import birth_date, check_digit
from chengxin.kernel.names import name_problem
from chengxin.kernel.normalise import Normalised, half_width, normalise_number, normalise_typed_name
from chengxin.kernel.words import NAME_PROBLEMS
from chengxin.people.api import Purpose

__all__ = ["CheckForm", "case_number"]

_LONG_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")


def _personal(number: str) -> bool:
    """A mobile number, or an identity number by check digit and birth date; other long numbers are case numbers."""
    if len(number) == 11:
        return True
    return check_digit(number[:17]) == number[17].upper() and birth_date(number) is not None


def case_number(text: str) -> str:
    """A case number in its regular form; one that holds somebody's number is refused."""
    case_ref = half_width(text).strip()
    if any(_personal(match.group()) for match in _LONG_NUMBER.finditer(case_ref)):
        raise forms.ValidationError("案号中有证件号码或手机号码。请只填写受理编号。", "personal")
    return case_ref


class CheckForm(forms.Form):
    """One question about one person (用途、案号、姓名、证件号码).

    ``notes`` holds a sentence for every field that was made regular (已为您规范), whether the form is valid or not.
    """

    purpose = forms.ChoiceField(
        label="查询用途",
        help_text="一次核验只能有一个用途。用途会告知本人。",
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择查询用途。没有用途不能查询。",
            "invalid_choice": "没有这个用途。请在列出的用途中选择。",
        },
    )
    case_ref = forms.CharField(
        label="案号",
        help_text="正在办理的事项的受理编号。请不要填写姓名、电话或证件号码。",
        required=False,
        max_length=64,
        error_messages={"max_length": "案号最多 64 个字。请只填写受理编号。"},
    )
    name = forms.CharField(
        label="姓名",
        help_text="按证件填写。",
        max_length=200,  # room for what normalising removes; the rule of names is two to fifty characters
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写姓名。", "max_length": "姓名应为2至50个字。"},
    )
    number = forms.CharField(
        label="证件号码",
        help_text="身份证号码。空格、连字符、全角数字和小写 x 会自动规范。",
        max_length=64,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "请填写证件号码。", "max_length": "证件号码太长，请核对后重新填写。"},
    )

    def __init__(self, purposes: list[Purpose], data: Mapping[str, Any] | None = None) -> None:
        # A copy of our own: when the form comes back, the person sees what was made regular.
        self._typed: dict[str, Any] = dict(data.items()) if data else {}
        super().__init__(self._typed if data is not None else None)
        self.notes: list[str] = []
        self._needs_case = {purpose.code for purpose in purposes if purpose.needs_case}
        choice = self.fields["purpose"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(purpose.code, purpose.name) for purpose in purposes]
        if len(purposes) == 1:
            choice.initial = purposes[0].code

    def clean_case_ref(self) -> str:
        """A case number of the clerk's own system. It stays in the register for years: it must hold nobody's number."""
        return case_number(self.cleaned_data["case_ref"])

    def clean_name(self) -> str:
        """The one written form of a name; a name that cannot be one is refused."""
        name = self._regular("name", normalise_typed_name, "姓名中的全角字母、多余空格和间隔号")
        if not name:
            raise forms.ValidationError("请填写姓名。", "required")
        problem = name_problem(name)
        if problem:
            raise forms.ValidationError(f"{NAME_PROBLEMS[problem]}。请对照证件核对。", problem)
        return name

    def clean_number(self) -> str:
        """Half width, no spaces or hyphens, capital X. Whether the number can be one is judged behind the door."""
        number = self._regular("number", normalise_number, "证件号码中的全角字符、空格、连字符和小写 x")
        if not number:
            raise forms.ValidationError("请填写证件号码。", "required")
        return number

    def clean(self) -> dict[str, Any]:
        """Some purposes need a case (LOOK-04); said at the field before anything is asked."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("purpose") in self._needs_case and "case_ref" in cleaned and not cleaned["case_ref"]:
            self.add_error(
                "case_ref", forms.ValidationError("这个用途必须填写案号。请填写正在办理的受理编号。", "LOOK-04")
            )
        return cleaned

    def _regular(self, field: str, door: Callable[[str], Normalised], what: str) -> str:
        text = self.cleaned_data[field]
        regular = door(text)
        self._typed[field] = regular.value
        # Outer spaces alone are nothing to talk about.
        if regular.value and regular.value != text.strip():
            self.notes.append(f"{what}已为您改成规范写法。")
        return regular.value
