"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_object("intake", "tables_v1")),
        migrations.RunSQL(sql_object("intake", "judge_v1")),
        migrations.RunSQL(sql_object("intake", "batch_v1")),
        migrations.RunSQL(sql_object("intake", "upload_v1")),
        migrations.RunSQL(sql_object("intake", "stop_v1")),
        migrations.RunSQL(sql_object("intake", "mend_v1")),
        migrations.RunSQL(sql_object("intake", "desk_v1")),
        migrations.RunSQL(sql_object("intake", "rotate_v1")),
    ]
