"""The desk where documents of the system are written and published (制度文件的起草与公布): by two persons."""

from __future__ import annotations

from typing import Any, Final

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.kernel.errors import Refused
from chengxin.kernel.words import fact_words
from chengxin.ledger.api import today
from chengxin.oversight import forms, registers
from chengxin.oversight.api import Paper, paper_step, papers, shelf
from chengxin.oversight.facts import Document
from chengxin.oversight.states import paper_target
from chengxin.oversight.words import PAPER_LABELS, PAPER_STEPS
from chengxin.people.api import SignedRequest, requires

DUTY: Final = "manager"
WHY: Final = "起草和公布制度文件"
TONES: Final = {"draft": "brand", "review": "wait", "published": "good"}
HAPPENS: Final = {
    "submit": ("送审以后由另一个人核对、公布，或者退回修改。",),
    "return": ("退回起草，写明要改什么。",),
    "publish": ("公布以后马上出现在制度文件页，从生效日期起取代上一版。", "起草和送审的人不能自己公布。"),
    "withdraw": ("这一版作废，经过保留。已经生效的不能撤回，只能由新的一版取代。",),
}


@requires(DUTY, purpose=WHY)
@require_GET
def desk(request: SignedRequest) -> HttpResponse:
    """Versions under way first, then all documents (起草与公布)."""
    found = papers(request.token)
    latest = {one.code: one for one in reversed(found)}
    rows = [(one, PAPER_LABELS[one.state], TONES.get(one.state, "")) for one in found]
    context = {
        "under_way": [row for row in rows if row[0].state in {"draft", "review"}],
        "documents": [(one, PAPER_LABELS[one.state], TONES.get(one.state, "")) for one in latest.values()],
    }
    return render(request, "oversight/paper/list.html", context)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def new(request: SignedRequest) -> HttpResponse:
    """A document that is new: its code, then its words (新的制度文件)."""
    form = forms.PaperHead(request.POST if request.method == "POST" else None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if any(one.code == code for one in papers(request.token)):
            refused = "DOCUMENT-03"
        else:
            number = paper_step(request.token, "document.draft", code, {"title": "", "sections": []})
            return redirect("oversight:paper-step", code, number, "draft")
    context = {"form": form, "refused": refused}
    return render(request, "oversight/paper/new.html", context, status=422 if form.errors or refused else 200)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def following(request: SignedRequest, code: str) -> HttpResponse:
    """A next version, which begins with the words of the last one (起草新的一版)."""
    found = papers(request.token, code)
    if not found:
        raise Http404
    if request.method == "GET":
        return render(request, "oversight/paper/next.html", {"paper": found[0]})
    number = paper_step(request.token, "document.draft", code, {**found[0].words, "note": ""})
    return redirect("oversight:paper-step", code, number, "draft")


@requires(DUTY, purpose=WHY)
@require_GET
def one(request: SignedRequest, code: str, number: int) -> HttpResponse:
    """One version: its words, what differs from the one before, how it came about (一版文件)."""
    found = _found(request, code, number)
    before = _before(found)
    context = {
        "paper": found,
        "state": PAPER_LABELS[found.state],
        "tone": TONES.get(found.state, ""),
        "offers": _offers(found),
        "waits": found.state == "review" and found.written_by_reader,
        "changes": registers.changes(before, _document(found)) if before else None,
        "before": before,
        "steps": [(step, _said(step.body)) for step in found.steps],
        "latest": papers(request.token, code)[0].number == number and found.state in {"published", "withdrawn"},
    }
    return render(request, "oversight/paper/one.html", context)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def step(request: SignedRequest, code: str, number: int, name: str) -> HttpResponse:
    """One step: ask for what it needs, say what follows, take it (办理一步)."""
    found = _found(request, code, number)
    activity = f"document.{name}"
    form, refused = _form(request, found, name), ""
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("seq") != str(found.seq):
                raise Refused("DOCUMENT-06")
            paper_step(request.token, activity, found, form.body())
            return redirect("oversight:paper", code, number)
        except Refused as error:
            refused = error.code
    context = {
        "paper": found,
        "form": form,
        "title": PAPER_STEPS[activity],
        "happens": HAPPENS.get(name, ()),
        "possible": paper_target(found.state, activity) is not None,
        "refused": refused,
        "state": PAPER_LABELS[found.state],
    }
    return render(request, "oversight/paper/step.html", context, status=422 if form.errors or refused else 200)


def _found(request: SignedRequest, code: str, number: int) -> Paper:
    found = next((each for each in papers(request.token, code) if each.number == number), None)
    if found is None:
        raise Http404
    return found


def _form(request: SignedRequest, found: Paper, name: str) -> Any:
    data = request.POST if request.method == "POST" else None
    kinds: dict[str, type[Form]] = {"submit": forms.NothingForm, "publish": forms.FirstDayForm}
    if name == "draft":
        return forms.PaperForm(data, words=found.words)
    if name == "publish":
        return forms.FirstDayForm(data, initial={"effective_from": today()})
    return kinds.get(name, forms.ReasonForm)(data)


def _offers(found: Paper) -> list[tuple[str, str]]:
    """The steps that this reader can take now, the one that matters most first."""
    order = ("publish", "submit", "draft", "return", "withdraw")
    return [
        (name, PAPER_STEPS[f"document.{name}"] if name != "draft" else "修改")
        for name in order
        if paper_target(found.state, f"document.{name}") is not None
        and not (name == "publish" and found.written_by_reader)
        and not (found.effective_from and found.effective_from <= today())
    ]


def _document(found: Paper) -> Document:
    return next(registers.documents(found.code, [_row(found)]))


def _row(found: Paper) -> dict[str, Any]:
    words = {"title": "", "basis": "", "issued_by": "", "note": "", "sections": []} | dict(found.words)
    return {**words, "number": found.number, "effective_from": found.effective_from or today()}


def _before(found: Paper) -> Document | None:
    """The published version before this one."""
    document = shelf(found.code)
    older = [each for each in document.versions if each.number < found.number] if document else []
    return older[-1] if older else None


def _said(body: Any) -> str:
    """What a step brought, in words: its reason, or the first day."""
    first = body.get("effective_from", "")
    return str(body.get("reason") or (f"从{fact_words(first)}起生效" if first else ""))
