"""Incidents and officers for the tests of oversight."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import act, scalar
from chengxin.operate.home import Home
from chengxin.oversight import api
from chengxin.oversight.rules import stamp
from chengxin.oversight.words import ADVICE, ELEMENTS, REPORT_PARTS

REASON: dict[str, Any] = {"reason": "核对了登记行和账号的使用情况。"}
AUTHORITY = {name: f"{label}：已经写明。" for name, label in (ELEMENTS | REPORT_PARTS).items()}
PERSONS = {name: f"{label}：已经写明。" for name, label in (ELEMENTS | ADVICE).items()}


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def facts(**changes: Any) -> dict[str, Any]:
    """A whole report."""
    return {
        "kind": "leak",
        "source": "monitoring",
        "discovered_at": stamp(ago(minutes=30)),
        "systems": "业务窗口核验页面",
        "information": "姓名、失信信息",
        "persons": 12,
        "items": 12,
        "exact": False,
        "insider": False,
        "harm": "可能被用于冒充工作人员行骗。",
        "cause": "一个窗口账号被他人使用。",
        "measures": "停用账号，更换验证码。",
        "level": "",
    } | changes


def officer(home: Home, *, holder: bytes | None = None) -> bytes:
    """The session of a fresh security officer."""
    from chengxin.operate.seed import CREDIT_OFFICE, City
    from chengxin.people.api import console_session

    login = f"s{uuid4().hex[:12]}"
    with City(home) as city:
        city.account(
            "", login, "staff", "信息安全岗", duty="security_officer", organisation=CREDIT_OFFICE[0], holder=holder
        )
    return console_session(login)


class Duty:
    """Two security officers and their incidents."""

    def __init__(self, home: Home) -> None:
        self.one, self.other = officer(home), officer(home)

    @classmethod
    def of(cls, one: bytes, other: bytes) -> Duty:
        """The same with sessions that are there already."""
        made = cls.__new__(cls)
        made.one, made.other = one, other
        return made

    def now(self, incident: UUID) -> api.Incident:
        return api.incident(self.one, incident).incident

    def reported(self, **changes: Any) -> UUID:
        return api.report(self.one, facts(**changes))

    def step(self, incident: UUID, activity: str, /, *, by: bytes = b"", **body: Any) -> None:
        api.step(by or self.one, self.now(incident), f"incident.{activity}", body)

    def confirmed(self, **changes: Any) -> UUID:
        made = self.reported(**changes)
        self.step(made, "confirm", level="general", **REASON)
        return made

    def tell(self, incident: UUID, to: str) -> None:
        """Make a notice and write down its delivery."""
        api.notify(self.one, self.now(incident), to, AUTHORITY if to == "authority" else PERSONS)
        notice = self.now(incident).notices[-1].seq
        at = datetime.now(UTC)
        api.evidence(
            self.one, self.now(incident), notice=notice, method="document", delivered_at=at, reference="回执1号"
        )

    def notified(self, **changes: Any) -> UUID:
        made = self.confirmed(**changes)
        self.tell(made, "authority")
        self.tell(made, "persons")
        self.step(made, "contain", measures="漏洞已经修复，账号已经停用。")
        self.step(made, "complete")
        return made


def by_hand(token: bytes, activity: str, made: UUID, seq: int, target: str, body: dict[str, Any]) -> str:
    """One step straight at the database's door; the code of the rule that refused it, or an empty string."""
    sql = "select cx.oversight_step_v1(%s::uuid, %s::text, %s::uuid, %s::integer, %s::text, %s::jsonb)"
    try:
        with act(token, activity=activity) as line:
            scalar(sql, [line, activity, made, seq, target, json.dumps(body)])
    except Refused as error:
        return error.code
    return ""
