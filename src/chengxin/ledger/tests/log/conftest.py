"""A log in the tests' database: begun for one test, taken away after it, so that no stop rule waits for a sequencer."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from chengxin.kernel.note import Signer
from chengxin.ledger.log.checkpoint import Cosigner
from chengxin.ledger.sequencer import Folder, Sequencer, Store
from chengxin.operate.home import Home

ORIGIN = "log.test.invalid/log"
KEY = Signer(ORIGIN, bytes(range(32)))
WITNESS = Cosigner("outside.test.invalid/witness", bytes(range(1, 33)))
FRESH = """
delete from cx.ledger_log; delete from cx.ledger_log_tile; delete from cx.ledger_log_checkpoint;
delete from cx.ledger_log_cosignature; delete from cx.ledger_log_audit; delete from cx.ledger_log_acknowledged;
delete from cx.ledger_log_state; delete from cx.ledger_erased; delete from cx.ledger_minimum;
insert into cx.ledger_log_state values (0, 0, 0, 1, '0', '00000000-0000-0000-0000-000000000000', 0, 0, 0, 'epoch', '0',
  '00000000-0000-0000-0000-000000000000', 'epoch', 'epoch', 'epoch', 0, 'epoch', 'epoch', '');
update cx.ledger_deployment set epoch = epoch + 1
"""
"""As after the migration; what other tests registered belongs to an incarnation before."""


@dataclass
class Log:
    """A log under test with the hands that tests need."""

    home: Home
    owner: psycopg.Connection[Any]
    path: Path
    stores: list[Store] = field(default_factory=list)

    def sequencer(self, folder: str = "public") -> Sequencer:
        """Another sequencer of this log, as another process would be."""
        self.stores.append(Store(self.home.dsn("log")))
        return Sequencer(self.stores[-1], KEY, Folder(self.path / folder))

    def state(self, name: str) -> Any:
        row = self.owner.execute(f"select {name} from cx.ledger_log_state").fetchone()
        assert row is not None
        return row[0]

    def cosign(self, size: int, *, ahead: int = 0, by: Cosigner = WITNESS) -> None:
        """One witness outside cosigns a checkpoint, and the sequencer says so as the feeder does."""
        row = self.owner.execute("select log, note from cx.ledger_log_checkpoint where size = %s", [size]).fetchone()
        assert row is not None
        at = int(time.time()) + ahead
        line = by.line(row[1].partition("\n\n")[0] + "\n", at)
        name = by.witness.name
        self.owner.execute(
            "select cx.ledger_log_cosign_v1(%s, %s, %s, to_timestamp(%s), %s)", [row[0], size, name, at, line]
        )
        self.owner.execute("select cx.ledger_log_witnessed_v1(%s, %s, to_timestamp(%s))", [row[0], size, at])

    @property
    def policy(self) -> Path:
        """A policy file that asks for this one witness."""
        path = self.path / "log.policy"
        path.write_text(f"log {KEY.verifier.text}\nwitness w {WITNESS.witness.text}\nquorum w\n", "utf-8")
        return path

    def lines(self) -> int:
        """Lines of this incarnation."""
        row = self.owner.execute(
            "select count(*) from cx.ledger_register r join cx.ledger_deployment d on d.epoch = r.epoch"
        ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def log(home: Home, tmp_path: Path) -> Iterator[Log]:
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        _fresh(home, owner)
        made = Log(home, owner, tmp_path)
        yield made
        for store in made.stores:
            store.close()
        _fresh(home, owner)


def _fresh(home: Home, owner: psycopg.Connection[Any]) -> None:
    """No log in the database, and no files of one that the pages would serve."""
    owner.execute(FRESH)
    shutil.rmtree(home.log_folder, ignore_errors=True)


@pytest.fixture
def write(clerk: Any, connect: Callable[[str], psycopg.Connection[Any]]) -> Callable[..., list[UUID]]:
    """Register so many acts about nobody, each in a transaction of its own."""
    web = connect("web")

    def write(count: int, using: psycopg.Connection[Any] | None = None) -> list[UUID]:
        ids = [uuid4() for _ in range(count)]
        for one in ids:
            (using or web).execute("select cx.ledger_own_act_v1(%s, %s, 'lookup.mine', '')", [clerk.token, one])
        return ids

    return write


@pytest.fixture
def effective_person(make_citizen: Callable[..., Any], shift: Callable[[int], None], system: Any) -> UUID:
    """Somebody whose one adverse record is served, waited for, and acts."""
    from chengxin.flow.api import tick
    from chengxin.operate.seed import _open_letters

    citizen = make_citizen()
    _open_letters(citizen.token)
    shift(20)
    tick(system.token, using="worker")
    person: UUID = citizen.person
    return person
