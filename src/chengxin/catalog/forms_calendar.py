"""The form of a year's days off (登记节假日安排). The guard has the last word on all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.forms import BoundField

from chengxin.catalog.arrangements import FESTIVALS, Notice, problems
from chengxin.catalog.forms import DayField
from chengxin.catalog.forms_desk import Text, Texts
from chengxin.kernel.calendar import Arrangement

OTHERS: Final = 2
"""Spans beside the festivals: a day of remembrance, two festivals in one."""
HEAD: Final = ("title", "number", "issued_on", "source", "reason")


class Days(Texts):
    """Several days, one in a line (几个日期)."""

    def clean(self, value: Any) -> list[date]:
        one = DayField(str(self.label))
        return [day for line in super().clean(value) if (day := one.clean(line))]


class CalendarForm(forms.Form):
    """A notice: its document, the spans off by festival, the weekend days that are worked (国务院的通知)."""

    title = Text("通知的名称", most=100, required=True)
    number = Text("文号", most=60, hint="例如：国办发明电〔2025〕7号", required=True)
    issued_on = DayField("通知的日期", required=True)
    source = Text("从哪里看到", most=200, hint="例如：中国政府网的网址，或者收文编号。会给确认的人看。", required=True)
    work = Days("调休上班的日子", hint="一行一天，例如 2026-02-14。没有的不填。")
    reason = Text("说明", most=500, hint="给确认的人看，不公开。修改已有安排的，写明为什么。", area=True)

    def __init__(
        self, data: Mapping[str, Any] | None, *, year: int, known: Sequence[Notice], today: date, copy: Notice | None
    ) -> None:
        """Args: known: the arrangements there are; copy: what the form begins with."""
        super().__init__(data, initial=_initial(copy, year))
        self.year, self.known, self.today, self.given = year, known, today, Arrangement(year, (), (), ())
        self.names = [*FESTIVALS, *[""] * OTHERS]
        for at, name in enumerate(self.names):
            label = name or f"另外的假期{at + 1 - len(FESTIVALS)}"
            if not name:
                self.fields[f"name_{at}"] = Text(f"{label}：名称", most=20)
            self.fields[f"first_{at}"] = DayField(f"{label}：第一天")
            self.fields[f"last_{at}"] = DayField(f"{label}：最后一天")
        replaced = any(one.year == year for one in known)
        self.fields["reason"].required = replaced
        self.fields["reason"].label = "为什么修改" if replaced else "说明"

    def spans(self) -> list[list[BoundField]]:
        """The fields of each span, for the page."""
        parts = ("name", "first", "last")
        return [
            [self[key] for part in parts if (key := f"{part}_{at}") in self.fields] for at in range(len(self.names))
        ]

    def clean(self) -> dict[str, Any]:
        """The whole arrangement, judged at once: every error by its day."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("issued_on") and told["issued_on"] > self.today:
            self.add_error("issued_on", "通知的日期不能晚于今天")
        rest = []
        for at, preset in enumerate(self.names):
            first, last = told.get(f"first_{at}"), told.get(f"last_{at}")
            name = preset or told.get(f"name_{at}", "")
            if first and name:
                rest.append((first, last or first, name))
            elif first or last or (name and not preset):
                self.add_error(f"first_{at}" if name else f"name_{at}", "名称和第一天都要填写")
        if not self.errors:
            self.given = Arrangement(self.year, tuple(sorted(rest)), tuple(sorted(told["work"])), (told["number"],))
            known = [one.arrangement for one in self.known]
            for said in problems(self.given, known, today=self.today):
                self.add_error(None, said)
        return told

    def head(self) -> dict[str, Any]:
        """The words of the document."""
        return {name: self.cleaned_data[name] for name in HEAD}


def _initial(copy: Notice | None, year: int) -> dict[str, Any]:
    title = f"国务院办公厅关于{year}年部分节假日安排的通知"
    if copy is None:
        return {"title": title}
    told: dict[str, Any] = {"title": title, "work": [day.isoformat() for day in copy.work]}
    free = iter(range(len(FESTIVALS), len(FESTIVALS) + OTHERS))
    for first, last, name in copy.arrangement.rest:
        at = FESTIVALS.index(name) if name in FESTIVALS else next(free)
        told |= {f"name_{at}": name, f"first_{at}": first, f"last_{at}": last}
    return told
