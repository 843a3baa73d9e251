"""Addresses of intake, below /intake/."""

from __future__ import annotations

from django.urls import path

from chengxin.intake import views

app_name = "intake"
urlpatterns = [path("", views.upload, name="upload")]
