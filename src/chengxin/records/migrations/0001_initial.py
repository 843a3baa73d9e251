"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``, the allowed steps in ``states.py``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object
from chengxin.records.states import transitions_check


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("catalog", "0002_guards")]
    operations = [
        migrations.RunSQL(sql_object("records", "tables_v1").replace("/*transitions*/", transitions_check())),
        migrations.RunSQL(sql_object("records", "gate_v1")),
        migrations.RunSQL(sql_object("records", "doors_v1")),
        migrations.RunSQL(sql_object("records", "move_v1")),
        migrations.RunSQL(sql_object("records", "admit_v1")),
        migrations.RunSQL(sql_object("records", "rotate_v1")),
    ]
