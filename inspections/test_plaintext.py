"""No identity outside the vault: data files, write-ahead log, server log and dump hold neither name nor number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from chengxin.operate.home import Home
from conftest import csv_of, penalty
from inspections import plaintext
from inspections.catalog import Connection

pytestmark = pytest.mark.database

NAME = "欧阳密文检验"
FACT = "销售的灯具漏电伤人一事已经查实"
DETAIL = "责令向欧阳另一人道歉"
"""What explains a code of a set (其他-说明)."""
PLACE = "盐城市亭湖区暗号检验路七十七号"
CANARY = "盐城市检验用的明文标记"
PLANTED = "090902199003071234"


def spellings(text: str) -> list[bytes]:
    """The ways in which a text could lie in a file: as it is, as PostgreSQL's hex, as JSON and URL escapes."""
    return [
        text.encode(),
        text.encode().hex().encode(),
        text.encode("unicode_escape"),
        quote(text).encode(),
        text.encode("utf-16-le"),
    ]


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

    assert plaintext.holding(plaintext.data_files(home), secrets) == []
    assert plaintext.holding(iter([home.path / "postgres.log"]), secrets) == []
    dumped = plaintext.dump(home)
    assert [secret for secret in secrets if secret in dumped] == []
    # The search finds what is there: the same files hold what was never sealed.
    assert str(citizen.person).encode() in dumped
    with owner.transaction(force_rollback=True):
        owner.execute("insert into cx.people_organisation values ('planted', %s, '', current_date, null)", [CANARY])
        administrator.execute("checkpoint")
        assert plaintext.holding(plaintext.data_files(home), [CANARY.encode()])


def test_numbers_in_the_open_are_found(home: Home) -> None:
    """What the end of every run of tests asks of its installation: a number is found where one lies."""
    left = home.path / "pg" / "left"
    left.write_text(f"甲，{PLANTED}", "utf-8")
    try:
        assert plaintext.in_the_open(home)["left"] == {PLANTED}
    finally:
        left.unlink()


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
