"""Who looked, for a portal that gathers several registries (查询使用情况): the protocol of Estonia's data tracker.

Addresses, parameters and answers are those of its OpenAPI (``tests/data/dumonitor-openapi.yaml``). Who asks was proved
at the gate; for whom the portal asks (X-Road-UserId) is signed like the rest. Numbers stand in the query because the
protocol puts them there: no query is ever logged (docs/adr/0038-who-looked-for-others.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from chengxin.kernel.errors import Refused, Unavailable
from chengxin.ledger.api import DatabaseFault
from chengxin.lookup.queries import Used, find_usage, usage_since
from chengxin.lookup.words import RULES
from chengxin.people.api import Call, OneThread

FIND, PERIOD, HEARTBEAT = "/v2/findUsage", "/v2/usagePeriod", "/v2/heartbeat"
ERRORS: Final[dict[str, tuple[int, str]]] = {
    "REQUEST-01": (400, "请求的参数不符合接口约定。请对照接口文档核对。"),
    "ID-01": (400, "号码不正确。请核对后重试。"),
    "MANDATE-01": (400, RULES["MANDATE-01"].sentence),
    "LOOK-05": (400, "今天的查询次数已到上限。请明天再查。"),
    "BUSY-01": (500, "暂时不能办理，没有提供任何信息。请稍后换新的nonce重新签名再试。"),
}
"""The protocol knows 200, 400 and 500; what the gate refuses (401, 403) is refused before it is reached."""
MOST = 1000
"""Rows of an answer where the portal asks for no other number, and the most there are."""
SYSTEM = "个人公共信用信息平台"
_INT32 = 2**31 - 1
_encode = msgspec.json.Encoder().encode


class Usages(OneThread):
    """Access usage as a door of the machine interface."""

    errors: Mapping[str, tuple[int, str]] = ERRORS

    def __init__(self, *, waiting: int = 64) -> None:
        super().__init__("usages", _answer, waiting=waiting)

    def largest(self, method: str, path: str, query: str) -> int | None:
        del query  # judged with the rest of the request, and refused in words
        return 0 if method == "GET" and path in {FIND, PERIOD, HEARTBEAT} else None


def _answer(call: Call) -> tuple[int, bytes]:
    work = {FIND: _find, PERIOD: _period, HEARTBEAT: _heartbeat}[call.path]
    try:
        return 200, _encode(work(call))
    except DatabaseFault:
        if call.path == HEARTBEAT:
            return 200, _encode({"status": "FAIL", "message": "数据库没有应答。"})
        raise Unavailable from None


def _find(call: Call) -> dict[str, Any]:
    asked = _parameters(call.query)
    if not call.user or "userCode" not in asked:
        raise Refused("REQUEST-01")
    found = find_usage(
        call.token,
        subject=asked["userCode"],
        user=call.user,
        since=_moment(asked.get("periodStart"), datetime.min.replace(tzinfo=UTC)),
        before=_moment(asked.get("periodEnd"), datetime.max.replace(tzinfo=UTC)),
        offset=_number(asked.get("offset"), 0),
        limit=min(_number(asked.get("limit"), MOST), MOST),
        request=call.id,
    )
    return {"totalUsages": found.total, "usages": [_usage(one) for one in found.lines]}


def _usage(one: Used) -> dict[str, Any]:
    """One line; the system is the business system that asked, or this platform where a human did."""
    return {
        "logtime": one.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "action": one.action,
        "receiverCode": one.organisation,
        "receiverName": one.organisation_name,
        "receiverSystem": one.post if one.actor_kind == "machine" and one.post else SYSTEM,
    }


def _period(call: Call) -> dict[str, Any]:
    return {"periodStart": usage_since(call.token).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _heartbeat(call: Call) -> dict[str, Any]:
    usage_since(call.token)  # what an answer needs: session, duty, register
    return {"status": "OK", "message": "可以查询。"}


def _parameters(text: str) -> dict[str, str]:
    """The parameters of the protocol, each at most once; another one is a mistake that is better told."""
    known = {"userCode", "periodStart", "periodEnd", "offset", "limit"}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=len(known)) if text else []
    except ValueError:
        raise Refused("REQUEST-01") from None
    asked = dict(pairs)
    if len(asked) != len(pairs) or not set(asked) <= known:
        raise Refused("REQUEST-01")
    return asked


def _moment(text: str | None, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("REQUEST-01") from None
    if moment.tzinfo is None or "T" not in text.upper():
        raise Refused("REQUEST-01")
    return moment


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > _INT32:
        raise Refused("REQUEST-01")
    return int(text)
