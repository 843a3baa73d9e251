"""A file judged whole, and nothing of it kept (试校验): what the rules say that need no store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chengxin.intake.facts import OrganisationFacts
from chengxin.intake.judging.child import Opened, judged
from chengxin.intake.judging.judge import Judged
from chengxin.intake.judging.seen import Seen
from chengxin.intake.reading import Limits
from chengxin.intake.result import STORE, Finding, ImportResult

__all__ = ["Trial", "tried"]


@dataclass(frozen=True)
class Trial:
    """What a file would come to, as far as it can be said without the store.

    Attributes:
        opened: what the file turned out to be.
        result: `accepted` are the rows that nothing speaks against so far.
        counted: how often a rule spoke at a column: (error or warning, code, field) -> times.
        seen: the first rows as they were understood, where they were asked for.
    """

    opened: Opened
    result: ImportResult
    counted: Counter[tuple[str, str, str]]
    seen: tuple[Seen, ...] = ()


def tried(
    source: bytes | Path,
    *,
    definition: Mapping[str, Any],
    organisation: OrganisationFacts | None,
    mode: str,
    today: date,
    kind: str = "report",
    limits: Limits | None = None,
    most: int | None = None,
    shown: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Trial:
    """Judge a whole file in a child process (试校验); nobody is asked about any person, and nothing is written.

    Args:
        source: the file, or its path.
        definition: the item as published, see ``judging.child.judged``.
        organisation: who sends the file; None where nobody is known, without a name where only the code is.
        mode: one of ``rules.MODES``.
        today: the day in China.
        kind: one of ``facts.KINDS``.
        limits: of the upload page when left out.
        most: findings of each kind that are handed back; all are counted.
        shown: rows of the beginning that are handed back as a screen may show them.
        progress: called with (rows judged so far, rows of the file).

    Raises:
        UnreadableFile, JudgingFailed, OSError: as ``judging.child.judged``.
    """
    unasked = _unasked(organisation)
    told = _Told(unasked, most)
    accepted = refused = 0
    with judged(
        source,
        definition=definition,
        organisation=organisation,
        mode=mode,
        today=today,
        kind=kind,
        limits=limits,
        shown=shown,
    ) as run:
        for block in run.blocks():
            accepted += len(block.clean.numbers)
            refused += len(block.refused)
            told.take(block)
            if progress:
                progress(accepted + refused, run.opened.total)
        opened, first = run.opened, tuple(run.seen)
    result = ImportResult(
        total=opened.total,
        accepted=accepted,
        refused=refused,
        ignored=opened.ignored,
        errors=tuple(told.errors),
        warnings=tuple(told.warnings),
        not_checked=tuple(sorted(unasked)),
    )
    return Trial(opened, result, told.counted, first)


class _Told:
    """What the rules said so far: all of it counted, no more kept than was asked for."""

    def __init__(self, unasked: frozenset[str], most: int | None) -> None:
        self._unasked, self._most = unasked, most
        self.counted: Counter[tuple[str, str, str]] = Counter()
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []

    def take(self, block: Judged) -> None:
        said = [one for one in block.warnings if one.code not in self._unasked]
        for word, found, kept in (("error", block.errors, self.errors), ("warning", said, self.warnings)):
            self.counted.update((word, one.code, one.field) for one in found)
            kept.extend(found if self._most is None else found[: self._most - len(kept)])


def _unasked(organisation: OrganisationFacts | None) -> frozenset[str]:
    """The rules that only the platform can ask, or only about a sender it knows (没有核对的规则)."""
    unknown = set() if organisation and organisation.name else {"INTAKE-49", "INTAKE-58"}
    if organisation is None:
        unknown.add("INTAKE-23")
    return frozenset({*STORE.values(), *unknown})
