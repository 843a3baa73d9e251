"""A file under way into the store (入库): one block is sealed while the store judges the one before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from sys import intern
from typing import Any, ClassVar
from uuid import UUID

from django.db import connections

from chengxin.catalog.api import parameter
from chengxin.intake.judging.judge import Clean, Judged
from chengxin.intake.result import STORE, Finding, ImportResult
from chengxin.intake.stage import Stage, Within, fixes
from chengxin.intake.words import say
from chengxin.kernel.errors import Refused
from chengxin.kernel.population import Claim
from chengxin.ledger.api import act, rows, scalar
from chengxin.people.api import Match, match, must_match, ring

HELD = frozenset({"other_source", "other_name", "removed", "no_match", "unknown"})
"""Outcomes that wait for a human (待核)."""
_MET = frozenset({"PEOPLE-01", "RECORD-01", "RECORD-04", "INTAKE-30"})
"""Two files brought the same person, record or step in the same moment: judged once more, the row finds it there."""
_IN = frozenset({"accepted", "unchanged"})
TRIES = 3
_HELD_CODES = frozenset(STORE[outcome] for outcome in HELD)


@dataclass(frozen=True)
class _Outcome:
    source_row: int
    outcome: str


@dataclass
class Refusing:
    """A reading under way of a file that may not come in at all: nothing is taken, and every row says why.

    Attributes:
        code: INTAKE-20, the item is not in force; INTAKE-66, it is not this organisation's to report.
        batch: none was opened.
    """

    batch: ClassVar[None] = None

    code: str
    column: str
    item_name: str
    judged: int = 0
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    @property
    def message(self) -> str:
        """The sentence of the rule."""
        return say(self.code, item=self.item_name)

    def __enter__(self) -> Refusing:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to let go of."""

    def take(self, block: Judged) -> None:
        self.judged += len(block.clean.numbers) + len(block.refused)
        self.errors.extend(_shared(block.errors))
        self.errors.extend(Finding(number, self.column, self.code, self.message) for number in block.clean.numbers)
        self.warnings.extend(_shared(block.warnings))

    def finish(self, *, total: int, ignored: int) -> ImportResult:
        return ImportResult(
            total, 0, total, ignored=ignored, errors=_by_row(self.errors), warnings=tuple(self.warnings)
        )


class Taking:
    """A reading whose good rows are taken."""

    code: ClassVar[str] = ""
    message: ClassVar[str] = ""
    """No rule keeps the file out."""

    def __init__(self, token: bytes, batch: UUID, *, item: str, kind: str, day: date, column: str, using: str) -> None:
        self._token, self.batch, self._column, self._using = token, batch, column, using
        self.judged = 0
        self._refused = 0
        self._errors: list[Finding] = []
        self._warnings: list[Finding] = []
        self._stage = Stage(ring(), batch=batch, item=item, using=using)
        within = parameter("report_within", item, today=day)
        self._within = Within(within.value if within else None, today=day)
        self._counts: Counter[str] = Counter()
        self._on_time = 0
        self._held: list[Finding] = []
        # What is withdrawn does its person no harm, and must not wait for another database.
        self._asks = kind != "withdraw" and must_match()
        self._store = ThreadPoolExecutor(1, "intake")
        self._population = ThreadPoolExecutor(1, "population")
        self._pending: Future[None] | None = None

    def __enter__(self) -> Taking:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in (self._population, self._store):
            thread.submit(connections.close_all)  # the connection of that thread is no use to anybody else
            thread.shutdown()

    def take(self, block: Judged) -> None:
        """Seal the good rows while the store is at those before, then hand them over."""
        self.judged += len(block.clean.numbers) + len(block.refused)
        if block.clean.numbers:
            self._stage.put(block.clean, self._verified(block.clean))
        self._settle()
        self._pending = self._store.submit(self._admit, block, self.judged)

    def _verified(self, clean: Clean) -> Callable[[], Iterable[str]]:
        """Ask the population database about the persons of a block, each once; the answers by row, when they are there.

        Raises (when they are waited for):
            Refused: INTAKE-69, none came: the reading breaks off, and goes on another time where it stopped.
        """
        if not self._asks:
            return lambda: repeat("unasked")
        rows = [Claim(*one) for one in zip(clean.id_types, clean.id_numbers, clean.names, strict=True)]
        claims = list(dict.fromkeys(rows))
        asked = self._population.submit(match, self._token, claims, purpose="INTAKE", using=self._using)

        def answers() -> Iterable[str]:
            said = dict(zip(claims, asked.result(), strict=True))
            if Match.UNAVAILABLE in said.values():
                raise Refused("INTAKE-69")
            return [said[row] for row in rows]

        return answers

    def _settle(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None

    def _admit(self, block: Judged, judged: int) -> None:
        """One transaction takes the rows; what the store said is asked once it is committed, and kept.

        A row the store has answered keeps that answer, also when the rules of another day would refuse it now.
        """
        clean, numbers = block.clean.numbers, [number for number, _ in block.refused]
        if not (clean or numbers):
            return
        span = min([*clean[:1], *numbers[:1]]), max([*clean[-1:], *numbers[-1:]])
        if clean:
            self._take_in((clean[0], clean[-1]))
        said = self._outcomes(span, numbers)
        kept = said.keys() & set(numbers)
        refused = [(number, key) for number, key in block.refused if number not in kept]
        errors = [one for one in block.errors if one.row not in kept]
        warnings = [one for one in block.warnings if one.row not in kept]
        turned_away = [
            Finding(row, self._column, STORE[outcome], say(STORE[outcome]))
            for row, outcome in said.items()
            if outcome not in _IN
        ]
        held = [one for one in turned_away if one.code in _HELD_CODES]
        store = [one for one in turned_away if one.code not in _HELD_CODES]
        self._tally(block, said, kept=len(kept))
        self._refused += len(refused) + len(store)
        self._errors += _shared(errors) + store
        self._warnings += _shared(warnings)
        self._held += held
        found = (("error", errors), ("warning", warnings), ("held", held), ("error", store))
        self._keep(found, span, judged, [(number, *fixes(key)) for number, key in refused if key])

    def _take_in(self, span: tuple[int, int]) -> None:
        call = "select cx.intake_admit_v1(%s::bytea, %s::uuid, %s::uuid, %s::integer, %s::integer, %s::integer)"
        arguments = [self._token, self.batch, self._stage.run, ring().index_version, *span]
        for tries_left in reversed(range(TRIES)):
            try:
                scalar(call, arguments, using=self._using)
            except Refused as error:
                if error.code not in _MET or not tries_left:
                    raise
            else:
                return

    def _outcomes(self, span: tuple[int, int], refused: list[int]) -> dict[int, str]:
        """What the store said of rows that were not simply accepted, and of refused ones that it answered before."""
        said = rows(
            "select * from cx.intake_outcomes_v1(%s::bytea, %s::uuid, %s::integer, %s::integer, %s::integer[])",
            [self._token, self.batch, *span, refused],
            of=_Outcome,
            using=self._using,
        )
        return {one.source_row: one.outcome for one in said}

    def _tally(self, block: Judged, said: dict[int, str], *, kept: int) -> None:
        """Count a block. `kept`: rows refused now that have an answer from before; whether in time is not known."""
        outside = sum(1 for outcome in said.values() if outcome != "accepted")
        self._counts["accepted"] += len(block.clean.numbers) + kept - outside
        self._counts["unchanged"] += sum(1 for outcome in said.values() if outcome == "unchanged")
        self._on_time += sum(
            1
            for number, decided in zip(block.clean.numbers, block.clean.decided, strict=True)
            if number not in said and self._within(decided)
        )

    def _keep(
        self,
        found: Sequence[tuple[str, Sequence[Finding]]],
        span: tuple[int, int],
        judged: int,
        again: Sequence[tuple[int, UUID, int]],
    ) -> None:
        """Findings are kept for the page, the workbook and the figures of quality.

        So is which refused row was sent again for which.
        """
        places: Counter[tuple[str, int]] = Counter()
        columns: tuple[list[Any], ...] = ([], [], [], [], [], [])
        for kind, findings in found:
            for one in findings:
                places[kind, one.row] += 1
                values = (one.row, places[kind, one.row], kind, one.field, one.code, one.message)
                for column, value in zip(columns, values, strict=True):
                    column.append(value)
        scalar(
            "select cx.intake_found_v1(%s::bytea, %s::uuid, %s::integer, %s::integer, %s::integer, %s::integer[], "
            "%s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], %s::integer[], %s::uuid[], %s::integer[])",
            [self._token, self.batch, *span, judged, *columns, *([one[place] for one in again] for place in range(3))],
            using=self._using,
        )

    def finish(self, *, total: int, ignored: int) -> ImportResult:
        """Wait for the last block, close the batch, say what became of every row."""
        self._settle()
        with act(self._token, activity="intake.close", using=self._using) as line:
            scalar(
                "select cx.intake_close_v1(%s::uuid, %s::uuid, %s::integer, %s::integer, %s::integer)",
                [self.batch, line, self._refused, ignored, self._on_time],
                using=self._using,
            )
        return ImportResult(
            total=total,
            accepted=self._counts["accepted"],
            refused=self._refused,
            held=len(self._held),
            unchanged=self._counts["unchanged"],
            ignored=ignored,
            errors=_by_row(self._errors),
            held_rows=tuple(self._held),
            warnings=tuple(self._warnings),
        )


def _shared(findings: list[Finding]) -> list[Finding]:
    """The same findings, their words kept once: a rule may speak at every row of two million."""
    for one in findings:
        one.field, one.code, one.message = intern(one.field), intern(one.code), intern(one.message)
    return findings


def _by_row(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.row))
