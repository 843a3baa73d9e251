"""Addresses of the desk and of the person's own page. A matter is named by its id, never by a person."""

from __future__ import annotations

from django.urls import path

from chengxin.belonging import views, views_own, views_relatives

app_name = "belonging"
urlpatterns = [
    path("persons/", views.queue, name="queue"),
    path("persons/done/", views.done, name="done"),
    path("persons/note/", views.note, name="note"),
    path("persons/files/", views.two_files, name="files"),
    path("persons/objection/<uuid:objection>/", views.objection, name="objection"),
    path("persons/changes/<int:change>/", views.doubt, name="doubt"),
    path("persons/undo/<uuid:matter>/", views.undo, name="undo"),
    path("persons/corrections/", views.inbox, name="inbox"),
    path("persons/relatives/", views_relatives.applications, name="relatives"),
    path("persons/relatives/new/", views_relatives.new, name="relative-new"),
    path("persons/relatives/<uuid:application>/", views_relatives.copy, name="relative-copy"),
    path("persons/applications/<uuid:application>/", views_relatives.decide, name="relative-decide"),
    path("persons/<uuid:matter>/", views.matter, name="matter"),
    path("me/persons/", views_own.mine, name="own"),
]
