"""Whether this process can answer (健康检查). Nothing personal is read."""

from __future__ import annotations

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader

from chengxin.ledger.api import today


def ready() -> bool:
    """The database answers this role, and every migration of this code is applied.

    Raises:
        ChengxinError: the database does not answer.
    """
    today()
    try:
        loader = MigrationLoader(connection)
    except Error:
        return False
    return set(loader.disk_migrations) <= set(loader.applied_migrations)
