"""Logs as files (日志成为文件): the auditor's folder, checkable without a database; what a restore lost."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import Verifier
from chengxin.kernel.note import read as read_note
from chengxin.ledger.log.checkpoint import Checkpoint, Group, Policy, best, number_of
from chengxin.ledger.log.tiles import ENTRIES, WIDTH, needed, path, width_of
from chengxin.ledger.sequencer import AGAIN, Folder, Head, Store

_LAST = 100
"""Checkpoints of a log that ended among which one is looked for that the witnesses of today's policy have cosigned."""


def export(
    store: Store,
    folder: Path,
    *,
    number: int | None = None,
    first: int = 0,
    last: int | None = None,
    policy: str = "",
) -> tuple[int, int]:
    """Write a log as it is; gives its size and the number of tiles and bundles.

    All tiles are written, so that every proof can be made; of the bundles those that hold the leaves asked for.

    Args:
        store: connection of role ``log``.
        folder: empty, or not there.
        number: which log, as in its address; the current one if left out.
        first: the first leaf that is asked for.
        last: no leaf from this one on; all of them if left out.
        policy: whom the installation tells readers to trust; written beside it, with the key of this log.

    Raises:
        Refused: LOG-06 the folder is not empty; LOG-07 the log has no such leaf yet; LOG-08 there is no such log.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused("LOG-06")
    head, own = _chosen(store, number, policy)
    last = head.size if head and last is None else last
    if head is None or last is None or not 0 <= first < last <= head.size:
        raise Refused("LOG-07")
    out = Folder(folder)
    count = _tiles(store, out, head, first, last)
    if own:
        out.put("policy", own.encode())
    out.put("checkpoint", head.note.encode())  # last: a folder without it was not finished
    return head.size, count


def republish_lost(store: Store, published: Path) -> list[int]:
    """Publish again what a restore lost: logs that ended, and what the sequencer leaves out. Gives the numbers.

    What is there stays untouched: of a log that ended it may be what the database lost.

    Args:
        store: connection of role ``log``.
        published: the folder above the logs' own.
    """
    done = []
    for log in _logs(store)[:-1]:
        out = Folder(published / str(number_of(log.origin)))
        head = _ended(store, log, "")
        if head is None or out.get("checkpoint.signed") is not None:
            continue
        _tiles(store, out, head, 0, head.size)
        if len(read_note(head.note.encode())[1]) > 1:
            out.put("checkpoint", head.note.encode())
        out.put("checkpoint.signed", head.note.encode())
        done.append(number_of(log.origin))
    head = store.head()
    if head is not None and _early(store, Folder(published / str(number_of(head.origin))), head):
        done.append(number_of(head.origin))
    return done


def _early(store: Store, out: Folder, head: Head) -> bool:
    """Tiles of the current log from before what its sequencer republishes; the first one is written last."""
    before = max(0, head.size - AGAIN)
    early = (one for one in needed(before) if width_of(one[0], one[1], head.size) == one[2])
    first = next(early, None)
    if first is None or out.get(path(*first)) is not None:
        return False
    read = store.read(head.log)
    for one in chain(early, (first,)):
        out.put(path(*one), read(*one))
    return True


def _logs(store: Store) -> list[Any]:
    return store.connection.execute("select * from cx.ledger_log_logs_v1()").fetchall()


def of_number(logs: list[Any], number: int | None) -> Any | None:
    """The log of a number, as in its address; the current one if left out, None before the first began.

    Raises:
        Refused: LOG-08.
    """
    found = logs[-1:] if number is None else [one for one in logs if number_of(one.origin) == number]
    if number is not None and not found:
        raise Refused("LOG-08")
    return found[0] if found else None


def _chosen(store: Store, number: int | None, policy: str) -> tuple[Head | None, str]:
    """The newest checkpoint of the log that was asked for, and the policy its readers need."""
    every = _logs(store)
    log = of_number(every, number)
    if log is None or log is every[-1]:
        return store.head(cosigned=True) or store.head(), policy
    lines = [line for line in policy.splitlines() if not line.startswith("log ")]
    own = "\n".join([f"log {log.public_key}", *lines, ""]) if policy else ""
    return _ended(store, log, own), own


def _ended(store: Store, log: Any, policy: str) -> Head | None:
    """The newest checkpoint that is left of a log that ended: cosigned where any was."""
    told = Policy.parse(policy) if policy else Policy((Verifier.parse(log.public_key),), {}, Group(0, ()))
    for cosigned in (True, False):
        found = store.connection.execute(
            "select n as note from cx.ledger_log_last_v1(%s, %s, %s) n", [log.log, cosigned, _LAST]
        ).fetchall()
        if found:
            note = best([one.note for one in found], told)
            seen = Checkpoint.parse(read_note(note.encode())[0])
            return Head(log.log, log.origin, log.predecessor, seen.size, seen.root, note)
    return None


def _tiles(store: Store, out: Folder, head: Head, first: int, last: int) -> int:
    """Every tile, the bundles of the leaves asked for, and what the log follows."""
    read, count = store.read(head.log), 0
    for level, n, width in needed(head.size):
        if level != ENTRIES or (n * WIDTH < last and (n + 1) * WIDTH > first):
            out.put(path(level, n, width), read(level, n, width))
            count += 1
    if head.predecessor:
        out.put("predecessor", head.predecessor.encode())
    return count
