"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("catalog", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_object("lookup", "lookup_v1")),
        migrations.RunSQL(sql_object("lookup", "mandate_v1")),
        migrations.RunSQL(sql_object("lookup", "usage_v1")),
    ]
