"""An organisation of its own with accounts of several duties, for one test."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg

from chengxin.operate.home import Home
from chengxin.people.api import console_session


class Office:
    """Some authority nobody else in this run belongs to."""

    def __init__(self, home: Home, name: str = "某调查机关") -> None:
        self._home, self.code, self.name = home, f"TEST{uuid4().hex[:14].upper()}", name
        self._execute(
            "insert into cx.people_organisation values (%s, %s, '090900', date '2026-01-01')", self.code, name
        )

    def session(self, *duties: str, post: str = "办案岗", holder: bytes | None = None) -> bytes:
        """A new account with these duties, signed in; its token."""
        login = f"s{uuid4().hex[:12]}"
        self._execute(
            "select cx.people_account_open_v1(%s, %s, 'staff', %s, null, %s, '', null, null, %s, %s, date '2026-01-01')",
            uuid4(), login, post, self.code, holder, list(duties),
        )  # fmt: skip
        return console_session(login)

    def _execute(self, statement: str, *values: Any) -> None:
        with psycopg.connect(self._home.dsn("owner"), autocommit=True) as owner:
            owner.execute(statement, values)
