"""A basis that ends suspends its items the same day; the tick writes it down and opens a task, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.catalog import api
from chengxin.catalog.tests.material import Desk, day, definition, fresh_code, with_basis_until
from chengxin.kernel.errors import Refused

pytestmark = pytest.mark.database

Shift = Callable[[int], None]


@pytest.fixture(scope="module")
def desk(home: Any) -> Desk:
    return Desk(home)


@pytest.fixture
def owner(connect: Callable[[str], psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    return connect("owner")


def head(code: str) -> api.ItemHead:
    return next(one for one in api.heads() if one.code == code)


def tasks(desk: Desk, code: str) -> list[api.CatalogTask]:
    return [one for one in api.tasks(desk.editor) if one.item == code]


def tick(system: Any) -> int:
    return api.tick(system.token, using="worker")


def test_a_basis_ends_and_with_it_the_item(desk: Desk, shift: Shift, system: Any) -> None:
    code, version = desk.published(with_basis_until(last := day(200)))
    assert tasks(desk, code) == []
    shift(200)
    assert head(code).in_force, "the last day is in force"
    shift(201)
    assert (head(code).in_force, head(code).why_not) == (False, "没有现行有效的归集依据"), "without any tick"
    assert tick(system) >= 1
    assert api.version(code, version).state == "suspended"  # type: ignore[union-attr]  # it was just published
    step = api.steps(code, version)[-1]
    assert (step.activity, step.reason, step.on_date, step.post) == (
        "catalog.tick",
        "依据失效：测试办法",
        day(0),
        "平台程序",
    )
    (task,) = tasks(desk, code)
    assert (task.kind, task.ends_on, task.note, task.opened_on, task.closed_on) == (
        "basis_ended",
        last,
        "测试办法",
        day(0),
        None,
    )
    assert day(10) < task.due_on < day(30), "ten working days"
    assert tick(system) == 0
    assert len(tasks(desk, code)) == 1
    assert len(api.steps(code, version)) == step.seq
    with pytest.raises(api.NotReady, match="CATALOG-04"):
        api.resume(desk.other, code, version, "想恢复")
    # A new version with another law brings the item back and closes the task.
    desk.published(definition(code))
    assert head(code).in_force
    assert tasks(desk, code)[0].closed_on == day(0)


def test_a_law_ends_and_with_it_every_basis_that_names_it(
    desk: Desk, shift: Shift, system: Any, owner: psycopg.Connection[Any]
) -> None:
    law = fresh_code()
    owner.execute(
        "insert into cx.catalog_law (code, title, article, level, valid_from, superseded_by, note) "
        "values (%s, '测试办法', '', 'policy', '2026-01-01', '', '')",
        [law],
    )
    codes = [desk.published(with_basis_until(day(0), law_code=law))[0] for _ in range(2)]
    assert all(head(code).in_force for code in codes)
    owner.execute("update cx.catalog_law set valid_to = %s where code = %s", [day(20), law])
    found = api.item(codes[0])
    assert found is not None
    assert {row.valid_to for row in found.bases if row.law_code == law} == {day(20)}
    shift(21)
    assert not any(head(code).in_force for code in codes)
    assert tick(system) >= 2
    assert {api.steps(code, 1)[-1].to_state for code in codes} == {"suspended"}
    # The law goes on after all: whoever suspended was the program, so one approver may resume.
    owner.execute("update cx.catalog_law set valid_to = null where code = %s", [law])
    assert not head(codes[0]).in_force, "what was suspended stays so until somebody decides"
    api.resume(desk.approver, codes[0], 1, "依据延长")
    assert head(codes[0]).in_force
    assert [one.closed_on for one in tasks(desk, codes[0])] == [day(0)]
    owner.execute("update cx.catalog_law set valid_to = %s where code = %s", [day(-1), law])
    assert tick(system) >= 1, "it may end again"
    assert next(one.ends_on for one in tasks(desk, codes[0])) == day(-1)


def test_the_end_is_told_ninety_days_before(desk: Desk, shift: Shift, system: Any) -> None:
    code, version = desk.published(with_basis_until(last := day(190)))
    tick(system)
    shift(99)
    tick(system)
    assert tasks(desk, code) == []
    shift(101)
    assert tick(system) >= 1
    (task,) = tasks(desk, code)
    assert (task.kind, task.ends_on, task.due_on, task.version) == ("basis_ends_soon", last, last, version)
    assert head(code).in_force
    assert tick(system) == 0
    shift(191)
    tick(system)
    assert {(one.kind, one.closed_on) for one in tasks(desk, code)} == {
        ("basis_ended", None),
        ("basis_ends_soon", day(0)),
    }


def test_a_basis_that_another_follows_ends_nothing(desk: Desk, shift: Shift, system: Any) -> None:
    made = with_basis_until(day(30))
    made["basis"].append({"kind": "collect", "law": "新办法", "valid_from": day(31)})
    code, version = desk.published(made)
    shift(31)
    tick(system)
    assert (head(code).in_force, len(api.steps(code, version)), tasks(desk, code)) == (True, 3, [])


def test_what_is_suspended_or_to_come_is_left_alone(desk: Desk, shift: Shift, system: Any) -> None:
    suspended, _ = desk.published(with_basis_until(day(30)))
    api.suspend(desk.approver, suspended, 1, "有争议")
    coming, _ = desk.published(with_basis_until(day(60)), days=50)
    shift(31)
    tick(system)
    assert tasks(desk, suspended) == []
    assert tasks(desk, coming) == []
    assert head(coming).why_not == f"{day(19)} 起生效"


def test_only_the_program_ticks(desk: Desk, officer: Any) -> None:
    for token in (desk.approver, officer.token):
        with pytest.raises(Refused, match="DUTY-01"):
            api.tick(token, using="worker")
    with pytest.raises(Refused, match="DUTY-01"):
        api.tasks(officer.token)
