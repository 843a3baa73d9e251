"""Installs the guarded objects of this room; the SQL stands in ``sql/objects``."""

from __future__ import annotations

from django.db import migrations

from chengxin.kernel.sqlfile import sql_object


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_object("people", "tables_v1")),
        migrations.RunSQL(sql_object("people", "assurance_v1")),
        migrations.RunSQL(sql_object("people", "doors_v1")),
        migrations.RunSQL(sql_object("people", "accounts_v1")),
        migrations.RunSQL(sql_object("people", "matters_v1")),
        migrations.RunSQL(sql_object("people", "organisation_v1")),
        migrations.RunSQL(sql_object("people", "credentials_v1")),
        migrations.RunSQL(sql_object("people", "processing_v1")),
        migrations.RunSQL(sql_object("people", "administer_v1")),
        migrations.RunSQL(sql_object("people", "rotate_v1")),
        migrations.RunSQL(sql_object("people", "population_v1")),
        migrations.RunSQL(sql_object("people", "persons_v1")),
        migrations.RunSQL(sql_object("people", "traces_v1")),
        migrations.RunSQL(sql_object("people", "proof_v1")),
        migrations.RunSQL(sql_object("people", "citizens_v1")),
    ]
