"""The same decision twice in one file (文件内重复), in little memory. Pure."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from secrets import token_bytes

from chengxin.intake.facts import CleanRow

_DIGEST = 16
_SHELF = 2
"""Bytes of a digest that name its shelf: 65,536 shelves, so that one holds some thirty decisions in a large file."""
_ROW = 4
_ENTRY = _DIGEST - _SHELF + _ROW


class Duplicates:
    """INTAKE-30: document number, identity number and authority a second time in one file.

    Keeps a keyed digest of 128 bits and the row of each decision, so no identity number stays in memory. They stand
    side by side as bytes, not as objects: 2,000,000 rows cost 72 MB; in a dictionary they would cost 270 MB.
    """

    def __init__(self) -> None:
        self._key = token_bytes(32)
        self._shelves: defaultdict[bytes, bytearray] = defaultdict(bytearray)

    def check(self, clean: CleanRow, *, row: int) -> int | None:
        """Remember a clean row: the earlier row of the same decision, None when it is the first."""
        return self.seen(clean.doc_no, clean.id_number, clean.authority_code, row=row)

    def seen(self, doc_no: str, id_number: str, authority_code: str, *, row: int) -> int | None:
        """Remember a decision: the earlier row that has it, None when there is none. Rows count from 1."""
        decision = f"{doc_no}\x00{id_number}\x00{authority_code}".encode()
        digest = blake2b(decision, digest_size=_DIGEST, key=self._key).digest()
        shelf, entry = self._shelves[digest[:_SHELF]], digest[_SHELF:]
        at = shelf.find(entry)
        while at > 0 and at % _ENTRY:  # the same bytes across two entries
            at = shelf.find(entry, at + 1)
        if at >= 0:
            return int.from_bytes(shelf[at + len(entry) : at + _ENTRY], "big")
        shelf += entry + row.to_bytes(_ROW, "big")
        return None
