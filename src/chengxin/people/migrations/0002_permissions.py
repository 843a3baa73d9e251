"""Loads the permission matrix and the register of purposes: one seed file for each room that brings some."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import migrations

from chengxin.kernel.sqlfile import sql_query

SEED = Path(__file__).resolve().parent.parent / "seed"
QUERIES = {
    "permission": sql_query("people", "permission"),
    "purpose": sql_query("people", "purpose"),
    "processing": sql_query("people", "processing"),
}


PERMISSION = ("activity", "duty", "own", "basis", "fields")
PURPOSE = ("code", "name", "activity", "duty", "basis", "fields", "items", "needs_case", "quota", "valid_from")
PROCESSING = ("activity", "purpose", "generic", "secrecy_basis", "secrecy_days", "valid_from")


def load(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        for file in sorted(SEED.glob("permissions*.toml")):
            data = tomllib.loads(file.read_text("utf-8"))
            for name, columns in (("permission", PERMISSION), ("purpose", PURPOSE), ("processing", PROCESSING)):
                rows = [[row[column] for column in columns] for row in data.get(name, ())]
                cursor.executemany(QUERIES[name], rows)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
