"""The machine interface of departments (业务系统报送): hand in a file, ask what became of it.

Protocol: docs/reference/machine-interface.md. Who calls was proved at the gate; whether the account may report is asked
by the same door as for the page, in a thread of its own, since that door waits for the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from chengxin.catalog.api import heads
from chengxin.intake.api import Batch, Limits, batch, findings, upload
from chengxin.intake.facts import KINDS
from chengxin.intake.figures import whole_rows
from chengxin.intake.words import WORDS, say
from chengxin.kernel.errors import Refused, Unavailable
from chengxin.ledger.api import DatabaseFault
from chengxin.people.api import Call, OneThread

PATH: Final = "/x/v1/batches"
LARGEST: Final = Limits().max_bytes or 0
PAGE: Final = 1000
"""Findings of one answer; a row is never parted."""

TYPES: Final = frozenset(
    {"text/csv", "application/x-ndjson", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
)
"""Content types of a file; which of them it is, and its encoding, is told by its bytes."""
STATES: Final = {
    "校验中": "checking",
    "已中断": "interrupted",
    "已取消": "cancelled",
    "不能读取": "unreadable",
    "需改正": "to_fix",
    "核查中": "in_review",
    "已入库": "stored",
}
"""Word of the pages -> word of the interface."""
ERRORS: Final[dict[str, tuple[int, str]]] = {
    "REQUEST-01": (400, "地址中的参数不符合接口约定。报送要有 item，可以有 kind；查询只可以有 after。"),
    "REQUEST-03": (413, f"请求必须带Content-Length，文件不超过{LARGEST // 1024 // 1024} MB。请拆成几个文件分次报送。"),
    "REQUEST-04": (415, "只接收CSV、JSON lines和XLSX文件。请按接口文档填写Content-Type。"),
    "DUTY-01": (403, "这个账号没有部门数据员的职责，不能报送。请联系平台管理员。"),
    "INTAKE-20": (422, say("INTAKE-20", item="item").replace("“item”", "")),
    "INTAKE-32": (404, "没有这个批次，或者它不属于您的单位。"),
}
_ONE = re.compile(rf"{PATH}/(?P<one>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})")
_LISTS: Final = {"error": "errors", "held": "held_rows", "warning": "warnings"}
_COUNTS: Final = ("total", "accepted", "refused", "held", "unchanged", "ignored")
_encode = msgspec.json.Encoder().encode


class Batches(OneThread):
    """Batches of departments as a door of the machine interface: they send a few files a day."""

    errors: Mapping[str, tuple[int, str]] = ERRORS

    def __init__(self, *, waiting: int = 64) -> None:
        super().__init__("batches", _answer, waiting=waiting)

    def largest(self, method: str, path: str, query: str) -> int | None:
        del query  # judged with the rest of the request, and refused in words
        if (method, path) == ("POST", PATH):
            return LARGEST
        return 0 if method == "GET" and _ONE.fullmatch(path) else None


def _answer(call: Call) -> tuple[int, bytes]:
    try:
        status, told = _receive(call) if call.method == "POST" else _tell(call)
    except DatabaseFault:
        raise Unavailable from None
    return status, _encode(told)


def _receive(call: Call) -> tuple[int, dict[str, Any]]:
    """Keep the file for the worker (报送); the same file that is still being read is the same upload."""
    asked = _query(call.query, {"item", "kind"})
    item, kind = asked.get("item", ""), asked.get("kind", "report")
    if not item or kind not in KINDS:
        raise Refused("REQUEST-01")
    if call.content_type.partition(";")[0].strip().lower() not in TYPES:
        raise Refused("REQUEST-04")
    if not any(head.code == item and (head.in_force or kind == "withdraw") for head in heads()):
        raise Refused("INTAKE-20")
    kept = upload(call.token, call.body, item=item, kind=kind, channel="api", request=call.id)
    return 202, {"upload": kept, "status": f"{PATH}/{kept}"}


def _tell(call: Call) -> tuple[int, dict[str, Any]]:
    """State, counts and findings of a batch of the own organisation (报送结果)."""
    asked = _query(call.query, {"after"})
    after = asked.get("after", "0")
    one = _ONE.fullmatch(call.path)
    if one is None or not (after.isascii() and after.isdigit() and len(after) <= 9):
        raise Refused("REQUEST-01")
    found = batch(call.token, UUID(one["one"]))
    if found is None:
        raise Refused("INTAKE-32")
    told: dict[str, Any] = {
        "upload": found.upload,
        "batch": found.batch,
        "item": found.item,
        "kind": found.kind,
        "state": STATES[found.state],
        "state_name": found.state,
        "sent_at": found.sent_at,
        "declared": found.declared,
        "judged": found.judged,
        "fixed": found.fixed,
        "dismissed": found.dismissed or None,
        "problem": {"code": found.problem, "message": _problem(found)} if found.problem else None,
        "result": None,
        "next": None,
    }
    if found.batch is not None and found.closed_at is not None:
        told["result"], last = _result(call.token, found, found.batch, int(after))
        told["next"] = f"{call.path}?after={last}" if last else None
    return 200, told


def _result(token: bytes, found: Batch, number: UUID, after: int) -> tuple[dict[str, Any], int | None]:
    """The counts and one page of findings in the shape of ``import --json``; the last row where there are more."""
    shown, last = whole_rows(findings(token, number, after=after, limit=PAGE + 1), PAGE)
    result: dict[str, Any] = {name: getattr(found, name) for name in _COUNTS}
    for kind, name in _LISTS.items():
        result[name] = [
            {"row": one.source_row, "field": one.field, "code": one.code, "message": one.message}
            for one in shown
            if one.kind == kind
        ]
    return result | {"not_checked": []}, last


def _problem(found: Batch) -> str:
    return found.message or WORDS[found.problem].sentence


def _query(text: str, known: set[str]) -> dict[str, str]:
    """The parameters of an address, each known and once."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=4) if text else []
    except ValueError:
        raise Refused("REQUEST-01") from None
    asked = dict(pairs)
    if len(asked) != len(pairs) or not set(asked) <= known:
        raise Refused("REQUEST-01")
    return asked
