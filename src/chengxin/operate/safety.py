"""What must be shown before a real person may come in (开放条件), and how old the proofs are that it holds.

``doctor`` prints it; ``up`` opens the doors of a real installation (DEPLOY-01 in the database) when all of it holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from chengxin.kernel.note import NoteError
from chengxin.kernel.periods import CHINA
from chengxin.ledger.auditing import unwitnessed
from chengxin.ledger.privilege import OperateError
from chengxin.ledger.rules import REMEDIES, Audit, Standing, Status, standing
from chengxin.ledger.sequencer import Store
from chengxin.ledger.words import FINDINGS
from chengxin.operate import backup, keysafe, restore
from chengxin.operate.home import Home
from chengxin.operate.limits import limits
from chengxin.operate.manifest import parse, read_note, read_time, signer_of
from chengxin.people.population import NotForReal, ensure_real
from chengxin.people.provider import ensure_real_service


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what was found, and what to do where it does not hold (empty where it does).

    Attributes:
        name: as ``doctor`` calls it: backup, keys_backup, restore, population, sign-in, log, erasure.
    """

    name: str
    cause: str
    remedy: str = ""

    @property
    def met(self) -> bool:
        return not self.remedy


NOT_BUILT = (
    Condition(
        "erasure",
        "到期销毁和销毁证明还没有建成",
        "这个版本不能用于真实人员；请等有这项功能的版本。",
    ),
)
"""What the law asks and this version cannot keep yet: each stands here until the room that keeps it shows it itself."""


def conditions(home: Home, *, now: datetime) -> list[Condition]:
    """Everything that a real installation must show."""
    return [*proofs(home, now=now), _population(home), _sign_in(home, now), log_witnessed(home), *NOT_BUILT]


def log_standing(home: Home) -> Standing | None:
    """How the log stands; None where the database does not answer."""
    try:
        with psycopg.connect(home.dsn("web"), connect_timeout=5, row_factory=class_row(Status)) as web:
            row = web.execute("select * from cx.ledger_log_status_v1()").fetchone()
    except psycopg.Error:
        return None
    return standing(row) if row else None


def log_unwitnessed(home: Home) -> bool:
    """Whether the log claims a quorum of witnesses that its cosignatures do not bear out."""
    with closing(Store(home.dsn("web"))) as store:
        return unwitnessed(store, home.log_policy)


def log_audits(home: Home) -> list[Audit]:
    """The latest audits of the log, the newest first."""
    with psycopg.connect(home.dsn("web"), connect_timeout=5, row_factory=class_row(Audit)) as web:
        return web.execute("select * from cx.ledger_log_audits_v1(100)").fetchall()


def log_witnessed(home: Home) -> Condition:
    """The log goes on, and somebody outside has seen it (R0.6); without a witness of its own a city proves nothing."""
    found = log_standing(home)
    if found is None:
        return Condition("log", "存证日志的状态未知：数据库没有应答", f"请先启动：chengxin up --keep {home.path}")
    if not found.log:
        return Condition("log", "存证日志没有开始", REMEDIES["begun"])
    if found.halted:
        return Condition("log", f"存证日志已停止追加：{FINDINGS.get(found.halted, found.halted)}", REMEDIES["halted"])
    if not found.cosigned_size:
        remedy = f"请在 {home.log_policy} 写明见证人和法定人数（docs/explanation/log.zh.md），再启动。"
        return Condition("log", "存证日志还没有外部见证", remedy)
    wrong = [(FINDINGS["quorum"], "quorum")] if log_unwitnessed(home) else []
    wrong += [(f"{rule.what}：{rule.since}", rule.name) for rule in found.rules if rule.stopped]
    for cause, name in wrong:
        return Condition("log", cause, REMEDIES[name])
    return Condition("log", f"存证日志 {found.size:,} 条，见证到第 {found.cosigned_size:,} 条")


def _population(home: Home) -> Condition:
    try:
        ensure_real("production", home.population if home.population.exists() else None)
    except NotForReal as error:
        lines = [line.partition("：")[2] for line in str(error).splitlines()]
        return Condition("population", lines[1], lines[2])
    return Condition("population", "人口信息库已经接好")


def _sign_in(home: Home, now: datetime) -> Condition:
    try:
        path = home.identity if home.identity.exists() else None
        ensure_real_service("production", path, on=now.astimezone(CHINA).date())
    except NotForReal as error:
        lines = [line.partition("：")[2] for line in str(error).splitlines()]
        return Condition("sign-in", lines[1], lines[2])
    return Condition("sign-in", "市民的身份认证服务已经接好，认证等级有依据")


def proofs(home: Home, *, now: datetime) -> Iterator[Condition]:
    """Age of the last backup, of the last key backup and of the last successful test restore."""
    today = now.astimezone(CHINA).date()
    held = limits(today)
    remedy = f"请执行：chengxin backup 目录 --keep {home.path}"
    made = last_backup(home)
    yield _aged("backup", "数据备份", made, now=now, most=timedelta(hours=held.backup_hours), remedy=remedy)
    yield _keys(home, today)
    remedy = f"请执行：chengxin verify 备份目录 --keep {home.path}"
    yield _aged(
        "restore", "通过恢复演练", _verified(home), now=now, most=timedelta(days=held.restore_days), remedy=remedy
    )


def doors(home: Home) -> bool | None:
    """Whether the doors of a real installation are open; None where the database does not answer."""
    try:
        with psycopg.connect(home.dsn("owner"), connect_timeout=5) as owner:
            row = owner.execute("select opened_at is not null from cx.ledger_deployment").fetchone()
    except psycopg.Error:
        return None
    return bool(row and row[0])


def open_doors(home: Home, *, now: datetime) -> list[Condition]:
    """Open the doors of a real installation if every condition holds; says which do not.

    Doors that are open stay open: a proof that grew old is for ``doctor`` to report, and no reason to stop a city.
    """
    missing = [one for one in conditions(home, now=now) if not one.met]
    if not missing:
        with psycopg.connect(home.dsn("owner"), connect_timeout=10) as owner:
            owner.execute("update cx.ledger_deployment set opened_at = statement_timestamp() where opened_at is null")
    return missing


def _aged(name: str, what: str, at: datetime | None, *, now: datetime, most: timedelta, remedy: str) -> Condition:
    if at is None:
        return Condition(name, f"没有{what}的记录", remedy)
    age = now - at
    hours = age.total_seconds() / 3600
    said = f"{hours:.0f} 小时" if hours < 72 else f"{age.days} 天"
    cause = f"上一次{what}在 {at.astimezone(CHINA):%Y-%m-%d %H:%M}，已过 {said}"
    if age <= most:
        return Condition(name, cause)
    limit = f"{most.days} 天" if most.days > 2 else f"{most.total_seconds() / 3600:.0f} 小时"
    return Condition(name, f"{cause}，超过 {limit}", remedy)


def _keys(home: Home, today: date) -> Condition:
    remedy = f"请执行：chengxin backup-keys 另一处目录 --keep {home.path}"
    try:
        last = date.fromisoformat(json.loads((home.path / keysafe.LAST).read_text("utf-8"))["last_day"])
    except (OSError, ValueError, KeyError):
        return Condition("keys_backup", "没有密钥备份的记录", remedy)
    if last < today:
        return Condition("keys_backup", f"最近的密钥备份最后一天是 {last}，已经过期", remedy)
    return Condition("keys_backup", f"最近的密钥备份有效至 {last}")


def last_backup(home: Home) -> datetime | None:
    """When the last backup of this installation ended."""
    text = _note(home, backup.LAST)
    return parse(text).finished if text else None


def _verified(home: Home) -> datetime | None:
    text = _note(home, restore.VERIFIED)
    said = dict(line.partition(" ")[::2] for line in text.splitlines())
    return read_time(said["verified"]) if said.get("installation") == home.installation else None


def _note(home: Home, name: str) -> str:
    """The text of a note of our own; one that was altered counts as none."""
    path: Path = home.path / name
    try:
        return read_note(path, signer_of(home).verifier)
    except (FileNotFoundError, NoteError, OperateError):
        return ""


def now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)
