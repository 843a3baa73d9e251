"""Sessions: how they end, who sees them, and what a proof anew opens."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin import people as room
from chengxin.kernel.errors import ProofNeeded, Refused
from chengxin.ledger.api import today
from chengxin.operate.seed import WINDOW, City
from chengxin.people.api import (
    console_session,
    device,
    end_other_sessions,
    grant,
    open_session,
    seen,
    sessions,
    stepped_up,
    whoami,
)

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]
SEED = Path(room.__file__ or "").parent / "seed"


@pytest.fixture
def clerk(home: Any) -> Any:
    """A session of somebody at a window, opened as their sign-in opens it."""
    login = f"k{uuid4().hex[:10]}"
    with City(home) as city:
        city.account("", login, "staff", "综合窗口", duty="clerk", organisation=WINDOW[0])
    found = whoami(console_session(login))
    assert found is not None
    return lambda agent="": open_session(found.account, method="password+totp", agent=agent)


def set_back(connect: Connect, token: bytes, column: str, minutes: float) -> None:
    connect("owner").execute(
        f"update cx.ledger_session set {column} = statement_timestamp() - make_interval(secs => %s) "
        "where token_hash = sha256(%s::bytea)".encode(),
        [minutes * 60, token],
    )


# ---- Idle -----------------------------------------------------------------------------------------------------------


@given(minutes=st.floats(min_value=0, max_value=60))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_session_01_a_session_left_alone_for_a_quarter_of_an_hour_is_none(
    minutes: float, clerk: Any, connect: Connect
) -> None:
    if 14.5 < minutes < 15:
        return  # the test itself takes its time
    token = clerk()
    set_back(connect, token, "seen_at", minutes)
    assert (whoami(token) is not None) == (minutes < 15)
    seen(token)  # and nothing wakes it
    assert (whoami(token) is not None) == (minutes < 15)
    if minutes >= 15:
        with pytest.raises(psycopg.Error) as refusal:
            connect("web").execute("select cx.people_my_looks_v1(%s::bytea, 1, 0)", [token])
        assert refusal.value.diag.constraint_name == "SESSION-01"


def test_being_there_is_written_once_a_minute(clerk: Any, connect: Connect) -> None:
    token = clerk()
    for minutes, moves in ((0.5, False), (2, True)):
        set_back(connect, token, "seen_at", minutes)
        before = whoami(token)
        seen(token)
        after = whoami(token)
        assert before is not None
        assert after is not None
        assert (after.seen_at > before.seen_at) == moves


def test_a_session_ends_however_busy(clerk: Any, connect: Connect) -> None:
    token = clerk()
    connect("owner").execute(
        "update cx.ledger_session set opened_at = opened_at - interval '8 hours', expires_at = statement_timestamp() "
        "where token_hash = sha256(%s::bytea)",
        [token],
    )
    assert whoami(token) is None


def test_signin_03_a_way_that_is_not_in_force_opens_nothing(clerk: Any, home: Any) -> None:
    account = whoami(clerk())
    assert account is not None
    for method in ("smoke signals", "signature"):  # unknown; known, but not for officials
        with pytest.raises(Refused, match="SIGNIN-03"):
            open_session(account.account, method=method)


def test_a_session_proves_no_more_than_its_method(clerk: Any) -> None:
    account = whoami(clerk())
    assert account is not None
    for said, counts in ((0, 0), (1, 1), (3, 2)):
        found = whoami(open_session(account.account, method="passkey", assurance=said))
        assert found is not None
        assert found.assurance == counts


# ---- List -----------------------------------------------------------------------------------------------------------


def test_one_sees_and_ends_the_own_sessions_only(clerk: Any, home: Any) -> None:
    here, there, stranger = clerk("Chrome / 安卓"), clerk("Edge / Windows"), console_session("reviewer")
    mine = sessions(here)
    assert mine[0].mine
    assert {line.agent for line in mine} == {"Chrome / 安卓", "Edge / Windows", ""}  # and the console of the fixture
    assert end_other_sessions(here) == 2
    assert whoami(there) is None
    assert [line.mine for line in sessions(here)] == [True]
    assert whoami(stranger) is not None
    assert sessions(there) == []
    assert end_other_sessions(there) == 0


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("Mozilla/5.0 (Linux; Android 14; SM-S9280) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome / 安卓"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge / Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1) AppleWebKit MicroMessenger/8.0.50", "微信 / 苹果手机"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox / Linux"),
        ("", "其他浏览器 / 其他系统"),
        ("x" * 5000, "其他浏览器 / 其他系统"),
    ],
)  # fmt: skip
def test_a_device_is_named_by_kind_only(sent: str, said: str) -> None:
    assert device(sent) == said


@given(st.text())
def test_a_device_s_name_fits_whatever_is_sent(sent: str) -> None:
    assert 0 < len(device(sent)) <= 40


# ---- Proof anew -----------------------------------------------------------------------------------------------------


def marked() -> list[dict[str, Any]]:
    return [
        row
        for file in sorted(SEED.glob("permissions*.toml"))
        for row in tomllib.loads(file.read_text("utf-8")).get("permission", ())
    ]


def test_exports_approvals_and_keys_want_a_proof_anew() -> None:
    """By whatever duty an activity is done: nobody gets round it with another one."""
    wanting = {row["activity"] for row in marked() if row.get("fresh_minutes")}
    assert wanting >= {
        "incident.export", "incident.close", "incident.approve", "intake.certify", "accounts.reset", "accounts.decide", "catalog.publish",
        "catalog.withdraw", "redress.decide", "accounts.open", "accounts.grant", "keys.begin", "keys.destroy",
        "signin.enrol",
    }  # fmt: skip
    assert [row["activity"] for row in marked() if row["activity"] in wanting and not row.get("fresh_minutes")] == []


@given(minutes=st.floats(min_value=0, max_value=600) | st.none())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stepup_01_the_database_wants_a_young_proof(minutes: float | None, home: Any, connect: Connect) -> None:
    """A duty is granted with a proof of the last ten minutes, and refused without; the session itself goes on."""
    if minutes is not None and 9.5 < minutes < 10:
        return  # as above
    token = console_session("secadmin")
    if minutes is None:
        connect("owner").execute(
            "update cx.ledger_session set stepped_up_at = null where token_hash = sha256(%s::bytea)", [token]
        )
    else:
        set_back(connect, token, "stepped_up_at", minutes)
    with pytest.raises((ProofNeeded, Refused)) as refusal:
        grant(token, "nobody-of-this-name", "clerk", begin=today())
    young = minutes is not None and minutes < 10
    assert getattr(refusal.value, "code", "") == (
        "ACCOUNT-09" if young else "STEPUP-01"
    )  # with the proof it comes as far as the name
    account = whoami(token)
    assert account is not None
    stepped_up(token, account.account)
    with pytest.raises(Refused, match="ACCOUNT-09"):
        grant(token, "nobody-of-this-name", "clerk", begin=today())


def test_a_proof_counts_for_the_own_session_only(clerk: Any, home: Any) -> None:
    account = whoami(console_session("secadmin"))
    assert account is not None
    with pytest.raises(Refused, match="SESSION-01"):
        stepped_up(clerk(), account.account)


def test_the_console_proves_nothing_by_itself(home: Any, connect: Connect) -> None:
    """In a real installation: tests alone make it fresh (conftest)."""
    rows = [
        row
        for file in SEED.glob("permissions*.toml")
        for row in tomllib.loads(file.read_text("utf-8")).get("method", ())
        if row["method"] in {"console", "signature"}
    ]
    assert rows
    assert not any(row["fresh"] for row in rows)
