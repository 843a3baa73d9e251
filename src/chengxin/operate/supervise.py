"""Run a whole demo city as direct children: database, seed, worker, machine interface, pages. They end together."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from chengxin.ledger.privilege import OperateError
from chengxin.operate.asked import backing_up
from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.condition import watched
from chengxin.operate.days import adopt
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home, open_private, write_private
from chengxin.operate.identity import IdentitySandbox
from chengxin.operate.population import Sandbox
from chengxin.operate.process import finish, spawn
from chengxin.operate.running import Demo, announced, sweep
from chengxin.operate.sequencing import make_log_key, write_policy
from chengxin.operate.witness import Witness

PACKAGE = Path(__file__).resolve().parent.parent
MIGRATE = ("django", "migrate", "--skip-checks", "--verbosity", "0")
_PYTHON = (sys.executable, "-P", "-m")
DEMO_LOG = "log.demo.invalid"
"""Origin of a demo's log, before the installation's own number; it exists nowhere."""
_PORTS = range(8000, 8100)
_PLAIN = frozenset({"PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT"})
"""Environment of a program that has nothing to do with the platform's passwords and keys."""
_GRACE = 3.5  # seconds that the serving children get; with the database's ten everything ends within 15
_READY = 120.0  # seconds until a serving child answers


class ChildDiedError(OperateError):
    """A part of the demo ended by itself (子进程意外结束)."""


class Told(BaseException):
    """No error: SIGINT, SIGTERM or SIGHUP arrived."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a running demo announces."""

    url: str
    api_url: str
    keep: str
    accounts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asked for. No ``keep``: a folder that goes at the end; no ``port``: a free one."""

    port: int | None
    keep: Path | None
    size: int


def run_demo(wish: Wish, *, note: Callable[[str], None], ready: Callable[[Ready], None]) -> None:
    """Run a demo; see :func:`until_told`."""
    until_told(lambda stack: _run(wish, stack, note, ready), note=note)


def until_told(run: Callable[[ExitStack], None], *, note: Callable[[str], None]) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP; returns after a clean stop.

    Raises:
        OperateError: it cannot start; ``ChildDiedError`` when a part ended by itself.
    """
    with ExitStack() as stack:
        try:
            _listen()
            run(stack)
        except Told:
            with contextlib.suppress(OSError):  # the terminal may be gone
                note("正在停止…")
        finally:
            _listen(deaf=True)  # nothing interrupts the clean-up


def _run(wish: Wish, stack: ExitStack, note: Callable[[str], None], ready: Callable[[Ready], None]) -> None:
    ports = _PORTS if wish.port is None else range(wish.port, wish.port + 1)
    port = stack.enter_context(reserved_port(ports))
    # Far from the page's port, so that the next demo's neighbour is free.
    api_port = stack.enter_context(reserved_port(range(20_000 + port % 10_000, 40_000)))
    url, api_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{api_port}"
    sweep()
    home = _home(wish.keep, stack)
    temporary = wish.keep is None
    pointer = stack.enter_context(announced(Demo(str(home.path), temporary=temporary, pid=os.getpid())))
    crew = Crew(home)
    if _half_filled(home).exists():
        _discard(home)
    start_database(home, crew, stack, note)
    stack.callback(crew.stop)
    _start_population(home, crew, stack, port)
    _start_identity(home, crew, stack, url, port)
    accounts = _seeded(home, crew, wish.size, note)
    start_log(home, crew, f"{DEMO_LOG}/{home.installation[:8]}", _demo_witnesses(home, crew, stack, port))
    note("正在启动服务…")
    granian = ("granian", "--host", "127.0.0.1", "--workers", "1", "--no-ws", "--log-level", "warning")
    served = home.environment("web", signin=True)
    crew.start("worker", ("chengxin", "worker"), home.environment("worker", signin=True))
    machine = (*granian, "--interface", "rsgi", "--port", str(api_port), "chengxin.config.machine:application")
    crew.start("machine", machine, served)
    crew.wait_for("machine", lambda: _accepts(api_port))
    web = (*granian, "--interface", "wsgi", "--blocking-threads", "8", "--port", str(port))
    crew.start("web", (*web, "chengxin.config.wsgi:application"), served)
    crew.wait_for("web", lambda: _healthy(port))
    pointer.write(Demo(str(home.path), temporary=temporary, pid=os.getpid(), url=url, api_url=api_url))
    stack.enter_context(watched(home))
    stack.enter_context(backing_up(home))
    ready(Ready(url, api_url, str(home.path), accounts))
    crew.watch()


def _start_population(home: Home, crew: Crew, stack: ExitStack, port: int) -> None:
    """The city's population database: another program, which the seed fills and every part asks over HTTP."""
    own = stack.enter_context(reserved_port(range(20_000 + (port + 5_000) % 10_000, 40_000)))
    Sandbox.create(home.path / "population").link(home.population, f"http://127.0.0.1:{own}")
    command = ("chengxin", "population-sandbox", str(home.path / "population"), "--port", str(own))
    crew.start("population", command, {name: value for name, value in os.environ.items() if name in _PLAIN})
    crew.wait_for("population", lambda: _accepts(own))


def _start_identity(home: Home, crew: Crew, stack: ExitStack, url: str, port: int) -> None:
    """The citizens' identity service: another program, to which the pages send people and which sends them back."""
    own = stack.enter_context(reserved_port(range(20_000 + (port + 7_500) % 10_000, 40_000)))
    IdentitySandbox.create(home.path / "identity").link(home.identity, f"http://127.0.0.1:{own}", url)
    command = ("chengxin", "identity-sandbox", str(home.path / "identity"), "--port", str(own))
    crew.start("identity", command, {name: value for name, value in os.environ.items() if name in _PLAIN})
    crew.wait_for("identity", lambda: _accepts(own))


def _demo_witnesses(home: Home, crew: Crew, stack: ExitStack, port: int) -> dict[str, str]:
    """Two witnesses, each another program with a key of its own; in a city they stand in other houses."""
    urls = {}
    for number, name in enumerate(("audit", "county"), 1):
        own = stack.enter_context(reserved_port(range(20_000 + (port + 5_100 * number) % 10_000, 40_000)))
        folder = home.path / f"witness-{name}"
        witness = Witness.create(folder, f"{name}.demo.invalid/witness")
        command = ("chengxin", "witness", str(folder), "--port", str(own))
        crew.start(f"witness-{name}", command, {key: value for key, value in os.environ.items() if key in _PLAIN})
        crew.wait_for(f"witness-{name}", lambda own=own: _accepts(own))  # type: ignore[misc]
        urls[f"http://127.0.0.1:{own}"] = witness.key.witness.text
        witness.trust(make_log_key(home, f"{DEMO_LOG}/{home.installation[:8]}").verifier)
    return urls


def start_log(home: Home, crew: Crew, origin: str, witnesses: dict[str, str] | None = None) -> None:
    """The sequencer of this installation; `witnesses` (address -> key) of a demo become its policy."""
    key = make_log_key(home, origin)
    if witnesses is not None:
        write_policy(home, key, witnesses)
    crew.start("sequencer", ("chengxin", "sequencer"), home.environment("log"))


def _home(keep: Path | None, stack: ExitStack) -> Home:
    external = os.environ.get("CHENGXIN_DATABASE_URL", "")
    if keep is not None:
        return Home.create(keep, mode="demo", external_url=external)
    if external:
        raise OperateError(
            "使用外部数据库时，角色的密码必须保存下来", "请用 --keep 指明数据目录，或不设置 CHENGXIN_DATABASE_URL。"
        )
    folder = Path(tempfile.mkdtemp(prefix="chengxin-demo-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return Home.create(folder, mode="demo", external_url=external)


def start_database(home: Home, crew: Crew, stack: ExitStack, note: Callable[[str], None]) -> None:
    """Bring the database up, with its roles; the crew watches the embedded server."""
    note("正在启动数据库…")
    if home.external:
        bootstrap(home, os.environ["CHENGXIN_DATABASE_URL"])
        return
    server = Server(home)
    stack.callback(server.stop)
    server.start()
    crew.database = server
    bootstrap(home)


def _half_filled(home: Home) -> Path:
    return home.path / "filling"


def _discard(home: Home) -> None:
    """Throw away what an interrupted first start left: nobody has used it yet."""
    if home.external:
        raise OperateError(
            "上一次初始化没有完成",
            f'请由数据库管理员执行 DROP DATABASE "{home.database}"; 再删除 {_half_filled(home)}，重新启动。',
        )
    shutil.rmtree(home.path / "pg", ignore_errors=True)
    home.keyring.unlink(missing_ok=True)
    _half_filled(home).unlink()


def _seeded(home: Home, crew: Crew, size: int, note: Callable[[str], None]) -> list[dict[str, Any]]:
    """The sign-ins of the demo: made once, read again at every later start."""
    path = home.path / "accounts.json"
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    current = fingerprints()
    if not kept:
        note("正在建立演示城市…")
        _half_filled(home).touch(mode=0o600)
        said = crew.run("seed", ("chengxin", "seed", "--size", str(size)), home.environment("owner", owner=True), note)
        kept = {"migrations": current, **json.loads(said)}
        write_private(path, json.dumps(kept, ensure_ascii=False))
        _half_filled(home).unlink()
    elif kept["migrations"] != current:
        refuse_rewritten(home, kept["migrations"], current)
        note("正在升级数据库结构…")
        migrating = home.environment("owner") | {"DJANGO_SETTINGS_MODULE": "chengxin.config.settings"}
        crew.run("migrate", MIGRATE, migrating)
        kept["migrations"] = current
        write_private(path, json.dumps(kept, ensure_ascii=False))
    adopt(home)
    accounts: list[dict[str, Any]] = kept["accounts"]
    return accounts


def fingerprints() -> dict[str, str]:
    """A hash of each file that migrations are made of."""
    paths = sorted([*PACKAGE.glob("*/migrations/*.py"), *PACKAGE.glob("*/sql/objects/*.sql")])
    return {str(path.relative_to(PACKAGE)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def refuse_rewritten(home: Home, kept: dict[str, str], current: dict[str, str]) -> None:
    """New migrations can follow; one that was applied and reads otherwise now cannot be made up for."""
    rewritten = [name for name, digest in kept.items() if current.get(name) != digest]
    if rewritten:
        raise OperateError(
            f"数据目录 {home.path} 由程序的另一个版本建立，之后 {rewritten[0]} 改变了",
            "请用建立它的版本运行，或用 --keep 指明一个新的目录。",
        )


class Crew:
    """The children of one installation, in the order they started."""

    def __init__(self, home: Home, *, stopped: str = "演示已停止") -> None:
        self._home = home
        self.stopped = stopped
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self.database: Server | None = None

    def start(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        with open(self._log(name), "wb", opener=open_private) as log:
            self._children[name] = spawn((*_PYTHON, *command), environment=environment, output=log, errors=log)

    def run(
        self, name: str, command: Sequence[str], environment: dict[str, str], note: Callable[[str], None] | None = None
    ) -> bytes:
        """Run a child to its end and return its last line; `note` is told each one before it."""
        with open(self._log(name), "wb", opener=open_private) as log:
            child = spawn((*_PYTHON, *command), environment=environment, output=subprocess.PIPE, errors=log)
            self._children[name] = child
        said = b""
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        with child.stdout as lines:
            for line in lines:
                if said and note:
                    note(said.decode("utf-8").rstrip())
                said = line
        if child.wait():
            raise self._died(name)
        del self._children[name]
        return said

    def wait_for(self, name: str, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _READY
        while not answers():
            self._check()
            if time.monotonic() > deadline:
                raise ChildDiedError(f"程序 {name} 在 {_READY:.0f} 秒内没有就绪", f"请查看 {self._log(name)}。")
            time.sleep(0.05)

    def watch(self) -> None:
        """Wait until a child ends by itself."""
        while True:
            self._check()
            time.sleep(0.2)

    def stop(self) -> None:
        """Pages first; all of them are asked before the first is waited for."""
        latest_first = list(reversed(self._children.values()))
        for child in latest_first:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        for child in latest_first:
            finish(child, ((signal.SIGTERM, max(0.0, deadline - time.monotonic())),))
        self._children.clear()

    def _check(self) -> None:
        for name, child in self._children.items():
            if child.poll() is not None:
                raise self._died(name)
        if self.database is not None and not self.database.running():
            raise self._died("postgres")

    def _died(self, name: str) -> ChildDiedError:
        log = self._log(name)
        lines = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
        last = f"，最后的输出：{lines[-1]}" if lines else ""
        return ChildDiedError(f"程序 {name} 意外结束{last}", f"请用 --keep 运行，再查看日志 {log}。", what=self.stopped)

    def _log(self, name: str) -> Path:
        return self._home.path / f"{name}.log"


@contextmanager
def reserved_port(candidates: Sequence[int]) -> Iterator[int]:
    """The first port that nobody listens on and no other demo has taken for itself.

    Raises:
        OperateError: there is none.
    """
    for port in candidates:
        with ExitStack() as stack:
            try:
                if sys.platform == "linux":
                    # Two demos that start together see the same free port: a socket in the kernel's own name space
                    # decides between them, leaves no file and goes with the process.
                    claim = stack.enter_context(socket.socket(socket.AF_UNIX))
                    claim.bind(f"\0chengxin/port/{port}")
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            yield port
            return
    first, last = candidates[0], candidates[-1]
    raise OperateError(
        f"端口 {first} 已被占用" if first == last else f"端口 {first} 至 {last} 都被占用",
        "请先停止占用它的程序；演示可以用 --port 指明另一个端口。",
    )


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _listen(*, deaf: bool = False) -> None:
    """Hear SIGINT, SIGTERM and SIGHUP once, even when they were inherited as ignored."""
    handler = signal.SIG_IGN if deaf else _told
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


def _told(_number: int, _frame: FrameType | None) -> None:
    _listen(deaf=True)
    raise Told
