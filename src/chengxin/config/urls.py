"""The one table of addresses: frame and citizen pages, then each duty's own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("chengxin.portal.urls")),
    path("", include("chengxin.oversight.urls")),
    path("", include("chengxin.people.urls")),
    path("catalog/", include("chengxin.catalog.urls")),
    path("intake/", include("chengxin.intake.urls")),
    path("lookup/", include("chengxin.lookup.urls")),
    path("cases/", include("chengxin.redress.urls")),
    path("notice/", include("chengxin.notice.urls")),
]

handler400 = "chengxin.portal.problems.bad_request"
handler403 = "chengxin.portal.problems.forbidden"
handler404 = "chengxin.portal.problems.not_found"
handler500 = "chengxin.portal.problems.broken"
