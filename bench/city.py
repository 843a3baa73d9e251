"""An embedded server of its own, filled with synthetic persons: three records each, half of the records effective."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chengxin.kernel.identity import check_digit
from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home
from chengxin.operate.seed import prepare
from chengxin.people.vault import KeyRing, Vault

SQL = Path(__file__).parent / "sql"
OFFICE = "11090900MB0000019H"
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True)
class City:
    """A running installation and the process number of its server."""

    home: Home
    server: Server

    def owner(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.home.dsn("owner"), autocommit=True)

    def settle(self) -> None:
        """Write out what earlier work left, so that the next measurement does not pay for it."""
        with psycopg.connect(self.home.admin_dsn(), autocommit=True) as admin:
            admin.execute("checkpoint")

    def account(self, kind: str, duties: list[str]) -> tuple[str, bytes]:
        """A fresh account; its login and, for a machine, its private key."""
        login, key = f"bench-{secrets.token_hex(4)}", Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        with self.owner() as owner:
            owner.execute(
                "select cx.people_account_open_v1(%s, %s, %s, '测量', null, %s, '', null, %s, null, %s::text[], "
                "date '2026-01-01')",
                [uuid4(), login, kind, OFFICE, public, duties],
            )
        return login, key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    def session(self, login: str, kind: str) -> bytes:
        """A session of an account, opened as the sign-in would."""
        token = secrets.token_bytes(32)
        with self.owner() as owner:
            owner.execute(
                "select cx.ledger_session_open_v1(%s, %s, account, %s, null, %s, 'console', 2, '', true, 720, 720) "
                "from cx.people_account where login = %s",
                [token, uuid4(), kind, OFFICE, login],
            )
        return token


@contextmanager
def city(persons: int) -> Iterator[City]:
    """A fresh installation with so many persons, gone afterwards. As durable as production: nothing is off."""
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder:
        home = Home.create(Path(folder) / "home")
        try:
            with Server(home) as server:
                bootstrap(home)
                prepare(home)
                _fill(home, persons)
                yield City(home, server)
        finally:
            home.remove()


def number(person: int) -> str:
    """The valid identity number of synthetic person `person`; area 090900 exists nowhere."""
    body = f"090902{date(1940, 1, 1) + timedelta(days=person // 900):%Y%m%d}{person % 900 + 100}"
    return body + check_digit(body)


def name(person: int) -> str:
    return f"测试{str(person).translate(_DIGITS)}"


def _fill(home: Home, persons: int) -> None:
    ring = Vault(KeyRing.load(home.keyring))
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("create unlogged table cx.bench_person (n integer, hmac bytea, pair bytea, person uuid)")
        with owner.cursor().copy("copy cx.bench_person from stdin (format binary)") as copy:
            copy.set_types(["int4", "bytea", "bytea", "uuid"])
            for one in range(persons):
                known = number(one)
                pair = ring.pair_index("citizen", known, name(one))
                copy.write_row((one, ring.blind_index("citizen", known), pair, uuid4()))
        owner.execute((SQL / "fill.sql").read_bytes())
        for table in (
            "people_key",
            "people_person",
            "records_record",
            "records_version",
            "records_event",
            "naive_record",
        ):
            owner.execute(f"vacuum (analyze) cx.{table}".encode())
