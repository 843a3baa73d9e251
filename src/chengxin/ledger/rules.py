"""How the log stands against its stop rules (停止规则的状态)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chengxin.kernel.periods import CHINA
from chengxin.ledger.words import FINDINGS

AUDITED = timedelta(days=2)
"""After so long without an audit, which comes each night, something is wrong with whoever audits."""

REMEDIES = {
    "look": "请看 sequencer.log；结束长时间不提交的事务。恢复后会自动继续。",
    "effect": "请联系见证人，看 sequencer.log。恢复后会自动继续。",
    "quorum": "请查明谁动过存证日志的见证记录；再核对 log.policy，等见证人下一次共同签名。",
    "audit": "请执行 chengxin log audit 查明。只是登记得晚的，查明以后由审计管理员执行 chengxin log acknowledge。",
    "audited": "请看 worker.log；后台程序每天夜里审计。也可以执行 chengxin log audit。",
    "claimed": "请同它的运行单位核对它最后见证的检查点；能出示日志签名的检查点时，平台自动停止追加。"
    "原文在 sequencer.log，办法见 docs/explanation/log.zh.md。",
    "halted": "请先查明原因；确认是从旧备份恢复的，再执行 chengxin log follow（docs/explanation/log.zh.md）。",
    "begun": "请启动平台，排序程序会开始日志。",
}
"""What an operator does about it."""


@dataclass(frozen=True, slots=True)
class StopRule:
    """One stop rule: what it measures, how long ago, and when it stops.

    Attributes:
        name: look or effect.
        code: of the rule that stops.
    """

    name: str
    code: str
    what: str
    ago: timedelta
    limit: timedelta

    @property
    def stopped(self) -> bool:
        """The rule holds people up."""
        return self.ago > self.limit

    @property
    def warned(self) -> bool:
        """Half of the time is over."""
        return self.ago > self.limit / 2

    @property
    def state(self) -> str:
        """In a word."""
        return "已停止" if self.stopped else "已过一半" if self.warned else "正常"

    @property
    def since(self) -> str:
        """How long ago, and when it stops."""
        return f"{_span(self.ago)}前；超过 {_span(self.limit)}停止{'查看' if self.name == 'look' else '不利信息的作用'}"


@dataclass(frozen=True, slots=True)
class Status:
    """A row of ``ledger_log_status_v1``: the log, and the numbers in force."""

    log: int
    origin: str
    size: int
    clear_at: datetime
    look_until: datetime
    cosigned_size: int
    cosigned_at: datetime
    effect_until: datetime
    halted: str
    now: datetime
    look: timedelta
    effect: timedelta
    witness: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """The log as it stands.

    Attributes:
        log: 0 where none was begun.
        halted: why it must not go on, '' while it may.
        witness: the longest time between two visits while witnesses come; see `unseen` while they do not.
    """

    log: int
    origin: str
    size: int
    cosigned_size: int
    cosigned_at: datetime
    halted: str
    witness: timedelta
    rules: tuple[StopRule, ...]

    @property
    def well(self) -> bool:
        """Begun, going on, and not half-way to a stop."""
        return self.log > 0 and not self.halted and not any(rule.warned for rule in self.rules)

    @property
    def unseen(self) -> str:
        """How long ago witnesses last cosigned: lines since then can be cut off unseen."""
        return next((_span(rule.ago) for rule in self.rules if rule.name == "effect"), "")

    def lines(self) -> list[str]:
        """For people."""
        if not self.log:
            return ["存证日志没有开始"]
        told = [f"存证日志 {self.origin}：{self.size:,} 条，见证到第 {self.cosigned_size:,} 条"]
        told += [f"{rule.what}：{rule.since}。{rule.state}" for rule in self.rules]
        if self.halted:
            told += [f"已停止追加：{FINDINGS.get(self.halted, self.halted)}", f"怎么办：{REMEDIES['halted']}"]
        return told

    def facts(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "ok": self.well,
            "begun": self.log > 0,
            "origin": self.origin,
            "size": self.size,
            "cosigned_size": self.cosigned_size,
            "cosigned_at": self.cosigned_at.astimezone(CHINA).isoformat() if self.log else None,
            "halted": self.halted,
            "rules": {
                rule.name: {
                    "code": rule.code,
                    "seconds": int(rule.ago.total_seconds()),
                    "limit": int(rule.limit.total_seconds()),
                    "stopped": rule.stopped,
                    "warned": rule.warned,
                }
                for rule in self.rules
            },
        }


@dataclass(frozen=True)
class Audit:
    """What an audit of the log found; ``finding`` is '' where everything agrees."""

    log: int
    began_at: datetime
    ended_at: datetime
    first: int
    size: int
    lines: int
    gone: int
    finding: str
    place: int


@dataclass(frozen=True, slots=True)
class Known:
    """A finding that an auditor has understood and answers for (已确认的发现); the act is a line of the register."""

    act: UUID
    log: int
    kind: str
    first: int
    last: int
    reason: str
    at: datetime
    organisation: str
    duty: str
    actor: UUID


def unsettled(past: Sequence[Audit]) -> Audit | None:
    """The latest finding that no whole audit of the same log, begun after it, has taken back.

    One that began before the finding may have compared what was then altered, and have been kept open since.

    Args:
        past: audits, the newest first.
    """
    settled: dict[int, datetime] = {}
    for one in past:
        if one.finding and (one.log not in settled or one.ended_at > settled[one.log]):
            return one
        if not one.finding and one.first == 0:
            settled[one.log] = max(one.began_at, settled.get(one.log, one.began_at))
    return None


def standing(row: Status) -> Standing:
    """From a row of ``ledger_log_status_v1``."""
    rules: tuple[StopRule, ...] = ()
    if row.log:
        rules = (
            StopRule("look", "LOG-01", "登记行全部进入日志", row.now - row.clear_at, row.look),
            StopRule("effect", "LOG-02", "外部见证", row.now - row.cosigned_at, row.effect),
        )
    return Standing(row.log, row.origin, row.size, row.cosigned_size, row.cosigned_at, row.halted, row.witness, rules)


def _span(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} 秒"
    return f"{seconds // 60} 分钟" if seconds < 7200 else f"{seconds // 3600} 小时"
