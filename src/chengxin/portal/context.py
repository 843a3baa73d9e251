"""What the frame of every page needs. No database: the error pages use it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static


@dataclass(frozen=True)
class Item:
    """An entry of the navigation; ``current`` is ``page`` on the page itself, ``true`` below it."""

    url: str
    label: str
    current: str = ""


NAVIGATION: Final = {
    "citizen": (
        ("/me/", "首页"),
        ("/me/records/", "我的信息"),
        ("/me/traces/", "谁查看过我"),
        ("/me/letters/", "消息"),
    ),
    "data_officer": (("/intake/", "报送数据"), ("/intake/quality/", "质量")),
    "clerk": (
        ("/lookup/", "核验"),
        ("/lookup/match/", "实名核对"),
        ("/lookup/mine/", "我的查询"),
        ("/counter/code", "登录码"),
        ("/persons/corrections/", "更正通知"),
        ("/persons/relatives/", "近亲属办理"),
    ),
    "inquirer": (("/lookup/", "依法调查"), ("/lookup/mine/", "我的查询"), ("/persons/corrections/", "更正通知")),
    "reviewer": (("/cases/", "待办异议"), ("/persons/", "归属与合并"), ("/intake/held/", "待核")),
    "catalog_editor": (("/catalog/desk/", "目录起草"), ("/catalog/", "公开目录")),
    "security_officer": (("/incidents/", "信息安全事件"), ("/documents/", "制度文件")),
    "catalog_approver": (("/catalog/approve/", "目录审批"), ("/catalog/", "公开目录")),
    "notice_officer": (("/notice/", "通知送达"),),
    "secrecy_officer": (("/lookup/secrecy/", "查询保密"),),
    "secrecy_approver": (("/lookup/secrecy/decisions/", "保密审批"),),
    "system_admin": (
        ("/accounts/", "账号"),
        ("/accounts/organisations/", "单位"),
        ("/accounts/matters/", "待确认"),
        ("/status/", "运行状态"),
        ("/status/jobs/", "任务"),
    ),
    "security_admin": (
        ("/duties/", "账号和职责"),
        ("/duties/matters/", "待确认"),
        ("/documents/permissions/", "权限矩阵"),
    ),
    "audit_admin": (
        ("/audit/", "变更记录"),
        ("/audit/accounts/", "账号"),
        ("/log/", "存证日志"),
        ("/documents/permissions/", "权限矩阵"),
    ),
    "manager": (
        ("/intake/quality/all/", "数据质量"),
        ("/lookup/coverage/", "实名核验"),
        ("/catalog/standards/terms/", "办事期限"),
        ("/catalog/standards/calendar/", "日历"),
        ("/documents/desk/", "制度文件"),
    ),
}
"""Duty -> entries. The first one is where a person of that duty starts."""
DESKS: Final = {
    "/catalog/terms/": "/catalog/standards/terms/",
    "/catalog/calendar/": "/catalog/standards/calendar/",
}
"""Folder where something is changed -> the entry that shows it: one for both, to show and to change."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of every page (页面框架)."""
    account = getattr(request, "account", None)
    duties: tuple[str, ...] = account.duties if account else ()
    return {
        "account": account,
        "citizen": "citizen" in duties,
        "nav": navigation(duties, request.path),
        "here": request.path,
        "large": request.COOKIES.get("size") == "large",
        "rehearsal": settings.MODE != "production",
        "css": static("portal/chengxin.css"),
        "icon": static("portal/icon.svg"),
        "htmx": static("portal/vendor/htmx-4.0.1.min.js"),
    }


def navigation(duties: tuple[str, ...], path: str) -> list[Item]:
    """The entries of these duties; the longest matching address is the current one."""
    entries = list(dict.fromkeys(entry for duty in duties for entry in NAVIGATION.get(duty, ())))
    # The citizen's first page is no folder: what lies below it and is no entry stands under none.
    shown = next((entry for desk, entry in DESKS.items() if path.startswith(desk)), path)
    above = (url for url, _ in entries if shown == url or (url != "/me/" and shown.startswith(url)))
    here = max(above, key=len, default="")
    return [Item(url, label, ("page" if url == path else "true") if url == here else "") for url, label in entries]


def start_page(duties: tuple[str, ...]) -> str:
    """The first page of a signed-in person (首页)."""
    return next((NAVIGATION[duty][0][0] for duty in duties if duty in NAVIGATION), "/account/")
