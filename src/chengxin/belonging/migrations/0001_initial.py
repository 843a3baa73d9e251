"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = [("redress", "0001_initial"), ("intake", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_object("belonging", "tables_v1")),
        migrations.RunSQL(sql_object("belonging", "desk_v1")),
        migrations.RunSQL(sql_object("belonging", "propose_v1")),
        migrations.RunSQL(sql_object("belonging", "decide_v1")),
        migrations.RunSQL(sql_object("belonging", "relatives_v1")),
        migrations.RunSQL(sql_object("belonging", "rotate_v1")),
    ]
