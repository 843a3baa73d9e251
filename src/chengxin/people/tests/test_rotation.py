"""A rotation on the real database: everything opens after as before, while the city goes on; and who may not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from chengxin.intake import api as intake
from chengxin.kernel.errors import Refused
from chengxin.operate import keys
from chengxin.people import rotation
from chengxin.people.api import console_session, identity, self_look, sign_in
from chengxin.people.keyring import KeyRing, KeyState
from chengxin.people.vault import ring
from chengxin.records import api as records
from chengxin.redress import api as redress
from conftest import fresh_person, penalty

pytestmark = pytest.mark.database
DAY = date(2026, 11, 23)


@pytest.fixture
def path(home: Any) -> Path:
    return Path(home.keyring)


@pytest.fixture
def token(home: Any) -> bytes:
    return console_session("secadmin")


def left(path: Path, token: bytes, version: int) -> dict[str, int]:
    return next(one.left for one in keys.status(path, token, today=DAY) if one.version == version)


def test_everything_opens_after_a_rotation_as_before(
    citizen: Any, send: Callable[..., Any], reviewer: Any, path: Path, token: bytes
) -> None:
    from chengxin.notice import api as notice

    keys.turn(path, token, suite=None, today=DAY)  # other tests leave keys that do not open: under the version before
    look = self_look(citizen.token)
    (letter,) = notice.letters(look)
    notice.set_contact(citizen.token, citizen.person, "phone", "10012345678")
    assert citizen.client.post(f"/me/letters/{letter.letter}/open").status_code == 302
    (record,) = records.own(self_look(citizen.token))
    redress.object_to(citizen.token, citizen.person, record, ground="error", statement="决定书上写的不是我的店。")
    held = send(penalty("别的名字", citizen.number))

    def seen() -> tuple[Any, ...]:
        look = self_look(citizen.token)
        (record,) = records.own(look)
        (case,) = redress.own_cases(look)
        words, reached = notice.served(look, letter.letter), notice.own_contacts(look)
        return identity(look), record.facts, record.readable, case.statement, words, reached

    before = seen()
    assert before[2]
    assert before[4].same
    assert before[5]["phone"].value == "10012345678"
    old = KeyRing.load(path).active.version
    version, done, _ = keys.turn(path, token, suite="gm-1", today=DAY)
    assert version == old + 1
    assert {"identity", "totp", "text", "statement", "held", "held_text", "copy", "contact"} <= done.keys()
    assert seen() == before
    assert left(path, token, old).keys() <= {"file", "session", "stage"}
    assert ring().keys.active.version == version
    intake.decide(reviewer.token, held.batch, 1, outcome="released", reasons="户籍变更证明已核对，是同一个人。")
    assert len([one for one in records.own(self_look(citizen.token)) if one.readable]) == 2
    assert send(penalty(*fresh_person())).result.accepted == 1
    assert keys.turn(path, token, suite="intl-1", today=DAY)[0] == version + 1
    assert identity(self_look(citizen.token)) == before[0]
    assert len([one for one in records.own(self_look(citizen.token)) if one.readable]) == 2


def test_nobody_notices_a_rotation(citizen: Any, send: Callable[..., Any], path: Path, token: bytes) -> None:
    """Reading and writing go on in other threads; not one call fails."""
    faults: list[BaseException] = []
    stop, calls = threading.Event(), {"read": 0, "write": 0}

    def repeat(what: str, call: Callable[[], Any]) -> None:
        from django.db import connections

        try:
            while not stop.is_set():
                assert call()
                calls[what] += 1
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    def read() -> bool:
        look = self_look(citizen.token)
        return identity(look).name == citizen.name and all(record.readable for record in records.own(look))

    def write() -> bool:
        return bool(send(penalty(*fresh_person())).result.accepted == 1)

    threads = [threading.Thread(target=repeat, args=job) for job in (("read", read), ("read", read), ("write", write))]
    for thread in threads:
        thread.start()
    try:
        versions: list[int] = []
        while not faults and (len(versions) < 3 or not all(calls.values())):
            versions.append(keys.turn(path, token, suite=None, today=DAY)[0])
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert versions == sorted(set(versions))
    assert read()


def test_a_rotation_that_was_broken_off_is_finished_by_the_next(
    citizen: Any, path: Path, token: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = KeyRing.load(path).active.version

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    for where, what in ((keys, "note_step"), (rotation, "_put")):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(where, what, killed)
            keys.turn(path, token, suite=None, today=DAY)
        assert identity(self_look(citizen.token)).name == citizen.name
    # The first was broken off before anything was noted; it is that rotation that goes on, not another one.
    assert keys.turn(path, token, suite=None, today=DAY)[0] == old + 1
    steps = [step.step for step in rotation.rotation_steps(token) if step.version == old + 1]
    assert steps == ["begun", "wrapped"]


def test_a_version_ends_when_nothing_needs_it_and_its_days_are_over(
    citizen: Any, path: Path, token: bytes, connect: Callable[[str], Any]
) -> None:
    """KEYS-02, KEYS-03, KEYS-04."""
    keys.turn(path, token, suite=None, today=DAY)
    old = KeyRing.load(path).active.version
    assert keys.turn(path, token, suite=None, today=DAY)[0] == old + 1
    for version in (old + 1, old + 2):
        with pytest.raises(Refused, match="KEYS-02"):
            keys.end(path, token, version, today=DAY)
    kept = DAY + timedelta(days=7)
    person = uuid4()
    owner = connect("owner")
    owner.execute(
        "insert into cx.people_identity values (%s, 1, %s, now(), %s, 'x')",
        [person, uuid4(), bytes([1]) + old.to_bytes(2) + bytes(60)],
    )
    with pytest.raises(Refused, match="KEYS-03"):
        keys.end(path, token, old, today=kept)
    owner.execute("delete from cx.people_identity where person = %s", [person])
    with pytest.raises(Refused, match="KEYS-04"):
        keys.end(path, token, old, today=kept - timedelta(days=1))
    keys.end(path, token, old, today=kept)
    assert KeyRing.load(path).versions[old].state is KeyState.DESTROYED
    assert [step.step for step in rotation.rotation_steps(token) if step.version == old] == [
        "begun",
        "wrapped",
        "destroyed",
    ]
    assert identity(self_look(citizen.token)).name == citizen.name


def test_only_the_security_administrator_turns_keys(path: Path, officer: Any, reviewer: Any, system: Any) -> None:
    before = path.read_bytes()
    for token in (officer.token, reviewer.token, system.token):
        with pytest.raises(Refused, match="DUTY-01"):
            keys.turn(path, token, suite=None, today=DAY)
    assert path.read_bytes() == before


def test_the_security_administrator_sees_nobody(token: bytes, citizen: Any, connect: Callable[[str], Any]) -> None:
    """The keys go through the hands of the program, wrapped; with the duty nothing of a person can be read."""
    worker = connect("worker")
    for call in ("cx.people_identity_v1(%s, %s, %s, 'person.own')", "cx.records_own_v1(%s, %s, %s)"):
        with pytest.raises(psycopg.Error):
            worker.execute(f"select * from {call}".encode(), [token, citizen.person, uuid4()])


@pytest.fixture
def wrapped(citizen: Any, token: bytes, path: Path) -> rotation.Wrapped:
    before = UUID(int=citizen.person.int - 1)  # a chunk does not hold everybody of a long run
    return next(
        one for one in rotation._some(token, rotation.SHELVES[0], before, "worker") if one.person == citizen.person
    )


@pytest.mark.parametrize("forge", ["short", "unknown version", "destroyed version"])
def test_keys_01_nothing_takes_a_key_s_place_but_a_key_of_a_rotation(
    forge: str, wrapped: rotation.Wrapped, path: Path, token: bytes, connect: Callable[[str], Any]
) -> None:
    keys.turn(path, token, suite=None, today=DAY)
    version = {"short": 2, "unknown version": 60_000, "destroyed version": 59_999}[forge]
    if forge == "destroyed version":
        for step in ("begun", "destroyed"):
            rotation.note_step(token, lambda: version, step)
    new = bytes([1]) + version.to_bytes(2) + bytes(59 if forge == "short" else 60)
    with pytest.raises(psycopg.Error) as refused:
        connect("worker").execute(
            "select cx.people_rewrap_v1(%s::bytea, 'identity', array[%s::uuid], array[%s::uuid], array[1], "
            "array[%s::bytea], array[%s::bytea])",
            [token, wrapped.person, wrapped.person, wrapped.wrapped, new],
        )
    assert refused.value.diag.constraint_name == "KEYS-01"
    if forge == "destroyed version":
        connect("owner").execute("delete from cx.people_rotation where version = 59999")


def test_a_signed_in_officer_signs_in_after_a_rotation(home: Any, path: Path, token: bytes) -> None:
    """The second factor is opened with the key of the new version."""
    import pyotp

    from chengxin.operate.seed import WINDOW, City

    with City(home) as city:
        made = city.account("", f"turned-{uuid4().hex[:8]}", "staff", "综合窗口", duty="clerk", organisation=WINDOW[0])
    keys.turn(path, token, suite="gm-1", today=DAY)
    assert sign_in(made.login, made.password, pyotp.TOTP(made.totp_secret).now())
    keys.turn(path, token, suite="intl-1", today=DAY)


def test_what_does_not_open_stops_no_rotation(
    citizen: Any, path: Path, token: bytes, connect: Callable[[str], Any]
) -> None:
    """It stays as it is, is counted, and keeps its version from being destroyed."""
    keys.turn(path, token, suite=None, today=DAY)
    active, _, before = keys.turn(path, token, suite=None, today=DAY)
    owner, person = connect("owner"), uuid4()
    for seq, wrapped in enumerate((b"short", bytes([1]) + active.to_bytes(2) + bytes(60)), 1):
        owner.execute(
            "insert into cx.people_identity values (%s, %s, %s, now(), %s, 'x')", [person, seq, uuid4(), wrapped]
        )
    *_, damaged = keys.turn(path, token, suite=None, today=DAY)
    assert damaged == before + 2
    assert identity(self_look(citizen.token)).name == citizen.name
    with pytest.raises(Refused, match="KEYS-03"):
        keys.end(path, token, active, today=DAY + timedelta(days=7))
    owner.execute("delete from cx.people_identity where person = %s", [person])
