"""Definitions and accounts for the tests of the catalog's store."""

from __future__ import annotations

import copy
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from chengxin.operate.home import Home

SEED = Path(__file__).resolve().parent.parent / "seed"
_XZCF = tomllib.loads((SEED / "items" / "xzcf.toml").read_text("utf-8"))


def definition(code: str = "", **head: Any) -> dict[str, Any]:
    """A definition that passes the gate: the item of administrative penalties under another code."""
    made = copy.deepcopy(_XZCF)
    made["item"] |= {"code": code or fresh_code(), "name": "测试条目", "effective_from": date(2026, 4, 1)} | head
    return made


def fresh_code() -> str:
    return f"T{uuid4().hex[:10].upper()}"


def with_basis_until(last: date, *, law_code: str = "", **head: Any) -> dict[str, Any]:
    """The same, its only basis of kind collect ending on a day, or with the law it names."""
    made = definition(**head)
    made["basis"] = [row for row in made["basis"] if row["kind"] != "collect"]
    basis = {"kind": "collect", "law": "测试办法", "article": "第一条", "valid_from": date(2026, 1, 1)}
    made["basis"].append(basis | ({"law_code": law_code} if law_code else {"valid_to": last}))
    return made


def account(home: Home, duty: str, *more: str, holder: bytes | None = None) -> bytes:
    """The session of a fresh officer with these duties."""
    from chengxin.operate.seed import CREDIT_OFFICE, City
    from chengxin.people.api import console_session

    login = f"k{uuid4().hex[:12]}"
    with City(home) as city:
        city.account("", login, "staff", "目录管理岗", duty=duty, organisation=CREDIT_OFFICE[0], holder=holder)
        for other in more:
            city.owner.execute(
                "insert into cx.people_duty select account, %s, date '2026-01-01', null from cx.people_account where login = %s",
                [other, login],
            )
    return console_session(login)


class Desk:
    """An editor and two approvers who bring items into force."""

    def __init__(self, home: Home) -> None:
        self.editor = account(home, "catalog_editor")
        self.approver = account(home, "catalog_approver")
        self.other = account(home, "catalog_approver")

    def reviewed(self, made: dict[str, Any]) -> tuple[str, int]:
        """A version that waits for its approval."""
        from chengxin.catalog import api

        code, version = api.new_draft(self.editor, made)
        api.submit(self.editor, code, version)
        return code, version

    def published(self, made: dict[str, Any], *, days: int = 0) -> tuple[str, int]:
        """A version in force so many days from today."""
        from chengxin.catalog import api
        from chengxin.ledger.api import today

        code, version = self.reviewed(made)
        api.publish(self.approver, code, version, today() + timedelta(days=days))
        return code, version


def day(days: int) -> date:
    """So many days from the business day."""
    from chengxin.ledger.api import today

    return today() + timedelta(days=days)
