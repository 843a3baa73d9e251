"""Calls of guard functions. Errors carry the rule's code and nothing of the row."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

import psycopg
from django.db import Error, connections

from chengxin.kernel.errors import ChengxinError, Refused

Row = TypeVar("Row")
RULE = re.compile(r"^[A-Z]+-\d\d$")
RACES = {
    "records_event_pkey": "RECORD-04",
    "people_key_pkey": "PEOPLE-01",
    "intake_upload_pkey": "SIGNATURE-05",
    "ledger_register_pkey": "SIGNATURE-05",
    "people_change_pkey": "POPULATION-03",
    "people_change_id_key": "POPULATION-03",
    "people_identity_pkey": "POPULATION-03",
    "oversight_paper_pkey": "DOCUMENT-06",
}
"""Keys that two who act at once may both want -> the rule that tells the later one."""
JSONB = 3802


class DatabaseFault(ChengxinError):
    """The database failed for a reason no rule anticipates; carries the SQLSTATE only."""

    @property
    def away(self) -> bool:
        """Whether there was no connection, or it was lost (数据库没有应答): the same again may go well."""
        return str(self) == "connection" or str(self).startswith(("08", "57P"))


def translate(error: BaseException) -> ChengxinError:
    """The anticipated error behind a database error. DETAIL and parameters are dropped: they hold personal data."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    if isinstance(cause, psycopg.Error):
        name = cause.diag.constraint_name or ""
        if RULE.match(name):
            return Refused(name)
        if name in RACES:
            return Refused(RACES[name])
        return DatabaseFault(cause.sqlstate or "connection")
    return DatabaseFault("unknown")


def rows(sql: str, params: Sequence[Any] = (), *, of: type[Row], using: str = "default") -> list[Row]:
    """Rows of a statement as frozen result types, by column name.

    Raises:
        Refused: a guard said no.
        DatabaseFault: anything else, without its text.
    """
    try:
        with connections[using].cursor() as cursor:
            cursor.execute(sql, params)
            names = [(column.name, column.type_code == JSONB) for column in cursor.description or ()]
            return [
                of(
                    **{
                        name: json.loads(value) if is_json and value else value
                        for (name, is_json), value in zip(names, row, strict=True)
                    }
                )
                for row in cursor.fetchall()
            ]
    except (Error, psycopg.Error) as error:
        raise translate(error) from None


def scalar(sql: str, params: Sequence[Any] = (), *, using: str = "default") -> Any:
    """The single value of a statement; errors as in :func:`rows`."""
    try:
        with connections[using].cursor() as cursor:
            cursor.execute(sql, params)
            row = cursor.fetchone()
            return None if row is None else row[0]
    except (Error, psycopg.Error) as error:
        raise translate(error) from None
