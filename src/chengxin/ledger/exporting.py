"""The auditor's folder (审计导出): the log as files, checkable without any database."""

from __future__ import annotations

from pathlib import Path

from chengxin.kernel.errors import Refused
from chengxin.ledger.log.tiles import ENTRIES, WIDTH, needed, path
from chengxin.ledger.sequencer import Folder, Store


def export(store: Store, folder: Path, *, first: int = 0, last: int | None = None, policy: str = "") -> tuple[int, int]:
    """Write the log as it is; gives its size and the number of tiles and bundles.

    All tiles are written, so that every proof can be made; of the bundles those that hold the leaves asked for.

    Args:
        store: connection of role ``log``.
        folder: empty, or not there.
        first: the first leaf that is asked for.
        last: no leaf from this one on; all of them if left out.
        policy: whom the installation tells readers to trust; written beside it.

    Raises:
        Refused: LOG-06 the folder is not empty; LOG-07 the log has no such leaf yet.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused("LOG-06")
    head = store.head(cosigned=True) or store.head()
    last = head.size if head and last is None else last
    if head is None or last is None or not 0 <= first < last <= head.size:
        raise Refused("LOG-07")
    out, read, count = Folder(folder), store.read(head.log), 0
    for level, n, width in needed(head.size):
        if level != ENTRIES or (n * WIDTH < last and (n + 1) * WIDTH > first):
            out.put(path(level, n, width), read(level, n, width))
            count += 1
    for name, text in (("predecessor", head.predecessor), ("policy", policy)):
        if text:
            out.put(name, text.encode())
    out.put("checkpoint", head.note.encode())  # last: a folder without it was not finished
    return head.size, count
