"""What the city's offices do beside persons (办公): accounts, organisations, documents, catalog, secrecy, incidents.

Part of the demonstration's past (``chronicle``). What stands at each desk is data (``offices.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from chengxin.kernel.identity import check_digit
from chengxin.kernel.periods import CHINA
from chengxin.operate.generate import Stream
from chengxin.operate.organisations import organisations

KEPT: Final = "监调2026-18"
"""Case of an inquiry that is kept from its person for a time."""
OPEN: Final = "监调2026-25"
"""Case of one that is not."""
_CASES: Final = (("监调2026-11", "ended"), ("监调2026-14", "refused"), (KEPT, "approved"), ("监调2026-21", ""))
"""Case numbers of lawful inquiries, and what became of asking for secrecy."""


@cache
def _desks() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((files("chengxin.operate") / "offices.toml").read_text(encoding="utf-8"))


@dataclass
class Offices:
    """The hand that lets offices work. `session`: a session of an account, by login."""

    session: Callable[[str], bytes]
    stream: Stream

    def earlier(self) -> None:
        """What is settled by now: accounts were opened, an organisation got its name, a document is in force."""
        self._accounts()
        self._organisations("confirmed")
        for one in _desks()["document"]:
            if one["until"] == "published":
                self._document(one)

    def lately(self) -> None:
        """What waits for a second hand."""
        self._organisations("waiting")
        self._matters()
        for one in _desks()["document"]:
            if one["until"] != "published":
                self._document(one)
        for one in _desks()["item"]:
            self._item(one)
        self._secrecy()

    # ---- The three administrators -----------------------------------------------------------------------------------

    def _accounts(self) -> None:
        """One administrator opens accounts, another gives them their first duty; one stays without."""
        from chengxin.ledger.api import today
        from chengxin.people.api import disable, grant, open_account

        system, security = self.session("sysadmin"), self.session("secadmin")
        for one in _desks()["account"]:
            said = {name: one[name] for name in ("login", "post", "reason")}
            open_account(system, organisation=_code(one["at"]), holder=self._holder(), **said)
            if "duty" in one:
                grant(security, one["login"], one["duty"], begin=today(), reason=one["reason"])
        disable(security, "notice2", reason="本人调离，账号停用")

    def _matters(self) -> None:
        """A further duty and a reset wait for the other administrator; one was refused, one taken back."""
        from chengxin.ledger.api import today
        from chengxin.people.api import decide, grant, matters, reset

        system, security = self.session("sysadmin"), self.session("secadmin")
        until = today() + timedelta(days=30)
        for duty, reason in (("catalog_editor", "兼办目录起草"), ("reviewer", "兼办异议审核")):
            grant(security, "hall2", duty, begin=today(), end=until, reason=f"{reason}，一个月")
        reset(system, "officer9", reason="本人遗失手机，当面核对了工作证")
        reset(system, "officer12", reason="本人忘记密码")
        for one in matters(system, waiting=True):
            if one.detail.get("duty") == "reviewer":
                decide(system, one, "refused")
            if one.login == "officer12":
                decide(system, one, "withdrawn")

    def _organisations(self, until: str) -> None:
        from chengxin.ledger.api import today
        from chengxin.people.api import decide, matters, open_organisation, rename_organisation

        system, security = self.session("sysadmin"), self.session("secadmin")
        for one in _desks()["organisation"]:
            if one["until"] != until:
                continue
            said = {"name": one["name"], "on": today(), "reason": one["reason"]}
            if one["kind"] == "rename":
                rename_organisation(system, _code(one["match"]), **said)
            else:
                kind, above = "department", _code(one["above"])
                open_organisation(system, one["code"], kind=kind, area=one["area"], parent=above, **said)
        for matter in matters(security, waiting=True) if until == "confirmed" else ():
            decide(security, matter, "confirmed")

    # ---- The credit office ------------------------------------------------------------------------------------------

    def _document(self, one: Mapping[str, Any]) -> None:
        """A document as far as it has come; one manager writes, the other reads it against the law."""
        from chengxin.ledger.api import today
        from chengxin.oversight.api import paper_step, papers

        writer, reader = self.session("manager"), self.session("manager2")
        words = {name: one[name] for name in ("title", "basis", "issued_by", "note", "sections")}
        paper_step(writer, "document.draft", one["code"], words)
        for token, activity, body in (
            (writer, "document.submit", {}),
            (reader, "document.publish", {"effective_from": str(today())}),
            (reader, "document.return", {"reason": one.get("reason", "")}),
        ):
            if activity.removeprefix("document.") in _AFTER_DRAFT[one["until"]]:
                paper_step(token, activity, papers(token, one["code"])[0], body)

    def _item(self, one: Mapping[str, Any]) -> None:
        """The next version of an item, as far as it has come."""
        from chengxin.catalog.api import item, new_draft, return_draft, submit

        editor, now = self.session("catalog"), item(one["code"])
        if now is None:
            raise LookupError(one["code"])
        words = now.definition | {"item": now.definition["item"] | one["change"]}
        code, version = new_draft(editor, words)
        if one["until"] != "draft":
            submit(editor, code, version)
        if one["until"] == "returned":
            return_draft(self.session("approver"), code, version, one["reason"])

    # ---- Lawful inquiry ---------------------------------------------------------------------------------------------

    def _secrecy(self) -> None:
        """Cases of which the inquiring body asks that their persons be told later; another of its people decides."""
        from chengxin.ledger.api import today
        from chengxin.people.api import propose_secrecy, step_secrecy

        asks, decides = self.session("inquirer"), self.session("inquirer2")
        for at, (case, outcome) in enumerate(_CASES, 1):
            until = today() + timedelta(days=30 * at)
            asked = propose_secrecy(asks, activity="lookup.check", purpose="INQUIRY", case_ref=case, ends_on=until)
            if outcome:
                step_secrecy(decides, asked, "refused" if outcome == "refused" else "approved")
            if outcome == "ended":
                step_secrecy(asks, asked, "ended")

    def _holder(self) -> str:
        """The number of an official who lives in no other part of the demonstration."""
        body = f"090902{1970 + self.stream.below(30)}{self.stream.between(1, 12):02d}{self.stream.between(1, 28):02d}99"
        body += str(self.stream.below(10))
        return body + check_digit(body)


_AFTER_DRAFT: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset(),
    "review": frozenset({"submit"}),
    "returned": frozenset({"submit", "return"}),
    "published": frozenset({"submit", "publish"}),
}
"""How far a document has come -> the steps after its draft."""


def _code(name: str) -> str:
    """Code of the first organisation whose name has this in it."""
    return next(one.code for one in organisations() if name in one.name)


_FOUND_TRUE = {"reason": "核对了登记行和账号的使用情况。"}
_STEPS: Final[tuple[tuple[str, bool, dict[str, Any]], ...]] = (
    ("incident.confirm", False, {"level": "general", **_FOUND_TRUE}),
    ("incident.notify", False, {"to": "authority"}),
    ("incident.notify", False, {"to": "persons"}),
    ("incident.contain", False, {"measures": "账号已经停用，验证码已经更换。"}),
    ("incident.complete", False, {}),
    ("incident.review", False, {"review": "原因是验证码外借。已经培训全部窗口人员，并缩短了会话时间。"}),
    ("incident.close", True, _FOUND_TRUE),
)
"""Activity, whether the second officer takes it, what it says."""
_TOLD: Final = {
    "information": "核验结果（是否有失信信息）。",
    "cause": "一个窗口账号的验证码被外借。",
    "harm": "可能被用于冒充工作人员。",
    "measures": "账号已经停用，登记行已经逐条核对。",
    "contact": "12345 政务服务便民热线。",
}
_TO_PERSONS: Final = {"advice": "不要向自称工作人员的人提供验证码。"}
_TO_AUTHORITY: Final = {
    "unit": "盐城市公共信用信息中心，业务窗口核验页面。",
    "impact": "演示当日，泄露，一般，涉及三人。",
    "trend": "没有进一步扩散。",
    "leads": "登记行和登录记录已经保存。",
    "next": "培训窗口人员，不需要支援。",
    "scene": "账号的登录记录已经封存。",
}


def incidents(one: bytes, other: bytes) -> None:
    """Two security incidents: one closed by two officers, one that was just reported (演示事件)."""
    from chengxin.oversight.api import evidence, incident, notify, report, step

    closed = report(one, _report("一个窗口账号在下班以后登录。", persons=3))
    for activity, by, body in _STEPS:
        now = incident(one, closed).incident
        if activity != "incident.notify":
            step(other if by else one, now, activity, body)
            continue
        notify(one, now, body["to"], _TOLD | (_TO_PERSONS if body["to"] == "persons" else _TO_AUTHORITY))
        told = incident(one, closed).incident
        at = datetime.now(UTC)
        evidence(one, told, notice=told.notices[-1].seq, method="document", delivered_at=at, reference="演示回执1号")
    report(one, _report("一份导出文件存放在没有加密的电脑上。", persons=12))


def _report(cause: str, *, persons: int) -> dict[str, Any]:
    return {
        "kind": "leak",
        "source": "monitoring",
        "discovered_at": datetime.now(CHINA).isoformat(timespec="seconds"),
        "systems": "业务窗口核验页面",
        "information": "核验结果（是否有失信信息）",
        "persons": persons,
        "items": persons,
        "exact": False,
        "insider": False,
        "harm": "可能被用于冒充工作人员。",
        "cause": cause,
        "measures": "停用账号，核对登记行。",
        "level": "",
    }
