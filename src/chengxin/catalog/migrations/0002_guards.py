"""Installs ``sql/objects``, which guard the catalog, with the tables of the rules put in: both gates read the same."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from chengxin.catalog.checks import NO_SETS, NUMBERS, fits_for_sql
from chengxin.catalog.definition import NOTHING
from chengxin.catalog.periods import spans_for_sql
from chengxin.catalog.shape import keys_for_sql
from chengxin.catalog.states import CALENDAR_MOVES, terms_check, transitions_check
from chengxin.catalog.terms import limits_for_sql
from chengxin.kernel.calendar import statutory
from chengxin.kernel.sqlfile import sql_object


def listed(words: Iterable[str]) -> str:
    """Words as a list in SQL."""
    return ", ".join(f"'{word}'" for word in words)


def statutory_for_sql() -> str:
    """The days off by law of each year that the festivals are known for."""
    years = ((year, sorted({day.isoformat() for day, _ in statutory(year)})) for year in range(2026, 2100))
    return ", ".join(f"({year}, '{{{','.join(days)}}}'::date[])" for year, days in years)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("people", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_object("catalog", "steps_v1").replace("/*transitions*/", transitions_check())),
        migrations.RunSQL(sql_object("catalog", "force_v1")),
        migrations.RunSQL(sql_object("catalog", "definition_v1").replace("/*nothing*/", listed(NOTHING))),
        migrations.RunSQL(
            sql_object("catalog", "gate_v1")
            .replace("/*keys*/", keys_for_sql())
            .replace("/*fits*/", fits_for_sql())
            .replace("/*spans*/", spans_for_sql())
            .replace("/*no_sets*/", listed(NO_SETS))
            .replace("/*numbers*/", listed(NUMBERS))
        ),
        migrations.RunSQL(sql_object("catalog", "asked_v1")),
        migrations.RunSQL(sql_object("catalog", "doors_v1")),
        migrations.RunSQL(
            sql_object("catalog", "terms_v1")
            .replace("/*terms*/", terms_check())
            .replace("/*limits*/", limits_for_sql())
        ),
        migrations.RunSQL(
            sql_object("catalog", "calendar_v1")
            .replace("/*calendars*/", terms_check(CALENDAR_MOVES))
            .replace("/*statutory*/", statutory_for_sql())
        ),
    ]
