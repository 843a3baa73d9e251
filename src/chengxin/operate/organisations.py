"""Organisations of the demonstration city (演示单位), from ``organisations.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Seeded:
    """An organisation of the demonstration city. `role`: what the seed needs it for, or ''."""

    code: str
    name: str
    kind: str
    area: str
    parent: str = ""
    role: str = ""


@cache
def organisations() -> tuple[Seeded, ...]:
    """All of them, in the order of the file (演示单位)."""
    data = tomllib.loads((files("chengxin.operate") / "organisations.toml").read_text(encoding="utf-8"))
    return tuple(Seeded(**row) for row in data["organisation"])


def in_role(role: str) -> tuple[str, str]:
    """Code and name of the one that has a role: ``credit_office``, ``window``."""
    return next((one.code, one.name) for one in organisations() if one.role == role)
