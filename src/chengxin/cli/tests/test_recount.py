"""Lists and counts beside the facts: every difference is found, told by the doctor with its remedy, and made right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner

from chengxin.belonging.tests.desk import Desk
from chengxin.cli import main
from chengxin.intake.api import import_file
from chengxin.operate import recount as recounting
from chengxin.operate.doctor import State, counted
from chengxin.operate.home import Home
from chengxin.operate.recount import KEPT, _counted, made_again, recount
from chengxin.redress.tests.test_rules_redress import objected, served
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
SURPLUS = {
    "redress": "insert into cx.redress_open values (gen_random_uuid(), gen_random_uuid(), 'error', '2026-01-01', '多出来的')",
    "belonging": "insert into cx.belonging_waiting values (gen_random_uuid(), gen_random_uuid(), now(), '多出来的')",
    "intake": "insert into cx.intake_waiting values (gen_random_uuid(), gen_random_uuid(), 1, '2026-01-01')",
    "notice": "update cx.notice_tally set letters = letters + 1 where (what, part) = (select what, part from cx.notice_tally limit 1)",
}
"""Room -> one too many."""
WRONG = {
    "redress": "update cx.redress_open set filed_on = filed_on - 1 where person = %s",
    "belonging": "update cx.belonging_waiting set proposed_at = proposed_at - interval '1 day' where person = %s",
    "intake": "update cx.intake_waiting set due_on = due_on - 1 where person = %s",
}
"""Room -> a row that says something else than its fact: one too many and one missing."""


@pytest.fixture
def busy(citizen: Any, officer: Any, reviewer: Any, reviewer2: Any, system: Any) -> Any:
    """A person with something in every list."""
    objected(citizen, served(citizen))
    Desk(reviewer, reviewer2, system).propose(citizen, fresh_person())
    assert import_file(officer.token, csv_of([penalty("别的名字", citizen.number)]), item="XZCF").result.held == 1
    return citizen


def test_each_difference_is_found_and_made_right(busy: Any, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    owner = connect("owner")
    for room, (table, _) in KEPT.items():
        with owner.transaction(force_rollback=True):
            other = _counted(owner, room, mend=True)  # what tests wrote past the functions
            assert _counted(owner, room, mend=False) == 0, f"{room}: {other} were made right"
            owner.execute(SURPLUS[room].encode())
            assert _counted(owner, room, mend=False) == 1
            assert _counted(owner, room, mend=True) == 1
            if room == "notice":
                owner.execute("delete from cx.notice_tally where what = 'issued'")
                missing = owner.execute("select count(*) from cx.notice_letter").fetchone()
                assert (_counted(owner, room, mend=True),) == missing
            else:
                owner.execute(f"delete from cx.{table} where person = %s".encode(), [busy.person])
                assert _counted(owner, room, mend=True) == 1
                owner.execute(WRONG[room].encode(), [busy.person])
                assert _counted(owner, room, mend=True) == 2
            assert _counted(owner, room, mend=False) == 0


def test_the_doctor_says_so_and_mends_when_asked(home: Home, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    owner, case = connect("owner"), uuid4().hex
    sql = SURPLUS["redress"].replace("多出来的", case)
    owner.execute(sql.encode())
    said = counted(home)
    assert said.state is State.FAIL
    assert "待办异议的清单1处" in said.cause
    assert f"doctor --recount --keep {home.path}" in said.remedy
    told = CliRunner().invoke(main, ["doctor", "--recount", "--keep", str(home.path)])
    assert "已改正  待办异议的清单1处" in told.stdout
    assert "正常  待办清单和件数与登记的事实一致" in told.stdout
    assert owner.execute("select from cx.redress_open where case_no = %s", [case]).fetchone() is None
    assert (recount(home), counted(home).state) == ({}, State.OK)
    assert CliRunner().invoke(main, ["doctor", "--recount", "--keep", str(home.path / "none")]).exit_code == 1


def test_what_was_mended_before_an_error_is_told_and_the_rest_is_not_claimed(
    home: Home, connect: Callable[[str], psycopg.Connection[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, case = connect("owner"), uuid4().hex
    assert made_again(home)[1] == ""  # what tests wrote past the functions
    for room in ("redress", "belonging"):
        owner.execute(SURPLUS[room].replace("多出来的", case).encode())

    def breaking(owner: psycopg.Connection, room: str, *, mend: bool) -> int:
        if mend and room == "intake":
            raise psycopg.errors.LockNotAvailable
        return _counted(owner, room, mend=mend)

    monkeypatch.setattr(recounting, "_counted", breaking)
    told = CliRunner().invoke(main, ["doctor", "--recount", "--keep", str(home.path)])
    assert told.exit_code == 1
    for name in ("待办异议的清单", "归属事项的清单"):
        assert f"已改正  {name}1处" in told.stdout
    assert "故障  重新生成没有做完（LockNotAvailable）：已改正的有效，其余的没有改" in told.stdout
    for table in ("redress_open", "belonging_waiting"):
        left = owner.execute(f"select from cx.{table} where case_no = %s".encode(), [case]).fetchone()
        assert left is None, "each is mended for good, whatever comes after"
    monkeypatch.setattr(recounting, "KEPT", {"intake": KEPT["intake"]})
    told = CliRunner().invoke(main, ["doctor", "--recount", "--keep", str(home.path)])
    assert told.exit_code == 1
    assert "已改正" not in told.stdout
    assert "故障  重新生成没有做完（LockNotAvailable），什么都没有改" in told.stdout
