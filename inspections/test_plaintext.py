"""No identity outside the vault: data files, write-ahead log, server log and dump hold neither name nor number."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from chengxin.kernel.identity import birth_date, check_digit
from chengxin.operate.embedded import installation
from chengxin.operate.home import Home
from conftest import csv_of, penalty
from inspections.catalog import Connection, query

pytestmark = pytest.mark.database

NAME = "欧阳密文检验"
FACT = "销售的灯具漏电伤人一事已经查实"
DETAIL = "责令向欧阳另一人道歉"
"""What explains a code of a set (其他-说明)."""
PLACE = "盐城市亭湖区暗号检验路七十七号"
CANARY = "盐城市检验用的明文标记"
PLANTED = "090902199003071234"
_NUMBER = re.compile(rb"(?<![0-9])[0-9]{6}(?:19|20)[0-9]{9}[0-9Xx](?![0-9])")


def holding(paths: Iterator[Path], secrets: list[bytes]) -> list[str]:
    """Files that hold one of the secrets."""
    found = []
    for path in paths:
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # the server removes files while we read
            continue
        found += [f"{path.name} holds secret {number}" for number, secret in enumerate(secrets) if secret in data]
    return found


def spellings(text: str) -> list[bytes]:
    """The ways in which a text could lie in a file: as it is, as PostgreSQL's hex, as JSON and URL escapes."""
    return [
        text.encode(),
        text.encode().hex().encode(),
        text.encode("unicode_escape"),
        quote(text).encode(),
        text.encode("utf-16-le"),
    ]


def data_files(home: Home) -> Iterator[Path]:
    return (path for path in (home.path / "pg").rglob("*") if path.is_file())


def dump(home: Home) -> bytes:
    """A logical dump as the owner makes it."""
    done = subprocess.run(
        [installation() / "bin" / "pg_dump", "--dbname", home.dsn("owner"), "--schema", "cx"],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_no_identity_lies_in_the_open(
    home: Home,
    make_citizen: Callable[..., Any],
    officer: Any,
    system: Any,
    clerk: Any,
    administrator: Connection,
    owner: Connection,
) -> None:
    citizen = make_citizen(CF_XDR_MC=NAME, CF_SY=FACT, CF_CFLB=f"罚款;其他-{DETAIL}")
    _walk(citizen, clerk)
    _send(officer, system, citizen)
    _provoke(home, citizen)
    administrator.execute("checkpoint")
    secrets = [*spellings(NAME), *spellings(citizen.number), *spellings(FACT), *spellings(DETAIL), *spellings(PLACE)]

    assert holding(data_files(home), secrets) == []
    assert holding(iter([home.path / "postgres.log"]), secrets) == []
    dumped = dump(home)
    assert [secret for secret in secrets if secret in dumped] == []
    # The search finds what is there: the same files hold what was never sealed.
    assert str(citizen.person).encode() in dumped
    with owner.transaction(force_rollback=True):
        owner.execute("insert into cx.people_organisation values ('planted', %s, '', current_date, null)", [CANARY])
        administrator.execute("checkpoint")
        assert holding(data_files(home), [CANARY.encode()])


def numbers_in(data: bytes) -> set[str]:
    """Identity numbers that stand in a file in clear: 18 digits with a day of birth and the right check digit."""
    found = {match.decode().upper() for match in _NUMBER.findall(data)}
    return {number for number in found if check_digit(number[:17]) == number[17] and birth_date(number)}


@pytest.mark.afterwards
def test_no_test_left_a_number_in_the_open(home: Home, administrator: Connection, owner: Connection) -> None:
    """Whatever the tests sent, typed, looked up and broke: no file of the installation holds an identity number."""
    administrator.execute("checkpoint")
    paths = [path for path in home.path.rglob("*") if path.is_file()]
    assert {"postgres.log", "keys.json", "PG_VERSION"} <= {path.name for path in paths}
    tables = {str(node): name for node, name in query(owner, "select relfilenode, relname from pg_class")}
    found = {tables.get(path.name, path.name): numbers_in(_content(path)) for path in paths}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}
    assert numbers_in(dump(home)) == set()
    with owner.transaction(force_rollback=True):
        owner.execute("insert into cx.people_organisation values ('planted', %s, '', current_date, null)", [PLANTED])
        administrator.execute("checkpoint")
        assert any(PLANTED in numbers_in(_content(path)) for path in data_files(home))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, OSError):  # the server removes files while we read; a socket is no file
        return b""


def _walk(citizen: Any, clerk: Any) -> None:
    """Look-up, letter, service and objection, through the pages."""
    asked = {"purpose": "SUBSIDY", "case_ref": "创补2026-7", "name": NAME, "number": citizen.number}
    assert clerk.client.post("/lookup/", asked).status_code == 200
    assert clerk.client.post("/lookup/", asked | {"purpose": "NONE"}).status_code == 422
    from chengxin.notice import api as notice
    from chengxin.people.api import identity, self_look
    from chengxin.records.api import own

    look = self_look(citizen.token)
    assert identity(look).name == NAME
    (letter,) = notice.letters(look)
    (record,) = own(look)
    assert FACT in str(record.facts)
    assert f"其他-{DETAIL}" in str(record.facts)
    assert citizen.client.post("/me/letters/contact", {"address": PLACE}).status_code == 302
    assert notice.own_contacts(self_look(citizen.token))["address"].value == PLACE
    assert citizen.client.post(f"/me/letters/{letter.letter}/open").status_code == 302
    text = citizen.client.get(f"/me/letters/{letter.letter}").content.decode()
    assert NAME in text
    assert f"罚款、其他-{DETAIL}" in text
    assert f"罚款、其他-{DETAIL}" in citizen.client.get(f"/me/records/{record.record}").content.decode()


def _send(officer: Any, system: Any, citizen: Any) -> None:
    """A file that lies with the worker: rows that are taken, refused and held, and one that is read no further."""
    from chengxin.intake import api as intake

    rows = [
        penalty(NAME, citizen.number, CF_SY=FACT, CF_CFLB=f"罚款;其他-{DETAIL}"),
        penalty(NAME, citizen.number, CF_SY=FACT, CF_JDRQ="2026-13-01"),
        penalty(NAME + "乙", citizen.number, CF_SY=FACT),
    ]
    upload = intake.upload(officer.token, csv_of(rows), item="XZCF", kind="report")
    while intake.work(system.token, using="worker"):
        pass
    found = intake.batch(officer.token, upload)
    assert found is not None
    assert (found.accepted, found.refused, found.held) == (1, 1, 1)
    intake.upload(officer.token, f"{NAME},{citizen.number},{FACT}".encode(), item="XZCF", kind="report")


def _provoke(home: Home, citizen: Any) -> None:
    """Errors whose statement and parameters name the person, as a careless program would send them."""
    import psycopg

    with psycopg.connect(home.dsn("web"), autocommit=True) as connection:
        for sql in (
            "select %s::integer + length(%s)",
            "select cx.people_credential_v1(%s || %s)",
            "select cx.ledger_look_v1(array[%s::text::bytea], null, null, array[%s], array[''], array[''])",
            "select cx.ledger_session_v1(convert_to(%s || %s, 'UTF8'))",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(sql.encode(), [NAME, citizen.number])
