"""A refused or held row comes in once, by whichever way is quicker (同一行只入库一次)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from chengxin.intake import api as intake
from chengxin.ledger.api import today
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database

WAITING = """
with recursive behind as (
  select a.pid from pg_stat_activity a where %s = any (pg_blocking_pids(a.pid))
  union select a.pid from behind b join pg_stat_activity a on b.pid = any (pg_blocking_pids(a.pid)))
select count(*) from behind"""


def _behind(watch: psycopg.Connection[Any], held: psycopg.Connection[Any], many: int) -> None:
    until = monotonic() + 60
    while watch.execute(WAITING, [held.info.backend_pid]).fetchone() != (many,):
        assert monotonic() < until, "they do not wait"
        sleep(0.02)


Read = Callable[..., intake.Batch]


@pytest.fixture
def read(officer: Any, system: Any) -> Read:
    """Upload a row and let the worker read it; the batch."""

    def read(row: dict[str, str]) -> intake.Batch:
        upload = intake.upload(officer.token, csv_of([row]), item="XZCF", kind="report")
        while intake.work(system.token, using="worker"):
            pass
        found = intake.batch(officer.token, upload)
        assert found is not None
        return found

    return read


def together(
    connect: Callable[..., Any], found: intake.Batch, first: Callable[[], Any], second: Callable[[], Any]
) -> Any:
    """What both answer when neither could write that the row is done before both had begun."""

    def by(way: Callable[[], Any]) -> Any:
        try:
            return way()
        finally:
            connections.close_all()

    watch, held = connect("owner"), connect("owner")
    held.autocommit = False
    held.execute("insert into cx.intake_fixed values (%s, 1, %s, 1)", [found.batch, uuid4()])
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(by, first)
        _behind(watch, held, 1)
        two = pool.submit(by, second)
        _behind(watch, held, 2)
        held.rollback()
        return one.result(timeout=60), two.result(timeout=60)


def test_a_form_and_a_workbook_in_the_same_moment(
    officer: Any, read: Read, send: Callable[..., Any], connect: Callable[..., Any]
) -> None:
    """INTAKE-45: both were judged before either was written, unless the second waits for the first."""
    person, day = fresh_person(), str(today())
    send(penalty(*person))  # of somebody new, the key of the person would keep the second out
    row = penalty(*person, CF_JDRQ="昨天")
    found = read(row)
    shown = intake.wrong_row(officer.token, found, after=0)
    assert shown is not None
    typed = {code: "" if code in shown.masked else cell for code, cell in (shown.cells or {}).items()}
    book = csv_of([row | {"CF_JDRQ": day, "CF_WSH": uuid4().hex, "__row_key": f"{found.batch}:1"}])
    mended, result = together(
        connect,
        found,
        lambda: intake.mend(officer.token, found, shown, typed | {"CF_JDRQ": day}).outcome,
        lambda: intake.import_file(officer.token, book, item="XZCF").result,
    )
    assert (mended, result.accepted) == ("accepted", 0)
    assert [one.code for one in result.errors] == ["INTAKE-45"]


def test_a_release_and_a_workbook_in_the_same_moment(
    officer: Any, reviewer: Any, citizen: Any, read: Read, connect: Callable[..., Any]
) -> None:
    """The same, where the row came back in another batch, is held there, and is released."""
    day = str(today())
    found = read(penalty("别的名字", citizen.number, CF_JDRQ="昨天"))
    again = read(penalty("别的名字", citizen.number, CF_JDRQ=day) | {"__row_key": f"{found.batch}:1"})
    assert again.held == 1
    book = csv_of([penalty(citizen.name, citizen.number, CF_JDRQ=day) | {"__row_key": f"{found.batch}:1"}])
    assert again.batch is not None
    released = again.batch
    _, result = together(
        connect,
        found,
        lambda: intake.decide(reviewer.token, released, 1, outcome="released", reasons="改过名，有公安机关的证明。"),
        lambda: intake.import_file(officer.token, book, item="XZCF").result,
    )
    assert (result.accepted, [one.code for one in result.errors]) == (0, ["INTAKE-45"])
