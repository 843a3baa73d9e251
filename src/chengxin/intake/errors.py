"""Anticipated errors of intake, each with its rule code."""

from __future__ import annotations

from chengxin.kernel.errors import Refused


class UnreadableFile(Refused):
    """The file as a whole was refused (文件无法使用).

    Args:
        code: rule code, INTAKE-01 to INTAKE-04; INTAKE-20 when there is no such item.
        reason: 原因, a Chinese sentence without full stop; names positions, never contents.
        remedy: 怎么办.
    """

    def __init__(self, code: str, reason: str, remedy: str) -> None:
        super().__init__(code, reason)
        self.reason = reason
        self.remedy = remedy
