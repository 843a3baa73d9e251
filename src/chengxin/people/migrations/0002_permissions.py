"""Loads permissions, purposes, ways to sign in (a seed file for each room that brings some), and the areas."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import migrations

from chengxin.kernel.sqlfile import sql_query

SEED = Path(__file__).resolve().parent.parent / "seed"
QUERIES = {
    "permission": sql_query("people", "permission"),
    "purpose": sql_query("people", "purpose"),
    "method": sql_query("people", "method"),
    "parameter": sql_query("people", "parameter"),
    "minimum": sql_query("people", "minimum"),
    "processing": sql_query("people", "processing"),
}


PERMISSION = ("activity", "duty", "own", "basis", "fields", "fresh_minutes")
AREA = ("code", "name", "kind", "gb2260", "hosts", "basis", "source", "valid_from", "valid_to")
PURPOSE = ("code", "name", "activity", "duty", "basis", "fields", "items", "needs_case", "quota", "valid_from")
METHOD = ("method", "kind", "assurance", "fresh", "minutes", "idle_minutes", "basis", "valid_from")
PARAMETER = ("name", "value", "unit", "basis", "valid_from")
MINIMUM = ("activity", "level", "basis", "valid_from")
PROCESSING = ("activity", "purpose", "generic", "secrecy_basis", "secrecy_days", "valid_from")
TABLES = (
    ("permission", PERMISSION),
    ("purpose", PURPOSE),
    ("processing", PROCESSING),
    ("method", METHOD),
    ("parameter", PARAMETER),
    ("minimum", MINIMUM),
)
OPTIONAL = {"fresh_minutes"}


def load(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        for file in sorted(SEED.glob("permissions*.toml")):
            data = tomllib.loads(file.read_text("utf-8"))
            for name, columns in TABLES:
                rows = [
                    [row.get(column) if column in OPTIONAL else row[column] for column in columns]
                    for row in data.get(name, ())
                ]
                cursor.executemany(QUERIES[name], rows)
        areas = tomllib.loads((SEED / "areas.toml").read_text("utf-8"))["area"]
        cursor.executemany(sql_query("people", "area"), [[row.get(column) for column in AREA] for row in areas])


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
