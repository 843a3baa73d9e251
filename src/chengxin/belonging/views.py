"""The desk (归属与合并): what waits, propose, decide; corrections to what an organisation was shown.

Opening a matter registers a look at each side, and both read it. A person is never named by an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.belonging import api
from chengxin.belonging.casefile import MatterFile, Pair, open_matter, open_pair
from chengxin.belonging.forms import DecideForm, FilesForm, NoteForm, PairForm, RightForm, TakeBackForm, UndoForm
from chengxin.catalog.api import item as catalog_item
from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, requires
from chengxin.redress import api as redress

WHY = "办理信息归属更正和档案合并"
_SALT = "belonging.done"
DECIDED = 20
"""Of what was decided the list shows the newest."""


@requires("reviewer", purpose=WHY)
@require_GET
def queue(request: SignedRequest) -> HttpResponse:
    """What waits (待办): numbers and days, nobody's name; what was decided below it."""
    token, asked = request.token, request.GET.get
    objected = partial(redress.queue, token, ground="not_mine")
    context = {
        "waiting": turned(asked("page", ""), lambda limit, skip: api.queue(token, limit, skip=skip)),
        "decided": api.decided(token, DECIDED),
        "doubts": turned(asked("doubts", ""), lambda limit, skip: api.doubts(token, limit, skip=skip)),
        "relatives": turned(
            asked("relatives", ""), lambda limit, skip: api.applications(token, limit, waiting=True, skip=skip)
        ),
        "objections": turned(asked("objections", ""), lambda limit, skip: objected(limit, skip=skip)),
        "today": today(),
    }
    return render(request, "belonging/queue.html", context)


@requires("reviewer", purpose=WHY)
@require_http_methods(["GET", "POST"])
def note(request: SignedRequest) -> HttpResponse:
    """A department's letter: find the record, check, propose (部门来函). Each step is a registered look."""
    form = NoteForm(
        request.POST if request.POST.get("step") in {"check", "propose"} else None, initial=request.POST.dict()
    )
    if not form.is_bound or not form.is_valid():
        return _move_page(request, form)
    said = form.cleaned_data
    try:
        who = api.somebody(said["wrong_number"], said["wrong_name"])
        found = api.find_record(request.token, who, said["doc_no"], letter=said["evidence"])
        if not found:
            return _move_page(request, form, missing=True)
        return _proposed(request, form, found[0])
    except Refused as error:
        return _move_page(request, form, refused=error.code)


@requires("reviewer", purpose=WHY)
@require_http_methods(["GET", "POST"])
def objection(request: SignedRequest, objection: UUID) -> HttpResponse:
    """An objection says that it is somebody else's (不是本人): the record comes from the case."""
    case = redress.queued(request.token, objection)
    if case is None:
        return gone(request, redress.decided(request.token, objection), redress.OUTCOMES)
    record = redress.case_record(redress.case_look(request.token, case.person, case.case_no))
    found = api.Found(
        case.person, record.record, record.item, record.authority_name, record.doc_no, record.decided_on,
        record.severity, record.state, record.seq, record.display_end,
    )  # fmt: skip
    form = RightForm(
        request.POST if request.POST.get("step") in {"check", "propose"} else None, initial=request.POST.dict()
    )
    if not form.is_bound or not form.is_valid():
        return _move_page(request, form, found=found, case=case)
    try:
        return _proposed(request, form, found, case=case)
    except Refused as error:
        return _move_page(request, form, found=found, case=case, refused=error.code)


def _proposed(
    request: SignedRequest, form: Form, found: api.Found, *, case: redress.Queued | None = None
) -> HttpResponse:
    said = form.cleaned_data
    right = api.somebody(said["right_number"], said["right_name"])
    if request.POST.get("step") == "check":
        context = {"form": form, "found": found, "right": right, "case": case, "item": catalog_item(found.item)}
        return render(request, "belonging/check.html", context)
    number = api.propose_move(
        request.token,
        found,
        right,
        reasons=said["reasons"],
        evidence=said["evidence"],
        objection=case.objection if case else None,
    )
    return _done(number, "proposed")


def _move_page(
    request: SignedRequest,
    form: Form,
    *,
    found: api.Found | None = None,
    case: redress.Queued | None = None,
    missing: bool = False,
    refused: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "case": case,
        "missing": missing,
        "refused": refused,
        "item": catalog_item(found.item) if found else None,
    }
    return render(request, "belonging/move.html", context, status=422 if form.errors or refused or missing else 200)


@requires("reviewer", purpose=WHY)
@require_http_methods(["GET", "POST"])
def two_files(request: SignedRequest) -> HttpResponse:
    """A department's letter says that two files are one human's: find both, check, propose (按来函合并)."""
    step = request.POST.get("step")
    form, refused = FilesForm(request.POST if step in {"check", "propose"} else None, initial=request.POST.dict()), ""
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            one = api.somebody(said["wrong_number"], said["wrong_name"])
            other = api.somebody(said["right_number"], said["right_name"])
            if step == "propose":
                case_no = api.propose_files(
                    request.token, one, other, reasons=said["reasons"], evidence=said["evidence"]
                )
                return _done(case_no, "proposed")
            sides = [
                (
                    who,
                    [
                        (found, catalog_item(found.item))
                        for found in api.find_file(request.token, who, letter=said["evidence"])
                    ],
                )
                for who in (one, other)
            ]
            return render(request, "belonging/files_check.html", {"form": form, "sides": sides})
        except Refused as error:
            refused = error.code
    context = {"form": form, "refused": refused}
    return render(request, "belonging/files.html", context, status=422 if form.errors or refused else 200)


@requires("reviewer", purpose=WHY)
@require_http_methods(["GET", "POST"])
def doubt(request: SignedRequest, change: int) -> HttpResponse:
    """A change of the population database about two persons: both files, then merge or keep apart."""
    waits = next(iter(api.doubts(request.token, 1, change=change)), None)
    pair = open_pair(request.token, "population", str(change), two=waits.two) if waits else None
    if waits is None or pair is None:
        return gone(request, None)
    form = PairForm(request.POST or None)
    if not waits.two:
        form.fields["kind"].choices = [("keep", "不合并")]  # type: ignore[attr-defined]  # a ChoiceField
    return _pair_page(request, form, pair, "population", str(change), heading=waits.kind_label)


@requires("reviewer", purpose=WHY)
@require_http_methods(["GET", "POST"])
def undo(request: SignedRequest, matter: UUID) -> HttpResponse:
    """Undo an approved merge (取消合并)."""
    pair = open_pair(request.token, "matter", str(matter))
    if pair is None:
        return gone(request, None)
    return _pair_page(request, UndoForm(request.POST or None), pair, "matter", str(matter), heading="已合并的两份档案")


def _pair_page(request: SignedRequest, form: Form, pair: Pair, origin: str, ref: str, *, heading: str) -> HttpResponse:
    refused = ""
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            number = api.propose_pair(
                request.token, kind=said.get("kind", "part"), origin=origin, ref=ref,
                reasons=said["reasons"], evidence=said["evidence"],
            )  # fmt: skip
            return _done(number, "proposed")
        except Refused as error:
            refused = error.code
    context = {"form": form, "pair": pair, "heading": heading, "refused": refused, "today": request.account.today}
    return render(request, "belonging/pair.html", context, status=422 if form.errors or refused else 200)


@requires("reviewer", purpose=WHY)
@require_http_methods(["GET", "POST"])
def matter(request: SignedRequest, matter: UUID) -> HttpResponse:
    """One matter: both sides, the reasons, and what the second person says."""
    file = open_matter(request.token, matter)
    if file is None:
        return gone(request, api.ended(request.token, matter))
    form: Form = (TakeBackForm if file.queued.mine else DecideForm)(request.POST or None)
    if not form.is_bound or not form.is_valid():
        return _matter_page(request, file, form)
    outcome = form.cleaned_data.get("outcome", "taken_back")
    try:
        reasons = form.cleaned_data["reasons"]
        api.decide(request.token, file.queued, file.matter, file.record, outcome=outcome, reasons=reasons)
    except Refused as error:
        if error.code == "BELONG-03":  # decided since this page was opened
            return gone(request, api.ended(request.token, matter))
        return _matter_page(request, file, form, refused=error.code)
    return _done(file.queued.case_no, outcome)


def _matter_page(request: SignedRequest, file: MatterFile, form: Form, *, refused: str = "") -> HttpResponse:
    context = {"file": file, "form": form, "refused": refused, "today": request.account.today}
    return render(request, "belonging/matter.html", context, status=422 if form.errors or refused else 200)


def gone(
    request: SignedRequest,
    decided: api.Ended | redress.Decided | None,
    outcomes: Mapping[str, str] = api.OUTCOMES,
) -> HttpResponse:
    """It does not wait: how it was decided, and what was typed here, so that neither is lost (没有提交的内容)."""
    said = request.POST
    typed = {
        "结论": outcomes.get(said["outcome"]) if said.get("outcome") else "",  # "" is the word of what still waits
        "理由": said.get("reasons"),
        "凭据": said.get("evidence"),
    }
    context = {
        "decided": decided,
        "outcome_label": outcomes[decided.outcome] if decided else "",
        "mine": {name: said for name, said in typed.items() if said},
    }
    return render(request, "belonging/gone.html", context, status=404)


def _done(case_no: str, outcome: str) -> HttpResponse:
    ticket = signing.dumps([case_no, outcome], salt=_SALT)
    return redirect(f"{reverse('belonging:done')}?{urlencode({'t': ticket})}")


@requires("reviewer", purpose=WHY)
@require_GET
def done(request: SignedRequest) -> HttpResponse:
    """Confirmation. The address carries case number and outcome, signed: it can be kept, not made up."""
    try:
        case_no, outcome = signing.loads(request.GET.get("t", ""), salt=_SALT)
    except signing.BadSignature:
        return redirect("belonging:queue")
    words = api.OUTCOMES | {"proposed": "已提出"}
    context = {"case_no": case_no, "outcome": outcome, "outcome_label": words[outcome]}
    return render(request, "belonging/done.html", context)


@requires("clerk", purpose="接收归属更正通知", also="inquirer")
@require_http_methods(["GET", "POST"])
def inbox(request: SignedRequest) -> HttpResponse:
    """Corrections to what the own organisation was shown (更正通知): read, act, confirm."""
    if request.method == "POST":
        with suppress(ValueError):  # no such correction; the list says what there is
            api.confirm(request.token, UUID(request.POST.get("recall", "")))
        return redirect("belonging:inbox")
    page = turned(request.GET.get("page", ""), lambda limit, skip: api.corrections(request.token, limit, skip=skip))
    context = {
        "page": page,
        "waiting": [one for one in page.rows if one.confirmed_on is None],
        "confirmed": [one for one in page.rows if one.confirmed_on is not None],
    }
    return render(request, "belonging/inbox.html", context)
