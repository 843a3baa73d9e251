"""Forms of the catalog's pages. Whether a definition may be published is the gate's question, not theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

FORMS_OF_DATES = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]


class DayField(forms.DateField):
    """A day, chosen or typed (日期); what is no day is named with how to write one."""

    def __init__(self, label: str, *, hint: str = "", required: bool = False) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            input_formats=FORMS_OF_DATES,
            widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
            error_messages={"required": f"请填写{label}，例如 2026-11-03"},
        )

    def to_python(self, value: object) -> date | None:
        try:
            return super().to_python(value)  # type: ignore[arg-type]  # whatever a browser sent
        except forms.ValidationError:
            shown = str(value)[:20]
            raise forms.ValidationError(f"“{self.label}”里的“{shown}”不是日期。请写成 2026-11-03 的样子") from None


class DayForm(forms.Form):
    """Which day of a register, compared with which other (查看日期、对比日期)."""

    on = DayField("查看哪一天")
    compare = DayField("和哪一天对比")


class VersionsForm(forms.Form):
    """Two versions of an item (从哪一版、到哪一版)."""

    def __init__(self, data: Mapping[str, Any], *, numbers: Sequence[int]) -> None:
        """Args: numbers: the versions there are, newest first."""
        super().__init__(data)
        choices = [(str(number), f"第 {number} 版") for number in numbers]
        for name, label in (("from", "从"), ("to", "到")):
            error = f"没有您要的这一版。这个条目有：{'、'.join(text for _, text in choices)}"
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, error_messages={"invalid_choice": error, "required": error}
            )
