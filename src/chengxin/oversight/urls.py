"""Addresses of oversight: the security officer's desk below /incidents/, open pages below /documents/."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from chengxin.oversight import desk, states, views, views_approve, views_desk, views_own

app_name = "oversight"


class IncidentStep(StringConverter):
    """A step of an incident."""

    regex = "|".join(desk.STEPS)


class DocumentCode(StringConverter):
    """A document of the system; it is about nobody."""

    regex = "[a-z][a-z-]{1,29}"


class PaperStep(StringConverter):
    """A step of a version of a document."""

    regex = "|".join(activity.removeprefix("document.") for _, _, activity in states.PAPER_MOVES)


class OfficeCode(StringConverter):
    """The code of an organisation (统一社会信用代码); it names no person."""

    regex = "[0-9A-Z]{18}"


register_converter(IncidentStep, "incident_step")
register_converter(DocumentCode, "document")
register_converter(PaperStep, "paper_step")
register_converter(OfficeCode, "office")

DESK: Final = [
    path("incidents/", views_desk.register, name="incidents"),
    path("incidents/new", views_desk.new, name="new"),
    path("incidents/<uuid:incident_id>/", views_desk.one, name="incident"),
    path("incidents/<uuid:incident_id>/notices/<int:seq>", views_desk.notice, name="notice"),
    path("incidents/<uuid:incident_id>/export", views_desk.export, name="export"),
    path("incidents/<uuid:incident_id>/<incident_step:name>", views_desk.take, name="step"),
]
PAPERS: Final = [
    path("documents/desk/", views_approve.desk, name="papers"),
    path("documents/desk/new", views_approve.new, name="paper-new"),
    path("documents/desk/<document:code>/next", views_approve.following, name="paper-next"),
    path("documents/desk/<document:code>/<int:number>/", views_approve.one, name="paper"),
    path("documents/desk/<document:code>/<int:number>/<paper_step:name>", views_approve.step, name="paper-step"),
]
OPEN: Final = [
    path("documents/", views.documents, name="documents"),
    path("documents/collected/", views.collected, name="collected"),
    path("documents/recipients/", views.recipients_page, name="recipients"),
    path("documents/organisations/", views.organisations_page, name="organisations"),
    path("documents/organisations/<office:code>/", views.organisation_page, name="organisation"),
    path("documents/safeguards/", views.safeguards_page, name="safeguards"),
    path("documents/<document:code>/", views.current, name="document"),
    path("documents/<document:code>/compare", views.compare, name="document-compare"),
    path("documents/<document:code>/<int:number>/", views.one_version, name="document-version"),
]
OWN: Final = [path("me/incidents/", views_own.notices, name="own")]
urlpatterns = [*DESK, *PAPERS, *OPEN, *OWN]
