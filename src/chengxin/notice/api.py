"""The door of notice (告知)."""

from __future__ import annotations

from chengxin.notice.commands import issue, open_letter
from chengxin.notice.letters import body
from chengxin.notice.queries import Letter, letters, waiting
from chengxin.notice.rules import LetterBody, Paragraph, Waiting

__all__ = ["Letter", "LetterBody", "Paragraph", "Waiting", "body", "issue", "letters", "open_letter", "waiting"]
