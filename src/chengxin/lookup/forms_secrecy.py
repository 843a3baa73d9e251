"""The form of a request for secrecy (申请保密)."""

from __future__ import annotations

from django import forms

from chengxin.lookup.forms import case_number
from chengxin.people.api import SecrecyKind


class SecrecyForm(forms.Form):
    """Ask for secrecy of one case (申请保密)."""

    kind = forms.ChoiceField(
        label="处理活动",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择处理活动", "invalid_choice": "没有这个处理活动"},
    )
    case_ref = forms.CharField(
        label="案件编号",
        help_text="查询时登记的那个编号。请不要填写姓名、电话或证件号码。",
        max_length=64,
        error_messages={"required": "请填写案件编号", "max_length": "案件编号最多 64 个字"},
    )
    ends_on = forms.DateField(
        label="公开日期",
        help_text="从这一天起，本人自动看到这些查询。批准以后不能推迟，可以提前。",
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写公开日期", "invalid": "请按 2026-11-03 这样填写日期"},
    )

    def __init__(self, kinds: list[SecrecyKind], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None, as every form
        choices = [(str(number), kind.title) for number, kind in enumerate(kinds)]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.kinds = kinds

    def clean_case_ref(self) -> str:
        return case_number(self.cleaned_data["case_ref"])

    @property
    def chosen(self) -> SecrecyKind:
        return self.kinds[int(self.cleaned_data["kind"])]
