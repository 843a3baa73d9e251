"""The demonstration's population database (演示用人口信息库): who lives in the synthetic city, as keyed hashes.

It stands in for the municipal database and speaks its interface (docs/reference/population-openapi.json). It lies in a
folder of its own with keys of its own, and knows nothing of the platform but its public key. Numbers and names are kept
as keyed hashes; only what a change has to tell is kept, sealed. Its log says when, for what and about how many.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chengxin.kernel.population import Answer, Change, Claim, Kind
from chengxin.kernel.signature import WINDOW
from chengxin.operate.home import private_folder, write_private
from chengxin.people.vault import KeyRing, Vault

CLIENT = "chengxin"
"""The platform's name at the database."""
HOLDING = frozenset({"INTAKE", "REGISTER"})
"""Purposes after which the platform holds the person: the database tells it what happens to those, and to no others."""
_TABLES = """
create table if not exists person (subject text primary key, pair text not null, held integer not null default 0);
create table if not exists change (seq integer primary key, id text not null, kind text not null, told blob not null);
create table if not exists asked (at real not null, request text not null, purpose text not null, persons integer);
create table if not exists used (nonce text primary key, at real not null);
"""


@dataclass(frozen=True)
class Asked:
    """A line of the database's own log (请求日志): never a name."""

    request: UUID
    purpose: str
    persons: int


class Sandbox:
    """One folder. Every call opens the store for itself, so that processes and threads can share it."""

    def __init__(self, folder: Path) -> None:
        self._store = folder / "population.sqlite"
        self._ring = Vault(KeyRing.load(folder / "keys.json"))
        keys = json.loads((folder / "sandbox.json").read_text("utf-8"))
        self.key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(keys["server"]))
        self.client = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys["client"]))

    @classmethod
    def create(cls, folder: Path) -> Sandbox:
        """Open the folder, or make one without anybody in it, and the platform's key beside it."""
        private_folder(folder)
        if not (folder / "sandbox.json").exists():
            client, server = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
            KeyRing.create(folder / "keys.json")
            write_private(folder / "client.key", _text(_private(client)))
            keys = {"server": _text(_private(server)), "client": _text(_public(client.public_key()))}
            write_private(folder / "sandbox.json", json.dumps(keys))
        sandbox = cls(folder)
        with closing(sandbox._open()) as store:
            store.executescript(_TABLES)
        return sandbox

    def link(self, path: Path, url: str) -> None:
        """Write what the platform needs to ask this database."""
        private = (self._store.parent / "client.key").read_text("ascii")
        server = _text(_public(self.key.public_key()))
        said = {"url": url, "key_id": CLIENT, "private_key": private, "server_key": server, "sandbox": True}
        write_private(path, json.dumps(said))

    def settle(self, people: Iterable[Claim]) -> None:
        """These live in the city (入住)."""
        with closing(self._open()) as store, store:
            store.executemany(
                "insert into person (subject, pair) values (?, ?) "
                "on conflict (subject) do update set pair = excluded.pair",
                ((self._subject(one), self._pair(one)) for one in people),
            )

    def answer(self, claims: Sequence[Claim], *, purpose: str, request: UUID) -> list[Answer]:
        """Match, no match or unknown for each; the request goes into the log."""
        subjects = [self._subject(claim) for claim in claims]
        with closing(self._open()) as store, store:
            found = dict(store.execute(_FIND, [json.dumps(subjects)]).fetchall())
            self._log(store, request, purpose, len(claims))
            answers: list[Answer] = [
                "unknown" if subject not in found else "match" if found[subject] == self._pair(claim) else "no_match"
                for subject, claim in zip(subjects, claims, strict=True)
            ]
            if purpose in HOLDING:
                known = [(one,) for one, said in zip(subjects, answers, strict=True) if said == "match"]
                store.executemany("update person set held = 1 where subject = ? and held = 0", known)
        return answers

    def happened(
        self, kind: Kind, about: Claim, *, on: date, new_number: str | None = None, new_name: str | None = None
    ) -> int | None:
        """Something happened to a person (变更): the change's number, or None where the platform does not hold them.

        Args:
            kind: of the change.
            about: number and name as they were.
            on: the day.
            new_number: of the same kind of document.
            new_name: where the name changed.
        """
        name = new_name or about.name
        now = Claim(about.id_type, new_number or about.id_number, name)
        with closing(self._open()) as store, store:
            store.execute("begin immediate")
            row = store.execute("select held from person where subject = ?", [self._subject(about)]).fetchone()
            held = bool(row and row[0])
            if kind in {"name_changed", "number_corrected"}:
                store.execute("delete from person where subject = ?", [self._subject(about)])
                values = [self._subject(now), self._pair(now), int(held)]
                store.execute("insert or replace into person values (?, ?, ?)", values)
            if not held:
                return None
            (last,) = store.execute("select coalesce(max(seq), 0) from change").fetchone()
            told = Change(
                last + 1,
                uuid4(),
                kind,
                on,
                about.id_type,
                about.id_number,
                about.id_type if new_number else None,
                new_number,
                name if new_name or kind == "number_corrected" else None,
            )
            sealed = self._ring.seal_bytes(msgspec.json.encode(told), f"change|{told.seq}")
            store.execute("insert into change values (?, ?, ?, ?)", [told.seq, str(told.id), kind, sealed])
            return int(told.seq)

    def changes(self, after: int, limit: int, *, purpose: str, request: UUID) -> list[Change]:
        """The next changes after a number."""
        with closing(self._open()) as store, store:
            found = store.execute(
                "select seq, told from change where seq > ? order by seq limit ?", [after, limit]
            ).fetchall()
            self._log(store, request, purpose, len(found))
        return [msgspec.json.decode(self._ring.open_bytes(told, f"change|{seq}"), type=Change) for seq, told in found]

    def first_time(self, nonce: str) -> bool:
        """Whether a nonce was never used; it is remembered as long as a signature with it could be good."""
        with closing(self._open()) as store, store:
            store.execute("delete from used where at < ?", [time.time() - 2 * WINDOW])
            return store.execute("insert or ignore into used values (?, ?)", [nonce, time.time()]).rowcount == 1

    def log(self) -> list[Asked]:
        """What was asked, the oldest first."""
        with closing(self._open()) as store:
            lines = store.execute("select request, purpose, persons from asked order by rowid").fetchall()
        return [Asked(UUID(request), purpose, persons) for request, purpose, persons in lines]

    def _log(self, store: sqlite3.Connection, request: UUID, purpose: str, persons: int) -> None:
        store.execute("insert into asked values (?, ?, ?, ?)", [time.time(), str(request), purpose, persons])

    def _open(self) -> sqlite3.Connection:
        store = sqlite3.connect(self._store, timeout=10)
        store.execute("pragma journal_mode = wal")
        store.execute("pragma synchronous = off")  # a city that does not exist loses nothing
        return store

    def _subject(self, claim: Claim) -> str:
        return self._ring.blind_index(claim.id_type, claim.id_number).hex()

    def _pair(self, claim: Claim) -> str:
        return self._ring.pair_index(claim.id_type, claim.id_number, claim.name).hex()


_FIND = "select p.subject, p.pair from json_each(?) a join person p on p.subject = a.value"


def _private(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def _public(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
