"""Addresses of the frame and of the citizen's pages. No address carries more than an opaque id."""

from __future__ import annotations

from django.urls import path

from chengxin.portal import views, views_desk, views_letters, views_objection, views_own

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in_page, name="sign-in"),
    path("sign-out", views.sign_out_now, name="sign-out"),
    path("size", views.size, name="size"),
    path("status/", views_desk.status_page, name="status"),
    path("status/jobs/", views_desk.jobs_page, name="status-jobs"),
    path("healthz", views.healthz, name="healthz"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("privacy", views.privacy, name="privacy"),
    path("me/", views_own.home, name="me"),
    path("me/records/", views_own.records, name="me-records"),
    path("me/records/<uuid:record>", views_own.record, name="me-record"),
    path("me/records/<uuid:record>/accept", views_own.accept_record, name="me-accept"),
    path("me/records/<uuid:record>/object", views_objection.object_record, name="me-object"),
    path("me/letters/", views_letters.letters, name="me-letters"),
    path("me/letters/contact", views_letters.contact, name="me-contact"),
    path("me/letters/<uuid:letter>", views_letters.letter, name="me-letter"),
    path("me/letters/<uuid:letter>/open", views_letters.open_now, name="me-letter-open"),
    path("me/letters/<uuid:letter>/pdf", views_letters.pdf, name="me-letter-pdf"),
    path("me/traces/", views_own.who_looked, name="me-traces"),
    path("me/traces/ask", views_own.ask, name="me-traces-ask"),
    path("me/cases/", views_objection.cases, name="me-cases"),
    path("me/cases/<uuid:objection>", views_objection.case, name="me-case"),
]
