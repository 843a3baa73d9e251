"""Loads the permission matrix and the register of purposes."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import migrations

SEED = Path(__file__).resolve().parent.parent / "seed" / "permissions.toml"


def load(apps, schema_editor) -> None:
    data = tomllib.loads(SEED.read_text("utf-8"))
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(
            "insert into cx.people_permission (activity, duty, own, basis, fields) values (%s, %s, %s, %s, %s::text[])",
            [(r["activity"], r["duty"], r["own"], r["basis"], r["fields"]) for r in data["permission"]],
        )
        cursor.executemany(
            "insert into cx.people_purpose (code, name, activity, duty, basis, fields, items, needs_case, quota, valid_from)"
            " values (%s, %s, %s, %s, %s, %s::text[], %s::text[], %s, %s, %s)",
            [
                (
                    r["code"],
                    r["name"],
                    r["activity"],
                    r["duty"],
                    r["basis"],
                    r["fields"],
                    r["items"],
                    r["needs_case"],
                    r["quota"],
                    r["valid_from"],
                )
                for r in data["purpose"]
            ],
        )


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
