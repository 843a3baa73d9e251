from __future__ import annotations

import os
import signal
import socket
import sys

import pytest

from chengxin.ledger.privilege import OperateError
from chengxin.operate import supervise
from chengxin.operate.home import Home
from chengxin.operate.supervise import ChildDiedError, Crew, Told, reserved_port
from chengxin.operate.tests.ports import free_port


@pytest.fixture
def crew(home: Home, monkeypatch: pytest.MonkeyPatch) -> Crew:
    monkeypatch.setattr(supervise, "_PYTHON", (sys.executable, "-c"))
    return Crew(home)


def test_a_port_that_somebody_listens_on_is_passed_over() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with (
            pytest.raises(OperateError, match=f"端口 {port} 已被占用"),
            reserved_port([port]),
        ):
            pass
        with reserved_port([port, free_port()]) as other:
            assert other != port


def test_two_demos_never_take_the_same_port() -> None:
    port = free_port()
    with reserved_port([port]), pytest.raises(OperateError, match="已被占用"), reserved_port([port]):
        pass
    with reserved_port([port]) as again:
        assert again == port


def test_what_a_child_prints_is_returned(crew: Crew) -> None:
    assert crew.run("seed", ("print('好')",), dict(os.environ)).decode().strip() == "好"


def test_a_failed_child_is_named_with_its_last_words(crew: Crew) -> None:
    with pytest.raises(ChildDiedError, match="程序 seed 意外结束，最后的输出：RuntimeError: 空"):
        crew.run("seed", ("raise RuntimeError('空')",), dict(os.environ))


def test_a_dead_child_ends_the_wait_and_the_rest_is_stopped(crew: Crew) -> None:
    crew.start("worker", ("import signal; signal.pause()",), dict(os.environ))
    crew.start("web", ("raise SystemExit(3)",), dict(os.environ))
    with pytest.raises(ChildDiedError, match="程序 web 意外结束"):
        crew.wait_for("worker", lambda: False)
    crew.stop()
    crew.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_heard_once_even_when_inherited_as_ignored(number: signal.Signals) -> None:
    earlier = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        supervise._listen()
        with pytest.raises(Told):
            signal.raise_signal(number)
        signal.raise_signal(number)  # the clean-up is not interrupted
    finally:
        for each, handler in earlier.items():
            signal.signal(each, handler)


def test_new_migrations_follow_and_rewritten_ones_are_refused(home: Home) -> None:
    current = supervise.fingerprints()
    assert "ledger/migrations/0001_initial.py" in current
    supervise.refuse_rewritten(home, dict(list(current.items())[1:]), current)
    with pytest.raises(OperateError, match=r"0001_initial\.py 改变了"):
        supervise.refuse_rewritten(home, {"ledger/migrations/0001_initial.py": "old"}, current)


def test_what_an_interrupted_first_start_left_is_thrown_away(home: Home) -> None:
    (home.path / "pg").mkdir()
    supervise._half_filled(home).touch()
    supervise._discard(home)
    assert not (home.path / "pg").exists()
    assert not supervise._half_filled(home).exists()
    assert Home.at(home.path) == home
