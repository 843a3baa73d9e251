"""Forms of the managers' desk for general numbers (修改办事期限). The guard has the last word on all of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms

from chengxin.catalog.facts import Parameter
from chengxin.catalog.forms import DayField
from chengxin.catalog.forms_desk import Text
from chengxin.catalog.terms import TERM_UNITS, limit
from chengxin.kernel.periods import add_months
from chengxin.kernel.words import long_date


class TermForm(forms.Form):
    """A new value of a number from a day to come, why, and by what law (新的规定)."""

    value = forms.IntegerField(label="改成多少")
    valid_from = DayField("从哪天起", required=True)
    basis = Text("依据", most=300, hint="文件的名称和条文，会公开。平台自己定的也写明。", required=True, area=True)
    reason = Text("为什么修改", most=500, hint="给确认的人看，不公开。", required=True, area=True)

    def __init__(self, data: Mapping[str, Any] | None, *, newest: Parameter, today: date) -> None:
        """Args: newest: the row that the change follows, begun or not."""
        super().__init__(data)
        self.first = max(today, newest.valid_from) + timedelta(days=1)
        self.last = add_months(today, 24)
        unit, allowed = TERM_UNITS.get(newest.unit, newest.unit), limit(newest.name, newest.unit)
        span = f"{allowed.least:,} 到 {allowed.most:,}"
        wrong = f"请填写 {span} 之间的整数，只写数字"
        hint = f"{span} 之间的整数，单位是{unit.removeprefix('个')}，不能改。{allowed.source}"
        self.fields["value"] = forms.IntegerField(
            label="改成多少",
            help_text=hint,
            min_value=allowed.least,
            max_value=allowed.most,
            widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
        )
        self.fields["valid_from"].help_text = f"最早{long_date(self.first)}，最晚{long_date(self.last)}。"

    def clean_valid_from(self) -> date:
        """Not today, not before, after the newest row, and within two years."""
        day: date = self.cleaned_data["valid_from"]
        if day < self.first:
            raise forms.ValidationError(f"最早从{long_date(self.first)}起：今天和以前的规定不能改")
        if day > self.last:
            raise forms.ValidationError(f"最晚从{long_date(self.last)}起：批准以后不能收回")
        return day


class AnswerForm(forms.Form):
    """Why a change goes back (退回的理由)."""

    reason = Text("退回的理由", most=500, hint="写清楚哪里要改，提出的人能看到。退回时必须填写。", area=True)

    def __init__(self, data: Mapping[str, Any] | None, *, needed: bool = False) -> None:
        """Args: needed: a return, which says why."""
        super().__init__(data)
        self.fields["reason"].required = needed
