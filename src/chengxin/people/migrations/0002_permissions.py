"""Loads the permission matrix, the register of purposes (a seed file for each room that brings some) and the areas."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import migrations

from chengxin.kernel.sqlfile import sql_query

SEED = Path(__file__).resolve().parent.parent / "seed"
QUERIES = {"permission": sql_query("people", "permission"), "purpose": sql_query("people", "purpose")}


PERMISSION = ("activity", "duty", "own", "basis", "fields")
AREA = ("code", "name", "kind", "gb2260", "hosts", "basis", "source", "valid_from", "valid_to")
PURPOSE = ("code", "name", "activity", "duty", "basis", "fields", "items", "needs_case", "quota", "valid_from")


def load(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        for file in sorted(SEED.glob("permissions*.toml")):
            data = tomllib.loads(file.read_text("utf-8"))
            for name, columns in (("permission", PERMISSION), ("purpose", PURPOSE)):
                rows = [[row[column] for column in columns] for row in data.get(name, ())]
                cursor.executemany(QUERIES[name], rows)
        areas = tomllib.loads((SEED / "areas.toml").read_text("utf-8"))["area"]
        cursor.executemany(sql_query("people", "area"), [[row.get(column) for column in AREA] for row in areas])


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
