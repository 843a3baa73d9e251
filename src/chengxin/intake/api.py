"""The door of intake (归集)."""

from __future__ import annotations

from chengxin.intake.answers import receipt_of, workbook_of, write_workbook
from chengxin.intake.commands import Imported, decide, dismiss, import_file
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.judging.child import JudgingFailed
from chengxin.intake.mending import Mended, WrongRow, mend, obstacle, wrong_row
from chengxin.intake.queries import (
    Backlog,
    Batch,
    HeldDecided,
    HeldRow,
    Quality,
    RowFinding,
    Summary,
    backlog,
    batch,
    batches,
    findings,
    held,
    held_decided,
    held_row,
    quality,
    summary,
)
from chengxin.intake.reading import COMMAND_LINE, Limits
from chengxin.intake.result import Finding, ImportResult
from chengxin.intake.stage import SHELVES
from chengxin.intake.uploads import cancel, content_of, go_on, halt, sweep_files, upload, work
from chengxin.intake.workbook import TooManyRows

__all__ = [
    "COMMAND_LINE",
    "SHELVES",
    "Backlog",
    "Batch",
    "Finding",
    "HeldDecided",
    "HeldRow",
    "ImportResult",
    "Imported",
    "JudgingFailed",
    "Limits",
    "Mended",
    "Quality",
    "RowFinding",
    "Summary",
    "TooManyRows",
    "UnreadableFile",
    "WrongRow",
    "backlog",
    "batch",
    "batches",
    "cancel",
    "content_of",
    "decide",
    "dismiss",
    "findings",
    "go_on",
    "halt",
    "held",
    "held_decided",
    "held_row",
    "import_file",
    "mend",
    "obstacle",
    "quality",
    "receipt_of",
    "summary",
    "sweep_files",
    "upload",
    "work",
    "workbook_of",
    "write_workbook",
    "wrong_row",
]
