"""Every stored field is classified: personal or not, why, until when, what then."""

from __future__ import annotations

from collections import Counter

import pytest

from chengxin.kernel.retention import Personal, Scope, Table
from inspections.catalog import Connection, query
from tools import house


def differences(stored: dict[str, set[str]], stated: dict[str, Table]) -> list[str]:
    """What is stored and not classified, or classified and not stored."""
    found = [
        f"table {name} is not classified: add it to retention.py of its room" for name in stored.keys() - stated.keys()
    ]
    found += [f"table {name} does not exist: take it out of retention.py" for name in stated.keys() - stored.keys()]
    for name in stored.keys() & stated.keys():
        fields = {field.name for field in stated[name].fields}
        found += [f"{name}.{field} is not classified in retention.py" for field in stored[name] - fields]
        found += [f"{name}.{field} is classified and does not exist" for field in fields - stored[name]]
    return sorted(found)


def columns(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in query(
        connection,
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
        "and not a.attisdropped where c.relnamespace = 'cx'::regnamespace and c.relkind in ('r', 'p')",
    ):
        found.setdefault(table, set()).add(column)
    return found


@pytest.mark.database
def test_every_column_is_classified(owner: Connection) -> None:
    assert differences(columns(owner), house.tables()) == []


@pytest.mark.database
def test_inspection_finds_a_planted_column(owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute("alter table cx.people_person add column phone text")
        owner.execute("create table cx.people_guess (person uuid primary key)")
        assert differences(columns(owner), house.tables()) == [
            "people_person.phone is not classified in retention.py",
            "table people_guess is not classified: add it to retention.py of its room",
        ]


def test_every_model_field_is_classified() -> None:
    from django.apps import apps

    stored = {
        model._meta.db_table: {str(field.column) for field in model._meta.local_concrete_fields}
        for model in apps.get_models()
    }
    assert stored, "no model was found: are the apps loaded?"
    assert [line for line in differences(stored, house.tables()) if "does not exist" not in line] == []


def test_statements_are_whole_and_in_their_room() -> None:
    for name, table in house.tables().items():
        assert table.title, name
        assert table.until, name
        assert table.then, name
        assert all(field.why for field in table.fields), name
        twice = [field for field, count in Counter(field.name for field in table.fields).items() if count > 1]
        assert twice == [], f"{name} classifies a column twice"
    for room in house.rooms():
        path = house.SRC / room / "retention.py"
        if path.exists() and room != "kernel":
            from importlib import import_module

            wrong = [
                table.name
                for table in import_module(f"chengxin.{room}.retention").TABLES
                if room != "config" and not table.name.startswith(f"{room}_")
            ]
            assert wrong == [], f"tables of {room} start with {room}_"


def test_what_is_personal_is_guarded() -> None:
    """A table that anybody may read holds nothing about a person; names and numbers stand in clear nowhere."""
    for name, table in house.tables().items():
        if not table.guarded:
            assert {field.personal for field in table.fields} == {Personal.NO}, name
        if table.scope is Scope.REFERENCE:
            assert not table.guarded, name
