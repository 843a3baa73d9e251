"""Publishes the first items from their seed files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations

SEED = Path(__file__).resolve().parent.parent / "seed"


def load(apps, schema_editor) -> None:
    prohibited = tomllib.loads((SEED / "prohibited.toml").read_text("utf-8"))
    parameters(apps, "", tomllib.loads((SEED / "general.toml").read_text("utf-8"))["parameter"])
    for name in ("xzcf",):
        data = tomllib.loads((SEED / f"{name}.toml").read_text("utf-8")) | prohibited
        head = data["item"]
        item = apps.get_model("catalog", "Item").objects.create(
            **{
                name: head[name]
                for name in (
                    "code",
                    "version",
                    "name",
                    "subject",
                    "polarity",
                    "disclosure",
                    "impact_assessment",
                    "notice_template",
                    "state",
                    "effective_from",
                )
            },
            effective_to=head.get("effective_to"),
            definition=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        )
        basis = apps.get_model("catalog", "Basis")
        for position, row in enumerate(data["basis"], 1):
            basis.objects.create(
                item=item,
                position=position,
                kind=row["kind"],
                law=row["law"],
                article=row["article"],
                valid_from=row["valid_from"],
                valid_to=row.get("valid_to"),
            )
        parameters(apps, item.code, data["parameter"])


def parameters(apps, item: str, rows: list) -> None:
    for row in rows:
        apps.get_model("catalog", "Parameter").objects.create(
            item=item,
            name=row["name"],
            value=row["value"],
            unit=row["unit"],
            basis=row["basis"],
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
        )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_guards")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
