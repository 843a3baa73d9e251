"""From a file to records: judge every row, seal identities, admit in chunks, close the batch (导入)."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from chengxin.intake.facts import CleanRow, ItemFacts, OrganisationFacts, RowError
from chengxin.intake.queries import facts
from chengxin.intake.reader import Limits, Table, open_csv
from chengxin.intake.result import Finding, ImportResult, findings
from chengxin.intake.rules import Duplicates, check_row
from chengxin.intake.words import say
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import act, rows, scalar, today
from chengxin.people.api import KeyRing, ring, whoami
from chengxin.records.api import sealed_aad

CHUNK = 2000
"""Rows a transaction admits: a few seconds at most, so that no open transaction holds the log back."""


@dataclass(frozen=True)
class Imported:
    """The result with what the page says beside it."""

    result: ImportResult
    encoding: str
    batch: UUID


@dataclass(frozen=True)
class _Outcome:
    source_row: int
    outcome: str


@dataclass
class _Tally:
    total: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0


class Sealer:
    """Seals identities once per distinct person of a file: candidate key, own data key, blind index, pair."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._seen: dict[bytes, tuple[UUID, bytes, bytes]] = {}

    def person(self, row: CleanRow) -> tuple[bytes, bytes, UUID, bytes, bytes]:
        """Blind index, pair index, candidate person, wrapped key, sealed identity (the last three for a new person)."""
        index = self._keys.blind_index(row.id_type, row.id_number)
        pair = self._keys.pair_index(row.id_type, row.id_number, row.name)
        if index not in self._seen:
            candidate = uuid4()
            wrapped, sealed = self._keys.seal_identity(
                candidate, name=row.name, number=row.id_number, id_type=row.id_type, original=row.id_original
            )
            self._seen[index] = (candidate, wrapped, sealed)
        return (index, pair, *self._seen[index])

    def texts(self, batch: UUID, number: int, row: CleanRow) -> bytes:
        return self._keys.seal(json.dumps(dict(row.texts), ensure_ascii=False), sealed_aad(batch, number, 1))

    def content(self, row: CleanRow) -> bytes:
        """Keyed hash of everything the row says, by which an unchanged row is known again."""
        return self._keys.content_index(
            json.dumps(asdict(row) | {"source_name": ""}, default=str, sort_keys=True).encode()
        )


def import_file(
    token: bytes,
    source: bytes | Path,
    *,
    item: str,
    limits: Limits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Import a department's file under a catalog item. Every error of every row; good rows are taken.

    Args:
        token: session of an officer whose duty covers intake; the batch belongs to the officer's organisation.
        source: the file, or its path.
        item: code of the catalog item.
        limits: of the upload page when left out.
        progress: called with the number of rows judged so far.

    Raises:
        UnreadableFile: nothing could be judged; nothing was taken.
        Refused: SESSION-01, DUTY-01, INTAKE-20 (item not in force).
    """
    account = whoami(token)
    if account is None:
        raise Refused("SESSION-01")
    known = facts(item)
    organisation = OrganisationFacts(account.organisation, account.organisation_name)
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        digest = _digest(stream)
        table = open_csv(stream, item=known, limits=limits)  # surveys the whole file before the first row
        batch = _open_batch(token, item, digest, table.total)
        run = _Run(token, batch, known, organisation, progress)
        for chunk in run.judged(table):
            run.admit(chunk)
        result = run.result(table)
        with act(token, activity="intake.close") as line:
            scalar(
                "select cx.intake_close_v1(%s::uuid, %s::uuid, %s::integer, %s::integer, %s::integer)",
                [batch, line, result.refused, result.held, result.ignored],
            )
        return Imported(result, table.encoding, batch)


def _open_batch(token: bytes, item: str, digest: bytes, declared: int) -> UUID:
    """A fresh batch, or the one of the same file that an earlier run left open: it goes on where it stopped."""
    with act(token, activity="intake.open") as line:
        batch = scalar(
            "select cx.intake_open_v1(%s::uuid, %s::uuid, %s::text, %s::bytea, %s::integer)",
            [uuid7(), line, item, digest, declared],
        )
    return UUID(str(batch))


def _digest(stream: io.BytesIO | io.BufferedReader) -> bytes:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").digest()


class _Run:
    """One import under way: what was judged, what the store said."""

    def __init__(
        self,
        token: bytes,
        batch: UUID,
        item: ItemFacts,
        organisation: OrganisationFacts,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._token, self._batch, self._item, self._organisation = token, batch, item, organisation
        self._progress = progress
        self._today = today()
        self._tally = _Tally()
        self._errors: list[Finding] = []
        self._warnings: list[Finding] = []
        self._sealer = Sealer(ring())

    def judged(self, table: Table) -> Iterator[list[tuple[int, CleanRow]]]:
        """Clean rows in chunks; refused ones are noted."""
        duplicates, chunk = Duplicates(), list[tuple[int, CleanRow]]()
        for source in table:
            self._tally.total += 1
            clean = self._judge(source.number, source.cells, source.errors, duplicates)
            if clean is not None:
                chunk.append((source.number, clean))
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
                if self._progress:
                    self._progress(self._tally.total)
        if chunk:
            yield chunk

    def _judge(self, number: int, cells: Any, errors: tuple[RowError, ...], duplicates: Duplicates) -> CleanRow | None:
        clean = None
        if not errors:
            verdict = check_row(
                cells, item=self._item, organisation=self._organisation, mode=settings.MODE, today=self._today
            )
            errors, clean = verdict.errors, verdict.clean
            self._warnings.extend(findings(number, verdict.warnings))
        if clean is not None and (twice := duplicates.check(clean, row=number)) is not None:
            errors, clean = (twice,), None
        if errors:
            self._tally.refused += 1
            self._errors.extend(findings(number, errors))
        return clean

    def admit(self, chunk: list[tuple[int, CleanRow]]) -> None:
        """One transaction: the store judges duplicates and takes the rest."""
        people = [self._sealer.person(row) for _, row in chunk]
        records = [uuid7() for _ in chunk]
        clean = [row for _, row in chunk]
        arguments = [
            self._token,
            self._batch,
            ring().version,
            [number for number, _ in chunk],
            [p[0] for p in people],
            [p[1] for p in people],
            [row.id_type for row in clean],
            [p[2] for p in people],
            [p[3] for p in people],
            [p[4] for p in people],
            records,
            [row.authority_uscc for row in clean],
            [row.authority_name for row in clean],
            [row.doc_no for row in clean],
            [row.decided_on for row in clean],
            [row.severity for row in clean],
            [row.display_end for row in clean],
            [row.retained_until for row in clean],
            [json.dumps(dict(row.plain), ensure_ascii=False) for row in clean],
            [self._sealer.texts(self._batch, number, row) for number, row in chunk],
            [self._sealer.content(row) for row in clean],
        ]
        try:
            scalar(ADMIT, arguments)
        except Refused as error:
            if error.code != "PEOPLE-01":
                raise
            scalar(ADMIT, arguments)  # another file brought one of these persons in the same moment; now they are known
        numbers = [number for number, _ in chunk]
        found = rows(
            "select * from cx.intake_outcomes_v1(%s::bytea, %s::uuid, %s::integer[])",
            [self._token, self._batch, numbers],
            of=_Outcome,
        )
        for row in found:
            match row.outcome:
                case "accepted":
                    self._tally.accepted += 1
                case "unchanged":
                    self._tally.unchanged += 1
                case outcome:
                    code = "INTAKE-38" if outcome == "pending" else "INTAKE-37"
                    self._tally.refused += 1
                    self._errors.append(Finding(row.source_row, "CF_WSH", code, say(code)))

    def result(self, table: Table) -> ImportResult:
        return ImportResult(
            total=self._tally.total,
            accepted=self._tally.accepted,
            refused=self._tally.refused,
            unchanged=self._tally.unchanged,
            ignored=table.ignored,
            errors=tuple(sorted(self._errors, key=lambda e: e.row)),
            warnings=tuple(self._warnings),
        )


ADMIT = (
    "select cx.intake_admit_v1(%s::bytea, %s::uuid, %s::integer, %s::integer[], %s::bytea[], %s::bytea[], "
    "%s::text[], %s::uuid[], %s::bytea[], %s::bytea[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::date[], "
    "%s::text[], %s::date[], "
    "%s::date[], %s::jsonb[], %s::bytea[], %s::bytea[])"
)
