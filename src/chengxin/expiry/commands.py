"""Writes of expiry: what is kept no longer is destroyed, in portions."""

from __future__ import annotations

from dataclasses import dataclass

from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import rows

PORTION = 2000
"""Register lines of one transaction: half a second, so that nobody who writes waits for it."""


@dataclass(frozen=True)
class Erased:
    """What one portion did (一批销毁): lines destroyed, lines kept longer in all, and whether more may be due."""

    erased: int
    kept: int
    more: bool


def erase_lines(token: bytes, *, limit: int = PORTION, using: str = "default") -> Erased:
    """Destroy the next register lines whose retention has ended (登记行到期销毁), with row and salt.

    Looks and what they were shown; acts stay as long as what they wrote. Lines that an open objection or incident needs
    are kept and looked at again each day. Nothing is done twice: a cursor says how far the rule has come.

    Raises:
        Refused: DUTY-01, EXPIRY-01 (no dated number says how long).
    """
    (done,) = rows(
        "select * from cx.expiry_lines_v1(%s::bytea, %s::uuid, %s::integer)",
        [token, uuid7(), limit],
        of=Erased,
        using=using,
    )
    return done
