"""Installs what the catalog guards itself with; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("ledger", "0001_initial")]
    operations = [migrations.RunSQL(sql_object("catalog", "force_v1"))]
