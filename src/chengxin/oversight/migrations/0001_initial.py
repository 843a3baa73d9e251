"""Installs the guarded objects of this room, with the words of the rules put in: both gates read the same."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object
from chengxin.oversight.states import transitions_check
from chengxin.oversight.words import ELEMENTS, KINDS, LEVELS, METHODS, REPORT_PARTS, SOURCES


def listed(words: Iterable[str]) -> str:
    """Words as a list in SQL."""
    return ", ".join(f"'{word}'" for word in words)


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
    ]
