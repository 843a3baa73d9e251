"""The own account (我的登录): where it is signed in, how it signs in, proof anew."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.kernel.errors import Refused
from chengxin.people.api import (
    SignedRequest,
    add_passkey,
    ask_new_passkey,
    device,
    end_other_sessions,
    new_recovery_codes,
    new_secret,
    own_passkeys,
    remove_passkey,
    sealed_secret,
    sessions,
    set_password,
    set_secrets,
    sign_out,
    signed_in,
    ways,
)
from chengxin.portal import proof, words
from chengxin.portal.forms import PasswordForm, SecretsForm
from chengxin.portal.proof import local

AGAIN = "再次验证"
OWN = "本人管理自己的登录"


@signed_in(OWN)
@require_safe
def account(request: SignedRequest) -> HttpResponse:
    """Where the account is signed in, and how it can."""
    if request.account.method == "expired":
        return redirect("account-password")
    staff = request.account.kind == "staff"
    context = {
        "sessions": [(line, words.METHODS.get(line.method, line.method)) for line in sessions(request.token)],
        "ways": ways(request.token) if staff else None,
        "passkeys": own_passkeys(request.token) if staff else [],
    }
    return render(request, "portal/account/home.html", context)


@signed_in(OWN)
@require_POST
def others(request: SignedRequest) -> HttpResponse:
    """Sign out everywhere else."""
    end_other_sessions(request.token)
    return redirect("account")


@signed_in(AGAIN)
@require_http_methods(["GET", "POST"])
def again(request: SignedRequest) -> HttpResponse:
    """Prove oneself anew, then go on to where one wanted to. The proof itself was taken before this is reached."""
    after = local(request, request.POST.get("next", request.GET.get("next", "")))
    if request.method == "POST" and (request.POST.get(proof.CODE) or request.POST.get(proof.ANSWER)):
        return redirect(after)
    return proof.page(request, request.token, [("next", after)], status=200)


@signed_in(OWN)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def passkey(request: SignedRequest) -> HttpResponse:
    """Add a passkey (添加通行密钥)."""
    where, fault = proof.site(request), ""
    if request.method == "POST":
        agent = device(request.headers.get("User-Agent", ""))
        try:
            add_passkey(request.token, where, request.POST.get("made", ""), agent=agent)
        except Refused as refusal:
            fault = words.sentence(refusal.code)
        else:
            return redirect("account")
    context = {"passkey": ask_new_passkey(request.token, where), "fault": fault}
    return proof.scripted(request, "portal/account/passkey.html", context)


@signed_in(OWN)
@require_POST
def passkey_remove(request: SignedRequest) -> HttpResponse:
    """Remove a passkey (删除通行密钥)."""
    try:
        credential = bytes.fromhex(request.POST.get("credential", ""))
    except ValueError:
        raise Refused("SIGNIN-05") from None
    remove_passkey(request.token, credential)
    return redirect("account")


@signed_in(OWN)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def secrets(request: SignedRequest) -> HttpResponse:
    """The own password and authenticator (自己的密码和验证器)."""
    form = SecretsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            secret = sealed_secret(request.token, form.cleaned_data["sealed"])
            set_secrets(
                request.token, password=form.cleaned_data["password"], secret=secret, code=form.cleaned_data["code"]
            )
        except Refused as refusal:
            form.add_error("code" if refusal.code == "STEPUP-02" else "password", words.sentence(refusal.code))
        else:
            return redirect("account")
    secret, sealed = _kept(request) or new_secret(request.token)
    shown = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"form": form, "secret": shown, "sealed": sealed, "login": ways(request.token).login}
    return render(request, "portal/account/secrets.html", context)


@signed_in(OWN)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: SignedRequest) -> HttpResponse:
    """The own password alone (更换密码). One that was too old leads to a new sign-in, the others to the own account."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_password(request.token, password=form.cleaned_data["password"])
        except Refused as refusal:
            form.add_error("password", words.sentence(refusal.code))
        else:
            if request.account.method == "expired":
                sign_out(request.token)
                return redirect("sign-in")
            return redirect("account")
    context = {"form": form, "login": ways(request.token).login, "expired": request.account.method == "expired"}
    return render(request, "portal/account/password.html", context)


@signed_in(OWN)
@require_http_methods(["GET", "POST"])
def recovery(request: SignedRequest) -> HttpResponse:
    """Fresh recovery codes (恢复码), shown once."""
    codes = new_recovery_codes(request.token) if request.method == "POST" else []
    return render(request, "portal/account/recovery.html", {"codes": codes, "ways": ways(request.token)})


def _kept(request: SignedRequest) -> tuple[str, str] | None:
    """The secret of the form that came back: whoever typed it into the app need not do so again."""
    sealed = request.POST.get("sealed", "")
    try:
        return (sealed_secret(request.token, sealed), sealed) if sealed else None
    except Refused:
        return None
