"""The form of one refused row (逐行改正): a field for each column, what it expects, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from chengxin.catalog.api import Column
from chengxin.intake.mending import WrongRow
from chengxin.intake.result import Finding

_NEEDED: Final = {"yes": "必填。", "cond": "按其他列的内容，有时必填。", "no": ""}
_LONG: Final = 500
"""So many characters a cell may hold that gets a field of several lines; one that holds many gets it anyway."""
_MANY: Final = 30
_CHOICES: Final = "可以填写："
"""How a list of values begins, in a hint and in the sentence of a rule."""


class RowForm(forms.Form):
    """One row. Every cell may hold anything: what is wrong with it, the rules of the upload say."""

    def __init__(self, row: WrongRow, sent: Mapping[str, Any] | None = None) -> None:
        """Show a row as it stands in its file, or as it was sent from this form.

        Args:
            row: the row.
            sent: fields as sent.
        """
        cells = row.cells or {}
        self._columns = {_name(column.code): column for column in row.columns}
        stands = {_name(code): "" if code in row.masked else cell for code, cell in cells.items()}
        super().__init__(sent if sent is not None else stands)
        for name, column in self._columns.items():
            self.fields[name] = _field(column, cells.get(column.code, ""), row.masked.get(column.code, ""))

    def typed(self) -> dict[str, str]:
        """What stands in the fields, by column."""
        self.full_clean()
        return {column.code: str(self.data.get(name, "")) for name, column in self._columns.items()}

    def mark(self, found: tuple[Finding, ...]) -> None:
        """Put each finding at its field; what has none is said above all fields."""
        said: dict[str | None, list[str]] = {}
        for one in found:
            at = _name(one.field) if _name(one.field) in self.fields else None
            said.setdefault(at, []).append(f"{one.message}（{one.code}）")
            if at and _CHOICES in one.message:  # once is enough
                self.fields[at].help_text = str(self.fields[at].help_text).partition(_CHOICES)[0]
        for at, sentences in said.items():
            self.add_error(at, "".join(dict.fromkeys(sentences)))

    def wrong(self) -> list[forms.BoundField]:
        """The fields with findings (要改正的列)."""
        return [bound for bound in self if bound.errors]

    def others(self) -> list[forms.BoundField]:
        """The fields that nothing is said about (其余的列)."""
        return [bound for bound in self if not bound.errors]


def _name(code: str) -> str:
    return f"cell-{code}"


def _field(column: Column, cell: str, masked: str) -> forms.CharField:
    hint = _NEEDED[column.required] + column.form + "。" + column.note
    if column.several:
        hint += f"{_CHOICES}{'、'.join(column.choices)}。"
    if masked:
        hint += f"文件里是 {masked}，没有写错的，这里留空。"
    widget: forms.Widget
    if column.choices and not column.several:
        values = dict.fromkeys(["", *([cell] if cell else []), *column.choices])
        widget = forms.Select(choices=[(one, one or "（空）") for one in values])
    elif (column.kind == "text" and (column.length or _LONG) >= _LONG) or len(cell) > _MANY or "\n" in cell:
        widget = forms.Textarea({"rows": "3"})
    else:
        widget = forms.TextInput()
    return forms.CharField(label=column.name, help_text=hint, required=False, strip=False, widget=widget)
