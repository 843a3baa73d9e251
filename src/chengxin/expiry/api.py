"""The door of expiry (到期销毁)."""

from __future__ import annotations

from chengxin.expiry.commands import PORTION, Erased, erase_lines

__all__ = ["PORTION", "Erased", "erase_lines"]
