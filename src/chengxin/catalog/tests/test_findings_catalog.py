"""What an adversary tried on the catalog with raw SQL, a role's password and odd definitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from chengxin.catalog import api as catalog
from chengxin.catalog.tests.material import Desk, definition
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today

pytestmark = pytest.mark.database
Db = psycopg.Connection[Any]
Connect = Callable[[str], Db]


def acted(db: Db, token: bytes, activity: str, sql: str, params: list[Any]) -> str | None:
    """A statement under an act of one's own, its id as first parameter; the rule that refuses it, or None."""
    line = uuid4()
    try:
        with db.transaction():
            db.execute("select cx.ledger_own_act_v1(%s::bytea, %s::uuid, %s, '')", [token, line, activity])
            db.execute(sql.encode(), [line, *params])
    except psycopg.Error as error:
        return error.diag.constraint_name or error.sqlstate
    return None


def plain(made: Any) -> str:
    """A definition as JSON, dates as they are written."""
    return json.dumps(made, default=str)


@pytest.fixture(scope="module")
def desk(home: Any) -> Desk:
    return Desk(home)


def other_side(item: str = "") -> dict[str, Any]:
    """The item of penalties as if nobody lost by it."""
    made = definition(item, polarity="neutral", severity="NONE")
    longest = next(row for row in made["parameter"] if row["name"] == "display_max_general")
    made["parameter"].append(longest | {"name": "display_max"})
    return made


@pytest.mark.parametrize("first", [definition, other_side])
def test_an_item_does_not_change_sides(first: Callable[..., dict[str, Any]], desk: Desk) -> None:
    """R0.3: what came in as neutral counts at once, without a letter; under the same code it is read as a penalty."""
    item, _ = desk.published(first())
    with pytest.raises((catalog.NotReady, Refused)):
        desk.published((other_side if first is definition else definition)(item), days=1)


@pytest.mark.parametrize(("name", "good"), [("adult_age", 18), ("notice_wait", 15)])
@pytest.mark.parametrize("planned", [False, True])
def test_no_number_slips_past_the_gate_by_its_date(name: str, good: int, planned: bool, desk: Desk) -> None:
    """R0.3, R0.10: neither a later row nor an item planned far ahead brings a waiting period of nothing, or a minor."""
    made, turn = definition(), date(2090, 1, 1) if planned else today() + timedelta(days=1)
    before, after = {"value": 0 if planned else good}, {"value": good if planned else 0}
    row = next(row for row in made["parameter"] if row["name"] == name)
    made["parameter"].remove(row)
    made["parameter"] += [row | before | {"valid_to": turn - timedelta(days=1)}, row | after | {"valid_from": turn}]
    made["item"] |= {"effective_from": turn} if planned else {}
    with pytest.raises((catalog.NotReady, Refused)):
        desk.published(made)


def test_an_item_comes_back_under_today_s_prohibitions(desk: Desk, connect: Connect) -> None:
    item, version = desk.published(definition(name="某新禁事项"))
    catalog.suspend(desk.approver, item, version, "词语被禁")
    sql = (
        "insert into cx.catalog_prohibited (code, word, kind, law, valid_from) values ('n', '某新禁', 'name', '法', %s)"
    )
    connect("owner").execute(sql, [today()])
    resume = "select cx.catalog_step_v1(%s, 'catalog.resume', %s, %s, 'published', %s, '有理由')"
    for day in (None, date(2026, 4, 2)):
        assert acted(connect("web"), desk.other, "catalog.resume", resume, [item, version, day]) == "CATALOG-06"


DRESSES = ["\uff44na", "D N A", "⾎型", "宗\u200b教", "宗\ufe00教", "宗\u034f教", "宗\u3164教", "血\u2063型", "血\u200e型", "宗·教", "信訪"]  # fmt: skip


@pytest.mark.parametrize("name", DRESSES)
def test_prohibited_words_in_any_dress(name: str, desk: Desk) -> None:
    made = definition()
    made["field"][-1]["name"] = name
    with pytest.raises((catalog.NotReady, Refused)):
        desk.published(made)


@pytest.mark.parametrize("aliases", [[["宗教信仰"]], {"宗教信仰": 1}, "宗教信仰"])
def test_a_definition_that_intake_cannot_read_is_not_published(aliases: Any, desk: Desk) -> None:
    made = definition()
    made["field"][-1]["aliases"] = aliases
    with pytest.raises((catalog.NotReady, Refused)):
        desk.published(made)


@pytest.mark.parametrize("value", [100, 99_999])
def test_no_display_beyond_the_standard_of_classes(value: int, desk: Desk) -> None:
    made = definition()
    for row in made["parameter"]:
        if row["name"] in ("display_max_general", "retention"):
            row["value"] = value
    with pytest.raises((catalog.NotReady, Refused)):
        desk.published(made)


def test_a_first_version_that_was_never_published_binds_nobody(desk: Desk) -> None:
    """CATALOG-14 looks at what counted once; a draft that was given up did not."""
    item, version = catalog.new_draft(desk.editor, other_side())
    catalog.withdraw(desk.editor, item, version, "重新起草")
    assert desk.published(definition(item)) == (item, 2)
    given_up = catalog.version(item, 1)
    assert given_up is not None
    assert ("CATALOG-14", "item.polarity") in {(one.code, one.place) for one in catalog.problems(given_up)}


@pytest.mark.parametrize("door", ["catalog_draft_v1(%s, %s::jsonb)", "catalog_save_v1(%s, 'LARGE', 1, %s::jsonb)"])
@pytest.mark.parametrize(
    "large", ['{"item": {"code": "LARGE"}, "field": %s}', '{"item": {"code": "LARGE"}, "note": "%s"}']
)
def test_no_draft_is_too_large_to_be_read(door: str, large: str, desk: Desk, connect: Connect) -> None:
    inside = "[" * 3000 + "]" * 3000 if "field" in large else "多" * 400_000
    assert acted(connect("web"), desk.editor, "catalog.draft", f"select cx.{door}", [large % inside]) == "CATALOG-17"


def test_a_draft_of_twenty_levels_is_taken(desk: Desk, connect: Connect) -> None:
    for levels, expected in ((19, None), (20, "CATALOG-17")):
        made = definition() | {"note": 1}
        for _ in range(levels):
            made["note"] = [made["note"]]
        sql = "select cx.catalog_draft_v1(%s, %s::jsonb)"
        assert acted(connect("web"), desk.editor, "catalog.draft", sql, [Jsonb(made, dumps=plain)]) == expected


def test_a_day_of_one_s_own_helps_no_publication(desk: Desk, connect: Connect) -> None:
    """A number that begins later is not there on the day on which the version takes effect, whatever day it asks for."""
    later = today() + timedelta(days=30)
    made = definition(effective_from=later)
    for row in made["parameter"]:
        row["valid_from"] = later
    item, version = desk.reviewed(made)
    with pytest.raises(catalog.NotReady, match="CATALOG-09"):
        catalog.publish(desk.approver, item, version, today())
    publish = "select cx.catalog_step_v1(%s, 'catalog.publish', %s, %s, 'published', %s, '')"
    given = [item, version, today()]
    assert acted(connect("web"), desk.approver, "catalog.publish", publish, given) in {"CATALOG-08", "CATALOG-09"}
    catalog.publish(desk.approver, item, version, later)


def test_who_may_report_is_said_by_the_version(desk: Desk, connect: Connect) -> None:
    office, other = "110909009000000143", "11090900900000002X"
    item, _ = desk.published(definition(providers=[office]))
    desk.published(definition(item, providers=["*"]), days=1)
    assert [getattr(catalog.version(item, number), "providers", ()) for number in (1, 2)] == [(office,), ("*",)]
    owner = connect("owner")
    asked = [
        owner.execute("select cx.catalog_provides_v1(%s, %s, %s)", [*key]).fetchone()
        for key in ((item, 1, office), (item, 1, other), (item, 1, "*"), (item, 2, other), (item, 3, office))
    ]
    assert asked == [(True,), (False,), (False,), (True,), (False,)]


def test_what_the_store_asks_about_a_version(desk: Desk, connect: Connect) -> None:
    made = definition()
    made["basis"] = [row | {"valid_from": date(2026, 3, 1)} for row in made["basis"] if row["kind"] != "collect"]
    made["basis"].append({"kind": "collect", "law": "测试办法", "valid_from": date(2026, 2, 1)})
    item, version = desk.published(made)
    owner = connect("owner")
    row = owner.execute("select cx.catalog_columns_v1(%s, %s)", [item, version]).fetchone()
    assert row == ([field["code"] for field in made["field"] if field["store"] == "plain"],)
    for number, day, stands in (
        (1, date(2026, 3, 1), True),
        (1, date(2026, 2, 1), False),
        (9, date(2026, 3, 1), False),
    ):
        row = owner.execute("select cx.catalog_stands_on_v1(%s, %s, %s)", [item, number, day]).fetchone()
        assert row == (stands,)
