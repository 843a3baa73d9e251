"""Addresses of the administrators: /accounts/ (system), /duties/ (security), /audit/ (audit); /permissions/ is open."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from chengxin.people import views, views_approve, views_desk, views_standards

app_name = "people"
SYSTEM, SECURITY, AUDIT = "system_admin", "security_admin", "audit_admin"


class Uscc(StringConverter):
    """The code of an organisation (统一社会信用代码); it names no person."""

    regex = "[0-9A-Z]{18}"


class Outcome(StringConverter):
    """How a matter is decided."""

    regex = "|".join(views_approve.OUTCOMES)


register_converter(Uscc, "uscc")
register_converter(Outcome, "outcome")

OF_SYSTEM: Final = [
    path("accounts/", views.listing(SYSTEM), name="accounts"),
    path("accounts/new", views.new, name="account-new"),
    path("accounts/<uuid:account>/", views.one(SYSTEM), name="account"),
    path("accounts/<uuid:account>/disable", views.disabling(SYSTEM), name="account-disable"),
    path("accounts/<uuid:account>/reset", views.renew, name="account-reset"),
    path("accounts/matters/", views_approve.desk(SYSTEM), name="matters"),
    path("accounts/matters/<uuid:matter>/<outcome:outcome>", views_approve.deciding(SYSTEM), name="decide"),
    path("accounts/organisations/", views_desk.register, name="organisations"),
    path("accounts/organisations/new", views_desk.new, name="organisation-new"),
    path("accounts/organisations/<uscc:code>/", views_desk.one, name="organisation"),
    path("accounts/organisations/<uscc:code>/rename", views_desk.rename, name="organisation-rename"),
    path("accounts/organisations/<uscc:code>/close", views_desk.close, name="organisation-close"),
]
OF_SECURITY: Final = [
    path("duties/", views.listing(SECURITY), name="duties"),
    path("duties/<uuid:account>/", views.one(SECURITY), name="duty"),
    path("duties/<uuid:account>/give", views.give, name="duty-give"),
    path("duties/<uuid:account>/end", views.end, name="duty-end"),
    path("duties/<uuid:account>/disable", views.disabling(SECURITY), name="duty-disable"),
    path("duties/matters/", views_approve.desk(SECURITY), name="duty-matters"),
    path("duties/matters/<uuid:matter>/<outcome:outcome>", views_approve.deciding(SECURITY), name="duty-decide"),
]
OF_AUDIT: Final = [
    path("audit/", views_approve.desk(AUDIT), name="audit"),
    path("audit/accounts/", views.listing(AUDIT), name="audit-accounts"),
    path("audit/accounts/<uuid:account>/", views.one(AUDIT), name="audit-account"),
]
urlpatterns = [
    *OF_SYSTEM,
    *OF_SECURITY,
    *OF_AUDIT,
    path("permissions/", views_standards.permissions, name="permissions"),
]
