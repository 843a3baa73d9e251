"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_object("notice", "tables_v1")),
        migrations.RunSQL(sql_object("notice", "letters_v1")),
        migrations.RunSQL(sql_object("notice", "delivery_v1")),
        migrations.RunSQL(sql_object("notice", "desk_v1")),
        migrations.RunSQL(sql_object("notice", "standing_v1")),
        migrations.RunSQL(sql_object("notice", "rotate_v1")),
    ]
