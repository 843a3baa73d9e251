"""The decision on an objection (异议决定): an outcome and reasons, the facts first, then the conclusion."""

from __future__ import annotations

from typing import Any

from django import forms

from chengxin.people.api import Purpose
from chengxin.redress.words import OUTCOMES

__all__ = ["LEAST", "MOST", "DecisionForm", "RevealForm"]

LEAST, MOST = 10, 1000
"""Characters of each part of the reasons (理由字数)."""


class _Reason(forms.CharField):
    """A paragraph or several; browsers send line ends as two characters, which would count twice."""

    def __init__(self, *, label: str, hint: str) -> None:
        super().__init__(
            label=label,
            help_text=f"{hint}当事人会读到这段话。",
            min_length=LEAST,
            max_length=MOST,
            widget=forms.Textarea,
            error_messages={
                "required": f"请填写{label}。",
                "min_length": f"{label}至少写 {LEAST} 个字，现在是 %(show_value)d 个字。",
                "max_length": f"{label}最多写 {MOST} 个字，现在是 %(show_value)d 个字。请精简。",
            },
        )
        # The counter of the browser counts otherwise and cuts without a word.
        self.widget.attrs.pop("maxlength", None)

    def to_python(self, value: str | None) -> str | None:
        return super().to_python(value.replace("\r\n", "\n") if value else value)


class RevealForm(forms.Form):
    """Why the whole number has to be seen (为什么显示号码): a purpose of the register, never free text."""

    def __init__(self, purposes: list[Purpose], data: Any = None) -> None:
        super().__init__(data)
        self.fields["purpose"] = forms.ChoiceField(
            label="为什么要看完整的号码",
            choices=[(one.code, one.name) for one in purposes],
            widget=forms.RadioSelect,
            error_messages={"required": "请选择理由。没有理由不能显示。", "invalid_choice": "请在列出的理由中选择。"},
        )


class DecisionForm(forms.Form):
    """Outcome, what was found, and why (结论、查明的事实、理由和依据).

    Two parts, so that a decision always has both; the door asks for two lines (REDRESS-06), here each is a paragraph.
    """

    outcome = forms.ChoiceField(
        label="异议是否成立",
        choices=[(code, label) for code, label in OUTCOMES.items() if code],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择异议是否成立。", "invalid_choice": "请在“成立”和“不成立”中选择。"},
    )
    findings = _Reason(label="查明的事实", hint="核对了什么材料，查明了什么。")
    grounds = _Reason(label="理由和依据", hint="为什么成立或者不成立，依据哪一条规定。")

    def reasons(self) -> str:
        """The reasons as one text (决定理由): what was found, then why."""
        return f"查明的事实：{self.cleaned_data['findings']}\n理由和依据：{self.cleaned_data['grounds']}"
