"""Addresses of the reviewer, below /cases/. A case is named by its objection, never by its person."""

from __future__ import annotations

from django.urls import path

from chengxin.redress import views

app_name = "redress"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("done/", views.done, name="done"),
    path("<uuid:objection>/", views.case, name="case"),
    path("<uuid:objection>/number", views.number, name="number"),
]
