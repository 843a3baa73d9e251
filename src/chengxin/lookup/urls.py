"""Addresses of look-ups, below /lookup/. No person ever stands in one."""

from __future__ import annotations

from django.urls import path

from chengxin.lookup import views, views_secrecy

app_name = "lookup"
urlpatterns = [
    path("", views.check_person, name="check"),
    path("match/", views.match_names, name="match"),
    path("coverage/", views.identities, name="coverage"),
    path("mine/", views.mine, name="mine"),
    path("secrecy/", views_secrecy.secrecy, name="secrecy"),
    path("secrecy/<uuid:secrecy>/end", views_secrecy.secrecy_end, name="secrecy-end"),
    path("secrecy/decisions/", views_secrecy.secrecy_decisions, name="secrecy-decisions"),
    path("secrecy/decisions/<uuid:secrecy>", views_secrecy.secrecy_decide, name="secrecy-decide"),
    path("kept-secret/", views_secrecy.kept_secret, name="kept-secret"),
]
