"""Fills the catalog from its seed files: registers, then items, which enter with the steps of the nil account."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import migrations

from chengxin.kernel.calendar import Arrangement, shipped
from chengxin.kernel.sqlfile import sql_query

SEED = Path(__file__).resolve().parent.parent / "seed"
FIRST = date(2026, 1, 1)
"""First day of a row whose seed file states none."""
EVER = date(1990, 1, 1)
"""Since when a city knows the days off that come with the program: whatever it counts was counted with them."""
PATHS = {
    "draft": (("", "draft", "catalog.draft"),),
    "published": (
        ("", "draft", "catalog.draft"),
        ("draft", "review", "catalog.submit"),
        ("review", "published", "catalog.publish"),
    ),
}
"""State in which an item enters -> the steps that lead to it."""
EMPTY: dict[str, dict[str, Any]] = {
    "Law": {"article": "", "superseded_by": "", "note": ""},
    "SeverityRule": {"display_min": 0, "display_max": 0, "repair": ""},
    "Measure": {},
    "Group": {"item": "", "basis": "", "reason": ""},
}
"""What a row of a register may leave out."""


def load(apps: Any, schema_editor: Any) -> None:
    model = lambda name: apps.get_model("catalog", name)  # noqa: E731 - a word for the lines below
    for row in rows("general", "parameter"):
        model("Parameter").objects.create(
            **dated(row) | {name: row[name] for name in ("name", "value", "unit", "basis")}, item="", version=0
        )
    for row in rows("prohibited", "prohibited"):
        for kind, words in (("name", "words"), ("text", "in_text"), ("unless", "unless")):
            for word in row.get(words, ()):
                model("Prohibited").objects.create(**dated(row), code=row["code"], law=row["law"], word=word, kind=kind)
    for name, file, section in (
        ("Law", "laws", "law"),
        ("SeverityRule", "severity", "severity_rule"),
        ("Measure", "measures", "measure"),
        ("Group", "groups", "group"),
    ):
        for row in rows(file, section):
            model(name).objects.create(**EMPTY[name] | row | dated(row))
    with schema_editor.connection.cursor() as cursor:
        for file in sorted(SEED.glob("items/*.toml")):
            enter(cursor, tomllib.loads(file.read_text("utf-8")))
        for one in shipped():
            known(cursor, one)


def enter(cursor: Any, definition: dict[str, Any]) -> None:
    """Write one item with its steps, and what its publication brings."""
    head = definition["item"]
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    first = head.get("effective_from", today)
    key = (head["code"], head["version"])
    cursor.execute(
        "select cx.catalog_write_v1(%s::text, %s::integer, %s::jsonb)", [*key, json.dumps(definition, default=str)]
    )
    published = head["state"] == "published"
    for seq, step in enumerate(PATHS[head["state"]], 1):
        cursor.execute(
            sql_query("catalog", "seed_step"),
            [*key, seq, *step, min(first, today), first if step[1] == "published" else None],
        )
    if published:
        cursor.execute("select cx.catalog_effect_v1(%s::text, %s::integer, %s::date)", [*key, first])


def known(cursor: Any, one: Arrangement) -> None:
    """A year's days off: the city's calendar begins with what the program knows."""
    cursor.execute(sql_query("catalog", "bring_calendar"), [*one.columns(), EVER])


def rows(file: str, section: str) -> list[dict[str, Any]]:
    path = SEED / f"{file}.toml"
    return tomllib.loads(path.read_text("utf-8")).get(section, []) if path.exists() else []


def dated(row: dict[str, Any]) -> dict[str, Any]:
    return {"valid_from": row.get("valid_from", FIRST), "valid_to": row.get("valid_to")}


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_guards")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
