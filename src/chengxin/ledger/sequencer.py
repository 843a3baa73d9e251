# ruff: noqa: PTH103, PTH105, PTH106, PTH108, PTH116, PTH123, PTH208  # plain system calls, see Folder
"""The sequencer (排序程序): register lines into the log, in the order of their commit.

Needs psycopg only, as role ``log``. One transaction takes a batch and writes tiles, checkpoint and cursor; files follow
after the commit and can be written again at any time. A sequencer that dies leaves nothing half: either the batch is in
the database, and the next one publishes it, or it is not, and the next one takes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import namedtuple_row

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import Signer, sign
from chengxin.ledger.log.checkpoint import Checkpoint
from chengxin.ledger.log.tiles import ENTRY, WIDTH, Edge, Read, Tile, needed, stored

LEASE = 10
"""Seconds after which another sequencer may go on in place of one that fell silent."""
BATCH = 20_000
"""Lines in one batch at most."""
AGAIN = 1 << 16
"""Leaves before the end whose files are looked after at the start: what a power failure may have lost."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did: how many lines went in, and the size since."""

    lines: int
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint of the log in the database (最新检查点)."""

    log: int
    origin: str
    predecessor: str
    size: int
    root: bytes
    note: str


class Store:
    """The log's tables through the guard functions of role ``log``."""

    def __init__(self, dsn: str) -> None:
        self.connection: psycopg.Connection[Any] = psycopg.connect(
            dsn, autocommit=True, connect_timeout=10, row_factory=namedtuple_row
        )

    def close(self) -> None:
        self.connection.close()

    def call(self, statement: LiteralString, *values: object) -> Any:
        """The first row of a statement, or None.

        Raises:
            Refused: a guard said no.
        """
        try:
            return self.connection.execute(statement, values, binary=True).fetchone()
        except psycopg.Error as error:
            if error.sqlstate == "CX001":
                raise Refused(error.diag.constraint_name or "") from None
            raise

    def head(self, *, cosigned: bool = False) -> Head | None:
        """The newest checkpoint, or the newest that the quorum has cosigned."""
        row = self.call("select * from cx.ledger_log_head_v1(%s)", cosigned)
        return row and Head(row.log, row.origin, row.predecessor, row.size, row.root, row.note)

    def status(self) -> Any:
        """The row of ``ledger_log_status_v1``."""
        return self.call("select * from cx.ledger_log_status_v1()")

    def read(self, log: int) -> Read:
        """The tiles of a log."""

        def fetch(level: int, n: int) -> bytes:
            row = self.call("select cx.ledger_log_tile_v1(%s, %s::smallint, %s) as data", log, level, n)
            return row.data or b""

        return stored(fetch)


class Folder:
    """The published files (公开文件): immutable but for the two checkpoints, complete or not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(mode=0o755, parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        """Write a file in one step, in place of what is there."""
        target = f"{self.path}/{name}"
        parent, _, last = target.rpartition("/")
        draft = f"{parent}/.{last}.{os.getpid()}"
        try:
            _write(draft, data)
        except FileNotFoundError:
            os.makedirs(parent, exist_ok=True)
            _write(draft, data)
        os.replace(draft, target)

    def add(self, tiles: Iterable[Tile]) -> None:
        """Publish tiles and bundles; one that is there stays. A full one takes away the unfinished ones before it."""
        for tile in tiles:
            name = tile.path
            if _size(f"{self.path}/{name}") != len(tile.data):
                self.put(name, tile.data)
            if tile.width == WIDTH:
                _remove(f"{self.path}/{name}.p")

    def get(self, name: str) -> bytes | None:
        """The content of a file, None where there is none."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None


# Hundreds of files a second are written while a backlog is taken in: plain system calls, no path objects.


def _write(name: str, data: bytes) -> None:
    with open(name, "wb") as file:
        file.write(data)


def _size(name: str) -> int:
    try:
        return os.stat(name).st_size
    except FileNotFoundError:
        return -1


def _remove(folder: str) -> None:
    try:
        for one in os.listdir(folder):
            os.unlink(f"{folder}/{one}")
        os.rmdir(folder)
    except FileNotFoundError:
        return  # another process was here, or there is none


class Sequencer:
    """One writer of the log. Another of them waits until the lease ends.

    Args:
        store: connection of role ``log``.
        key: the log's key; its name is the origin.
        folder: where the files are published.
    """

    def __init__(self, store: Store, key: Signer, folder: Folder) -> None:
        self.store, self.key, self.folder = store, key, folder
        self.holder: UUID = uuid4()
        self._edge: tuple[int, Edge] | None = None

    def begin(self) -> int:
        """Begin the first log, or go on with it.

        Raises:
            Refused: LOG-05, the log of this installation has another origin or key.
        """
        row = self.store.call("select cx.ledger_log_begin_v1(%s, %s) as log", self.key.name, self.key.verifier.text)
        log: int = row.log
        return log

    def round(self) -> Done:
        """Take and append one batch.

        Raises:
            Refused: LOG-03 another sequencer holds the lease, or the log is halted; LOG-04 it lost the lease meanwhile.
        """
        made: list[Tile] = []
        edge_then, self._edge = self._edge, None  # whatever fails, the next round reads the edge again
        with self.store.connection.transaction():
            batch = self.store.call("select * from cx.ledger_log_take_v1(%s, %s, %s)", self.holder, LEASE, BATCH)
            if batch.origin != self.key.name:
                raise Refused("LOG-05")
            entries = [batch.entries[i + 2 : i + ENTRY] for i in range(0, len(batch.entries), ENTRY)]
            if not entries:
                self._edge = edge_then
                return Done(0, batch.size)
            edge = self._load(edge_then, batch.log, batch.size)
            made = edge.append(entries)
            note = sign(Checkpoint(self.key.name, edge.size, edge.root()).text, self.key)
            self._append(batch, edge, note, made)
        self._edge = (batch.log, edge)
        if batch.size:
            self._publish(made, note)
        else:
            self.republish()  # a log's first files, and with them the checkpoint it follows
        return Done(batch.lines, edge.size)

    def republish(self) -> None:
        """Write the files that a process which died after its commit did not write."""
        head = self.store.head()
        if head is None:
            return
        read = self.store.read(head.log)
        start = max(0, head.size - AGAIN)
        self._publish((Tile(*one, read(*one)) for one in needed(head.size, start)), head.note)
        if head.predecessor:
            self.folder.put("predecessor", head.predecessor.encode())

    def _load(self, known: tuple[int, Edge] | None, log: int, size: int) -> Edge:
        if known is not None and known[0] == log and known[1].size == size:
            return known[1]
        return Edge.load(size, self.store.read(log))

    def _append(self, batch: Any, edge: Edge, note: str, tiles: list[Tile]) -> None:
        made = [one for one in tiles if one.level]  # level 0 is in the bundles already
        self.store.call(
            "select cx.ledger_log_append_v1(%s, %s, %s, %s, %s, "
            "%s::smallint[], %s::bigint[], %s::smallint[], %b::bytea[])",
            self.holder,
            batch.size,
            edge.size,
            edge.root(),
            note,
            [one.level for one in made],
            [one.n for one in made],
            [one.width for one in made],
            [one.data for one in made],
        )

    def _publish(self, tiles: Iterable[Tile], note: str) -> None:
        self.folder.add(tiles)
        self.folder.put("checkpoint.signed", note.encode())
