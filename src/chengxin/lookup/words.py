"""Words of lookup. The rules of looking stand in the ledger, those of the machine interface in people."""

from __future__ import annotations

NOTHING_TO_TELL = "没有查到与该姓名和号码相符、可以提供的信息。"
"""One sentence for an unknown person, another name and nothing effective: the answer must not tell them apart."""
