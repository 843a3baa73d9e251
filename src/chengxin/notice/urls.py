"""Addresses of the desk, below /notice/. A letter is named by its id, never by its person."""

from __future__ import annotations

from django.urls import path

from chengxin.notice import views

app_name = "notice"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("public/", views.public_notices, name="public"),
    path("<uuid:letter>/", views.letter, name="letter"),
    path("<uuid:letter>/recheck", views.recheck, name="recheck"),
    path("<uuid:letter>/publish", views.publish, name="publish"),
]
