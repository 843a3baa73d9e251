"""Fill a demo or test installation (演示城市): migrations, organisations, accounts, stories through the real intake.

Nothing is written past the doors: files go through intake, letters through flow, people act through their own sessions.
Only what an operator does at the console (accounts, the test clock) uses the owner's connection.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from chengxin.config.setup import start_django
from chengxin.kernel.population import Claim
from chengxin.operate.chronicle import SMALLEST as HISTORY
from chengxin.operate.chronicle import Chronicle, officers
from chengxin.operate.city import City, Signin
from chengxin.operate.generate import Person, departments, penalties, persons, story_persons, write_csv
from chengxin.operate.home import Home
from chengxin.operate.organisations import in_role, organisations
from chengxin.operate.population import Sandbox
from chengxin.operate.sendings import WEEKS, day_of
from chengxin.operate.visitors import enrol

__all__ = [
    "CREDIT_OFFICE",
    "PAST",
    "WINDOW",
    "City",
    "Signin",
    "enter",
    "migrate",
    "prepare",
    "seed",
    "settle",
    "staff",
]

PAST = 20
"""Days the business clock stands back while the city's past is written: longer than the waiting period."""
SMALLEST = 20
"""Persons below which the stories would miss somebody."""
_TOLD = 60
"""Persons among whom the files that every city has find theirs, where three months of other files stand beside them."""
INSTANCE = "yancheng.demo.invalid"
"""Name under which receipts are signed; a real city signs under its own."""
CREDIT_OFFICE = in_role("credit_office")
WINDOW = in_role("window")
INQUIRY = ("11320900MB1D48059D", "盐城市依法调查机关（演示）")


def migrate(home: Home) -> None:
    """Install the database objects as the owner, in a process of its own: only it holds the owner's password."""
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0"],
        env=home.environment("owner") | {"DJANGO_SETTINGS_MODULE": "chengxin.config.settings"},
        check=True,
        cwd="/",
    )


def prepare(home: Home, instance: str = INSTANCE) -> None:
    """Migrations, keys and the deployment row: what every installation needs before anybody signs in."""
    from chengxin.intake.receipts import InstanceKey
    from chengxin.people.keyring import KeyRing

    if not home.keyring.exists():
        KeyRing.create(home.keyring)
    if not home.instance_key.exists():
        InstanceKey.create(home.instance_key, instance)
    migrate(home)
    with psycopg.connect(home.dsn("owner")) as owner:
        owner.execute(
            "insert into cx.ledger_deployment (mode, decoy_secret) values (%s, %s) on conflict do nothing",
            [home.mode, secrets.token_bytes(32)],
        )


def enter(home: Home) -> None:
    """Let this process act as the pages and the worker do."""
    os.environ.update(home.environment("web", signin=True) | {"CHENGXIN_WORKER_DSN": home.dsn("worker")})
    start_django()


def staff(city: City) -> None:
    """Organisations and one account per role."""
    for one in organisations():
        city.organisation(one.code, one.name, one.area, one.kind, one.parent)
    for code, login in officers().items():
        role = "部门数据员" if login == "officer" else ""
        city.account(role, login, "staff", "数据员", duty="data_officer", organisation=code, told=bool(role))
    for login, post in (("security", "信息安全岗"), ("security2", "信息安全负责岗")):
        city.account("信息安全员", login, "staff", post, duty="security_officer", organisation=CREDIT_OFFICE[0])
    city.account("业务窗口", "clerk", "staff", "综合窗口", duty="clerk", organisation=WINDOW[0])
    city.account("异议审核员", "reviewer", "staff", "异议审核岗", duty="reviewer", organisation=CREDIT_OFFICE[0])
    city.account("异议审核员", "reviewer2", "staff", "异议复核岗", duty="reviewer", organisation=CREDIT_OFFICE[0])
    city.account("目录管理员", "catalog", "staff", "目录管理岗", duty="catalog_editor", organisation=CREDIT_OFFICE[0])
    approver = "catalog_approver"
    city.account("目录发布员", "approver", "staff", "目录发布岗", duty=approver, organisation=CREDIT_OFFICE[0])
    for role, login, duty in (
        ("系统管理员", "sysadmin", "system_admin"),
        ("安全管理员", "secadmin", "security_admin"),
        ("审计管理员", "auditor", "audit_admin"),
    ):
        city.account(
            role, login, "staff", role, duty=duty, organisation=CREDIT_OFFICE[0], holder=secrets.token_bytes(32)
        )
    city.account("信用办管理者", "manager", "staff", "数据管理岗", duty="manager", organisation=CREDIT_OFFICE[0])
    city.account("信用办管理者", "manager2", "staff", "数据管理负责岗", duty="manager", organisation=CREDIT_OFFICE[0])
    city.account("通知送达员", "notice", "staff", "通知送达岗", duty="notice_officer", organisation=CREDIT_OFFICE[0])
    city.account("业务系统", "subsidy-system", "machine", "补贴审核系统", duty="machine_client", organisation=WINDOW[0])
    city.organisation(*INQUIRY, "320900")
    city.account("依法调查人员", "investigator", "staff", "调查岗", duty="inquirer", organisation=INQUIRY[0])
    city.account("保密申请人", "inquirer", "staff", "调查内勤岗", duty="secrecy_officer", organisation=INQUIRY[0])
    city.account("保密批准人", "inquirer2", "staff", "调查负责岗", duty="secrecy_approver", organisation=INQUIRY[0])
    city.account("汇集门户", "portal", "machine", "一网通办门户", duty="usage_portal", organisation=WINDOW[0])
    city.account("", "system", "system", "平台程序", duty="system", organisation=CREDIT_OFFICE[0], told=False)


def seed(home: Home, *, size: int, note: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Fill an empty installation; returns the sign-ins (role, name, login, password, totp_secret, private_key).

    Args:
        home: of the installation.
        size: persons; from ``chronicle.SMALLEST`` on the city has three months behind it.
        note: told what is being done.
    """
    from chengxin.ledger.api import today

    note("正在建立数据库结构…")
    prepare(home)
    enter(home)
    _hurry()
    note("正在登记单位和账号…")
    with City(home) as city:
        staff(city)
        day = today()
        people = persons(max(size, SMALLEST), seed=1, today=day - timedelta(days=PAST))
        if home.population.exists():
            settle(home, people)
        if home.identity.exists():
            enrol(home, people, today=day)
        folder = home.path / "files"
        folder.mkdir(mode=0o700, exist_ok=True)
        sandbox = Sandbox(home.path / "population") if home.population.exists() else None
        chronicle = Chronicle(city, people, folder, seed=1, today=day, sandbox=sandbox) if size >= HISTORY else None
        before = [week for week in range(WEEKS) if (day - day_of(week, day)).days > PAST]
        if chronicle:
            chronicle.live(before, note)
        city.shift(-PAST)
        _past(folder, city, people if chronicle is None else people[:_TOLD])
        if chronicle:
            chronicle.live(range(len(before), WEEKS), note)
        city.shift(0)
        _present()
        if chronicle:
            chronicle.today()
        # Nobody is signed in when the city opens: what filled it is in nobody's list of sessions. A file that waits is
        # read in a session of its own, and closed it would open as broken off.
        city.owner.execute(
            "update cx.ledger_session set closed_at = statement_timestamp()"
            " where closed_at is null and method <> 'errand'"
        )
        city.shift(0)  # the owner's commits wait for the disk, and with them everything before
        told = sorted(city.signins, key=lambda one: one.login if one.login.startswith("citizen") else "")  # by number
        return [asdict(signin) for signin in told]


def _hurry() -> None:
    """Do not wait for the disk at each commit: what an interrupted seed leaves is thrown away as a whole."""
    from django.db import connections

    for one in connections.settings.values():
        options = one["OPTIONS"]
        options["options"] = options["options"].replace("synchronous_commit=on", "synchronous_commit=off")


def _past(folder: Path, city: City, people: Sequence[Person]) -> None:
    """Files through the real intake, letters through flow, and the citizens' accounts."""
    from chengxin.flow.api import drain
    from chengxin.intake.api import import_file
    from chengxin.ledger.api import today
    from chengxin.people.api import console_session, ring

    rows = penalties(people, seed=1, today=today() - timedelta(days=3), percent=40)
    for number, department in enumerate(departments(), 1):
        file = folder / f"xzcf-{number}.csv"
        mine = [row for row in rows if row["CF_CFJGDM"] == department.uscc]
        write_csv(file, mine, encoding="gb18030" if number == 2 else "utf-8")
        result = import_file(console_session(officers()[department.uscc]), file, item="XZCF").result
        if result.refused:  # a row may wait for a human: in three months somebody changed their name
            raise ValueError(f"generated file {number} has errors: {result.errors[:3]}")
    system = console_session("system")
    while drain(system, using="worker"):
        pass

    def known(person: Person) -> UUID | None:
        return city.person(ring().blind_index("citizen", person.id_number))

    *_, li = story_persons()
    _look_at(li)
    if known(li) is None:
        city.register(li, system)
    recorded = {row["CF_XDR_ZJHM"] for row in rows if row["CF_SXYZCD"] in {"一般", "严重"}}
    others = ((one, known(one)) for one in people[3:] if one.id_number in recorded)
    other = next(one for one, person in others if person and not city.signed_up(person))
    for number, one in enumerate((*story_persons(), other), 1):
        city.citizen(number, one, known(one))
    for number in (2, 4):
        _open_letters(console_session(f"citizen{number}"))


def settle(home: Home, people: Iterable[Person]) -> None:
    """They live in the city: its population database knows them."""
    claims = (Claim("citizen", person.id_number, person.name) for person in people)
    Sandbox(home.path / "population").settle(claims)


def _look_at(person: Person) -> None:
    """A clerk asks about somebody of whom nothing is known, for two purposes."""
    from chengxin.lookup.api import check
    from chengxin.people.api import console_session

    clerk = console_session("clerk")
    for purpose, case in (("SUBSIDY", "创补2026-0117"), ("LICENCE", "许受2026-0482")):
        check(clerk, number=person.id_number, name=person.name, purpose=purpose, case_ref=case)


def _open_letters(token: bytes) -> None:
    """A citizen opens every letter."""
    from chengxin.ledger.api import today
    from chengxin.notice import api as notice
    from chengxin.people.api import identity, self_look, whoami
    from chengxin.records import api as records

    account = whoami(token)
    if account is None or account.person is None:
        return
    look = self_look(token)
    mine = {record.record: record for record in records.own(look)}
    name = identity(look).name
    for letter in notice.letters(look):
        record = mine[letter.record]
        if letter.opened_on is None:
            notice.open_letter(token, account.person, letter, record, notice.body(record, name, today=today()))


def _reachable(login: str) -> None:
    """A citizen says how letters may reach them: a text message in the sandbox's outbox comes of it."""
    from chengxin.notice.api import set_contact
    from chengxin.people.api import console_session, whoami

    token = console_session(login)
    account = whoami(token)
    if account is not None and account.person is not None:
        set_contact(token, account.person, "phone", "10012345678")


def _present() -> None:
    """Waiting periods end, a clerk looks, a citizen objects: each story stands in its own state."""
    from chengxin.flow.api import tick
    from chengxin.people.api import console_session, self_look, whoami
    from chengxin.records import api as records
    from chengxin.redress.api import object_to

    tick(console_session("system"), using="worker")
    _look_at(story_persons()[1])
    _reachable("citizen1")
    token = console_session("citizen4")
    account = whoami(token)
    if account is not None and account.person is not None:
        mine = records.own(self_look(token))
        object_to(
            token, account.person, mine[0], ground="error", statement="罚款已经当场缴清，处罚内容写的金额与收据不一致。"
        )


__all__ = ["City", "enter", "prepare", "seed", "settle", "staff"]
