"""``chengxin log``: the log that nobody can rewrite (存证日志)."""

from __future__ import annotations

import click

from chengxin.cli.log_verify import verify_command


@click.group()
def log_group() -> None:
    """存证日志：核验证明和导出的日志。"""


log_group.add_command(verify_command, "verify")
