"""How a citizens' identity service is configured (身份认证服务的配置), and what a real installation must show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from chengxin.kernel.words import three_lines
from chengxin.people.population import NotForReal

REAL_NAME: Final = 2
"""The lowest level at which a name and a number are proved at all."""


@dataclass(frozen=True)
class Level:
    """What a service's word of assurance is worth (认证等级对应), from a day to a day, and on what basis."""

    word: str
    level: int
    begin: date
    end: date | None
    basis: str

    def holds(self, on: date) -> bool:
        return self.begin <= on and (self.end is None or on <= self.end)


@dataclass(frozen=True)
class Provider:
    """A configured service (身份认证服务的配置).

    Attributes:
        name: as people read it.
        issuer: its address, also its name in tokens.
        levels: what its words are worth.
        sandbox: it is the demonstration's.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    levels: tuple[Level, ...]
    sandbox: bool = False

    @staticmethod
    def load(path: Path) -> Provider:
        """Read the configuration.

        Raises:
            NotForReal: it is not there, not whole, or can be read by others.
        """
        try:
            if path.stat().st_mode & 0o077:
                raise NotForReal(_said(f"{path} 可被其他用户读取", f"请执行：chmod 600 {path}"))
            data = json.loads(path.read_text("utf-8"))
            words = [str(data[key]) for key in ("name", "issuer", "client_id", "client_secret")]
            levels = tuple(_level(row) for row in data["levels"])
            return Provider(words[0], words[1], words[2], words[3], levels, sandbox=bool(data.get("sandbox")))
        except (OSError, ValueError, KeyError, TypeError):
            remedy = "请按 docs/how-to/citizens-sign-in.zh.md 重新写入。"
            raise NotForReal(_said(f"{path} 不能读取或不完整", remedy)) from None

    def assurance(self, word: str, on: date) -> int | None:
        """What a word was worth on a day (认证等级); None where it is worth nothing here."""
        return next((one.level for one in self.levels if one.word == word and one.holds(on)), None)


def ensure_real_service(mode: str, path: Path | None, *, on: date) -> None:
    """A production platform sends its citizens to a real service, over TLS, whose words it knows the worth of.

    Raises:
        NotForReal: none is configured, it is the sandbox, it has no https, or no word of real-name level holds.
    """
    if mode != "production":
        return
    if path is None:
        raise NotForReal(_said("数据目录里没有 identity.json", "请按 docs/how-to/citizens-sign-in.zh.md 接入。"))
    provider = Provider.load(path)
    if provider.sandbox or urlsplit(provider.issuer).scheme != "https":
        raise NotForReal(_said(f"{path} 指向演示用的身份认证服务，或没有用 https", "请改为真实的地址和密钥。"))
    if not any(one.level >= REAL_NAME and one.holds(on) for one in provider.levels):
        remedy = "请在 levels 里写明对方每个认证等级相当于几级、从哪天起、依据什么。"
        raise NotForReal(_said(f"{path} 没有写明今天有效的实名认证等级", remedy))


def _level(row: Mapping[str, Any]) -> Level:
    end = row.get("end")
    level = Level(
        str(row["word"]), int(row["level"]), date.fromisoformat(row["begin"]), end and date.fromisoformat(end),
        str(row["basis"]),
    )  # fmt: skip
    if not (level.word and level.basis and 1 <= level.level <= 3):
        raise ValueError
    return level


def _said(cause: str, remedy: str) -> str:
    return three_lines("身份认证服务没有接好", cause, remedy)
