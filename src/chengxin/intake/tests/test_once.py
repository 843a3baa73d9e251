"""A refused or held row comes in once, by whichever way is quicker (同一行只入库一次)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from chengxin.intake import api as intake
from chengxin.intake.taking import Taking
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database

WAITING = """
with recursive behind as (
  select a.pid from pg_stat_activity a where %s = any (pg_blocking_pids(a.pid))
  union select a.pid from behind b join pg_stat_activity a on b.pid = any (pg_blocking_pids(a.pid)))
select count(*) from behind"""


def _behind(watch: psycopg.Connection[Any], held: psycopg.Connection[Any], many: int) -> None:
    until = monotonic() + 20
    while watch.execute(WAITING, [held.info.backend_pid]).fetchone() != (many,):
        assert monotonic() < until, "they do not wait"
        sleep(0.02)


def test_a_form_and_a_workbook_in_the_same_moment(
    officer: Any, system: Any, send: Callable[..., Any], connect: Callable[..., Any]
) -> None:
    """INTAKE-45: both were judged before either was written, unless the second waits for the first."""
    person = fresh_person()
    send(penalty(*person))  # of somebody new, the key of the person would keep the second out
    row = penalty(*person, CF_JDRQ="昨天")
    upload = intake.upload(officer.token, csv_of([row]), item="XZCF", kind="report")
    while intake.work(system.token, using="worker"):
        pass
    found = intake.batch(officer.token, upload)
    assert found is not None
    shown = intake.wrong_row(officer.token, found, after=0)
    assert shown is not None
    day = str(today())
    typed = {code: "" if code in shown.masked else cell for code, cell in (shown.cells or {}).items()}
    book = csv_of([row | {"CF_JDRQ": day, "CF_WSH": uuid4().hex, "__row_key": f"{found.batch}:1"}])

    def by(way: Callable[[], Any]) -> Any:
        try:
            return way()
        finally:
            connections.close_all()

    watch, held = connect("owner"), connect("owner")
    held.autocommit = False
    # Whoever comes to write that the row is done waits here, after the store has judged it.
    held.execute("insert into cx.intake_fixed values (%s, 1, %s, 1)", [found.batch, uuid4()])
    with ThreadPoolExecutor(2) as pool:
        form: Future[Any] = pool.submit(
            by, lambda: intake.mend(officer.token, found, shown, typed | {"CF_JDRQ": day}).outcome
        )
        _behind(watch, held, 1)
        file = pool.submit(by, lambda: intake.import_file(officer.token, book, item="XZCF").result)
        _behind(watch, held, 2)
        held.rollback()
        result = file.result(timeout=20)
        assert (form.result(timeout=20), result.accepted) == ("accepted", 0)
    assert [one.code for one in result.errors] == ["INTAKE-45"]
