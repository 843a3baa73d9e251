"""What an older format does not ask for and its sender supplies (由报送单位补充): whose data they are. Pure.

Files of the first generation know no code of an authority and no source (law.md 6.3). The source is whoever sends the
file (INTAKE-23); the authority is the sender where it goes by the sender's name. Nobody else's code is ever guessed.
"""

from __future__ import annotations

from chengxin.intake.checks.cells import tidy
from chengxin.intake.checks.plan import Plan

__all__ = ["FROM_SENDER", "supplied"]

FROM_SENDER = ("source_name", "source_code", "authority_code")
"""Roles of the columns that a file in an older format may lack."""


def supplied(plan: Plan, role: str, authority: str) -> str | None:
    """What stands for a cell of a column that the file lacks (补充的内容).

    Args:
        plan: the item and who sends the file.
        role: one of ``FROM_SENDER``.
        authority: the cell with the name of the authority.

    Returns:
        The sender's name or code; empty where the authority is not the sender (INTAKE-49); None where nobody is known
        by it, as without a server: then nothing can be said about the column.
    """
    sender = plan.organisation
    if sender is None:
        return None
    match role:
        case "source_code":
            return sender.uscc
        case "source_name":
            return sender.name or None
        case _ if not sender.name:
            return None
        case _:
            return sender.uscc if tidy(authority) == sender.name else ""
