"""The constraints of the catalog, proved as its owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("CATALOG-01", "update cx.catalog_item set impact_assessment = ''"),
        ("CATALOG-02", "update cx.catalog_item set disclosure = 'public'"),
        ("CATALOG-03", "update cx.catalog_parameter set basis = ''"),
        ("CATALOG-03", "update cx.catalog_parameter set value = -1"),
    ],
)
def test_the_catalog_refuses(code: str, sql: str, home: Any, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    del home
    owner = connect("owner")
    with pytest.raises(psycopg.errors.CheckViolation) as caught, owner.transaction():
        owner.execute(sql.encode())
    assert caught.value.diag.constraint_name == code
