"""``chengxin up``: a real installation on one machine, from its first hour to the doors that open (单机正式运行)."""

from __future__ import annotations

import http.client
import os
import re
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from chengxin.kernel.organisation import check_uscc
from chengxin.kernel.periods import CHINA
from chengxin.ledger.privilege import OperateError
from chengxin.operate.asked import backing_up
from chengxin.operate.condition import watched
from chengxin.operate.days import adopt
from chengxin.operate.home import Home
from chengxin.operate.safety import Condition, doors, last_backup, now, open_doors
from chengxin.operate.served import Served, ensure_certificate, read_served, write_served
from chengxin.operate.supervise import (
    MIGRATE,
    Crew,
    fingerprints,
    refuse_rewritten,
    reserved_port,
    start_database,
    start_log,
    until_told,
)

_STOPPED = "平台已停止"
_MOST_WORKERS = 4  # processes that serve pages; each holds the key ring
_FRESH = timedelta(hours=1)
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Office:
    """The organisation that runs the platform: unified code, name, area."""

    code: str
    name: str
    area: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a served installation announces.

    Attributes:
        missing: the conditions that keep the doors closed; empty when they are open.
    """

    url: str
    api_port: int
    keep: str
    opened: bool
    missing: list[Condition]


def set_up(folder: Path, served: Served, office: Office, *, note: Note) -> Home:
    """Make a real installation: keys, roles, schema, the office and the account that the worker runs as.

    An interrupted one is finished by calling it again.

    Raises:
        OperateError: the folder holds something else, or a value cannot be used.
    """
    what = "不能建立"
    if check_uscc(office.code).error is not None:
        raise OperateError(f"{office.code} 不是统一社会信用代码", "请核对 --org。", what=what)
    if not _HOST.fullmatch(served.host):
        raise OperateError(f"{served.host} 不是域名", "请核对 --host，不带 https:// 和端口。", what=what)
    if not re.fullmatch("[0-9]{6}", office.area):
        raise OperateError(f"{office.area} 不是 6 位的行政区划代码", "请核对 --area。", what=what)
    ensure_certificate(served, now=now())
    home = Home.create(folder, mode="production", external_url=os.environ.get("CHENGXIN_DATABASE_URL", ""))
    if (home.path / "served.json").exists():
        raise OperateError(f"{home.path} 已经建立过", f"请启动：chengxin up --keep {home.path}", what="不能再次建立")

    def run(stack: ExitStack) -> None:
        crew = Crew(home, stopped="没有建立完")
        start_database(home, crew, stack, note)
        stack.callback(crew.stop)
        note("正在建立密钥、数据库结构和运行单位…")
        words = ("--host", served.host, "--org", office.code, "--org-name", office.name, "--area", office.area)
        crew.run("found", ("chengxin", "found", *words), home.environment("owner", owner=True))
        write_served(home, served.made(fingerprints()))

    until_told(run, note=note)
    read_served(home)  # told to stop in the middle: it is not made
    return home


def run_up(keep: Path, *, note: Note, ready: Callable[[Standing], None]) -> None:
    """Serve a real installation until told to stop.

    Raises:
        OperateError: it cannot start; ``ChildDiedError`` when a part ended by itself.
    """
    home = Home.at(keep)
    served = read_served(home)
    ensure_certificate(served, now=now())
    until_told(lambda stack: _run(home, served, stack, note, ready), note=note)


def _run(home: Home, served: Served, stack: ExitStack, note: Note, ready: Callable[[Standing], None]) -> None:
    for port in (served.port, served.api_port):
        stack.enter_context(reserved_port([port]))
    crew = Crew(home, stopped=_STOPPED)
    start_database(home, crew, stack, note)
    stack.callback(crew.stop)
    _upgrade(home, served, crew, note)
    for year in adopt(home):
        note(f"随程序的{year}年节假日安排已采用，从明天起计算。")
    missing = [] if doors(home) else open_doors(home, now=now())
    note("正在启动服务…")
    tls = {} if served.behind_proxy else {"certificate": served.certificate, "keyfile": served.key}
    secure = [word for name, path in tls.items() for word in (f"--ssl-{name}", path)]
    granian = ("granian", "--host", served.address, "--no-ws", "--log-level", "warning", *secure)
    if secure:
        granian = (*granian, "--ssl-protocol-min", "tls1.2")
    names = {"CHENGXIN_HOSTS": served.host, "CHENGXIN_TLS": "1"}
    start_log(home, crew, f"{served.host}/log")
    crew.start("worker", ("chengxin", "worker"), home.environment("worker", signin=True))
    environment = home.environment("web", signin=True) | names
    machine = (*granian, "--interface", "rsgi", "--workers", "1", "--port", str(served.api_port))
    crew.start("machine", (*machine, "chengxin.config.machine:application"), environment)
    workers = str(min(_MOST_WORKERS, os.cpu_count() or 1))
    web = (*granian, "--interface", "wsgi", "--blocking-threads", "8", "--workers", workers, "--port", str(served.port))
    crew.start("web", (*web, "chengxin.config.wsgi:application"), environment)
    crew.wait_for("web", lambda: _healthy(served))
    stack.enter_context(watched(home))
    stack.enter_context(backing_up(home))
    ready(Standing(served.url, served.api_port, str(home.path), opened=not missing, missing=missing))
    crew.watch()


def _upgrade(home: Home, served: Served, crew: Crew, note: Note) -> None:
    """Bring the schema to this program's version, with a backup to go back to.

    Raises:
        OperateError: there is no backup of the last hour, or an applied migration was rewritten.
    """
    current = fingerprints()
    if served.migrations == current:
        return
    refuse_rewritten(home, served.migrations, current)
    made = last_backup(home)
    if made is None or now() - made > _FRESH:
        said = f"上一次备份在 {made.astimezone(CHINA):%Y-%m-%d %H:%M}" if made else "没有备份的记录"
        raise OperateError(
            f"程序的新版本要升级数据库结构，而{said}，早于一小时前",
            f"请先执行：chengxin backup 目录 --keep {home.path}，再启动。",
        )
    note("正在升级数据库结构…")
    crew.run("migrate", MIGRATE, home.environment("owner") | {"DJANGO_SETTINGS_MODULE": "chengxin.config.settings"})
    write_served(home, served.made(current))


def _healthy(served: Served) -> bool:
    """Whether the pages answer under their name; who holds the private key need not be proved to oneself."""
    if served.behind_proxy:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)
    else:
        own = ssl._create_unverified_context()  # noqa: S323, SLF001  # our own process on this machine
        connection = http.client.HTTPSConnection("127.0.0.1", served.port, timeout=5, context=own)
    try:
        connection.request("GET", "/healthz", headers={"Host": served.host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
