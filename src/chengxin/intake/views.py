"""Pages of the data officer (部门数据员): upload a file, read what became of every row.

The findings about rows are the answer to the POST itself and are kept nowhere: they would be a second store beside the
vault. Sending the same file again does no harm, since rows that are there already count as unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from chengxin.catalog.api import item as catalog_item
from chengxin.intake.api import Finding, Imported, ImportResult, UnreadableFile, import_file, receipts
from chengxin.intake.forms import UploadForm
from chengxin.kernel.errors import Refused
from chengxin.people.api import SignedRequest, requires

SHOWN = 200
"""Findings of one kind that a page lists; a file can have a hundred thousand."""


@dataclass(frozen=True)
class Section:
    """Findings of one kind, with the Chinese name of their column (一类问题)."""

    key: str
    title: str
    total: int
    rows: list[tuple[Finding, str]]


@requires("data_officer", purpose="报送本单位产生的信息")
@require_http_methods(["GET", "POST"])
def upload(request: SignedRequest) -> HttpResponse:
    """Upload page (上传) and, after a POST, the result (校验结果)."""
    if request.method != "POST":
        return _page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES, received=int(request.META.get("CONTENT_LENGTH") or 0))
    if not form.is_valid():
        return _page(request, form)
    item, file = form.cleaned_data["item"], form.cleaned_data["file"]
    try:
        imported = import_file(request.token, file.read(), item=item)
    except UnreadableFile as error:
        form.add_error("file", f"{error.reason}。{error.remedy}。")
        return _page(request, form)
    except Refused as error:
        return _page(request, form, refused=error.code)
    return _result(request, imported, item=item, file_name=file.name)


def outcome(result: ImportResult) -> list[str]:
    """The outcome in parts that do not break over a line (结果): ``10 行已入库``, ``2 行需要改正``."""
    return [
        f"{count:,} 行{what}"
        for count, what in (
            (result.accepted, "已入库"),
            (result.refused, "需要改正"),
            (result.held, "等待核对"),
            (result.unchanged, "原来已有"),
        )
        if count
    ] or ["文件中没有数据行"]


def sections(result: ImportResult, names: Mapping[str, str]) -> list[Section]:
    """The findings by kind, the first ``SHOWN`` of each; a finding without a column is about the whole row."""
    kinds = (
        ("errors", "需要改正的问题", result.errors),
        ("held", "等待核对的行", result.held_rows),
        ("warnings", "不影响入库，请留意", result.warnings),
    )
    return [
        Section(key, title, len(found), [(one, names.get(one.field, one.field or "整行")) for one in found[:SHOWN]])
        for key, title, found in kinds
        if found
    ]


def _page(request: SignedRequest, form: UploadForm, *, refused: str = "") -> HttpResponse:
    context = {"form": form, "refused": refused, "receipts": receipts(request.token)}
    return render(request, "intake/upload.html", context, status=422 if form.errors or refused else 200)


def _result(request: SignedRequest, imported: Imported, *, item: str, file_name: str) -> HttpResponse:
    version = catalog_item(item)
    result = imported.result
    context = {
        "opening": f"共 {result.total:,} 行：" if result.total else "",
        "outcome": outcome(result),
        "imported": imported,
        "result": result,
        "fix": result.refused + result.held,
        "file_name": file_name,
        "item_name": version.name if version else item,
        "sections": sections(result, version.field_names() if version else {}),
    }
    return render(request, "intake/result.html", context)
