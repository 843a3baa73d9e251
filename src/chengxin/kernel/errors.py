"""The error base. Every anticipated error carries the code of the rule that refused."""

from __future__ import annotations


class ChengxinError(Exception):
    """Base of every anticipated error."""


class Refused(ChengxinError):
    """A rule said no (规则拒绝).

    Args:
        code: rule code such as ``LOOK-01``; the same code stands in the guard function, the register and the sentence.
        detail: a word for the log that never holds personal data.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail


class ProofNeeded(ChengxinError):
    """Allowed, but not on this proof of who asks (需要再次验证). No kind of :class:`Refused`: what was typed is kept.

    Args:
        code: rule code, as in :class:`Refused`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unavailable(ChengxinError):
    """What is needed does not answer now (暂时不能办理); nothing was told to anybody and nothing was changed."""
