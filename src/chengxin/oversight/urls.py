"""Addresses of oversight: the security officer's desk below /incidents/, open pages below /documents/."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from chengxin.oversight import desk, registers, views, views_desk, views_own

app_name = "oversight"


class IncidentStep(StringConverter):
    """A step of an incident."""

    regex = "|".join(desk.STEPS)


class DocumentCode(StringConverter):
    """A document of the system; it is about nobody."""

    regex = "|".join(registers.codes())


register_converter(IncidentStep, "incident_step")
register_converter(DocumentCode, "document")

DESK: Final = [
    path("incidents/", views_desk.register, name="incidents"),
    path("incidents/new", views_desk.new, name="new"),
    path("incidents/<uuid:incident_id>/", views_desk.one, name="incident"),
    path("incidents/<uuid:incident_id>/notices/<int:seq>", views_desk.notice, name="notice"),
    path("incidents/<uuid:incident_id>/export", views_desk.export, name="export"),
    path("incidents/<uuid:incident_id>/<incident_step:name>", views_desk.take, name="step"),
]
OPEN: Final = [
    path("documents/", views.documents, name="documents"),
    path("documents/collected/", views.collected, name="collected"),
    path("documents/recipients/", views.recipients_page, name="recipients"),
    path("documents/safeguards/", views.safeguards_page, name="safeguards"),
    path("documents/<document:code>/", views.current, name="document"),
    path("documents/<document:code>/compare", views.compare, name="document-compare"),
    path("documents/<document:code>/<int:number>/", views.one_version, name="document-version"),
]
OWN: Final = [path("me/incidents/", views_own.notices, name="own")]
urlpatterns = [*DESK, *OPEN, *OWN]
