"""What the tables themselves refuse, proved as their owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

pytestmark = pytest.mark.database

STEP = (
    "insert into cx.catalog_step select code, version, 4, 'published', 'suspended', 'catalog.suspend', act, actor, "
    "organisation, on_date, at, effective_from, '  ' from cx.catalog_step where code = 'XZCF' and seq = 3"
)


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("CATALOG-03", "update cx.catalog_parameter set basis = ''"),
        ("CATALOG-03", "update cx.catalog_parameter set value = -1"),
        ("CATALOG-20", "update cx.catalog_step set to_state = 'withdrawn' where seq = 3"),
        ("CATALOG-23", "update cx.catalog_item set code = 'XZCF', version = 1 where code = 'XZXK'"),
        ("CATALOG-25", STEP),
    ],
)
def test_the_catalog_refuses(code: str, sql: str, home: Any, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    del home
    owner = connect("owner")
    with pytest.raises(psycopg.errors.IntegrityError) as caught, owner.transaction():
        owner.execute(sql.encode())
    assert caught.value.diag.constraint_name == code
