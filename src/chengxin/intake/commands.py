"""From a file to records: judged in a child, sealed, staged, taken in by the store, closed with a receipt (导入)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings

from chengxin.intake.facts import OrganisationFacts
from chengxin.intake.judging.child import BadRows, judged
from chengxin.intake.queries import definition
from chengxin.intake.reading import Limits
from chengxin.intake.result import ImportResult
from chengxin.intake.taking import TRIES, Refusing, Taking
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import act, scalar, today
from chengxin.people.api import ring, whoami

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Imported:
    """The result, with what a page says beside it.

    Attributes:
        batch: None when the file may not come in at all: every row is refused (INTAKE-20, INTAKE-66), and no batch was
            opened.
        form: what the file turned out to be, in words: format, encoding, older or provincial spelling.
        bad: refused rows as they stand, where they were asked for.
        refused_for, message: the rule that keeps the whole file out; empty where a batch was opened.
    """

    result: ImportResult
    batch: UUID | None
    form: str
    bad: BadRows = field(repr=False)
    refused_for: str = ""
    message: str = ""


def _again(read: Callable[P, R]) -> Callable[P, R]:
    """Read once more when another reading of the same file closed the batch: this one finds every row there."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES - 1):
            try:
                return read(*args, **kwargs)
            except Refused as error:
                if error.code != "INTAKE-32":
                    raise
        return read(*args, **kwargs)

    return reading


@_again
def import_file(
    token: bytes,
    source: bytes | Path,
    *,
    item: str,
    kind: str = "report",
    channel: str = "command",
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
    opened: Callable[[UUID], None] | None = None,
    returned: bool = False,
    using: str = "default",
) -> Imported:
    """Import a department's file under a catalog item. Every error of every row; good rows are taken.

    Killed at any point it is called again with the same file, and goes on: rows that were taken stay, none is taken
    twice.

    Args:
        token: session of an officer whose duty covers intake; the batch belongs to the officer's organisation.
        source: the file, or its path.
        item: code of the catalog item.
        kind: one of ``facts.KINDS``: report, correct, withdraw, legacy.
        channel: page, command, api, folder.
        limits: of the upload page when left out.
        progress: called with (rows judged so far, rows of the file).
        opened: called with the batch once the file could be read.
        returned: hand the refused rows back as they stand, for a workbook.
        using: database alias.

    Raises:
        UnreadableFile: nothing could be judged; nothing was taken.
        Refused: SESSION-01, DUTY-01.
    """
    account = whoami(token, using=using)
    if account is None:
        raise Refused("SESSION-01")
    published, day = definition(item, kind=kind), today(using=using)
    with judged(
        source,
        definition=published,
        organisation=OrganisationFacts(account.organisation, account.organisation_name),
        mode=settings.MODE,
        today=day,
        kind=kind,
        limits=limits,
        returned=returned,
    ) as reading:
        said = reading.opened
        about = [kind, channel, _digest(source), said.words, said.total]
        progress = progress or _silent
        progress(0, said.total)  # a reader whose lease went to another one opens no batch any more
        with _begin(token, published, about, day=day, using=using) as run:
            if opened and run.batch:
                opened(run.batch)
            for block in reading.blocks():
                run.take(block)
                progress(run.judged, said.total)
            result = run.finish(total=said.total, ignored=said.ignored)
        return Imported(result, run.batch, said.words, reading.bad, run.code, run.message)


def _silent(_judged: int, _total: int) -> None:
    """Nobody asked how far it is."""


def _begin(token: bytes, published: dict[str, Any], about: list[Any], *, day: date, using: str) -> Refusing | Taking:
    """A batch under way: fresh, or the one of the same file that was left open; or the refusal of every row."""
    item, column = published["item"], _doc_no(published)
    try:
        with act(token, activity="intake.open", using=using) as line:
            batch = scalar(
                "select cx.intake_open_v1(%s::uuid, %s::uuid, %s::text, %s::integer, %s::text, %s::text, %s::bytea, "
                "%s::text, %s::integer)",
                [uuid7(), line, item["code"], item["version"], *about],
                using=using,
            )
    except Refused as refusal:
        if refusal.code not in {"INTAKE-20", "INTAKE-66"}:
            raise
        return Refusing(refusal.code, column, item["name"])
    return Taking(token, UUID(str(batch)), item=item["code"], kind=about[0], day=day, column=column, using=using)


def _digest(source: bytes | Path) -> bytes:
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _doc_no(published: dict[str, Any]) -> str:
    """Column of the document number: what the store says of a row is said there."""
    return next(str(row["code"]) for row in published["field"] if row.get("role") == "doc_no")


def decide(token: bytes, batch: UUID, row: int, *, outcome: str, reasons: str) -> None:
    """Decide about a held row by name and with reasons (核证): ``released`` lets it in, ``refused`` leaves it out.

    Raises:
        Refused: DUTY-01, INTAKE-37, INTAKE-39, INTAKE-42, INTAKE-44 (things changed meanwhile), INTAKE-46 (no reasons),
            INTAKE-64 (the officer has to stay out of it), INTAKE-65 (decided before).
    """
    scalar(
        "select cx.intake_decide_v1(%s::bytea, %s::uuid, %s::uuid, %s::integer, %s::text, %s::text, %s::integer)",
        [token, uuid7(), batch, row, outcome, reasons, ring().index_version],
    )


def dismiss(token: bytes, batch: UUID, *, reason: str) -> None:
    """Say that the refused rows of a batch are not coming (不再报送): the batch waits for nobody any more.

    Args:
        token: session of an officer of the organisation that sent it.
        batch: a closed batch.
        reason: one of ``facts.DISMISSALS``.

    Raises:
        Refused: SESSION-01, DUTY-01, INTAKE-32 (not a batch of the own organisation that wants rows).
    """
    with act(token, activity="intake.dismiss") as line:
        scalar("select cx.intake_dismiss_v1(%s::uuid, %s::uuid, %s::text)", [batch, line, reason])
