"""Pages of one batch (报送批次): how far it is, what became of every row, what to do about it, files to take away.

Another organisation's batch is not found. No page shows a person: findings never repeat a cell, and the workbook with
the department's own rows is an act of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.catalog.api import ItemHead, ItemVersion, heads, version
from chengxin.intake import api
from chengxin.intake.api import Batch, RowFinding, UnreadableFile
from chengxin.intake.figures import share, whole_rows
from chengxin.intake.forms import KINDS, NOT_COMING, TAKEN_BACK, CancelForm, DismissForm, UploadForm
from chengxin.intake.words import WORDS
from chengxin.intake.workbook import TooManyRows
from chengxin.kernel import withdrawal
from chengxin.kernel.errors import Refused
from chengxin.people.api import SignedRequest, requires

REPORT: Final = "报送本单位产生的信息"
SHOWN: Final = 200
"""Findings of a page."""
EVERY: Final = 3
"""Seconds after which the page of a running batch asks how far it is."""

CHANNELS: Final = {"page": "网页", "command": "命令行", "api": "业务系统接口", "folder": "文件夹"}
TAKEN: Final = {"report": "已入库", "correct": "已更正", "withdraw": "已撤回", "legacy": "已登记"}
FINDINGS: Final = {"error": "需要改正", "held": "等待核对", "warning": "请留意"}
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DECIDED: Final = {"released": ("已放行", "good"), "refused": ("不予记入", "")}
"""What became of a held row -> its word and the colour of its tag."""
UNDER_WAY: Final = frozenset({"校验中", "已中断"})
"""States of a file that is not done: it can be taken back."""
TURNED_AWAY: Final = frozenset({"INTAKE-20", "INTAKE-66"})
"""The file could be read, and may not come in under this item."""


@dataclass(frozen=True)
class Line:
    """How often a rule spoke at a column (问题汇总的一行)."""

    kind: str
    code: str
    sentence: str
    field: str
    rows: int
    width: int


@requires("data_officer", purpose=REPORT)
@require_GET
def batch(request: SignedRequest, one: UUID) -> HttpResponse:
    """One batch: how far it is, or what became of every row (校验结果)."""
    found = own_batch(request, one)
    running = found.state == "校验中"
    part = "HX-Request" in request.headers
    if part and not running:
        return HttpResponse(headers={"HX-Refresh": "true"})  # the outcome is another page
    answer = _page(request, one, found, template="intake/part/running.html" if part else "intake/batch.html")
    answer.live = running and "still" not in request.GET  # type: ignore[attr-defined]  # read by the middleware
    return answer


@requires("data_officer", purpose=REPORT)
@require_POST
def go_on(request: SignedRequest, one: UUID) -> HttpResponse:
    """Go on with a reading that was interrupted (继续处理)."""
    api.go_on(request.token, own_batch(request, one))
    return redirect("intake:batch", one=one)


@requires("data_officer", purpose="取消本单位还没有办完的报送")
@require_POST
def cancel(request: SignedRequest, one: UUID) -> HttpResponse:
    """Take an upload back before it is done (取消报送)."""
    found = own_batch(request, one)
    if found.state not in UNDER_WAY or found.upload is None:  # done or cancelled meanwhile: the page says which
        return redirect("intake:batch", one=one)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, one, found, cancelling=form)
    try:
        api.cancel(request.token, found, reason=form.cleaned_data["reason"])
    except Refused as error:
        return _page(request, one, own_batch(request, one), refused=error.code, title="没有取消")
    return redirect("intake:batch", one=one)


@requires("data_officer", purpose="说明本单位退回的行不再报送")
@require_POST
def dismiss(request: SignedRequest, one: UUID) -> HttpResponse:
    """Say that the refused rows are not coming (不再报送): they wait for nobody any more."""
    found = own_batch(request, one)
    if found.batch is None or not found.wanting:  # said before, or put right meanwhile: the page says which
        return redirect("intake:batch", one=one)
    form = DismissForm(request.POST)
    if not form.is_valid():
        return _page(request, one, found, form=form)
    try:
        api.dismiss(request.token, found.batch, reason=form.cleaned_data["reason"])
    except Refused as error:
        return _page(request, one, found, refused=error.code)
    return redirect("intake:batch", one=one)


@requires("data_officer", purpose="取回本单位文件中需要改正的行")
@require_POST
def workbook(request: SignedRequest, one: UUID) -> HttpResponse:
    """The department's own rows that want putting right (下载需改正的行): the door registers who takes them."""
    found = own_batch(request, one)
    if not (found.kept and found.open_rows):
        raise Http404
    try:
        content = api.workbook_of(request.token, found)
    except (TooManyRows, UnreadableFile) as error:
        return _page(request, one, found, no_workbook=f"{error.reason}。{error.remedy}。")
    return as_file(content, EXCEL, f"{found.item}-{found.batch}.xlsx")


@requires("data_officer", purpose="取得本单位的报送回执")
@require_GET
def receipt(request: SignedRequest, one: UUID) -> HttpResponse:
    """The signed receipt of a closed batch (下载回执)."""
    found = own_batch(request, one)
    if found.closed_at is None:
        raise Http404
    return as_file(api.receipt_of(found).encode(), "text/plain; charset=utf-8", f"receipt-{found.batch}.txt")


def state(found: Batch) -> str:
    """The word of a batch's state; a file that may not come in under its item could be read all the same."""
    return "没有接收" if found.problem in TURNED_AWAY else found.state


def settled(found: Batch) -> str:
    """What became of rows that had to come back and wait for nobody any more."""
    ways = ["改正", *(["核证"] if found.held else []), *(["不再报送"] if found.dismissed else [])]
    return "已" + "或者".join(filter(None, ("、".join(ways[:-1]), ways[-1])))


def lines(counted: Iterable[tuple[str, str, str, int]], names: Mapping[str, str]) -> list[Line]:
    """Rules by how often they spoke: (kind, code, field, times), the most frequent first."""
    found = list(counted)
    most = max((times for *_, times in found), default=0)
    return [
        Line(
            FINDINGS[kind],
            code,
            WORDS[code].sentence.format_map(_Gaps(field=names.get(field, field), column=names.get(field, field))),
            names.get(field, field),
            times,
            share(times, most),
        )
        for kind, code, field, times in found
    ]


def column_names(item: ItemVersion | None) -> dict[str, str]:
    """Column code -> Chinese name, for every column that a finding may name."""
    if item is None:
        return {}
    return {withdrawal.CODE: withdrawal.NAME, **item.definition.get("organisation_only", {}), **item.field_names()}


class _Gaps(dict[str, object]):
    """Fills a sentence about many rows: what differs from row to row stays open."""

    def __missing__(self, name: str) -> str:
        return "…"


def as_file(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to take away."""
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def own_batch(request: SignedRequest, one: UUID) -> Batch:
    """A batch of the own organisation; another's is not found."""
    found = api.batch(request.token, one)
    if found is None:
        raise Http404
    return found


def _page(
    request: SignedRequest,
    one: UUID,
    found: Batch,
    *,
    form: DismissForm | None = None,
    cancelling: CancelForm | None = None,
    no_workbook: str = "",
    refused: str = "",
    title: str = "没有登记为不再报送",
    template: str = "intake/batch.html",
) -> HttpResponse:
    head = next((head for head in heads() if head.code == found.item), None)
    form, cancelling = form or DismissForm(), cancelling or CancelForm()
    wrong = no_workbook or refused or form.errors or cancelling.errors
    item = version(found.item, found.item_version) if found.item_version else None
    names = column_names(item)
    context: dict[str, Any] = {
        "batch": found,
        "one": one,
        "number": found.batch or found.upload,
        "item": head.name if head else found.item,
        "adverse": head is None or head.polarity == "adverse",
        "kind": KINDS[found.kind][0],
        "taken": TAKEN[found.kind],
        "channel": CHANNELS[found.channel],
        "state": state(found),
        "turned_away": found.problem in TURNED_AWAY,
        # A form that came back with a mistake stands still: its address takes no second look, and the mistake is read.
        "still": "still" in request.GET or bool(wrong),
        "every": EVERY,
        "done": found.closed_at is not None,
        "settled": settled(found),
        "not_coming": NOT_COMING.get(found.dismissed, ""),
        "message": _why(found, head),
        "template": head.version if head else 0,
        "no_workbook": no_workbook,
        "refused": refused,
        "refused_title": title,
        "form": form,
        "cancelling": cancelling if found.upload and found.state in UNDER_WAY else None,
        "taken_back": TAKEN_BACK.get(found.cancelled, ""),
        "by_row": bool(found.wanting) and not api.obstacle(found),
        "mended": [names.get(code, code) for code in found.mended or ()],
    }
    if found.closed_at is not None and found.batch is not None:
        context |= _outcome(request, found, found.batch, names)
        context["again"] = UploadForm(items=(), initial={"item": found.item, "kind": found.kind})
    return render(request, template, context, status=422 if wrong else 200)


def _why(found: Batch, head: ItemHead | None) -> str:
    """Why nothing came of a file: what its reader said, or the rule, which names the item as people know it."""
    if found.problem in WORDS and (not found.message or (head and found.problem in TURNED_AWAY)):
        return WORDS[found.problem].sentence.format_map(_Gaps(item=head.name if head else found.item))
    return found.message


def _standing(one: RowFinding, *, dismissed: bool) -> tuple[str, str]:
    """How a row stands by what was found in it, and the colour of its tag."""
    if one.fixed:
        return "已改正", "good"
    if one.decided:
        return DECIDED[one.decided]
    if one.kind == "error" and dismissed:
        return "不再报送", ""
    return FINDINGS[one.kind], "" if one.kind == "warning" else "wait"


def _outcome(request: SignedRequest, batch: Batch, number: UUID, names: Mapping[str, str]) -> dict[str, Any]:
    """What was found: by rule, and by row."""
    kind = request.GET.get("only", "")
    after = request.GET.get("after", "")
    shown, last = whole_rows(
        api.findings(
            request.token,
            number,
            kind=kind if kind in FINDINGS else None,
            after=int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0,
            limit=SHOWN + 1,
        ),
        SHOWN,
    )
    found = api.summary(request.token, number)
    return {
        "lines": lines(((one.kind, one.code, one.field, one.rows) for one in found), names),
        "kinds": {one.kind: FINDINGS[one.kind] for one in found},
        "only": kind if kind in FINDINGS else "",
        "findings": [
            (one, names.get(one.field, one.field), *_standing(one, dismissed=bool(batch.dismissed))) for one in shown
        ],
        "last": last,
        "paged": bool(after),
    }
