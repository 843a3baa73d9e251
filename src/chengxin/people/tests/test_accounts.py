"""Three administrators, three humans: who may let whom in, and that none of them sees anybody."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.flow.api import tick
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.operate.seed import CREDIT_OFFICE, WINDOW
from chengxin.people import api as people
from chengxin.people.api import console_session, sign_in, whoami
from chengxin.people.tests.first import first_sign_in
from conftest import fresh_person

pytestmark = pytest.mark.database
OFFICE = WINDOW[0]


@pytest.fixture
def system_admin(home: Any) -> bytes:
    return console_session("sysadmin")


@pytest.fixture
def security_admin(home: Any) -> bytes:
    return console_session("secadmin")


def number() -> str:
    return fresh_person()[1]


@pytest.fixture
def make(system_admin: bytes) -> Callable[..., str]:
    """An account opened by the system administrator, whose holder has signed in; its login."""

    def make(*, admin: bool = False, holder: str = "", organisation: str = OFFICE) -> str:
        login = f"o-{uuid4().hex[:10]}"
        made = people.open_account(
            system_admin,
            login=login,
            post="综合窗口",
            organisation=organisation,
            holder=holder or number(),
            admin=admin,
        )
        first_sign_in(login, made.password, made.totp_secret)
        return login

    return make


def give(security_admin: bytes, system_admin: bytes, login: str, duty: str, **more: Any) -> None:
    """Give a duty, and confirm it where a second administrator has to."""
    if not people.grant(security_admin, login, duty, **{"begin": today(), "reason": "岗位调整文件", **more}):
        waiting = next(one for one in people.matters(system_admin, waiting=True) if one.login == login)
        people.decide(system_admin, waiting, "confirmed")


def duties(login: str) -> tuple[str, ...]:
    account = whoami(console_session(login))
    assert account is not None
    return account.duties


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_it_takes_two_to_let_a_third_in(system_admin: bytes, security_admin: bytes) -> None:
    login = f"o-{uuid4().hex[:10]}"
    made = people.open_account(system_admin, login=login, post="综合窗口", organisation=OFFICE, holder=number())
    account = whoami(first_sign_in(login, made.password, made.totp_secret).token)
    assert account is not None
    assert (account.post, account.duties) == ("综合窗口", ())
    assert refused(lambda: people.grant(system_admin, login, "clerk", begin=today())) == "DUTY-01"
    people.grant(security_admin, login, "clerk", begin=today())
    assert duties(login) == ("clerk",)
    taken = lambda: people.open_account(system_admin, login=login, post="窗口", organisation=OFFICE, holder=number())  # noqa: E731
    assert refused(taken) == "ACCOUNT-09"
    other = lambda: people.open_account(security_admin, login="x", post="窗口", organisation=OFFICE, holder=number())  # noqa: E731
    assert refused(other) == "DUTY-01"


def test_whoever_opened_an_account_cannot_sign_in_as_its_holder(system_admin: bytes, security_admin: bytes) -> None:
    """The first duty brings a second factor that only the security administrator was told; sessions end."""
    login = f"o-{uuid4().hex[:10]}"
    made = people.open_account(system_admin, login=login, post="综合窗口", organisation=OFFICE, holder=number())
    early = sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())
    given = people.grant(security_admin, login, "clerk", begin=today(), renew=True)
    assert whoami(early) is None
    assert refused(lambda: sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())) == "SIGNIN-01"
    account = whoami(first_sign_in(login, made.password, given.totp_secret).token)
    assert account is not None
    assert account.duties == ("clerk",)


def test_a_duty_begins_and_ends_on_its_days(
    make: Callable[..., str], security_admin: bytes, system_admin: bytes, shift: Callable[[int], None]
) -> None:
    login, day = make(), today()
    people.grant(security_admin, login, "clerk", begin=day + timedelta(days=2), end=day + timedelta(days=4))
    seen = {}
    for days in range(6):
        shift(days)
        seen[days] = duties(login)
    assert seen == {0: (), 1: (), 2: ("clerk",), 3: ("clerk",), 4: ("clerk",), 5: ()}
    shift(0)
    give(security_admin, system_admin, login, "reviewer")
    people.end_duty(security_admin, login, "reviewer", last=day - timedelta(days=1))
    assert duties(login) == ()
    assert refused(lambda: people.end_duty(security_admin, login, "reviewer", last=day)) == "ACCOUNT-09"
    give(security_admin, system_admin, login, "reviewer", begin=day + timedelta(days=1))


def test_an_overlap_a_day_gone_and_an_unknown_duty_are_refused(make: Callable[..., str], security_admin: bytes) -> None:
    """ACCOUNT-09."""
    login, day = make(), today()
    people.grant(security_admin, login, "clerk", begin=day)
    for duty, begin in (
        ("clerk", day),
        ("reviewer", day - timedelta(days=1)),
        ("nothing", day),
        ("system", day),
        ("citizen", day),
        ("staff", day),
    ):
        assert refused(lambda d=duty, b=begin: people.grant(security_admin, login, d, begin=b)) == "ACCOUNT-09"  # type: ignore[misc]
    assert refused(lambda: people.grant(security_admin, "nobody", "clerk", begin=day)) == "ACCOUNT-09"
    assert refused(lambda: make(organisation="11320900000000000X")) == "ACCOUNT-09"


def test_a_deputy_stands_in_until_a_day(make: Callable[..., str], security_admin: bytes) -> None:
    """ACCOUNT-08; only in the own office, only for somebody who has the duty."""
    chief, deputy, day = make(), make(), today()

    def stand_in(end: date | None) -> None:
        people.grant(security_admin, deputy, "reviewer", begin=day, end=end, deputy_for=chief)

    week = day + timedelta(days=7)
    assert refused(lambda: stand_in(week)) == "ACCOUNT-09"
    people.grant(security_admin, chief, "reviewer", begin=day)
    assert refused(lambda: stand_in(None)) == "ACCOUNT-08"
    stand_in(week)
    assert duties(deputy) == ("reviewer",)
    elsewhere = make(organisation=CREDIT_OFFICE[0])
    outside = lambda: people.grant(security_admin, elsewhere, "reviewer", begin=day, end=week, deputy_for=chief)  # noqa: E731
    assert refused(outside) == "ACCOUNT-09"


def test_one_human_stands_on_one_side(make: Callable[..., str]) -> None:
    """ACCOUNT-02, ACCOUNT-04, under however many accounts."""
    clerk, admin = number(), number()
    make(holder=clerk)
    make(holder=clerk)
    assert refused(lambda: make(holder=clerk, admin=True)) == "ACCOUNT-02"
    make(holder=admin, admin=True)
    assert refused(lambda: make(holder=admin)) == "ACCOUNT-02"
    assert refused(lambda: make(holder=admin, admin=True)) == "ACCOUNT-04"


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ("ACCOUNT-03", "update cx.people_account set side = 'admin' where login = 'clerk'"),
        (
            "ACCOUNT-05",
            "insert into cx.people_duty (account, duty, valid_from) "
            "select account, 'audit_admin', current_date from cx.people_account where login = 'clerk'",
        ),
        (
            "ACCOUNT-06",
            "insert into cx.people_duty (account, duty, valid_from) "
            "select account, 'audit_admin', current_date from cx.people_account where login = 'secadmin'",
        ),
        (
            "ACCOUNT-08",
            "insert into cx.people_duty (account, duty, valid_from, deputy_for) "
            "select account, 'clerk', current_date, gen_random_uuid() from cx.people_account where login = 'clerk'",
        ),
    ],
)
def test_the_constraints_hold_whoever_writes(rule: str, sql: str, home: Any, connect: Callable[[str], Any]) -> None:
    with pytest.raises(psycopg.errors.IntegrityError) as caught:
        connect("owner").execute(sql.encode())
    assert caught.value.diag.constraint_name == rule


def test_nobody_gives_themself_a_duty(
    make: Callable[..., str], security_admin: bytes, connect: Callable[[str], Any]
) -> None:
    """ACCOUNT-07: neither the own account nor another one of the same human."""
    assert refused(lambda: people.grant(security_admin, "secadmin", "audit_admin", begin=today())) == "ACCOUNT-07"
    login = make(admin=True)
    owner = connect("owner")
    same = "update cx.people_account set holder = (select holder from cx.people_account where login = 'secadmin') where login = %s"
    with pytest.raises(psycopg.errors.UniqueViolation):  # ACCOUNT-04
        owner.execute(same, [login])


ROLES = ("system_admin", "security_admin", "audit_admin", "clerk", "reviewer", "data_officer")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(admin=st.booleans(), wanted=st.lists(st.sampled_from(ROLES), max_size=4))
def test_whatever_is_asked_for_nobody_is_two_of_the_three_or_both(
    admin: bool, wanted: list[str], make: Callable[..., str], security_admin: bytes, system_admin: bytes
) -> None:
    login, given_to = make(admin=admin), []
    for duty in wanted:
        with suppress(Refused):
            give(security_admin, system_admin, login, duty)
            given_to.append(duty)
    administrator = [duty for duty in given_to if duty in people.ADMINISTRATORS]
    assert len(administrator) <= 1
    assert not administrator or given_to == administrator
    assert set(duties(login)) == set(given_to)
    expected = [d for d in dict.fromkeys(wanted) if (d in people.ADMINISTRATORS) == admin]
    assert given_to == (expected[:1] if admin else expected)


def test_a_disabled_account_answers_nothing_any_more(make: Callable[..., str], security_admin: bytes) -> None:
    login = make()
    people.grant(security_admin, login, "clerk", begin=today())
    token = console_session(login)
    assert whoami(token) is not None
    people.disable(security_admin, login)
    assert whoami(token) is None
    assert refused(lambda: console_session(login)) == "SIGNIN-02"
    assert refused(lambda: people.disable(security_admin, login)) == "ACCOUNT-09"
    assert refused(lambda: people.disable(security_admin, "citizen1")) == "ACCOUNT-09"


def test_an_account_nobody_signs_in_to_is_disabled(
    make: Callable[..., str], system: Any, system_admin: bytes, connect: Callable[[str], Any]
) -> None:
    """By real time: a demo whose day is moved on keeps its accounts."""
    stale, used, fresh = make(), make(), make()
    owner = connect("owner")
    long_ago = "update cx.people_account set opened_on = current_date - 200, signed_on = {} where login = %s"
    owner.execute(long_ago.format("current_date - 91").encode(), [stale])
    owner.execute(long_ago.format("current_date - 89").encode(), [used])
    tick(system.token, using="worker")
    state = {one.login: one.disabled for one in people.accounts(system_admin)}
    assert (state[stale], state[used], state[fresh]) == (True, False, False)


@pytest.mark.parametrize("login", ["sysadmin", "secadmin", "auditor"])
def test_the_list_names_offices_and_nobody(login: str, home: Any, citizen: Any) -> None:
    found = people.accounts(console_session(login))
    assert {"sysadmin", "secadmin", "auditor", "clerk", "subsidy-system"} <= {one.login for one in found}
    assert {one.kind for one in found} == {"staff", "machine"}
    assert citizen.name not in str(found)
    assert refused(lambda: people.accounts(console_session("clerk"))) == "DUTY-01"


def test_no_administrator_sees_case_data(home: Any, citizen: Any, connect: Callable[[str], Any]) -> None:
    """The matrix gives them no field of anybody; and the doors to persons refuse them."""
    folder = Path(people.__file__).parent / "seed"
    rows = [
        row for file in folder.glob("permissions*.toml") for row in tomllib.loads(file.read_text("utf-8"))["permission"]
    ]
    mine = [row for row in rows if row["duty"] in people.ADMINISTRATORS]
    assert {row["duty"] for row in mine} == set(people.ADMINISTRATORS)
    assert [row for row in mine if row["fields"]] == []
    purposes = [
        p
        for file in folder.glob("permissions*.toml")
        for p in tomllib.loads(file.read_text("utf-8")).get("purpose", [])
    ]
    assert [p for p in purposes if p["duty"] in people.ADMINISTRATORS] == []
    web = connect("web")
    for login in ("sysadmin", "secadmin", "auditor"):
        token = console_session(login)
        for call in ("cx.redress_queue_v1(%s, '', 9, 0)", "cx.intake_held_v1(%s, null, null, 9, 0)"):
            with pytest.raises(psycopg.Error) as caught:
                web.execute(f"select * from {call}".encode(), [token])
            assert caught.value.diag.constraint_name == "DUTY-01"
