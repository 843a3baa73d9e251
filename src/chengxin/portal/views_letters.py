"""The person's letters (消息): list, opening, the words as they were served, PDF, and how to reach the person."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengxin.kernel.pages import turned
from chengxin.notice.api import (
    PdfUnavailable,
    body,
    events,
    letter_pdf,
    open_letter,
    own_contacts,
    served,
    set_contact,
    waiting,
)
from chengxin.oversight.api import own_notices
from chengxin.people.api import requires
from chengxin.portal import problems
from chengxin.portal.forms import ContactForm
from chengxin.portal.middleware import Request
from chengxin.portal.own import look_at_own

OWN = "本人查看自己的告知书"


@requires("citizen", OWN)
@require_GET
def letters(request: Request) -> HttpResponse:
    """All letters to the person, and what else there is to read (消息)."""
    own = look_at_own(request)
    named = {record.record: record for record in own.records}
    rows = [(letter, named[letter.record]) for letter in own.letters if letter.record in named]
    page = turned(request.GET.get("page", ""), lambda limit, skip: rows[skip : skip + limit])
    context = {
        "page": page,
        "rows": page.rows,
        "unopened": sum(letter.opened_on is None and about.state == "PROPOSED" for letter, about in rows),
        "incidents": own_notices(*own.looks.values()),
        "moves": own.moves,
    }
    return render(request, "portal/me/letters.html", context)


@requires("citizen", OWN)
@require_GET
def letter(request: Request, letter: UUID) -> HttpResponse:
    """One letter. An unopened one first says what opening means; looking at this page opens nothing."""
    own = look_at_own(request)
    found = own.letter(letter)
    about = own.record(found.record)
    context: dict[str, object] = {"letter": found, "record": about, "today": own.today}
    context["events"] = events(own.look_of(found.record), found.letter)
    if found.opened_on is None:
        context["waiting"] = waiting(about.item, today=own.today)
        return render(request, "portal/me/letter_closed.html", context)
    context["served"] = served(own.look_of(found.record), found.letter)
    return render(request, "portal/me/letter.html", context)


@requires("citizen", "本人打开告知书")
@require_POST
def open_now(request: Request, letter: UUID) -> HttpResponse:
    """Open a letter: this is its service (送达), and the waiting period starts."""
    own = look_at_own(request)
    found = own.letter(letter)
    if found.opened_on is None:
        about = own.record(found.record)
        open_letter(own.token, about.person, found, about, body(about, own.name, today=own.today))
    return redirect("me-letter", letter=found.letter)


@requires("citizen", OWN)
@require_GET
def pdf(request: Request, letter: UUID) -> HttpResponse:
    """The served letter to keep (下载 PDF). The name of the file tells nobody anything."""
    own = look_at_own(request)
    found = own.letter(letter)
    text = served(own.look_of(found.record), found.letter)
    if text is None or text.body is None:
        return redirect("me-letter", letter=found.letter)
    try:
        content = letter_pdf(text.body, issued_on=found.issued_on)
    except PdfUnavailable:
        # What the administrator has to do stands in the examination (体检); the person gets the ways that are open.
        why = "服务器缺少印制告知书的字体。告知书存放完好，您的期限不受影响。"
        way_out = "您可以在告知书页面上阅读全文，或者用浏览器打印。需要纸质件，请到政务服务中心窗口。"
        return problems.problem(request, 503, "暂时不能下载 PDF", why, way_out, retry=True)
    name = f"letter-{found.letter.hex[-12:]}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@requires("citizen", "本人修改接收告知书的联系方式")
@require_http_methods(["GET", "POST"])
def contact(request: Request) -> HttpResponse:
    """Where letters may reach the person (联系方式): given freely, taken back by emptying it."""
    own = look_at_own(request)
    known = {kind: one.value or "" for kind, one in own_contacts(own.look).items()}
    if request.method != "POST":
        context = {"form": ContactForm(initial=known), "saved": "saved" in request.GET, "known": known}
        return render(request, "portal/me/contact.html", context)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/me/contact.html", {"form": form}, status=422)
    for kind, value in form.cleaned_data.items():
        if value != known.get(kind, ""):
            set_contact(own.token, own.person, kind, value)
    return redirect(f"{reverse('me-contact')}?saved")
