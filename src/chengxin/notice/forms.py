"""The form of the desk: what was found when an address was checked."""

from __future__ import annotations

from typing import Any

from django import forms

from chengxin.kernel.errors import Refused
from chengxin.notice.contacts import clean_contact
from chengxin.notice.undelivered import SOURCES
from chengxin.notice.words import REASONS


class RenewForm(forms.Form):
    """Send again (重发): how the address was found, and the address or number."""

    source = forms.ChoiceField(
        label="怎样核实的",
        choices=[(code, REASONS[code]) for code in SOURCES],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择怎样核实的", "invalid_choice": "请选择怎样核实的"},
    )
    address = forms.CharField(
        label="核实后的收信地址",
        help_text="写到门牌号。按原地址重发的，不填。",
        required=False,
        max_length=250,
        widget=forms.Textarea(attrs={"autocomplete": "off", "rows": 3, "class": "short"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        source, address = data.get("source"), data.get("address", "")
        if source == "same" and address:
            self.add_error("address", "按原地址重发的，请不要填新地址")
        if source and source != "same":
            try:
                data["address"] = clean_contact("address", address)
            except Refused:
                self.add_error("address", "请填写核实后的地址，5 到 200 个字")
        return data
