"""The pages for when something does not go: what happened, why, the way out. They need no database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chengxin.people.api import LEVELS
from chengxin.portal import words


def problem(
    request: HttpRequest, status: int, title: str, why: str, way_out: str, *, code: str = "", retry: bool = False
) -> HttpResponse:
    """The one error page (出错页面)."""
    context = {"title": title, "why": why, "way_out": way_out, "code": code, "retry": retry}
    return render(request, "portal/problem.html", context, status=status)


def refused(request: HttpRequest, code: str) -> HttpResponse:
    """A rule said no: its sentence and its code, so that 12345 can find it."""
    return problem(
        request,
        403 if code.startswith(("LOOK-", "DUTY-")) else 409,
        "这一步没有办成",
        words.sentence(code),
        "没有任何内容被改动。您可以返回上一页，或者拨打 12345，告诉工作人员下面的编号。",
        code=code,
    )


def assurance(request: HttpRequest, *, after: str = "") -> HttpResponse:
    """ASSURE-01: the way to a better proof and back to the page (需要更高等级的身份认证)."""
    account = getattr(request, "account", None)
    have = account.assurance if account else 0
    back = after or (request.path if request.method == "GET" else "/me/")
    context = {"have": LEVELS[have], "level": max(2, min(have + 1, 3)), "next": back}
    return render(request, "portal/sign_in/assurance.html", context, status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: too many sign-ins failed from this address."""
    return problem(
        request,
        429,
        "登录失败的次数太多",
        "从您这里的网络刚刚有很多次没有登录成功，为了防止有人猜密码，要等几分钟。",
        "请五分钟以后再试。用通行密钥也一样要等。着急的话，请拨打 12345。",
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database does not answer."""
    return problem(
        request,
        503,
        "暂时无法读取，您的权利不受影响",
        "系统现在读不到数据。没有任何内容被改动，您的期限也不会因此缩短。",
        "请过几分钟再试。着急的话，请拨打 12345。",
        retry=True,
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    del exception  # its text could repeat what was sent
    return problem(
        request, 400, "没有看懂这个请求", "浏览器发来的内容不完整，或者和页面对不上。", "请从首页重新进入，再做一次。"
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but without the duty for this page."""
    del exception
    return problem(
        request,
        403,
        "您的岗位不能打开这个页面",
        "每个页面只对有相应职责的人开放，这样谁看了什么都说得清楚。",
        "请从首页进入您自己的页面。认为应当能打开的，请联系本单位的系统管理员。",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: also what a person sees who asks for somebody else's page."""
    del exception
    return problem(
        request,
        404,
        "没有找到这个页面",
        "地址可能输错了，或者内容已经按规定删除，或者它不属于您。",
        "请从首页重新进入。需要帮助，请拨打 12345。",
    )


def no_page(request: HttpRequest) -> HttpResponse:
    """405: an address that only takes a form was opened, as after a reload or from a bookmark."""
    return problem(
        request,
        405,
        "这个地址不能直接打开",
        "它只接收表单。打开它什么也没有办理，没有任何内容被改动。",
        "请从首页重新进入，在原来的页面上再办一次。",
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return problem(
        request,
        500,
        "暂时无法读取，您的权利不受影响",
        "程序出了意外，已经停下，没有做完一半的改动。",
        "请过几分钟再试。仍然不行，请拨打 12345。",
        retry=True,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's protection did not match: an old page, another tab signed out, or cookies are off."""
    del reason
    return problem(
        request,
        403,
        "这个页面放得太久了",
        "为了防止别人冒用您的登录，每个表单都有一次性的保护标记，这次没有对上。浏览器不允许 Cookie 时也会这样。",
        "请返回上一页，刷新之后再提交一次。",
    )
