"""Proofs for those whom a line is about (证明): a file that verifies offline, and whom its reader may trust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import Verifier
from chengxin.kernel.note import read as read_note
from chengxin.ledger.database import rows, scalar
from chengxin.ledger.log.checkpoint import Checkpoint, Group, Policy, Witness, best, number_of
from chengxin.ledger.log.line import Opening
from chengxin.ledger.log.proof import Proof
from chengxin.ledger.log.tiles import WIDTH, Read, hashes_from, parse_path, stored
from chengxin.ledger.log.tree import LogFault, check_inclusion, inclusion_proof, leaf_hash

_LATE = timedelta(seconds=2)
"""So long before a checkpoint a line may have been written and still be on its way: its transaction ended later."""

_LAST = 100
"""Checkpoints of a log that ended among which one is looked for that as many as the policy asks have cosigned."""


@dataclass(frozen=True)
class _Log:
    log: int
    origin: str
    public_key: str


@dataclass(frozen=True)
class _Head:
    log: int
    note: str


@dataclass(frozen=True)
class _Note:
    note: str


def trusted() -> Policy:
    """Whom a reader of our log may trust: the policy file of this installation, or the log's own keys alone.

    Raises:
        LogFault: the policy file is no policy.
    """
    keys = tuple(Verifier.parse(one.public_key) for one in _logs())
    try:
        told = Policy.parse(settings.LOG_POLICY.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Policy(keys, {}, Group(0, ()))
    # A log that ended is verified under its own key, which the policy may name no more.
    return Policy((*told.logs, *(one for one in keys if one not in told.logs)), told.witnesses, told.quorum)


def trust_in_words(policy: Policy) -> dict[str, Any]:
    """The same for the page that verifies in the browser: keys in text form, groups as they nest."""
    witnesses = [one.text for one, _ in policy.witnesses.values()]
    return {"logs": [one.text for one in policy.logs], "witnesses": witnesses, "quorum": _nested(policy.quorum)}


def _nested(group: Group) -> dict[str, Any]:
    members = [one.text if isinstance(one, Witness) else _nested(one) for one in group.members]
    return {"least": group.least, "members": members}


def proof_file(opening: Opening, log: int | None, place: int | None) -> bytes | None:
    """The proof file of a line (证明文件); None while no cosigned checkpoint holds it.

    Args:
        opening: the line with its salt.
        log: which log it stands in, None while in none.
        place: where.

    Raises:
        Refused: PROOF-02, the line is not what the log was given.
    """
    note = _checkpoint(log) if log is not None else None
    if log is None or place is None or note is None:
        return None
    head = Checkpoint.parse(read_note(note.encode())[0])
    if place >= head.size:
        return None
    try:
        hashes = inclusion_proof(place, head.size, hashes_from(head.size, _read(log)))
        check_inclusion(leaf_hash(opening.leaf), place, head.size, hashes, head.root)
    except LogFault:
        raise Refused("PROOF-02") from None
    return Proof(opening.data, place, tuple(hashes), note.encode()).data


def provable_until() -> datetime | None:
    """Lines up to this moment have a proof; those after it are on their way. None: no log was begun."""
    cosigned = bool(trusted().witnesses)
    if not _logs():
        return None
    moment = scalar("select max(h.at) from cx.ledger_log_head_v1(%s::boolean) h", [cosigned])
    return moment - _LATE if moment else datetime.min.replace(tzinfo=UTC)


def is_pruned(number: int, name: str) -> bool:
    """Whether a published tile or bundle of a log lies wholly before its minimum: past retention, served no more."""
    found = parse_path(name)
    if found is None or found[0] > 0:
        return False  # tiles above level 0 stay: every consistency proof needs them
    log = next((one.log for one in _logs() if number_of(one.origin) == number), 0)
    return (found[1] + 1) * WIDTH <= int(scalar("select cx.ledger_minimum_v1(%s::integer)", [log]))


def _checkpoint(log: int) -> str | None:
    """The newest checkpoint of a log that its witnesses have cosigned.

    Of a log that ended it is not the one that ended it: that is longer than what is left of the log here.
    """
    policy = trusted()
    cosigned = bool(policy.witnesses)
    for head in rows("select log, note from cx.ledger_log_head_v1(%s::boolean)", [cosigned], of=_Head):
        if head.log == log:
            return head.note
    if not any(one.log > log for one in _logs()):
        return None
    call = "select n as note from cx.ledger_log_last_v1(%s::integer, %s::boolean, %s::integer) n"
    notes = [one.note for one in rows(call, [log, cosigned, _LAST], of=_Note)]
    return best(notes, policy) if notes else None


def _logs() -> list[_Log]:
    return rows("select log, origin, public_key from cx.ledger_log_logs_v1()", of=_Log)


def _read(log: int) -> Read:
    """Tiles of a log."""

    def fetch(level: int, n: int) -> bytes:
        statement = "select cx.ledger_log_tile_v1(%s::integer, %s::smallint, %s::bigint)"
        return bytes(scalar(statement, [log, level, n]) or b"")

    return stored(fetch)
