"""``chengxin log``: the log that nobody can rewrite (存证日志)."""

from __future__ import annotations

import click

from chengxin.cli.log_acknowledge import acknowledge_command
from chengxin.cli.log_erased import erased_command
from chengxin.cli.log_keep import audit_command, export_command, follow_command, status_command
from chengxin.cli.log_verify import verify_command


@click.group()
def log_group() -> None:
    """存证日志：状态、导出、审计、核验。"""


log_group.add_command(status_command, "status")
log_group.add_command(export_command, "export")
log_group.add_command(audit_command, "audit")
log_group.add_command(acknowledge_command, "acknowledge")
log_group.add_command(follow_command, "follow")
log_group.add_command(erased_command, "erased")
log_group.add_command(verify_command, "verify")
