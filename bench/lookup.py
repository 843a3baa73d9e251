"""``bench lookup``: the registered look-up of the machine interface ÷ pgbench running the naive statements."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.city import SQL, City, city
from bench.figures import Ratio, machine, processor_seconds, spent_between, versions
from chengxin.operate.embedded import installation

CLIENTS = 64
WORKERS = 1  # processes of the machine interface, as the demo runs it
ROOT = Path(__file__).resolve().parent.parent


def measure(*, rows: int, seconds: float, runs: int) -> dict[str, Any]:
    """Interleaved runs of both on one server; `rows`: persons with three records each."""
    with city(rows) as place, _served(place) as (port, process):
        login, key = place.account("machine", ["machine_client"])
        orders = {"port": port, "login": login, "key": key.hex(), "persons": rows, "clients": CLIENTS}
        with place.owner() as owner:
            server = owner.info.server_version
            owner.execute("update cx.people_purpose set quota = 2000000000 where code = 'SUBSIDY_SYSTEM'")
        rate = _naive(place, rows, min(seconds, 2.0))
        warm, _ = _product(place, process, {**orders, "seconds": 2.0, "requests": int(rate * 6)})
        told: list[tuple[float, dict[str, Any], dict[str, float]]] = []
        for _ in range(runs):
            naive = _naive(place, rows, seconds)
            wanted = int(max(warm["rate"], naive) * seconds * 1.6) + CLIENTS
            told.append((naive, *_product(place, process, {**orders, "seconds": seconds, "requests": wanted})))
    return _report(told, rows=rows, server=server)


def _report(told: list[tuple[float, dict[str, Any], dict[str, float]]], *, rows: int, server: int) -> dict[str, Any]:
    def middle(values: list[float]) -> float:
        return round(sorted(values)[len(values) // 2], 1)

    ratio = Ratio.of([product["rate"] / naive for naive, product, _ in told])
    return {
        "name": "lookup",
        "ratio": ratio.ratio,
        "min": ratio.min,
        "max": ratio.max,
        "runs": len(told),
        "size": {"persons": rows, "records": rows * 3, "clients": CLIENTS, "processes": WORKERS},
        "product_per_second": middle([product["rate"] for _, product, _ in told]),
        "limit_per_second": middle([naive for naive, _, _ in told]),
        "p50_ms": middle([product["p50_ms"] for _, product, _ in told]),
        "p99_ms": middle([product["p99_ms"] for _, product, _ in told]),
        "cpu_us": middle([cost["app"] + cost["server"] for _, _, cost in told]),
        "cpu_us_interface": middle([cost["app"] for _, _, cost in told]),
        "cpu_us_database": middle([cost["server"] for _, _, cost in told]),
        "machine": machine(),
        "versions": versions(server),
    }


def _naive(place: City, persons: int, seconds: float) -> float:
    """Transactions per second of pgbench: two prepared statements in a transaction, for each look-up."""
    home = place.home
    said = subprocess.run(
        [
            *(installation() / "bin" / "pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1"),
            *("-T", str(max(1, round(seconds))), "-D", f"persons={persons}", "-f", SQL / "naive.pgbench.sql"),
            home.dsn("owner"),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
    ).stdout
    line = next(line for line in said.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _product(place: City, process: int, orders: dict[str, Any]) -> tuple[dict[str, Any], dict[str, float]]:
    """One run of the load; its rate and waits, and processor microseconds of each look-up."""
    database = place.server.child
    server = database.pid if database else 0
    with subprocess.Popen(
        [sys.executable, "-m", "bench.load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    ) as load:
        if load.stdin is None or load.stdout is None:
            raise RuntimeError("no pipes")
        load.stdin.write(json.dumps(orders) + "\n")
        load.stdin.flush()
        load.stdout.readline()
        app, base = processor_seconds(process), processor_seconds(server)
        load.stdin.write("go\n")
        load.stdin.flush()
        result: dict[str, Any] = json.loads(load.stdout.readline())
        spent = spent_between(app, processor_seconds(process)), spent_between(base, processor_seconds(server))
    if result["bad"] or result["ran_out"]:
        raise RuntimeError(f"the load was not answered as it should: {result}")
    result["rate"] = result["answered"] / result["seconds"]
    return result, dict(zip(("app", "server"), (one / result["answered"] * 1e6 for one in spent), strict=True))


@contextmanager
def _served(place: City) -> Iterator[tuple[int, int]]:
    """The machine interface as it runs in production; its port and process number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    granian = (sys.executable, "-m", "granian", "--interface", "rsgi", "--no-ws", "--log-level", "error")
    with subprocess.Popen(
        [*granian, "--workers", str(WORKERS), "--port", str(port), "chengxin.config.machine:application"],
        env=place.home.environment("web", signin=True) | {"PYTHONPATH": str(ROOT / "src")},
    ) as server:
        try:
            _wait(port, server)
            yield port, server.pid
        finally:
            server.terminate()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):  # our own server
                return
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None:
                raise RuntimeError("the machine interface ended") from None
            time.sleep(0.1)
    raise RuntimeError("the machine interface does not answer")
