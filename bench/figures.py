"""How a measurement is told: ratio of the product to its limit, median, minimum and maximum of interleaved runs."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("chengxin", "Django", "psycopg", "granian", "msgspec", "cryptography")


@dataclass(frozen=True)
class Ratio:
    """Median, minimum and maximum of one ratio."""

    ratio: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Ratio:
        return cls(*(round(one, 3) for one in (statistics.median(values), min(values), max(values))))


def machine() -> dict[str, Any]:
    """What the figures were made on."""
    names = [line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory[0] / 2**20) if memory else None,
        "system": f"{platform.system()} {platform.release()}",
        "load": round(os.getloadavg()[0], 2),
    }


def versions(server: int) -> dict[str, str]:
    """Versions of what was measured. `server`: PostgreSQL's number."""
    found = {name: version(name) for name in PACKAGES if name != "chengxin"}
    return {"python": platform.python_version(), "postgresql": f"{server // 10000}.{server % 10000}", **found}


def processor_seconds(process: int) -> dict[int, float]:
    """Processor time of a process and all below it, by process number. Linux; empty elsewhere."""
    parents: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text("utf-8", "replace").rsplit(")", 1)[1].split()
            spent[int(entry.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.name))
    family, found = [process], {}
    while family:
        one = family.pop()
        if one in spent:
            found[one] = spent[one]
        family += parents.get(one, [])
    return found


def spent_between(before: dict[int, float], after: dict[int, float]) -> float:
    """Seconds between two readings; a process that came in between counts from zero."""
    return sum(seconds - before.get(process, 0.0) for process, seconds in after.items())


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
