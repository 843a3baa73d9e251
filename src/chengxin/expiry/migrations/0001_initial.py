"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = [("redress", "0001_initial"), ("lookup", "0001_initial"), ("catalog", "0003_items")]
    operations = [
        migrations.RunSQL(sql_object("expiry", "lines_v1")),
    ]
