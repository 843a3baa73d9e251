"""Commands of the operator: an installation that is not as it must be ends in three lines, not in a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chengxin.cli.output import Failure

if TYPE_CHECKING:
    from chengxin.ledger.privilege import OperateError


class OperatorCommand(click.Command):
    """A command whose ``OperateError`` and faults of the database are shown as error, cause and remedy.

    Attributes:
        mended: what to do once the database is well again.
    """

    mended = "重新执行同一条命令"

    def invoke(self, ctx: click.Context) -> Any:
        from chengxin.ledger.privilege import OperateError

        try:
            return super().invoke(ctx)
        except OperateError as error:
            raise self.failure(error) from None
        except Exception as error:
            fault = _database_fault(error, self.mended)
            if fault is None:
                raise
            raise fault from None

    def failure(self, error: OperateError) -> Failure:
        """The three lines about an installation that is not as it must be."""
        return Failure(error.what, cause=error.cause, remedy=error.remedy)


def _database_fault(error: Exception, mended: str) -> Failure | None:
    """The three lines about a fault of the database; its own text stays out, as it may hold personal data."""
    import psycopg
    from django.db import Error

    from chengxin.ledger.api import DatabaseFault, translate

    if not isinstance(error, DatabaseFault | Error | psycopg.Error):
        return None
    fault = str(error if isinstance(error, DatabaseFault) else translate(error))
    return Failure(
        "没有做完",
        cause="数据库没有应答" if fault == "connection" else f"数据库出错（{fault}）",
        remedy=f"请运行 chengxin doctor，按提示修复后{mended}",
    )
