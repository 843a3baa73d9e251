"""Pages of the notice officer (通知送达): the list, the course of one letter, checking an address.

The list and the course name nobody. Checking an address is a look, which the person reads, and the page says so.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.notice import undelivered as door
from chengxin.notice.contacts import contacts_to_recheck
from chengxin.notice.forms import RenewForm
from chengxin.people.api import SignedRequest, identity, public, requires

PURPOSE = "办理告知书送达"


@requires("notice_officer", purpose=PURPOSE)
@require_GET
def desk(request: SignedRequest) -> HttpResponse:
    """Letters that are not served yet: those that nobody can reach first (待核实、投递中)."""
    counts = door.counts(request.token)
    pages = max(1, -(-(counts.stuck + counts.waiting) // door.PAGE))
    asked = request.GET.get("page", "1")
    page = min(int(asked), pages) if asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) else 1
    found = door.unserved(request.token, skip=(page - 1) * door.PAGE)
    shares = {"已送达": counts.served, "投递中": counts.waiting, "送不到，待核实": counts.stuck}
    if rest := max(counts.issued - sum(shares.values()), 0):
        shares["不用再送，例如信息已撤销"] = rest
    context = {
        "counts": counts,
        "shares": [(name, number, round(number * 100 / max(counts.issued, 1))) for name, number in shares.items()],
        "stuck": [one for one in found if one.stuck],
        "waiting": [one for one in found if not one.stuck],
        "page": page,
        "pages": pages,
    }
    return render(request, "notice/desk.html", context)


@requires("notice_officer", purpose=PURPOSE)
@require_GET
def letter(request: SignedRequest, letter: UUID) -> HttpResponse:
    """The course of one letter: attempts and what became of them, nobody's name."""
    found = _found(request, letter)
    if found is None:
        return render(request, "notice/gone.html", status=404)
    context = {
        "letter": found,
        "events": door.course(request.token, found),
        "public_days": door.public_days(found.item, today=today()),
        "renewed": "renewed" in request.GET and not found.stuck,
    }
    return render(request, "notice/letter.html", context)


@requires("notice_officer", purpose=PURPOSE)
@require_http_methods(["GET", "POST"])
def recheck(request: SignedRequest, letter: UUID) -> HttpResponse:
    """Check an address and send again (核实地址、重发): a look at the person, then one act."""
    found = _found(request, letter)
    if found is None:
        return render(request, "notice/gone.html", status=404)
    if not found.stuck:
        return redirect("notice:letter", letter=letter)
    form = RenewForm(request.POST if request.method == "POST" else None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kind = "address" if data["address"] else ""
        try:
            door.renew(request.token, found, source=data["source"], kind=kind, value=data["address"])
        except Refused as error:
            refused = error.code
        else:
            return redirect(f"{reverse('notice:letter', args=[letter])}?renewed")
    opened = door.recheck_look(request.token, found)
    context = {
        "letter": found,
        "form": form,
        "refused": refused,
        "identity": identity(opened),
        "contacts": contacts_to_recheck(opened),
    }
    return render(request, "notice/recheck.html", context)


@requires("notice_officer", purpose=PURPOSE)
@require_http_methods(["GET", "POST"])
def publish(request: SignedRequest, letter: UUID) -> HttpResponse:
    """Public notice, where the item allows it (公告送达): an interruption page, then the act."""
    found = _found(request, letter)
    if found is None:
        return render(request, "notice/gone.html", status=404)
    days = door.public_days(found.item, today=today())
    if not found.stuck or days is None:
        return redirect("notice:letter", letter=letter)
    name = identity(door.recheck_look(request.token, found)).name
    if request.method == "POST":
        door.publish(request.token, found, name)
        return redirect("notice:letter", letter=letter)
    return render(request, "notice/publish.html", {"letter": found, "name": name, "days": days})


@public("公告送达：依法公告的告知书")
@require_GET
def public_notices(request: HttpRequest) -> HttpResponse:
    """The public notices that run (公告): masked names and numbers, nothing of what the letters say."""
    page = turned(request.GET.get("page", ""), lambda limit, skip: door.publics(limit, skip=skip))
    return render(request, "notice/public.html", {"page": page, "notices": page.rows})


def _found(request: SignedRequest, letter: UUID) -> door.Waiting | None:
    """The letter as the list has it: its person never comes from an address. None once it is served."""
    return next(iter(door.unserved(request.token, letter=letter)), None)
