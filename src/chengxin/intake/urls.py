"""Addresses of intake, below /intake/."""

from __future__ import annotations

from django.urls import path

from chengxin.intake import views, views_batch, views_desk, views_rows

app_name = "intake"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("trial", views.trial, name="trial"),
    path("nothing/<item:item>/", views.nothing, name="nothing"),
    path("sent/", views.sent, name="sent"),
    path("quality/", views_desk.quality, name="quality"),
    path("quality/workbook", views_desk.quality_workbook, name="quality-workbook"),
    path("quality/all/", views_desk.quality_all, name="quality-all"),
    path("quality/all/workbook", views_desk.quality_all_workbook, name="quality-all-workbook"),
    path("held/", views_desk.held, name="held"),
    path("held/<uuid:batch>/<int:row>/", views_desk.held_row, name="held-row"),
    path("<uuid:one>/", views_batch.batch, name="batch"),
    path("<uuid:one>/go-on", views_batch.go_on, name="go-on"),
    path("<uuid:one>/cancel", views_batch.cancel, name="cancel"),
    path("<uuid:one>/dismiss", views_batch.dismiss, name="dismiss"),
    path("<uuid:one>/rows/", views_rows.rows, name="rows"),
    path("<uuid:one>/workbook", views_batch.workbook, name="workbook"),
    path("<uuid:one>/receipt", views_batch.receipt, name="receipt"),
]
