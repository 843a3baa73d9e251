"""Addresses of the catalog, below /catalog/: public pages, the editor's desk, the approver's, the managers'."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from chengxin.catalog import (
    desk,
    forms_desk,
    views,
    views_approve,
    views_calendar_desk,
    views_desk,
    views_standards,
    views_term_desk,
)

app_name = "catalog"


class ItemCode(StringConverter):
    """The code of a catalog item (目录条目编号); it names a kind of information, never a person."""

    regex = "[A-Z][A-Z0-9_]{1,19}"


class RegisterName(StringConverter):
    """One of the registers."""

    regex = "|".join(views_standards.REGISTERS)


class PartName(StringConverter):
    """A table of a definition that the editor writes row by row."""

    regex = "|".join(forms_desk.PARTS)


class TermName(StringConverter):
    """A general number."""

    regex = "[a-z][a-z_]{1,49}"


class EditStep(StringConverter):
    """A step of an editor."""

    regex = "|".join(name for name, step in desk.STEPS.items() if step.duty == desk.EDIT)


class ApproveStep(StringConverter):
    """A step of an approver."""

    regex = "|".join(name for name, step in desk.STEPS.items() if step.duty == desk.APPROVE)


register_converter(ItemCode, "item")
register_converter(RegisterName, "register")
register_converter(PartName, "part")
register_converter(TermName, "term")
register_converter(EditStep, "edit_step")
register_converter(ApproveStep, "approve_step")

PUBLIC: Final = [
    path("", views.items, name="list"),
    path("standards/", views_standards.hub, name="standards"),
    path("standards/<register:name>/", views_standards.register, name="register"),
    path("<item:code>/", views.current, name="item"),
    path("<item:code>/diff", views.compare, name="diff"),
    path("<item:code>/<int:number>/", views.one_version, name="version"),
    path("<item:code>/<int:number>.json", views.definition, name="json"),
    path("<item:code>/<int:number>.schema.json", views.schema, name="schema"),
    path("<item:code>/<int:number>.xlsx", views.workbook, name="template"),
]
EDITOR: Final = [
    path("desk/", views_desk.home, name="desk"),
    path("desk/import", views_desk.upload, name="import"),
    path("desk/<item:code>/<int:number>/", views_desk.one, name="desk-version"),
    path("desk/<item:code>/<int:number>.json", views_desk.export, name="desk-json"),
    path("desk/<item:code>/<int:number>/copy", views_desk.copy, name="copy"),
    path("desk/<item:code>/<int:number>/edit/head", views_desk.edit_head, name="edit-head"),
    path("desk/<item:code>/<int:number>/edit/<part:part>", views_desk.edit_part, name="edit-part"),
    path("desk/<item:code>/<int:number>/<edit_step:name>", views_desk.step, name="desk-step"),
]
APPROVER: Final = [
    path("approve/", views_approve.home, name="approve"),
    path("approve/<item:code>/<int:number>/", views_approve.one, name="approve-version"),
    path("approve/<item:code>/<int:number>/<approve_step:name>", views_approve.step, name="approve-step"),
]
MANAGER: Final = [
    path("terms/", views_term_desk.home, name="terms"),
    path("terms/<term:name>/", views_term_desk.change, name="term"),
    path("terms/changes/<uuid:change_id>/", views_term_desk.one, name="term-change"),
    path("calendar/", views_calendar_desk.home, name="calendar"),
    path("calendar/<int:year>/", views_calendar_desk.change, name="calendar-year"),
    path("calendar/changes/<uuid:change_id>/", views_calendar_desk.one, name="calendar-change"),
]
urlpatterns = [*PUBLIC, *EDITOR, *APPROVER, *MANAGER]
