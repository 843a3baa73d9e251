"""Template tags and filters of every page; built in, so no template loads them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chengxin.catalog.api import calendar
from chengxin.kernel.masking import Viewer, What, mask
from chengxin.kernel.periods import CHINA
from chengxin.kernel.words import weekday
from chengxin.people.api import identity_service
from chengxin.portal import rules, words

register = template.Library()
LINE = 16
"""Characters that a line of large type on a phone holds; what is longer has to break."""
_WHOLE = re.compile(r"(\d{4}年\d{1,2}月(?:\d{1,2}日(?:（周.）)?)?|〔\d{4}〕\d+号|[0-9A-Za-z]+(?:[-/.][0-9A-Za-z]+)+)")

_COMMAND = re.compile(r"((?:\./)?chengxin [a-z][^，。；：（）]*)")


@register.filter
def day(value: date) -> SafeString:
    """A date in prose, ``2026年11月22日``, that never breaks over a line."""
    return format_html('<time datetime="{}">{}年{}月{}日</time>', value.isoformat(), value.year, value.month, value.day)


@register.filter
def day_week(value: date) -> SafeString:
    """A date with its weekday, ``2026年11月22日（周日）``."""
    text = f"{value.year}年{value.month}月{value.day}日（{weekday(value)}）"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def iso(value: date) -> SafeString:
    """A date in tables and files, ``2026-11-22``."""
    return format_html('<time datetime="{0}">{0}</time>', value.isoformat())


@register.filter
def moment(value: datetime) -> SafeString:
    """A point in time in China, ``2026年11月22日 14:05``, 24 hours."""
    local = value.astimezone(CHINA)
    text = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return format_html('<time class="moment" datetime="{}">{}</time>', local.isoformat(timespec="minutes"), text)


@register.filter
def count(value: int, unit: str = "条") -> SafeString:
    """A number with its measure word, ``1,204 条``."""
    return format_html('<span class="num">{} {}</span>', f"{value:,}", unit)


@register.filter
def whole(text: str) -> SafeString:
    """A sentence whose dates, document numbers and codes never break over a line."""
    parts = _WHOLE.split(text)  # odd places hold what the expression found
    shown = (
        format_html('<span class="nowrap">{}</span>', part) if at % 2 and len(part) <= LINE else part
        for at, part in enumerate(parts)
    )
    return format_html_join("", "{}", ((part,) for part in shown))


@register.filter
def commands(text: str) -> SafeString:
    """A sentence with its commands set apart, to be copied as they stand."""
    parts = _COMMAND.split(text)  # odd places hold what the expression found
    shown = (format_html('<code class="code">{}</code>', part) if at % 2 else part for at, part in enumerate(parts))
    return format_html_join("", "{}", ((part,) for part in shown))


@register.filter
def doc(number: str) -> SafeString:
    """The number of a document (文书号), kept on one line wherever a line is long enough."""
    return format_html('<span class="doc">{}</span>', number)


@register.filter
def mask_name(value: str, viewer: str) -> str:
    """A name as the viewer may see it: ``person``, ``clerk``, ``reviewer``, ``data_officer`` …"""
    return mask(What.NAME, value, Viewer(viewer))


@register.filter
def mask_number(value: str, viewer: str) -> str:
    """An identity number as the viewer may see it."""
    return mask(What.NUMBER, value, Viewer(viewer))


@register.filter
def sentence(code: str) -> str:
    """What a person reads for a rule's code."""
    return words.sentence(code)


@register.filter
def fact(name: str, value: object) -> tuple[str, str]:
    """A column of the determination as people read it: its name, and its value in words."""
    return rules.fact(name, value)


@register.inclusion_tag("portal/part/status.html")
def status(state: str) -> dict[str, str]:
    """The tag of a record's state. Only words of the vocabulary exist; anything else is an error."""
    return {"label": words.STATUS[state], "tone": words.TONES.get(state, "")}


@register.inclusion_tag("portal/part/deadline.html")
def deadline(until: date, today: date, unit: str, *, provisional: bool = False) -> dict[str, Any]:
    """A deadline as date, weekday, remaining and unit: ``最迟 11月26日（周四）24:00，还剩 3 个工作日``."""
    return {"deadline": rules.deadline(until, today, unit, calendar=calendar(today), provisional=provisional)}


@register.inclusion_tag("portal/part/adverse.html")
def adverse(record: rules.AdverseRecord) -> dict[str, Any]:
    """All six parts of an adverse record's sentence. Raises when one is missing: nothing is shown by halves."""
    return {"adverse": rules.adverse(record)}


@register.inclusion_tag("portal/part/citizen_ways.html", takes_context=True)
def citizen_ways(context: dict[str, Any], after: str) -> dict[str, Any]:
    """How a citizen may sign in: by the identity service, or with a code of the window."""
    return {"service": identity_service(), "next": after, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("portal/part/errors.html")
def error_summary(form: Form) -> dict[str, Any]:
    """The list of a form's errors on top of the page, each a link to its field."""
    places = [
        {"anchor": "" if name == "__all__" else _anchor(form[name]), "messages": messages}
        for name, messages in form.errors.items()
    ]
    return {"places": places}


def _anchor(bound: BoundField) -> str:
    """Where an error leads: the field, or the first of several buttons."""
    return f"{bound.auto_id}_0" if _is_group(bound) else bound.id_for_label


def _is_group(bound: BoundField) -> bool:
    return getattr(bound.field.widget, "input_type", "") == "radio"


@register.inclusion_tag("portal/part/field.html")
def field(bound: BoundField, css: str = "") -> dict[str, Any]:
    """A field of a form with label, hint and error; the parts are tied together for screen readers."""
    described = [
        f"{bound.auto_id}-{part}" for part, there in (("hint", bound.help_text), ("error", bound.errors)) if there
    ]
    attrs: dict[str, Any] = {"class": css} if css else {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "group": _is_group(bound),
        "described": " ".join(described),
        "widget": bound.as_widget(attrs=attrs),
    }
