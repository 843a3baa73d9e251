"""Pages of the security officer (信息安全员): register with clocks, report, incident, steps, notices, evidence export.

The pages name kinds and numbers, never a person: an officer for security sees no case.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.oversight import forms, letters
from chengxin.oversight.api import Standing, incident, incidents, notify, report, step
from chengxin.oversight.desk import STEPS, offers
from chengxin.oversight.exports import evidence_zip
from chengxin.oversight.facts import Incident
from chengxin.oversight.registers import office
from chengxin.oversight.words import FACTS, METHODS, RECEIVERS, REFERRALS
from chengxin.people.api import SignedRequest, requires

DUTY: Final = "security_officer"
WHY: Final = "处置信息安全事件"
TONES: Final = {"reported": "wait", "confirmed": "wait", "contained": "brand", "notified": "brand"}
"""State -> colour of its tag; the word beside it says the same."""
SIMPLE: Final[dict[str, type[Form]]] = {
    "confirm": forms.ConfirmForm,
    "dismiss": forms.ReasonForm,
    "contain": forms.ContainForm,
    "complete": forms.NothingForm,
    "review": forms.ReviewForm,
    "close": forms.ReasonForm,
    "refer": forms.ReferForm,
    "exempt": forms.ReasonForm,
    "approve": forms.ReasonForm,
    "scope": forms.ScopeForm,
}


@requires(DUTY, purpose=WHY)
@require_GET
def register(request: SignedRequest) -> HttpResponse:
    """All incidents, the most urgent first (登记册)."""
    found = incidents(request.token)
    rows = [(one, TONES.get(one.incident.state, "")) for one in found]
    ended = [row for row in rows if row[0].incident.state in {"closed", "dismissed"}]
    context = {
        "open": [row for row in rows if row[0].incident.state not in {"closed", "dismissed"}],
        "ended": turned(request.GET.get("page", ""), lambda limit, skip: ended[skip : skip + limit]),
        "late": sum(bool(one.overdue) and bool(one.running) for one in found),
    }
    return render(request, "oversight/incident/list.html", context)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def new(request: SignedRequest) -> HttpResponse:
    """Report an incident (报告事件)."""
    form = forms.ReportForm(request.POST if request.method == "POST" else None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("oversight:incident", report(request.token, form.body()))
        except Refused as error:
            refused = error.code
    status = 422 if form.errors or refused else 200
    return render(request, "oversight/incident/new.html", {"form": form, "refused": refused}, status=status)


@requires(DUTY, purpose=WHY)
@require_GET
def one(request: SignedRequest, incident_id: UUID) -> HttpResponse:
    """One incident: clocks, what to do, facts, notices, timeline (事件页)."""
    found = _opened(request, incident_id)
    context = {
        "standing": found,
        "incident": found.incident,
        "tone": TONES.get(found.incident.state, ""),
        "offers": offers(found.incident),
        "facts": _facts(found.incident),
        "notices": [(notice, RECEIVERS[notice.to]) for notice in found.incident.notices],
        "events": [(event, _said(event.body)) for event in found.incident.events],
        "ask_police": found.police and found.incident.referral is None,
        "referral": REFERRALS[found.incident.referral.body["outcome"]] if found.incident.referral else "",
    }
    return render(request, "oversight/incident/one.html", context)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def take(request: SignedRequest, incident_id: UUID, name: str) -> HttpResponse:
    """One step: say what follows, ask for what it needs, take it (办理一步)."""
    found = _opened(request, incident_id)
    offer = next((each for each in offers(found.incident) if each.name == name), None)
    to = name.removeprefix("notify-") if name.startswith("notify-") else ""
    form = _form(request, found, name, to)
    refused, said = "", ""
    if request.method == "POST" and offer and form.is_valid() and request.POST.get("step") != "edit":
        try:
            if to and request.POST.get("step") != "make":
                said = letters.text(found.incident, to, form.cleaned_data, office=office(found.day), made_at=found.now)
            else:
                _take(request.token, found.incident, name, to, form)
                return redirect("oversight:incident", incident_id)
        except Refused as error:
            refused = error.code
    wrong = request.method == "POST" and bool(form.errors or refused or offer is None)
    context = {
        "incident": found.incident,
        "name": name,
        "step": STEPS[name],
        "offer": offer,
        "form": form,
        "refused": refused,
        "text": said,
        "proposed": found.proposed_level,
    }
    return render(request, "oversight/incident/step.html", context, status=422 if wrong else 200)


@requires(DUTY, purpose=WHY)
@require_GET
def notice(request: SignedRequest, incident_id: UUID, seq: int) -> HttpResponse:
    """A notice as it was made, to print and to send (通知全文)."""
    found = _opened(request, incident_id)
    made = next((each for each in found.incident.notices if each.seq == seq), None)
    if made is None:
        raise Http404
    lines = made.text.split("\n")
    context = {
        "incident": found.incident,
        "notice": made,
        "to": RECEIVERS[made.to],
        "heading": lines[0],
        "text": "\n".join(lines[1:]).strip(),
        "evidence": [(event, METHODS[event.body["method"]]) for event in made.evidence],
    }
    return render(request, "oversight/incident/notice.html", context)


@requires(DUTY, purpose=WHY)
@require_POST
def export(request: SignedRequest, incident_id: UUID) -> HttpResponse:
    """The evidence as one signed file (证据导出); the export is registered."""
    found = _opened(request, incident_id)
    answer = HttpResponse(evidence_zip(request.token, found.incident), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{found.incident.case_no}.zip"'
    return answer


def _opened(request: SignedRequest, incident_id: UUID) -> Standing:
    try:
        return incident(request.token, incident_id)
    except Refused as error:
        if error.code == "INCIDENT-12":
            raise Http404 from None
        raise


def _form(request: SignedRequest, standing: Standing, name: str, to: str) -> Any:
    data = request.POST if request.method == "POST" else None
    found = standing.incident
    if to:
        return forms.NoticeForm(data, to=to, initial=letters.draft(found, to, office=office(standing.day)))
    if name == "update":
        return forms.UpdateForm(data, incident=found)
    if name == "evidence":
        return forms.EvidenceForm(data, notices=found.notices, receivers=RECEIVERS)
    return SIMPLE[name](data)


def _take(token: bytes, found: Incident, name: str, to: str, form: Any) -> None:
    if to:
        notify(token, found, to, form.cleaned_data)
    else:
        step(token, found, STEPS[name].activity, form.body())


def _facts(found: Incident) -> list[tuple[str, str]]:
    """The facts as they stand, in words; what is not known says so."""
    words = {
        "kind": found.kind_label,
        "source": found.source_label,
        "level": found.level_label,
        "insider": forms.YES_NO["yes" if found.facts.get("insider") else "no"],
        "exact": forms.EXACT["yes" if found.facts.get("exact") else "no"],
    }
    unknown = {"persons": "还没有查清", "items": "还没有查清"}
    shown = []
    for name, label in FACTS.items():
        value = found.facts.get(name)
        if name == "discovered_at":
            continue
        text = words.get(name) or (
            f"{value:,}" if isinstance(value, int) else str(value or unknown.get(name, "还没有写明"))
        )
        shown.append((label, text))
    return shown


SAID: Final = {
    "reason": "理由",
    "review": "复盘",
    "outcome": "决定",
    "to": "通知对象",
    "method": "方式",
    "reference": "凭证",
    "lines": "登记行",
    "persons_counted": "涉及人数",
} | {name: label for name, label in FACTS.items() if name not in {"discovered_at", "source"}}
"""What of a step stands in the timeline."""


def _said(body: Any) -> list[tuple[str, str]]:
    """What a step brought, in words."""
    words: dict[str, Any] = {
        "outcome": REFERRALS,
        "method": METHODS,
    }
    shown = []
    for name, label in SAID.items():
        if name not in body or body[name] in ("", None):
            continue
        shown.append((label, _word(name, body[name], words)))
    return shown


_BOTH: Final = {True: forms.YES_NO["yes"], False: forms.YES_NO["no"]}
_SURE: Final = {True: forms.EXACT["yes"], False: forms.EXACT["no"]}


def _word(name: str, value: Any, words: dict[str, Any]) -> str:
    from chengxin.oversight.words import KINDS, LEVELS

    tables = words | {"kind": KINDS, "level": LEVELS, "insider": _BOTH, "exact": _SURE, "to": RECEIVERS}
    return str(tables[name][value]) if name in tables else (f"{value:,}" if isinstance(value, int) else str(value))
