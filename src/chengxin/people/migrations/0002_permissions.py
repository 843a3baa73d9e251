"""Loads permissions, purposes and ways to sign in: one seed file for each room that brings some."""

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
    "minimum": sql_query("people", "minimum"),
    "limit": sql_query("people", "limit"),
}


PERMISSION = ("activity", "duty", "own", "basis", "fields", "fresh_minutes")
PURPOSE = ("code", "name", "activity", "duty", "basis", "fields", "items", "needs_case", "quota", "valid_from")
METHOD = ("method", "kind", "assurance", "fresh", "minutes", "idle_minutes", "basis", "valid_from")
MINIMUM = ("activity", "level", "basis", "valid_from")
LIMIT = ("name", "value", "basis", "valid_from")
COLUMNS = {"permission": PERMISSION, "purpose": PURPOSE, "method": METHOD, "minimum": MINIMUM, "limit": LIMIT}
OPTIONAL = {"fresh_minutes"}


def load(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        for file in sorted(SEED.glob("permissions*.toml")):
            data = tomllib.loads(file.read_text("utf-8"))
            for name, columns in COLUMNS.items():
                rows = [
                    [row.get(column) if column in OPTIONAL else row[column] for column in columns]
                    for row in data.get(name, ())
                ]
                cursor.executemany(QUERIES[name], rows)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
