"""Accounts and duties on the desks of the three administrators (账号与职责). No page shows a person's data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.people import forms
from chengxin.people.access import SignedRequest, requires
from chengxin.people.api import (
    ADMINISTRATORS,
    DUTIES,
    Listed,
    accounts,
    disable,
    duties_of,
    end_duty,
    grant,
    holders,
    matrix,
    matters,
    one_account,
    open_account,
    organisations,
    reset,
)
from chengxin.people.registers import PAGE, pages, told
from chengxin.people.words import MATTER_STATES, MATTERS

WHY: Final = {"system_admin": "管理系统账号", "security_admin": "管理账号的职责", "audit_admin": "审计账号和职责的变更"}
LIST: Final = {
    "system_admin": "people:accounts",
    "security_admin": "people:duties",
    "audit_admin": "people:audit-accounts",
}
ONE: Final = {"system_admin": "people:account", "security_admin": "people:duty", "audit_admin": "people:audit-account"}
STANDING: Final = {"held": "担任中", "to_come": "还没有开始", "over": "已经结束"}
Page = Callable[..., HttpResponse]


def step(
    request: SignedRequest,
    form: Form,
    call: Callable[[], HttpResponse | None],
    *,
    title: str,
    back: tuple[str, str],
    happens: tuple[str, ...] = (),
    button: str = "",
) -> HttpResponse:
    """One act of an administrator: say what follows, ask for what it needs, do it or show what refuses it."""
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            return call() or redirect(back[0])
        except Refused as error:
            refused = error.code
    context = {
        "title": title,
        "form": form,
        "back": back,
        "happens": happens,
        "button": button or title,
        "refused": refused,
    }
    return render(request, "people/step.html", context, status=422 if form.errors or refused else 200)


def listing(duty: str) -> Page:
    """The list of accounts for one of the three (账号清单)."""

    @requires(duty, purpose=WHY[duty])
    @require_GET
    def view(request: SignedRequest) -> HttpResponse:
        form = forms.FilterForm(request.GET or {"days": "60"})
        form.is_valid()
        said = form.cleaned_data
        ask = {"search": said.get("q", ""), "state": said.get("state", ""), "idle": int(said.get("days") or 60)}
        counted = accounts(request.token, **ask, limit=1)
        page = pages(request.GET.get("page", ""), counted[0].found if counted else 0)
        found = accounts(request.token, **ask, offset=(page.number - 1) * PAGE, limit=PAGE)
        context = {
            "rows": [(one, _duties(one)) for one in found],
            "found": counted[0].found if counted else 0,
            "filter": form,
            "filtered": bool(ask["search"] or ask["state"]),
            "pages": page,
            "query": urlencode({"q": ask["search"], "state": ask["state"], "days": ask["idle"]}),
            "one": ONE[duty],
            "may_open": duty == "system_admin",
            "waiting": len(matters(request.token, waiting=True)),
        }
        return render(request, "people/accounts.html", context)

    return view


def one(duty: str) -> Page:
    """One account with its duties and what was done to it (账号页)."""

    @requires(duty, purpose=WHY[duty])
    @require_GET
    def view(request: SignedRequest, account: UUID) -> HttpResponse:
        found = _found(request, account)
        context = {
            "account_row": found,
            "held": [
                (each, DUTIES.get(each.duty, each.duty), STANDING[each.standing])
                for each in duties_of(request.token, account)
            ],
            "matters": [
                (each, MATTERS[each.kind], MATTER_STATES[each.state], told(each.kind, each.detail))
                for each in matters(request.token, account=account)
            ],
            "list": LIST[duty],
            "duty": duty,
        }
        return render(request, "people/account.html", context)

    return view


def _found(request: SignedRequest, account: UUID) -> Listed:
    found = one_account(request.token, account)
    if found is None:
        raise Http404
    return found


def _duties(one: Listed) -> str:
    return "、".join(DUTIES.get(duty, duty) for duty in one.duties)


def _back(duty: str, found: Listed) -> tuple[str, str]:
    return reverse(ONE[duty], args=[found.account]), found.login


def _data(request: SignedRequest) -> Any:
    return request.POST if request.method == "POST" else None


@requires("system_admin", purpose=WHY["system_admin"])
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new(request: SignedRequest) -> HttpResponse:
    """Open an account (开立账号); its credentials are shown once, on the answer itself."""
    form = forms.OpenForm(_data(request), offices=organisations(), initial={"side": "business"})

    def call() -> HttpResponse:
        data = form.cleaned_data
        words = {name: data[name] for name in ("login", "post", "organisation", "holder", "reason")}
        made = open_account(request.token, **words, admin=data["side"] == "admin")
        told_once = [("登录名", data["login"]), ("密码", made.password)]
        context = {
            "title": f"账号 {data['login']} 已开立",
            "secrets": told_once,
            "next": "账号还没有任何职责，也还不能登录。安全管理员授予第一项职责时，把动态码密钥当面交给持有人。",
            "back": (reverse("people:account", args=[made.account]), data["login"]),
        }
        return render(request, "people/secret.html", context)

    happens = ("账号开立以后还没有任何职责，什么也不能办。", "职责由安全管理员授予：要两个人，才能让第三个人进来。")
    return step(request, form, call, title="开立账号", back=(reverse("people:accounts"), "账号"), happens=happens)


def disabling(duty: str) -> Page:
    """Disable an account at once (停用)."""

    @requires(duty, purpose=WHY[duty])
    @require_http_methods(["GET", "POST"])
    def view(request: SignedRequest, account: UUID) -> HttpResponse:
        found, form = _found(request, account), forms.ReasonForm(_data(request))
        call = lambda: disable(request.token, found.login, reason=form.cleaned_data["reason"])  # noqa: E731
        happens = (
            "账号马上停用，已经登录的也不能再用。",
            "它以前办过的事，登记行都保留。停用以后不能恢复，需要时另开账号。",
        )
        return step(
            request,
            form,
            call,
            title=f"停用账号 {found.login}",
            back=_back(duty, found),
            happens=happens,
            button="停用",
        )

    return view


@requires("system_admin", purpose=WHY["system_admin"])
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def renew(request: SignedRequest, account: UUID) -> HttpResponse:
    """Propose new credentials for somebody who lost theirs (重置登录凭证)."""
    found, form = _found(request, account), forms.ReasonForm(_data(request))

    def call() -> HttpResponse:
        password = reset(request.token, found.login, reason=form.cleaned_data["reason"])
        context = {
            "title": f"已提出重置 {found.login}",
            "secrets": [("新密码", password)],
            "next": "另一位管理员确认以后，新密码才能用，旧的同时作废。动态码密钥由确认的人交给持有人。",
            "back": _back("system_admin", found),
        }
        return render(request, "people/secret.html", context)

    happens = (
        "新密码由您当面交给持有人，新的动态码密钥由确认的管理员当面交给持有人：谁也不能单独用这个账号登录。",
        "确认以前，旧的密码和动态码照常有效。怀疑被人冒用的，请先停用。",
    )
    title = f"重置 {found.login} 的登录凭证"
    return step(request, form, call, title=title, back=_back("system_admin", found), happens=happens, button="提出重置")


@requires("security_admin", purpose=WHY["security_admin"])
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def give(request: SignedRequest, account: UUID) -> HttpResponse:
    """Give a duty, or somebody's for a while (授予职责、代理)."""
    found = _found(request, account)
    admin = found.side == "admin"
    offered = sorted({row.duty for row in matrix()} - {"citizen", "system", "staff"})
    fitting = (d for d in offered if (d in ADMINISTRATORS) == admin and found.kind in holders(d))
    choices = [(duty, DUTIES.get(duty, duty)) for duty in fitting]
    form = forms.GiveForm(_data(request), duties=choices, initial={"begin": today()})

    def call() -> HttpResponse:
        data = form.cleaned_data
        words = {name: data[name] for name in ("begin", "end", "deputy_for", "reason")}
        given = grant(request.token, found.login, data["duty"], **words, renew=True)
        if given.totp_secret:
            context = {
                "title": f"{found.login} 已有第一项职责",
                "secrets": [("动态码密钥", given.totp_secret)],
                "next": "密码由开立账号的系统管理员交给持有人。谁也不能单独用这个账号登录。",
                "back": _back("security_admin", found),
            }
            return render(request, "people/secret.html", context)
        return redirect(_back("security_admin", found)[0] if given else reverse("people:duty-matters"))

    happens = (
        "第一项职责从写明的那一天起生效，同时产生新的动态码密钥，由您当面交给持有人。",
        "已经有过职责的，再授予一项要由另一位管理员确认。",
        "不能给自己授予。三员只能担任一项，不能办理业务。",
    )
    title = f"给 {found.login} 授予职责"
    return step(request, form, call, title=title, back=_back("security_admin", found), happens=happens, button="授予")


@requires("security_admin", purpose=WHY["security_admin"])
@require_http_methods(["GET", "POST"])
def end(request: SignedRequest, account: UUID) -> HttpResponse:
    """End a duty (终止职责)."""
    found = _found(request, account)
    choices = [(duty, DUTIES.get(duty, duty)) for duty in found.duties]
    form = forms.EndForm(_data(request), duties=choices, initial={"last": today() - timedelta(days=1)})

    def call() -> None:
        data = form.cleaned_data
        end_duty(request.token, found.login, data["duty"], last=data["last"], reason=data["reason"])

    happens = ("从最后一天的次日起，这个账号不再有这项职责。以前办过的事，登记行都保留。",)
    title = f"终止 {found.login} 的职责"
    return step(request, form, call, title=title, back=_back("security_admin", found), happens=happens, button="终止")
