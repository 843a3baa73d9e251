"""The rules of sign-in and accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.kernel.errors import Refused
from chengxin.people.api import console_session, sign_in

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("login", "password", "code"), [("nobody", "x", "000000"), ("clerk", "x", "000000"), ("system", "", "")]
)
def test_signin_01_one_answer_to_whatever_did_not_fit(login: str, password: str, code: str, home: Any) -> None:
    del home
    with pytest.raises(Refused, match=r"^SIGNIN-01$"):
        sign_in(login, password, code)


def test_signin_02_the_console_needs_an_account(home: Any) -> None:
    del home
    with pytest.raises(Refused, match="SIGNIN-02"):
        console_session("nobody")


@pytest.mark.parametrize(
    ("kind", "person", "key"),
    [("citizen", "null", "null"), ("staff", "gen_random_uuid()", "null"), ("machine", "null", "null")],
)
def test_account_01_account_and_person_fit(
    kind: str, person: str, key: str, home: Any, connect: Callable[[str], psycopg.Connection[Any]]
) -> None:
    del home
    owner = connect("owner")
    sql = (
        "insert into cx.people_account (account, login, kind, post, person, organisation, password_hash, public_key, "
        "opened_on) "
        f"values (gen_random_uuid(), gen_random_uuid()::text, %s, '', {person}, '', '', {key}, current_date)"
    )
    with pytest.raises(psycopg.errors.CheckViolation) as caught, owner.transaction():
        owner.execute(sql.encode(), [kind])
    assert caught.value.diag.constraint_name == "ACCOUNT-01"
