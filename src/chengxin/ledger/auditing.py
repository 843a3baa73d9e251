"""The audit (日志审计): every line's commitment made again from its row, every root from its leaves, every signature.

It names the first place that differs. The database compares rows with leaves set-wise; trees and signatures are checked
here. What it cannot see is a tree that was rebuilt and signed anew with the log's own key: that is what witnesses and
the receipts of persons are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from chengxin.kernel.ids import uuid7
from chengxin.kernel.note import NoteError, Verifier
from chengxin.kernel.periods import CHINA
from chengxin.ledger.log.checkpoint import SKEW, Group, Policy, check_checkpoint
from chengxin.ledger.log.tiles import ENTRIES, WIDTH, Edge, entries_of
from chengxin.ledger.log.tree import LogFault
from chengxin.ledger.rules import Audit, Known, unsettled
from chengxin.ledger.sequencer import Store

_PAGE = 100
SEEN = frozenset({"root", "signature", "quorum"})
"""What the database cannot see, and takes an auditor's word for; nobody can take back what it saw itself."""
WEEK = timedelta(days=6, hours=12)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree (审计发现).

    Attributes:
        kind: a word of ``ledger.words.FINDINGS``.
        place: first leaf, -1 where there is none.
        size: the checkpoint it was found under, the last of them.
        count: lines.
        last: of late lines the last leaf.
    """

    kind: str
    place: int
    size: int
    count: int = 1
    last: int = -1


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit went through and found.

    Attributes:
        acknowledged: findings in this part that an auditor answers for; they are none of `findings`.
    """

    log: int
    origin: str
    first: int
    size: int
    lines: int
    gone: int
    waiting: int
    findings: tuple[Finding, ...]
    acknowledged: tuple[Known, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing differs that nobody answers for."""
        return not self.findings


def due(store: Store) -> int | None:
    """From which leaf an audit is to begin now: what is new, each night; everything, each week, and after a finding.

    None: not now.
    """
    row = store.call("select statement_timestamp() as now, s.log from cx.ledger_log_status_v1() s")
    every = store.connection.execute("select * from cx.ledger_log_audits_v1(100)").fetchall()
    past = [Audit(*one) for one in every if one.log == row.log]  # a log that followed is new from its first leaf on
    if not row.log:
        return None
    tonight = [one for one in past if _night(one.ended_at) >= _night(row.now)]
    whole = any(one.first == 0 for one in tonight)
    if unsettled(past) and not whole:
        return 0  # what differed is looked at again, and stands on top until a whole audit agrees
    if not any(one.first == 0 and row.now - one.ended_at < WEEK for one in past):
        return 0  # whoever else audited what is new
    return None if tonight else max(one.size for one in past)


def _night(at: datetime) -> date:
    """The night a time belongs to, which begins at half past two in China."""
    return (at.astimezone(CHINA) - timedelta(hours=2, minutes=30)).date()


def audit(store: Store, *, since: int = 0, keep: bool = True, policy: Path | None = None) -> list[Audited]:
    """Audit every log of the installation.

    Args:
        store: connection of role ``log``.
        since: leaves of the current log that an earlier audit went through; 0 for all.
        keep: write the result where the audit page shows it.
        policy: the installation's policy file, whose quorum the newest cosigned checkpoint must have.

    Raises:
        Refused: AUDIT-04, no kept audit reached so far yet.
    """
    waiting = int(store.call("select cx.ledger_log_waiting_v1() as n").n)
    logs = store.connection.execute("select * from cx.ledger_log_logs_v1()").fetchall()
    told = []
    for one in logs:
        kept = uuid7() if keep else None
        found = _one(store, one, since if one is logs[-1] else 0, waiting if one is logs[-1] else 0, kept)
        if policy is not None and one is logs[-1] and unwitnessed(store, policy):
            size = int(store.status().cosigned_size)
            found = replace(found, findings=(*found.findings, Finding("quorum", -1, size)))
        told.append(found)
        if keep:  # what rows and leaves show the database has written down itself
            seen = next((told.kind for told in found.findings if told.kind in SEEN), "")
            store.call("select cx.ledger_log_audit_end_v1(%s, %s)", kept, seen)
    return told


def _one(store: Store, log: Any, since: int, waiting: int, kept: UUID | None) -> Audited:
    policy = Policy((Verifier.parse(log.public_key),), {}, Group(0, ()))
    findings: list[Finding] = []
    lines = gone = 0
    size = first = _start(store, log.log, since, kept)
    edge: Edge | None = None
    try:
        edge = Edge.load(size, store.read(log.log))
    except LogFault:  # rows and signatures are compared all the same
        findings.append(Finding("root", -1, size))
    for point in _points(store, log.log, size, kept):
        lines += point.lines
        gone += point.erased
        findings = _joined(findings, _compared(point), point.first)
        findings += _signed(point, policy)
        if edge is not None and not _grown(store, log.log, edge, point):
            findings.append(Finding("root", -1, point.size))
            break
        size = point.size
    known = [Known(*one) for one in store.connection.execute("select * from cx.ledger_log_known_v1(%s)", [log.log])]
    inside = tuple(one for one in known if one.last >= first and one.first < size)
    return Audited(log.log, log.origin, first, size, lines, gone, waiting, tuple(findings), inside)


def unwitnessed(store: Store, policy: Path) -> bool:
    """Whether the state claims a visit of the witnesses that the cosignatures under its checkpoint do not bear out.

    Whoever has the role of the sequencer can write both; the witnesses' signatures nobody here can make.

    Args:
        store: connection of role ``log``, ``worker`` or ``web``.
        policy: the installation's policy file; without one nobody outside is trusted.
    """
    # In this order: the claim is never newer than its evidence.
    status, head = store.status(), store.head(cosigned=True)
    if not status.log or not status.cosigned_size:
        return False
    try:
        if head is None:
            return True
        seen = check_checkpoint(head.note.encode(), _trusted(store, policy))
    except (LogFault, NoteError):
        return True
    at = seen.at or max(seen.times.values(), default=0)
    same = (seen.checkpoint.size, seen.checkpoint.root) == (head.size, head.root)
    return not same or status.cosigned_at.timestamp() > at + SKEW


def _trusted(store: Store, policy: Path) -> Policy:
    logs = store.connection.execute("select public_key from cx.ledger_log_logs_v1()").fetchall()
    keys = tuple(Verifier.parse(one.public_key) for one in logs)
    try:
        told = Policy.parse(policy.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Policy(keys, {}, Group(0, ()))
    return Policy(keys, told.witnesses, told.quorum)


def _points(store: Store, log: int, after: int, kept: UUID | None) -> Iterator[Any]:
    """Checkpoints, each with its batch compared; into the audit that is kept, or for this caller alone."""
    while True:
        if kept is not None:
            found = store.connection.execute("select * from cx.ledger_log_audit_step_v1(%s, %s)", [kept, _PAGE])
        else:
            found = store.connection.execute("select * from cx.ledger_log_checked_v1(%s, %s, %s)", [log, after, _PAGE])
        page = found.fetchall()
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].size


def _start(store: Store, log: int, since: int, kept: UUID | None) -> int:
    """The last checkpoint at or before a size."""
    if kept is not None:
        return int(store.call("select cx.ledger_log_audit_begin_v1(%s, %s, %s) as size", kept, log, since).size)
    return int(store.call("select cx.ledger_log_before_v1(%s, %s) as size", log, since + 1).size)


def _compared(part: Any) -> Iterator[Finding]:
    if part.altered:
        yield Finding("altered", part.place, part.size, part.altered)
    if part.missing > part.altered:
        yield Finding("missing", part.place, part.size, part.missing - part.altered)
    if part.unknown > part.altered:
        yield Finding("unknown", part.place, part.size, part.unknown - part.altered)
    if part.late:
        yield Finding("apart", part.late_first, part.size, part.late, part.late_last)


def _joined(before: list[Finding], after: Iterable[Finding], first: int) -> list[Finding]:
    """Late lines of one batch after the other are one finding: one pause, and one thing to answer for.

    Args:
        before: what was found up to this batch.
        after: what was found in it.
        first: its first leaf, where the batch before ended.
    """
    told = list(before)
    for one in after:
        last = next((at for at, old in enumerate(told) if (old.kind, old.size) == ("apart", first)), None)
        if one.kind != "apart" or last is None:
            told.append(one)
            continue
        old = told.pop(last)
        told.append(Finding("apart", old.place, one.size, old.count + one.count, one.last))
    return told


def _signed(point: Any, policy: Policy) -> Iterator[Finding]:
    try:
        head = check_checkpoint(point.note.encode(), policy, alone=True).checkpoint
    except (LogFault, NoteError):
        yield Finding("signature", -1, point.size)
        return
    if (head.size, head.root) != (point.size, point.root):
        yield Finding("signature", -1, point.size)


def _grown(store: Store, log: int, edge: Edge, point: Any) -> bool:
    """Append the leaves up to a checkpoint; whether its root and all new tiles are what the leaves make."""
    read = store.read(log)
    while edge.size < point.size:
        n, done = divmod(edge.size, WIDTH)
        width = min(WIDTH, point.size - n * WIDTH)
        try:
            made = edge.append(entries_of(read(ENTRIES, n, width))[done:])
            if any(read(one.level, one.n, one.width) != one.data for one in made):
                return False
        except LogFault:
            return False
    same: bool = edge.root() == point.root
    return same
