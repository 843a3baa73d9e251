"""Commands of the operator: an installation that is not as it must be ends in three lines, not in a traceback."""

from __future__ import annotations

from typing import Any

import click

from chengxin.cli.output import Failure


class OperatorCommand(click.Command):
    """A command whose ``OperateError`` is shown as error, cause and remedy."""

    def invoke(self, ctx: click.Context) -> Any:
        from chengxin.ledger.privilege import OperateError

        try:
            return super().invoke(ctx)
        except OperateError as error:
            raise Failure(error.what, cause=error.cause, remedy=error.remedy) from None
