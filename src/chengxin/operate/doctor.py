"""What is wrong with an installation, why, and the exact way to repair it (体检)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

from chengxin.kernel.calendar import Calendar
from chengxin.kernel.errors import Refused, Unavailable
from chengxin.kernel.periods import CHINA
from chengxin.kernel.sqlfile import sql_query
from chengxin.kernel.words import fact_words
from chengxin.ledger.attacks import WHOLE
from chengxin.ledger.privilege import OperateError, refuse_privilege
from chengxin.ledger.rules import AUDITED, REMEDIES, unsettled
from chengxin.ledger.words import FINDINGS
from chengxin.operate.bootstrap import MINIMUM
from chengxin.operate.days import arrangements, differing
from chengxin.operate.embedded import installation
from chengxin.operate.home import ROLES, SERVING, Home
from chengxin.operate.recount import recount
from chengxin.operate.running import home_of, running
from chengxin.operate.safety import conditions, doors, log_audits, log_standing, log_unwitnessed, now, proofs
from chengxin.operate.sequencing import claims
from chengxin.operate.served import ensure_certificate, read_served
from chengxin.people.identity_service import OpenIdService
from chengxin.people.population import Link, NotForReal, Population
from chengxin.people.provider import Provider

PACKAGE = Path(__file__).resolve().parent.parent
_GIB = 1 << 30
_ABSENT = re.compile("No such file|Connection refused")
_RENEW = 30  # days before its end that a certificate is to be renewed
_SKEW = 2.0  # seconds between this clock and the database's
_CJK = re.compile(
    r"CJK|SourceHan|wqy|uming|ukai|SimSun|simhei|msyh|PingFang|Noto(Sans|Serif)SC|DroidSansFallback", re.I
)
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "~/.fonts")


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    SKIP = "skip"  # cannot be looked at now; nothing is known to be wrong
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, how bad, what was found, and what to do (empty when nothing)."""

    name: str
    state: State
    cause: str
    remedy: str = ""


def examine(keep: Path | None) -> list[Finding]:
    """Run every check. Without ``--keep`` the only running demo is examined; its checks are skipped where none runs."""
    findings = [*_user(), *_programs(), *_disk(keep), *_zone(), *_fonts()]
    try:
        home = home_of(keep)
    except OperateError as error:
        meant = keep is not None or "CHENGXIN_KEEP" in os.environ or len(running()) > 1
        findings += _calendar(None)
        return [*findings, Finding("home", State.FAIL if meant else State.SKIP, error.cause, error.remedy)]
    findings += _calendar(home)
    return [*findings, *_keys(home), *_database(home), *_population(home), *_identity(home), *_safety(home)]


def _user() -> Iterator[Finding]:
    if os.geteuid() == 0:
        yield Finding("user", State.WARN, "正在以 root 身份运行", "请建立一个普通用户，用它运行 chengxin。")
    else:
        yield Finding("user", State.OK, f"普通用户运行（uid {os.geteuid()}）")


def _programs() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", State.OK, f"Python {python}")
    try:
        said = subprocess.run([installation() / "bin" / "postgres", "--version"], capture_output=True, check=True)
    except (OperateError, OSError, subprocess.CalledProcessError) as error:
        cause = error.cause if isinstance(error, OperateError) else "内置数据库的程序不能运行"
        yield Finding("embedded", State.FAIL, cause, "请删除 .venv 后重新运行 ./chengxin，它会重新安装依赖。")
    else:
        yield Finding("embedded", State.OK, f"内置数据库程序 {said.stdout.decode().strip()}")


def _disk(keep: Path | None) -> Iterator[Finding]:
    place = keep if keep is not None and keep.exists() else Path(tempfile.gettempdir())
    free = shutil.disk_usage(place).free / _GIB
    cause = f"{place} 所在磁盘剩余 {free:.1f} GiB"
    if free < 1:
        yield Finding("disk", State.FAIL, cause, "至少需要 1 GiB。请清理磁盘，或用 --keep 指明另一个磁盘上的目录。")
    elif free < 5:
        yield Finding("disk", State.WARN, cause, "建议至少 5 GiB。请清理磁盘。")
    else:
        yield Finding("disk", State.OK, cause)


def _zone() -> Iterator[Finding]:
    try:
        now = datetime.now(ZoneInfo("Asia/Shanghai"))
    except ZoneInfoNotFoundError:
        yield Finding("zone", State.FAIL, "系统没有时区数据 Asia/Shanghai", "请安装时区数据：apt install tzdata")
        return
    yield Finding("zone", State.OK, f"北京时间 {now:%Y-%m-%d %H:%M:%S}，请与实际时间核对")


def _fonts() -> Iterator[Finding]:
    if has_cjk_fonts():
        yield Finding("fonts", State.OK, "有中文字体")
    else:
        yield Finding("fonts", State.WARN, "没有中文字体，报告和浏览器测试会缺字", "请安装：apt install fonts-noto-cjk")


def has_cjk_fonts() -> bool:
    """Whether a font with Chinese characters is installed."""
    if fc_list := shutil.which("fc-list"):
        said = subprocess.run([fc_list, ":lang=zh", "family"], capture_output=True, check=False)
        if said.returncode == 0:
            return bool(said.stdout.strip())
    folders = (Path(name).expanduser() for name in _FONT_FOLDERS)
    return any(_CJK.search(path.name) for folder in folders if folder.is_dir() for path in folder.rglob("*.*"))


def _calendar(home: Home | None) -> Iterator[Finding]:
    """How far working days are published, and whether the city and the program know the same days."""
    city, today = arrangements(home) if home else None, datetime.now(UTC).date()
    known = Calendar.of(city.values()) if city else Calendar.from_data()
    cause = f"工作日日历公布至{fact_words(known.horizon().isoformat())}"
    remedy = "期限会按有利于当事人的方式暂定。国务院办公厅公布以后，请信用办管理者在“日历”里登记，另一位管理者批准。"
    state = State.WARN if known.ends_soon(today) else State.OK
    yield Finding("calendar", state, cause, "" if state is State.OK else remedy)
    for cause, remedy in differing(city, today) if city else ():
        yield Finding("calendar_release", State.WARN, cause, remedy)


def _keys(home: Home) -> Iterator[Finding]:
    yield Finding("home", State.OK, f"数据目录 {home.path}")
    for path in (home.keyring, home.path / "roles.json", home.path / "secret"):
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding("keys", State.FAIL, f"{path} 可被其他用户读取", f"请执行：chmod 600 {path}")


def _safety(home: Home) -> Iterator[Finding]:
    """Proofs that data can be brought back; a real installation fails without them, a demo is only told."""
    real = home.mode == "production"
    for one in conditions(home, now=now()) if real else proofs(home, now=now()):
        state = State.OK if one.met else State.FAIL if real else State.SKIP
        yield Finding(one.name, state, one.cause, one.remedy)
    if real:
        yield from _certificate(home)
        opened = doors(home)
        cause = {True: "平台已开放", False: "平台没有开放：数据库拒绝一切涉及个人的事项", None: "开放状态未查"}[opened]
        remedy = "" if opened else f"上面的条件都满足后，请重新启动：chengxin up --keep {home.path}"
        yield Finding("doors", State.OK if opened else State.SKIP if opened is None else State.FAIL, cause, remedy)


def _certificate(home: Home) -> Iterator[Finding]:
    """Whether people's browsers will go on trusting a real installation."""
    try:
        ends = ensure_certificate(read_served(home), now=now())
    except OperateError as error:
        yield Finding("tls", State.FAIL, error.cause, error.remedy)
        return
    if ends is None:
        yield Finding("tls", State.OK, "TLS 由本机的反向代理负责")
    elif (left := (ends - now()).days) < _RENEW:
        yield Finding("tls", State.WARN, f"证书还有 {left} 天到期", "请换新证书，再重新启动。")
    else:
        yield Finding("tls", State.OK, f"证书有效至 {ends:%Y-%m-%d}")


def _database(home: Home) -> Iterator[Finding]:
    try:
        web = psycopg.connect(home.dsn("web"), connect_timeout=5)
    except psycopg.OperationalError as error:
        if home.external is None and _ABSENT.search(str(error)):
            start = "up" if home.mode == "production" else "demo"
            remedy = f"请运行 chengxin {start} --keep {home.path}，再运行 doctor。"
            yield Finding("database", State.SKIP, "内置数据库没有运行", remedy)
        else:
            said = str(error).splitlines()[0]
            yield Finding("database", State.FAIL, f"数据库没有接受连接：{said}", "请检查数据库是否运行、密码是否一致。")
        return
    with web:
        yield from _version(web)
        yield from _clock(web)
        yield from _roles(web)
    yield from _log(home)
    yield from _privileges(home)
    yield from _migrations(home)


def _version(web: psycopg.Connection) -> Iterator[Finding]:
    version = web.info.server_version // 10_000
    if version < MINIMUM:
        yield Finding(
            "database", State.FAIL, f"数据库是 PostgreSQL {version}", f"请升级到 PostgreSQL {MINIMUM} 或更高版本。"
        )
    else:
        yield Finding("database", State.OK, f"数据库 PostgreSQL {web.info.parameter_status('server_version')} 正在运行")


def _clock(web: psycopg.Connection) -> Iterator[Finding]:
    row = web.execute("select clock_timestamp()").fetchone()
    skew = abs((row[0] - datetime.now(UTC)).total_seconds()) if row else 0.0
    if skew > _SKEW:
        yield Finding(
            "clock", State.FAIL, f"本机与数据库的时间相差 {skew:.0f} 秒", "请在两台机器上启用时间同步（NTP）。"
        )
    else:
        yield Finding("clock", State.OK, "本机与数据库的时间一致")


def _roles(web: psycopg.Connection) -> Iterator[Finding]:
    names = {
        str(name) for (name,) in web.execute("select rolname from pg_roles where rolname = any(%s)", [list(ROLES)])
    }
    missing = [role for role in ROLES if role not in names]
    if missing:
        yield Finding("roles", State.FAIL, f"缺少数据库角色 {'、'.join(missing)}", "请重新启动，启动时会补建角色。")
    wrong = web.execute(sql_query("operate", "attributes").encode(), {"roles": list(ROLES)}).fetchall()
    for role, repair in wrong:
        yield Finding("roles", State.FAIL, f"数据库角色 {role} 的属性不对", f"请由数据库管理员执行：{repair}")
    if not missing and not wrong:
        yield Finding("roles", State.OK, f"{len(ROLES)} 个数据库角色的属性正确")


def _log(home: Home) -> Iterator[Finding]:
    """The stop rules of the log; half of the time is a warning."""
    found = log_standing(home)
    if found is None:
        return  # said before, or the schema is older
    if not found.log:
        yield Finding("log_begun", State.SKIP, "存证日志没有开始", REMEDIES["begun"])
        return
    if found.halted:
        cause = f"存证日志已停止追加：{FINDINGS.get(found.halted, found.halted)}"
        yield Finding("log_halted", State.FAIL, cause, REMEDIES["halted"])
    if log_unwitnessed(home):
        yield Finding("log_quorum", State.FAIL, f"存证日志：{FINDINGS['quorum']}", REMEDIES["quorum"])
    for name in claims(home):
        cause = f"见证人 {name} 声称存证日志曾经更长，或者是另一个内容，没有出示证据"
        yield Finding("log_claimed", State.WARN, cause, REMEDIES["claimed"])
    for rule in found.rules:
        state = State.FAIL if rule.stopped else State.WARN if rule.warned else State.OK
        remedy = "" if state is State.OK else REMEDIES[rule.name]
        yield Finding(f"log_{rule.name}", state, f"存证日志：{rule.what}，{rule.since}", remedy)
    yield _audited(home)


def _audited(home: Home) -> Finding:
    """What the last audits found; what an auditor answers for is no finding any more."""
    past = log_audits(home)
    if not past:
        return Finding("log_audit", State.SKIP, "存证日志还没有审计过", REMEDIES["audited"])
    cause = f"存证日志审计：上一次在 {past[0].ended_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    if found := unsettled(past):
        place = f"，第一处在第 {found.place:,} 条" if found.place >= 0 else ""
        return Finding("log_audit", State.FAIL, f"{cause}，{FINDINGS[found.finding]}{place}", REMEDIES["audit"])
    newest = max(one.log for one in past)
    whole = max((one.ended_at for one in past if one.log == newest and one.first == 0), default=None)
    if whole is None or now() - whole > WHOLE:
        return Finding("log_audit", State.WARN, f"{cause}，但一周以来没有从头审计过", REMEDIES["audited"])
    if now() - past[0].ended_at > AUDITED:
        return Finding("log_audit", State.WARN, cause, REMEDIES["audited"])
    return Finding("log_audit", State.OK, f"{cause}，{FINDINGS['']}")


def _privileges(home: Home) -> Iterator[Finding]:
    """The refusal that every serving process asks for itself, here for every role that may serve."""
    found = False
    for role in SERVING:
        try:
            problems = refuse_privilege(home.dsn(role))
        except psycopg.OperationalError:
            found = True
            yield Finding("privileges", State.FAIL, f"角色 {role} 不能登录", "请重新启动，启动时会重设密码。")
            continue
        for problem in problems:
            found = True
            yield Finding("privileges", State.FAIL, problem.cause, f"请由数据库管理员执行：{problem.remedy}")
    if not found:
        yield Finding("privileges", State.OK, "服务角色都没有多余的权限")


def _migrations(home: Home) -> Iterator[Finding]:
    expected = {(path.parent.parent.name, path.stem) for path in PACKAGE.glob("*/migrations/[0-9]*.py")}
    with psycopg.connect(home.dsn("owner"), connect_timeout=5) as owner:
        try:
            applied = {
                (str(app), str(name)) for app, name in owner.execute("select app, name from cx.django_migrations")
            }
        except psycopg.errors.UndefinedTable:
            applied = set()
    if missing := sorted(".".join(key) for key in expected - applied):
        yield Finding(
            "migrations",
            State.FAIL,
            f"数据库结构不是最新：缺 {'、'.join(missing)}",
            "请重新启动，启动时会升级数据库结构。",
        )
    elif newer := sorted(".".join(key) for key in applied - expected if (PACKAGE / key[0]).is_dir()):
        yield Finding(
            "migrations", State.FAIL, f"数据库结构比程序新：{'、'.join(newer)}", "请更新程序到建立数据库时的版本。"
        )
    else:
        yield Finding("migrations", State.OK, f"数据库结构是最新的（{len(expected)} 步）")


def counted(home: Home) -> Finding:
    """Lists and counts beside the facts, counted again: whatever is missing there, nobody would be told to do."""
    try:
        wrong = recount(home)
    except psycopg.Error:
        return Finding("kept", State.SKIP, "待办清单没有清点", "请先按上面的提示修复数据库。")
    if wrong:
        told = "、".join(f"{name}{count:,}处" for name, count in wrong.items())
        remedy = f"请执行：chengxin doctor --recount --keep {home.path}，它按事实重新生成；再查明是谁改动了数据库。"
        return Finding("kept", State.FAIL, f"与登记的事实不符：{told}", remedy)
    return Finding("kept", State.OK, "待办清单和件数与登记的事实一致")


def _population(home: Home) -> Iterator[Finding]:
    """Whether the population database answers (人口信息库); nobody is asked about."""
    if not home.population.exists():
        yield Finding("population", State.SKIP, "没有配置人口信息库，报送的身份不核验")
        return
    try:
        link = Link.load(home.population)
        with closing(Population(link, tries=1)) as line:
            line.changes(0, request=uuid4(), limit=0)
    except NotForReal as error:
        lines = str(error).splitlines()
        yield Finding("population", State.FAIL, lines[1].partition("：")[2], lines[2].partition("：")[2])
    except Unavailable:
        remedy = "请检查网络、密钥和对方服务；恢复以前文件不会入库，恢复以后自动继续。"
        yield Finding("population", State.FAIL, "人口信息库没有应答", remedy)
    else:
        yield Finding("population", State.OK, f"人口信息库{'（演示用）' if link.sandbox else ''}有应答")
    yield from _doubted(home)


def _identity(home: Home) -> Iterator[Finding]:
    """Whether the citizens' identity service answers (身份认证服务); nobody is sent there."""
    if not home.identity.exists():
        yield Finding("identity", State.SKIP, "没有配置身份认证服务，市民凭窗口登录码登录")
        return
    try:
        provider = Provider.load(home.identity)
        OpenIdService(provider).ready()
    except NotForReal as error:
        lines = str(error).splitlines()
        yield Finding("identity", State.FAIL, lines[1].partition("：")[2], lines[2].partition("：")[2])
    except (Refused, Unavailable):
        remedy = "请检查网络和对方服务；恢复以前，市民凭窗口登录码登录。"
        yield Finding("identity", State.FAIL, "身份认证服务没有应答", remedy)
    else:
        yield Finding("identity", State.OK, f"身份认证服务{'（演示用）' if provider.sandbox else ''}有应答")


def _doubted(home: Home) -> Iterator[Finding]:
    """Changes about two persons wait for a human."""
    try:
        with psycopg.connect(home.dsn("web"), connect_timeout=5) as web:
            row = web.execute("select last_change, waiting from cx.people_line_v1()").fetchone()
    except psycopg.Error:
        return  # said before
    if row and row[1]:
        cause = f"人口信息变更办到第 {row[0]} 件，有 {row[1]} 件涉及两个人，等待人工办理"
        yield Finding("changes", State.WARN, cause, "请审核员在“归属与合并”里提出，由另一个人决定。")
