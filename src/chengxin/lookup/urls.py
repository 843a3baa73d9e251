"""Addresses of look-ups, below /lookup/. No person ever stands in one."""

from __future__ import annotations

from django.urls import path

from chengxin.lookup import views

app_name = "lookup"
urlpatterns = [
    path("", views.check_person, name="check"),
    path("match/", views.match_names, name="match"),
    path("coverage/", views.identities, name="coverage"),
    path("mine/", views.mine, name="mine"),
]
