"""One rule, one code: what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule of the house (规则).

    Attributes:
        code: the code in function, constraint, register, test and docs.
        sentence: what a person reads, in Chinese: what, why, what to do.
        source: the article or requirement it comes from.
    """

    code: str
    sentence: str
    source: str
