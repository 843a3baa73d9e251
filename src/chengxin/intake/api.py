"""The door of intake (归集)."""

from __future__ import annotations

from chengxin.intake.commands import Imported, import_file
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.queries import Receipt, receipts
from chengxin.intake.reader import Limits
from chengxin.intake.result import Finding, ImportResult

__all__ = ["Finding", "ImportResult", "Imported", "Limits", "Receipt", "UnreadableFile", "import_file", "receipts"]
