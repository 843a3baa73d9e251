"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL(sql_object("ledger", "base_v1")),
        migrations.RunSQL(sql_object("ledger", "log_v1")),
        migrations.RunSQL(sql_object("ledger", "session_v1")),
        migrations.RunSQL(sql_object("ledger", "register_v1")),
        migrations.RunSQL(sql_object("ledger", "outbox_v1")),
        migrations.RunSQL(sql_object("ledger", "own_v1")),
        migrations.RunSQL(sql_object("ledger", "sequence_v1")),
        migrations.RunSQL(sql_object("ledger", "audit_v1")),
        migrations.RunSQL(sql_object("ledger", "acknowledge_v1")),
        migrations.RunSQL(sql_object("ledger", "erase_v1")),
    ]
