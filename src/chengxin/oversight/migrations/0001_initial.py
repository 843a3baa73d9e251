"""Installs the guarded objects of this room, with the words of the rules put in: both gates read the same."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object, sql_query
from chengxin.oversight.registers import seeded
from chengxin.oversight.states import paper_check, transitions_check
from chengxin.oversight.words import ELEMENTS, KINDS, LEVELS, METHODS, PRIVACY, REPORT_PARTS, SOURCES


def listed(words: Iterable[str]) -> str:
    """Words as a list in SQL."""
    return ", ".join(f"'{word}'" for word in words)


def publish(apps, schema_editor) -> None:
    """The documents that come with the program, with the steps of the nil account."""
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(sql_query("oversight", "seed"), list(seeded()))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_items"), ("people", "0002_permissions"), ("expiry", "0001_initial")]
    operations = [
        migrations.RunSQL(
            sql_object("oversight", "incident_v1")
            .replace("/*transitions*/", transitions_check())
            .replace("/*kinds*/", listed(KINDS))
            .replace("/*levels*/", listed(LEVELS))
            .replace("/*sources*/", listed(SOURCES))
            .replace("/*methods*/", listed(METHODS))
            .replace("/*elements*/", listed(ELEMENTS))
            .replace("/*report*/", listed(REPORT_PARTS))
        ),
        migrations.RunSQL(sql_object("oversight", "doors_v1")),
        migrations.RunSQL(sql_object("oversight", "hold_v1")),
        migrations.RunSQL(
            sql_object("oversight", "paper_v1")
            .replace("/*papers*/", paper_check())
            .replace("/*privacy*/", listed(PRIVACY))
        ),
        migrations.RunSQL(sql_object("oversight", "public_v1")),
        migrations.RunSQL(sql_object("oversight", "status_v1")),
        migrations.RunSQL(sql_object("oversight", "backup_v1")),
        migrations.RunPython(publish, migrations.RunPython.noop),
    ]
