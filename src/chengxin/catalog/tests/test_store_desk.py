"""Drafts, review and publication on the real database: what is allowed, and what is refused whoever asks."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from chengxin.catalog import api
from chengxin.catalog.tests.material import Desk, account, day, definition, fresh_code
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import act, scalar

pytestmark = pytest.mark.database

Web = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def desk(home: Any) -> Desk:
    return Desk(home)


@pytest.fixture
def web(connect: Callable[[str], Web]) -> Web:
    return connect("web")


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=code)


def opened(web: Web, token: bytes, activity: str) -> UUID:
    """An act opened by hand, as whoever holds the web role's password would."""
    line = uuid7()
    web.execute("select cx.ledger_own_act_v1(%s, %s, %s, '')", [token, line, activity])
    return line


def by_hand(web: Web, token: bytes, activity: str, code: str, version: int, target: str, **more: Any) -> str:
    """One step straight at the database's door; the code of the rule that refused it, or an empty string."""
    arguments = [activity, code, version, target, more.get("effective_from"), more.get("reason", "有理由")]
    try:
        with web.transaction():
            line = opened(web, token, activity)
            web.execute("select cx.catalog_step_v1(%s, %s, %s, %s, %s, %s, %s)", [line, *arguments])
    except psycopg.Error as error:
        return error.diag.constraint_name or error.sqlstate or "?"
    return ""


def test_an_item_comes_into_force(desk: Desk) -> None:
    code, version = api.new_draft(desk.editor, definition(code := fresh_code()))
    assert (version, api.item(code)) == (1, None)
    draft = api.version(code, 1)
    assert draft is not None
    assert (draft.state, draft.bases[0].kind, draft.parameters[0].item) == ("draft", "collect", code)
    api.save_draft(desk.editor, code, 1, definition(code, name="改了名的条目"))
    api.submit(desk.editor, code, 1)
    api.return_draft(desk.approver, code, 1, "名称还要再改")
    api.save_draft(desk.editor, code, 1, definition(code, name="再改了名的条目"))
    api.submit(desk.editor, code, 1)
    api.publish(desk.approver, code, 1, day(0))
    found = api.item(code)
    assert found is not None
    assert (found.name, found.state, found.effective_from) == ("再改了名的条目", "published", day(0))
    assert found.published()["item"]["state"] == "published"
    (wages,) = [row for row in found.published()["prohibited"] if "工资" in row["words"]]
    assert {"拖欠农民工工资", "拖欠工资"} & set(wages["unless"])
    assert wages["law"]
    assert [one.to_state for one in api.steps(code, 1)] == (
        ["draft", "draft", "review", "draft", "draft", "review", "published"]
    )
    last = api.steps(code, 1)[-1]
    assert (last.post, last.organisation_name, last.effective_from) == ("目录管理岗", "盐城市公共信用信息中心", day(0))
    head = next(one for one in api.heads() if one.code == code)
    assert (head.in_force, head.why_not, head.drafts) == (True, "", ())


@pytest.mark.parametrize(
    ("activity", "target"),
    [("catalog.submit", "review"), ("catalog.publish", "published"), ("catalog.suspend", "suspended")],
)
def test_a_step_needs_its_duty(activity: str, target: str, desk: Desk, web: Web, officer: Any) -> None:
    code, version = desk.published(definition())
    assert by_hand(web, officer.token, activity, code, version, target) == "DUTY-01"


def test_editors_do_not_approve_and_approvers_do_not_draft(desk: Desk) -> None:
    code, version = desk.reviewed(definition())
    with refused("DUTY-01"):
        api.publish(desk.editor, code, version, day(0))
    with refused("DUTY-01"):
        api.new_draft(desk.approver, definition())


def test_whoever_drafted_does_not_approve(home: Any, desk: Desk, web: Web) -> None:
    """CATALOG-21: one account with both duties, one human being with two accounts; in Python and by hand."""
    both = account(home, "catalog_editor", "catalog_approver")
    code, version = api.new_draft(both, definition())
    api.submit(both, code, version)
    with refused("CATALOG-21"):
        api.publish(both, code, version, day(0))
    assert by_hand(web, both, "catalog.publish", code, version, "published", effective_from=day(0)) == "CATALOG-21"

    holder = secrets.token_bytes(32)
    one, other = account(home, "catalog_editor", holder=holder), account(home, "catalog_approver", holder=holder)
    code, version = api.new_draft(one, definition())
    api.submit(desk.editor, code, version)
    assert by_hand(web, other, "catalog.publish", code, version, "published", effective_from=day(0)) == "CATALOG-21"
    api.publish(desk.approver, code, version, day(0))


def test_whoever_changed_a_draft_in_between_does_not_approve(home: Any, desk: Desk) -> None:
    both = account(home, "catalog_editor", "catalog_approver")
    code, version = api.new_draft(desk.editor, definition())
    api.save_draft(both, code, version, definition(code))
    api.submit(desk.editor, code, version)
    with refused("CATALOG-21"):
        api.publish(both, code, version, day(0))


def test_whoever_suspended_does_not_resume(desk: Desk, web: Web) -> None:
    code, version = desk.published(definition())
    api.suspend(desk.approver, code, version, "依据有争议")
    head = next(one for one in api.heads() if one.code == code)
    assert (head.in_force, head.why_not) == (False, "已暂停使用")
    assert by_hand(web, desk.approver, "catalog.resume", code, version, "published") == "CATALOG-21"
    api.resume(desk.other, code, version, "争议已经解决")
    assert next(one for one in api.heads() if one.code == code).in_force


def test_a_definition_that_was_submitted_stands(desk: Desk) -> None:
    """CATALOG-22, whatever state came after."""
    code, version = desk.reviewed(definition())
    with refused("CATALOG-22"):
        api.save_draft(desk.editor, code, version, definition(code))
    api.publish(desk.approver, code, version, day(0))
    with refused("CATALOG-22"):
        api.save_draft(desk.editor, code, version, definition(code))
    with refused("CATALOG-22"):
        api.save_draft(desk.editor, "NONE", 1, definition(code))


def test_tables_and_inner_functions_are_closed_to_the_pages(desk: Desk, web: Web) -> None:
    code, version = desk.published(definition())
    for deed in (
        f"update cx.catalog_item set definition = '{{}}' where code = '{code}'",
        f"delete from cx.catalog_step where code = '{code}'",
        "select actor from cx.catalog_step",
        "insert into cx.catalog_law select * from cx.catalog_law",
        "update cx.catalog_prohibited set valid_to = date '2026-01-01'",
        "select note from cx.catalog_task",
        f"select cx.catalog_write_v1('{code}', {version}, '{{}}')",
        f"select cx.catalog_effect_v1('{code}', {version}, date '2026-01-01')",
        "select cx.catalog_tick_v1('\\x00', date '2026-01-01')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(deed.encode())


def test_one_draft_at_a_time(desk: Desk) -> None:
    """CATALOG-23 while a draft or review is open; the next version once it is published or dropped."""
    code, version = api.new_draft(desk.editor, definition())
    with refused("CATALOG-23"):
        api.new_draft(desk.editor, definition(code))
    api.submit(desk.editor, code, version)
    with refused("CATALOG-23"):
        api.new_draft(desk.editor, definition(code))
    api.publish(desk.approver, code, version, day(0))
    assert api.new_draft(desk.editor, definition(code)) == (code, 2)
    assert next(one for one in api.heads() if one.code == code).drafts
    with refused("CATALOG-25"):
        api.withdraw(desk.editor, code, 2, " ")
    api.withdraw(desk.editor, code, 2, "不需要了")
    assert [(one.version, one.state) for one in api.versions(code)] == [(2, "withdrawn"), (1, "published")]
    assert api.new_draft(desk.editor, definition(code)) == (code, 3)


@pytest.mark.parametrize("made", [{}, {"item": {"code": "小写"}}, {"item": []}, {"item": {"code": "T" * 40}}])
def test_a_draft_needs_a_code(made: dict[str, Any], desk: Desk) -> None:
    with refused("CATALOG-13"), act(desk.editor, activity="catalog.draft") as line:
        scalar("select cx.catalog_draft_v1(%s::uuid, %s::jsonb)", [line, json.dumps(made)])


def test_a_draft_keeps_code_version_and_state(desk: Desk) -> None:
    code, version = api.new_draft(desk.editor, definition())
    api.save_draft(desk.editor, code, version, definition("OTHER", state="published", version=9))
    found = api.version(code, version)
    assert found is not None
    assert (found.code, found.version, found.state) == (code, 1, "draft")
    assert (found.definition["item"]["code"], "state" in found.definition["item"]) == (code, False)


def test_the_gate_stands_at_submission_and_publication(desk: Desk, web: Web, connect: Callable[[str], Web]) -> None:
    made = definition(impact_assessment="", disclosure="public")
    code, version = api.new_draft(desk.editor, made)
    with pytest.raises(api.NotReady) as caught:
        api.submit(desk.editor, code, version)
    assert {one.code for one in caught.value.problems} == {"CATALOG-01", "CATALOG-02"}
    assert by_hand(web, desk.editor, "catalog.submit", code, version, "review") == "CATALOG-02"
    # A word that became prohibited while the draft was under review.
    code, version = desk.reviewed(definition(name="新出现的条目"))
    connect("owner").execute(
        "insert into cx.catalog_prohibited (code, word, kind, law, valid_from) values ('new', '新出现', 'name', '某规定', %s)",
        [day(0)],
    )
    dated = {"effective_from": day(0)}
    assert by_hand(web, desk.approver, "catalog.publish", code, version, "published", **dated) == "CATALOG-06"
    with pytest.raises(api.NotReady, match="CATALOG-06"):
        api.publish(desk.approver, code, version, day(0))


@pytest.mark.parametrize("effective_from", [None, date(2020, 1, 1), "yesterday", "beyond its end"])
def test_an_item_begins_on_a_day_that_can_be(effective_from: Any, desk: Desk, web: Web) -> None:
    """CATALOG-24: not in the past, not after its own end."""
    code, version = desk.reviewed(definition(effective_to=day(30)))
    days = {"yesterday": day(-1), "beyond its end": day(31)}
    dated = {"effective_from": days.get(effective_from, effective_from) if effective_from else None}
    assert by_hand(web, desk.approver, "catalog.publish", code, version, "published", **dated) == "CATALOG-24"


def test_a_version_begins_after_the_one_before(desk: Desk) -> None:
    code, _ = desk.published(definition(), days=5)
    head = next(one for one in api.heads() if one.code == code)
    assert (head.in_force, head.why_not) == (False, f"{day(5)} 起生效")
    code, version = desk.reviewed(definition(code))
    for days in (0, 5):
        with refused("CATALOG-24"):
            api.publish(desk.approver, code, version, day(days))
    api.publish(desk.approver, code, version, day(6))
    assert [(one.version, one.effective_from, one.effective_to) for one in api.versions(code)] == [
        (2, day(6), None),
        (1, day(5), day(5)),
    ]


def test_exactly_one_version_counts_on_a_day(
    desk: Desk, connect: Callable[[str], Web], shift: Callable[[int], None]
) -> None:
    """The newest that is effective by then; suspended or withdrawn, there is no falling back to an older one."""
    code, _ = desk.published(definition())
    desk.published(definition(code, name="第二版"), days=3)
    owner = connect("owner")

    def force(on: date) -> list[int]:
        sql = "select version from cx.catalog_in_force_v1(%s) where code = %s"
        return [row[0] for row in owner.execute(sql, [on, code]).fetchall()]

    assert [force(day(days)) for days in (-1, 0, 2, 3, 9)] == [[], [1], [1], [2], [2]]
    with_name = owner.execute(
        "select polarity, severity from cx.catalog_in_force_v1(%s) where code = %s", [day(0), code]
    )
    assert with_name.fetchone() == ("adverse", "field")
    shift(3)
    assert [getattr(api.item(code), name) for name in ("version", "name")] == [2, "第二版"]
    assert next(one for one in api.heads() if one.code == code).version == 2
    api.suspend(desk.approver, code, 2, "有争议")
    assert (force(day(0)), force(day(-1))) == ([], [1])
    assert getattr(api.item(code), "state", "") == "suspended"
    api.withdraw(desk.approver, code, 2, "不再归集")
    assert api.item(code) is None
    assert next(one for one in api.heads() if one.code == code).why_not == "已废止"
    assert force(day(0)) == []


def test_an_end_is_its_last_day(desk: Desk, shift: Callable[[int], None]) -> None:
    code, _ = desk.published(definition(effective_to=day(10)))
    shift(10)
    assert next(one for one in api.heads() if one.code == code).in_force
    shift(11)
    assert next(one for one in api.heads() if one.code == code).why_not == f"{day(-1)} 已终止"


def test_numbers_of_a_new_version_take_effect_with_it(desk: Desk) -> None:
    code, _ = desk.published(definition())
    made = definition(code)
    for row in made["parameter"]:
        if row["name"] == "retention":
            row |= {"value": 4, "valid_to": day(99)}
    made["parameter"].append(
        next(r for r in made["parameter"] if r["name"] == "retention")
        | {"value": 3}
        | {"valid_from": day(100), "valid_to": None}
    )
    desk.published(made, days=3)
    found = {days: api.parameter("retention", code, today=day(days)) for days in (0, 2, 3, 99, 100)}
    assert [row.value for row in found.values() if row] == [5, 5, 4, 4, 3]
    assert [found[2] and found[2].valid_to, found[3] and found[3].valid_from] == [day(2), day(3)]
    # The third version comes before the second one's later number: that one never begins.
    desk.published(definition(code), days=50)
    found = {days: api.parameter("retention", code, today=day(days)) for days in (49, 50, 100)}
    assert [row.value for row in found.values() if row] == [4, 5, 5]


def test_an_act_is_good_for_one_step(desk: Desk, web: Web) -> None:
    code, version = api.new_draft(desk.editor, definition())
    other, _ = api.new_draft(desk.editor, definition())
    with pytest.raises(psycopg.Error) as caught, web.transaction():
        line = opened(web, desk.editor, "catalog.submit")
        for one in (code, other):
            web.execute(
                "select cx.catalog_step_v1(%s, 'catalog.submit', %s, %s, 'review', null, '')", [line, one, version]
            )
    assert caught.value.diag.constraint_name == "ACT-01"
    with pytest.raises(psycopg.Error) as caught, web.transaction():
        line = opened(web, desk.editor, "catalog.draft")
        web.execute(
            "select cx.catalog_step_v1(%s, 'catalog.submit', %s, %s, 'review', null, '')", [line, code, version]
        )
    assert caught.value.diag.constraint_name == "ACT-01"


def test_registers_are_dated(home: Any) -> None:
    del home
    for read in (api.laws, api.measures, api.groups, api.severity_rules, api.prohibited):
        rows: list[Any] = list(read())
        assert rows
        assert all(row.in_force(day(0)) for row in read(day(0)))
        assert read(date(1900, 1, 1)) == []
    assert any(row.item == "" and row.reason for row in api.groups()), "groups without a basis stand as disabled"
    assert {row.severity for row in api.severity_rules()} == {"MINOR", "GENERAL", "SERIOUS"}
    assert api.parameter("objection_decide", "XZCF", today=day(0)) is not None
    assert api.parameter("objection_decide", "XZCF", today=day(0) - timedelta(days=9999)) is None
