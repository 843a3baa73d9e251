"""The editor's desk (目录与标准 · 起草): what there is, what is to be done, and the draft of a version part by part.

A draft is one document. Each form shows a part of it and remembers how that part looked when it was opened; when
somebody saved the same part meanwhile, the page says so and keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengxin.catalog import desk, diff, shape
from chengxin.catalog.api import (
    ItemVersion,
    NotReady,
    groups,
    heads,
    item,
    laws,
    new_draft,
    problems,
    save_draft,
    submit,
    tasks,
    version,
    versions,
    withdraw,
)
from chengxin.catalog.exports import definition_json
from chengxin.catalog.forms_desk import (
    PARTS,
    DefinitionForm,
    HeadForm,
    ReasonForm,
    digest,
    numbered,
    rows_form,
    typed,
)
from chengxin.catalog.states import LABELS, REVIEW
from chengxin.catalog.views import TONES, about, step_lines
from chengxin.catalog.words import TASKS
from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, requires

WHY: Final = "起草公共信用信息目录"
MORE_ROWS: Final = 5


@requires(desk.EDIT, purpose=WHY)
@require_GET
def home(request: SignedRequest) -> HttpResponse:
    """All items with their versions, drafts first, and what is to be done (起草首页)."""
    return render(request, "catalog/desk/home.html", overview(request, desk.EDIT))


def overview(request: SignedRequest, duty: str) -> dict[str, Any]:
    """What the first page of either duty shows."""
    asked, listed = request.GET.get, heads()
    drafts = [(head, one, desk_state(one.state)) for head in listed for one in head.drafts]
    due = turned(asked("page", ""), lambda limit, skip: tasks(request.token, limit, skip=skip, still_open=True))
    every = turned(asked("all", ""), lambda limit, skip: listed[skip : skip + limit])
    return {
        "duty": duty,
        "all": every,
        "heads": [(head, desk_state(head.state)) for head in every.rows],
        "working": turned(asked("working", ""), lambda limit, skip: drafts[skip : skip + limit]),
        "waiting": sum(one.state == REVIEW for _, one, _ in drafts),
        "due": due,
        "tasks": [(task, TASKS.get(task.kind, task.kind)) for task in due.rows],
        "today": today(),
    }


def desk_state(state: str) -> tuple[str, str]:
    """Word and colour of a state."""
    return LABELS[state], TONES.get(state, "")


@requires(desk.EDIT, purpose=WHY)
@require_GET
def one(request: SignedRequest, code: str, number: int) -> HttpResponse:
    """One version: what keeps it from publication, what differs from the one in force, its parts (版本页)."""
    found = opened(code, number)
    return render(request, "catalog/desk/version.html", told(request, found, desk.EDIT))


def told(request: SignedRequest, found: ItemVersion, duty: str) -> dict[str, Any]:
    """What the page of a version shows to either duty."""
    day = today()
    standing = item(found.code)
    lines = step_lines(found, inside=True)
    written = [line["step"] for line in lines]
    account = request.account
    own = desk.drafted_here(written, account.duties, account.organisation_name, account.post)
    open_steps = desk.steps_open(found.state, duty)
    if duty == desk.APPROVE and own:
        open_steps = [(name, step) for name, step in open_steps if name not in {"publish", "resume"}]
    return about(found, day) | {
        "duty": duty,
        "editable": duty == desk.EDIT and found.state == "draft",
        "problems": desk.mends(problems(found), found.definition)
        if found.state in {"draft", "review", "suspended"}
        else [],
        "checked": found.state in {"draft", "review", "suspended"},
        "standing": standing if standing and standing.version != found.version else None,
        "sections": diff.versions(standing.definition, found.definition) if standing else [],
        "steps": lines,
        "open_steps": open_steps,
        "own": own and duty == desk.APPROVE and found.state in {"review", "suspended"},
        "missing": desk.missing(found.state, account.duties) if duty == desk.EDIT else "",
        "parts": [(name, title, len(found.definition.get(name, ()))) for name, (title, _) in PARTS.items()],
    }


def opened(code: str, number: int) -> ItemVersion:
    """A version in whatever state."""
    found = version(code, number)
    if found is None:
        raise Http404
    return found


@requires(desk.EDIT, purpose=WHY)
@require_GET
def export(request: SignedRequest, code: str, number: int) -> HttpResponse:
    """A version as JSON, drafts too (导出 JSON)."""
    del request
    headers = {"Content-Disposition": f'attachment; filename="{code}-{number}.json"'}
    return HttpResponse(definition_json(opened(code, number)), content_type="application/json", headers=headers)


@requires(desk.EDIT, purpose=WHY)
@require_POST
def copy(request: SignedRequest, code: str, number: int) -> HttpResponse:
    """A new draft that begins as this version (在这一版的基础上起草)."""
    head = opened(code, number).definition
    own = {name: value for name, value in head["item"].items() if name not in {"version", "state", "effective_from"}}
    made = new_draft(request.token, {**head, "item": own})
    return redirect("catalog:desk-version", *made)


@requires(desk.EDIT, purpose=WHY)
@require_http_methods(["GET", "POST"])
def upload(request: SignedRequest) -> HttpResponse:
    """A whole definition from a file: the open draft of its item, or a new one (导入 JSON 定义)."""
    posted = request.method == "POST"
    form = DefinitionForm(request.POST, request.FILES) if posted else DefinitionForm()
    faults: list[str] = []
    refused = ""
    if posted and form.is_valid():
        try:
            definition = shape.read(form.cleaned_data["file"].read(shape.MOST_BYTES + 1))
            return redirect("catalog:desk-version", *_take(request.token, definition))
        except shape.Misshapen as error:
            faults = error.faults
        except Refused as error:
            refused = error.code
    context = {"form": form, "faults": faults, "refused": refused, "most": shape.MOST_SAID}
    wrong = bool(form.errors or faults or refused)
    return render(request, "catalog/desk/upload.html", context, status=422 if wrong else 200)


def _take(token: bytes, definition: dict[str, Any]) -> tuple[str, int]:
    code = str(definition["item"].get("code", ""))
    draft = next((row for row in versions(code) if row.state == "draft"), None) if code else None
    if draft is None:
        return new_draft(token, definition)
    save_draft(token, code, draft.version, definition)
    return code, draft.version


@requires(desk.EDIT, purpose=WHY)
@require_http_methods(["GET", "POST"])
def edit_head(request: SignedRequest, code: str, number: int) -> HttpResponse:
    """The head of a draft (基本情况)."""
    found = _draft(code, number)
    before = found.definition.get("item", {})
    named = {group.code: group.name for group in groups(today())}
    posted = request.method == "POST"
    form = HeadForm(request.POST if posted else None, initial=before, groups=named)
    context: dict[str, Any] = {"item": found, "form": form, "seen": digest(before), "conflict": False, "refused": ""}
    if posted and form.is_valid():
        if request.POST.get("seen") != digest(before):
            context["conflict"] = True
        else:
            definition = found.definition | {"item": form.row(before)}
            if answer := _saved(request, found, definition, context):
                return answer
    return render(request, "catalog/desk/head.html", context, status=_status(form.errors, context))


@requires(desk.EDIT, purpose=WHY)
@require_http_methods(["GET", "POST"])
def edit_part(request: SignedRequest, code: str, number: int, part: str) -> HttpResponse:
    """A table of a draft, row by row; without scripts, so more blank rows are a button too (逐行填写)."""
    found = _draft(code, number)
    before = found.definition.get(part, [])
    titles = {law.code: law.title for law in laws(today())}
    seen = request.POST.get("seen", digest(before))
    more = request.POST.get("step") == "more"
    if request.method == "POST" and not more:
        form = rows_form(part, laws=titles, data=request.POST)
    else:
        rows = typed(part, request.POST) if more else numbered(before)
        form = rows_form(part, laws=titles, rows=rows, blank=MORE_ROWS if more else 1)
    context: dict[str, Any] = {
        "item": found,
        "title": PARTS[part][0],
        "rows": form,
        "seen": seen,
        "conflict": False,
        "refused": "",
        "limit": form.max_num,
        "wrong": form.is_bound and not form.is_valid(),
    }
    if form.is_bound and not context["wrong"]:
        if seen != digest(before):
            context |= {"conflict": True, "seen": digest(before)}
        elif answer := _saved(request, found, found.definition | {part: form.rows(before)}, context):
            return answer
    return render(request, "catalog/desk/rows.html", context, status=_status(context["wrong"], context))


def _saved(
    request: SignedRequest, found: ItemVersion, definition: dict[str, Any], context: dict[str, Any]
) -> HttpResponse | None:
    try:
        save_draft(request.token, found.code, found.version, definition)
    except Refused as error:
        context["refused"] = error.code
        return None
    return redirect("catalog:desk-version", found.code, found.version)


def _status(wrong: object, context: dict[str, Any]) -> int:
    return 409 if context["conflict"] else 422 if wrong or context["refused"] else 200


def _draft(code: str, number: int) -> ItemVersion:
    found = opened(code, number)
    if found.state != "draft":
        raise Refused("CATALOG-22")
    return found


@requires(desk.EDIT, purpose=WHY)
@require_http_methods(["GET", "POST"])
def step(request: SignedRequest, code: str, number: int, name: str) -> HttpResponse:
    """Ask once more, then submit or abandon a draft (提交审核、放弃草案)."""
    found = opened(code, number)
    posted = request.POST if request.method == "POST" else None
    form = ReasonForm(posted) if desk.STEPS[name].reason else None
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""
        return taken(request, found, name, form, lambda: _act(request.token, found, name, reason))
    return render(
        request, "catalog/desk/step.html", asked(found, name, form), status=422 if form and form.errors else 200
    )


def _act(token: bytes, found: ItemVersion, name: str, reason: str) -> None:
    if name == "submit":
        submit(token, found.code, found.version)
    else:
        withdraw(token, found.code, found.version, reason)


def asked(found: ItemVersion, name: str, form: Any, *, problems: list[desk.Mend] | None = None) -> dict[str, Any]:
    """What the page shows that asks once more before a step (确认页)."""
    standing = item(found.code)
    return {
        "item": found,
        "name": name,
        "step": desk.STEPS[name],
        "form": form,
        "problems": problems or [],
        "standing": standing if standing and standing.version != found.version else None,
        "possible": found.state in desk.STEPS[name].states,
        "state": desk_state(found.state),
    }


def taken(request: SignedRequest, found: ItemVersion, name: str, form: Any, act: Callable[[], None]) -> HttpResponse:
    """Take a step and go to the version; what the gate has against it is listed on the page that asked."""
    try:
        act()
    except NotReady as error:
        problems = desk.mends(error.problems, found.definition)
        return render(request, "catalog/desk/step.html", asked(found, name, form, problems=problems), status=422)
    approver = desk.STEPS[name].duty == desk.APPROVE
    return redirect("catalog:approve-version" if approver else "catalog:desk-version", found.code, found.version)
