"""A log that ends: a new one follows with the loss in its first leaf, and every line that is left gets into a log."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client

from chengxin.cli import main
from chengxin.kernel.errors import Refused
from chengxin.kernel.note import Signer
from chengxin.ledger.auditing import audit
from chengxin.ledger.exporting import export, republish_lost
from chengxin.ledger.feeding import Said
from chengxin.ledger.log.proof import check_proof
from chengxin.ledger.log.tiles import needed, path
from chengxin.ledger.privilege import OperateError
from chengxin.ledger.proving import trusted
from chengxin.ledger.sequencer import Folder, Sequencer
from chengxin.ledger.tests.log.conftest import KEY, Log
from chengxin.ledger.tests.log.test_attacks import City, city
from chengxin.operate import sequencing
from chengxin.operate.home import Home, write_private

__all__ = ["city"]
pytestmark = pytest.mark.database


@pytest.fixture
def kept(city: City) -> Iterator[tuple[Home, bytes]]:
    """Key and policy of the city in the data folder, and its last witnessed checkpoint of 40 lines."""
    home = city.log.home
    keys = [f"witness w{i} {one.witness.key.witness.text} {one.url}" for i, one in enumerate(city.servers)]
    write_private(home.log_key, KEY.text)
    write_private(home.log_policy, "\n".join([f"log {KEY.verifier.text}", *keys, "group g all w0 w1", "quorum g", ""]))
    try:
        yield home, (city.log.path / "public" / "checkpoint").read_bytes()
    finally:
        for name in ("log.key", "log.policy", "log.key.new"):
            (home.path / name).unlink(missing_ok=True)


def after(log: Log, key: Signer, folder: Path) -> Sequencer:
    log.owner.execute("update cx.ledger_log_state set lease_until = '-infinity'")
    return Sequencer(log.sequencer().store, key, Folder(folder))


@pytest.mark.parametrize(("count", "halted"), [(25, "other"), (5, "longer"), (300, "other")])
def test_what_was_carried_on_goes_into_the_new_log(
    count: int, halted: str, city: City, kept: tuple[Home, bytes], tmp_path: Path
) -> None:
    home, seen = kept
    city.back(30)
    ids = city.write(count)
    city.sequencer = city.log.sequencer("restored")
    city.sequencer.round()
    city.witnessed()
    assert city.log.state("halted") == halted
    origin, lost = sequencing.follow(home, seen)
    assert (origin, lost, city.log.state("halted")) == (f"{KEY.name}~2", 10, "")
    key = sequencing.log_key(home)
    ids += city.write(2)
    assert after(city.log, key, tmp_path / "after").round().lines == count + 2
    told = audit(city.sequencer.store)
    assert [(one.origin, one.size, one.lines, one.clean) for one in told] == [
        (KEY.name, 30, 30, True),
        (origin, count + 3, count + 2, True),
    ]
    for one in (ids[0], ids[-1]):
        row = city.log.owner.execute(
            "select log from cx.ledger_log_place_v1('00000000-0000-0000-0000-000000000000', %s)", [one]
        ).fetchone()
        assert row == (2,)


def test_lines_of_an_incarnation_before_are_taken_again(city: City, kept: tuple[Home, bytes], tmp_path: Path) -> None:
    """The fork lies in an incarnation of the register that has ended since: what it wrote is compared once more."""
    home, seen = kept
    city.back(30)
    city.write(7)
    city.log.sequencer("restored").round()
    city.log.owner.execute("update cx.ledger_deployment set epoch = epoch + 1")
    city.log.owner.execute("update cx.ledger_log_state set lease_until = '-infinity'")
    city.write(4)
    forked = city.log.sequencer("restored")
    for _ in range(3):
        forked.round()
    assert city.log.state("size") == 41
    city.witnessed()
    assert city.log.state("halted") == "other"
    sequencing.follow(home, seen)
    fresh = after(city.log, sequencing.log_key(home), tmp_path / "after")
    assert sum(fresh.round().lines for _ in range(3)) == 11
    assert all(one.clean for one in audit(city.sequencer.store))


def test_a_log_that_holds_what_was_seen_is_not_followed(city: City, kept: tuple[Home, bytes]) -> None:
    home, seen = kept
    city.write(3)
    city.sequencer.round()
    city.sequencer.store.call("select cx.ledger_log_halt_v1('other')")
    with pytest.raises(OperateError):
        sequencing.follow(home, seen)
    assert (sequencing.log_key(home), city.log.state("size")) == (KEY, 43)


def test_the_old_key_stays_until_the_database_has_the_new_one(
    city: City, kept: tuple[Home, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, seen = kept
    city.back(30)
    city.witnessed()
    with monkeypatch.context() as broken:
        broken.setattr(
            sequencing, "_next", lambda _, key: Signer(key.name, bytes(32))
        )  # its origin is taken: the database refuses
        with pytest.raises(psycopg.errors.UniqueViolation):
            sequencing.follow(home, seen)
    assert (sequencing.log_key(home), city.log.state("log")) == (KEY, 1)

    def dies(*_: Any) -> None:
        raise InterruptedError

    with monkeypatch.context() as broken:
        broken.setattr(sequencing, "_swap", dies)
        with pytest.raises(InterruptedError):
            sequencing.follow(home, seen)
    assert (sequencing.log_key(home), city.log.state("log")) == (KEY, 2)
    assert sequencing.follow(home, seen) == (f"{KEY.name}~2", 10)
    assert sequencing.log_key(home).name == f"{KEY.name}~2"
    assert city.log.state("log") == 2


@pytest.mark.parametrize("again", ["start", "follow"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_call_that_died_between_key_and_policy_is_completed(
    step: int, again: str, city: City, kept: tuple[Home, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the next start of the sequencer, or by the same command; and whatever lies there, key and policy agree."""
    home, seen = kept
    city.back(30)
    city.witnessed()
    moved, steps = sequencing._move, []

    def dies(source: Path, target: Path) -> None:
        if target.name != "log.key.new":  # the key itself lay there before the database had it
            steps.append(target)
        if len(steps) == step:
            raise InterruptedError
        moved(source, target)

    with monkeypatch.context() as broken:
        broken.setattr(sequencing, "_move", dies)
        with pytest.raises(InterruptedError):
            sequencing.follow(home, seen)
    assert city.log.state("log") == 2
    here = sequencing.log_key(home)
    assert here.verifier in sequencing.read_policy(home, here).logs
    if again == "start" or step == 3:  # the third step only takes the old key out of the policy
        assert sequencing.settle(home, home.dsn("log"))
    else:
        assert sequencing.follow(home, seen) == (f"{KEY.name}~2", 10)
    key = sequencing.log_key(home)
    assert key.name == f"{KEY.name}~2"
    assert key.verifier in sequencing.read_policy(home, key).logs
    assert not (home.path / "log.key.new").exists()
    assert after(city.log, key, city.log.path / "after").begin() == 2


def test_a_sequencer_that_waits_while_a_log_follows_leaves_that_one_alone(
    city: City, kept: tuple[Home, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restore: the platform runs, its sequencer waits in a halted log, and the operator begins a new one."""
    home, seen = kept
    old = home.log_folder / "1"
    Folder(old).put("checkpoint.signed", (city.log.path / "public" / "checkpoint").read_bytes())
    city.back(30)
    city.witnessed()
    monkeypatch.setattr(sequencing, "FEED", 0.05)
    ended: list[str] = []

    def run() -> None:
        try:
            sequencing.sequence(home, home.dsn("log"), stop, note=waiting.append)
        except OperateError as error:
            ended.append(str(error))

    stop, waiting = threading.Event(), list[str]()
    loop = threading.Thread(target=run)
    loop.start()
    try:
        for _ in range(1200):
            if waiting:
                break
            stop.wait(0.05)
        assert sequencing.follow(home, seen)[0] == f"{KEY.name}~2"
        loop.join(60)
    finally:
        stop.set()
        loop.join(60)
        shutil.rmtree(old)
    assert (city.log.state("log"), city.log.state("halted")) == (2, "")
    assert len(ended) == 1


def test_a_key_that_the_database_does_not_have_is_put_nowhere(city: City, kept: tuple[Home, bytes]) -> None:
    home, _ = kept
    write_private(home.path / "log.key.new", Signer(f"{KEY.name}~2", bytes(32)).text)
    assert sequencing.settle(home, home.dsn("log"))
    assert sequencing.log_key(home) == KEY
    assert not sequencing.settle(home, "host=/nowhere dbname=none")  # and without an answer nothing is decided


def test_lines_of_both_logs_have_a_proof(
    city: City, kept: tuple[Home, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_citizen: Any
) -> None:
    """The checkpoint that ended the log is longer than its tiles here: proofs stand under the last one before."""
    from chengxin.people.api import line_proof, self_look

    home, seen = kept
    monkeypatch.setattr(settings, "LOG_POLICY", home.log_policy)
    citizen = make_citizen()
    look = self_look(citizen.token)
    city.sequencer.round()
    size = city.log.state("size")
    assert city.witnessed() == {Said.COSIGNED}
    city.write(4)
    city.sequencer.round()
    assert city.witnessed() == {Said.COSIGNED}
    seen = (city.log.path / "public" / "checkpoint").read_bytes()
    city.back(size)
    city.witnessed()
    assert sequencing.follow(home, seen)[1] == 4
    policy = trusted()
    proof = line_proof(self_look(citizen.token), look.id)
    assert proof is not None
    assert check_proof(proof, policy).cosigned.checkpoint.size == size


def called(*words: object) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(main, ["log", *map(str, words), "--json"])
    return done.exit_code, json.loads(done.stdout) if done.exit_code < 2 else {"error": done.stderr}


def test_the_old_log_stays_readable_beside_the_new_one(
    city: City, kept: tuple[Home, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each log below its own number: served as immutable files, exported, verified; also where the files are lost."""
    home, seen = kept
    published = tmp_path / "published"
    city.back(30)
    city.witnessed()
    sequencing.follow(home, seen)
    key = sequencing.log_key(home)
    city.write(3)
    assert sequencing.published(home, key) == home.log_folder / "2"
    after(city.log, key, published / "2").round()
    store = city.sequencer.store
    assert republish_lost(store, published) == [1]
    assert republish_lost(store, published) == []  # what is there stays as it is
    monkeypatch.setattr(settings, "LOG_FOLDER", published)
    tiles = {number: Client().get(f"/log/{number}/tile/entries/000.p/{size}") for number, size in ((1, 30), (2, 4))}
    assert tiles[1].content != tiles[2].content
    assert all("immutable" in one["Cache-Control"] for one in tiles.values())
    assert hashlib.sha256(Client().get("/log/2/predecessor").content).digest() == tiles[2].content[3:35]
    page = Client().get("/log/").content.decode()
    assert all(words in page for words in ("/log/1/", "/log/2/", "已结束", "正在使用", "/log/1/checkpoint"))

    for number, size in ((1, 30), (2, 4)):
        place = tmp_path / f"export{number}"
        assert called("export", place, "--log", number, "--keep", home.path)[1]["size"] == size
        own = [KEY.verifier.text, *(one.witness.key.witness.text for one in city.servers)]
        keys = [f"--key={one}" for one in (own if number == 1 else [key.verifier.text])]
        code, found = called("verify", place, *keys)
        assert (code, found["valid"], found["size"]) == (0, True, size)
    assert called("verify", tmp_path / "export1")[1]["keys_from_folder"] is True  # its policy names its own key
    assert called("export", tmp_path / "none", "--log", 1, "--to", 31, "--keep", home.path)[0] == 2
    code, failed = called("export", tmp_path / "none", "--log", 3, "--keep", home.path)
    assert (code, "没有这个编号的存证日志：3" in failed["error"]) == (2, True)
    city.log.owner.execute("insert into cx.ledger_erased values (1, 3, 'EXPIRE-01', '2026-11-20')")
    told = {one: called("erased", *one, "--keep", home.path) for one in ((), ("--log", 1), ("--log", 2), ("--log", 3))}
    city.log.owner.execute("delete from cx.ledger_erased where on_date = '2026-11-20'")
    assert told[()][1] == told["--log", 2][1] == {"log": key.name, "erased": []}
    assert [one["lines"] for one in told["--log", 1][1]["erased"]] == [1]
    assert (told["--log", 3][0], "没有这个编号的存证日志：3" in told["--log", 3][1]["error"]) == (2, True)
    assert not (tmp_path / "none").exists()
    with pytest.raises(Refused, match="LOG-08"):
        export(store, tmp_path / "none", number=3)


def test_a_number_that_was_published_is_not_used_again(city: City, kept: tuple[Home, bytes]) -> None:
    """A database from before the second log began does not know of it; its files do."""
    home, seen = kept
    city.back(30)
    city.witnessed()
    (home.log_folder / "4").mkdir(parents=True)
    try:
        assert sequencing.follow(home, seen)[0] == f"{KEY.name}~5"
    finally:
        (home.log_folder / "4").rmdir()


def test_early_tiles_of_the_current_log_are_published_again(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new disk: the sequencer looks after the end of the log only, the rest is written beside it."""
    city.write(560)
    city.sequencer.round()
    monkeypatch.setattr("chengxin.ledger.sequencer.AGAIN", 50)
    monkeypatch.setattr("chengxin.ledger.exporting.AGAIN", 50)
    fresh = city.log.sequencer("fresh/1")
    fresh.republish()
    assert republish_lost(fresh.store, tmp_path / "fresh") == [1]
    assert republish_lost(fresh.store, tmp_path / "fresh") == []
    for one in needed(600):
        assert (tmp_path / "fresh" / "1" / path(*one)).read_bytes() == (tmp_path / "public" / path(*one)).read_bytes()
