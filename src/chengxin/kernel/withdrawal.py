"""The one column that every file of withdrawals has, whatever its item (撤回原因)."""

from __future__ import annotations

from typing import Final

CODE: Final = "CX_YY"
NAME: Final = "撤回原因"
REASONS: Final = ("决定被撤销", "决定被变更", "报送错误", "其他法定情形")
"""Why a record is withdrawn: its decision is gone or another, it was reported wrongly, or a law says so."""
