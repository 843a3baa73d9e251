"""``bench guards``: writer functions, step and reading function ÷ the same statements on unguarded tables.

Limit of the writers: the same rows out of the same arrays into copies with the same columns and indexes. Limit of the
read: one bare line for the look, its commit, the effect gate's own query, one bare line for what was shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg

from bench.city import SQL, City, city
from bench.figures import Ratio, machine, versions
from chengxin.kernel.ids import uuid7
from chengxin.lookup.pump import CHECK, LOOK

BATCH = 256
_BARE_LOOK = """insert into cx.plain_register (person, id, epoch, at, line, session, actor, actor_kind,
  organisation, duty, activity, purpose, basis, case_ref, fields, salt, commitment)
select k.person, n.id, 1, statement_timestamp(), 'look', n.id, n.id, 'machine', 'o', 'machine_client', 'lookup.check',
  'SUBSIDY_SYSTEM', '全国失信惩戒措施基础清单：限制申请财政性资金项目', 'case', '{}', n.hmac, n.hmac
from unnest(%b::bytea[], %b::uuid[]) as n(hmac, id) join cx.people_key k on k.id_hmac = n.hmac"""
_BARE_READ = """with answer as materialized (
  select n.id, n.hmac, k.person, g.* from unnest(%b::bytea[], %b::uuid[]) as n(hmac, id)
  join cx.people_key k on k.id_hmac = n.hmac
  left join lateral (select g.record, g.item, g.authority_name, g.doc_no, g.decided_on, g.severity, g.display_end
                     from cx.records_gate_v1(array[k.person]) g offset 0) g on true
), shown as (
  insert into cx.plain_register (person, id, epoch, at, line, session, actor, actor_kind, organisation, duty, activity,
    purpose, basis, case_ref, fields, look, outcome, shown, salt, commitment)
  select a.person, gen_random_uuid(), 1, statement_timestamp(), 'shown', a.id, a.id, 'machine', 'o', 'machine_client',
    'lookup.check', 'SUBSIDY_SYSTEM', '全国失信惩戒措施基础清单：限制申请财政性资金项目', 'case', '{}', a.id,
    'hit', count(*), a.hmac, a.hmac
  from answer a group by a.person, a.id, a.hmac
)
select record, item, authority_name, doc_no, decided_on, severity, display_end from answer"""
Pair = tuple[Callable[[], None], Callable[[], None]]


def measure(*, rows: int, runs: int) -> dict[str, Any]:
    """`rows`: written in each run; as many are read."""
    told: dict[str, list[float]] = {"admit": [], "step": [], "read": [], "read_single": []}
    with city(max(2000, min(rows, 100_000))) as place, place.owner() as owner:
        # One plan for every size, as the pumps of the machine interface ask for.
        owner.execute("set plan_cache_mode = force_generic_plan")
        owner.execute("update cx.people_purpose set quota = 2000000000 where code = 'SUBSIDY_SYSTEM'")
        tokens = {duty: place.session(place.account(kind, [duty])[0], kind) for duty, kind in _ACTORS.items()}
        server = owner.info.server_version
        # Every page that will be read is in memory before the first side reads it.
        owner.execute("select count(*) from cx.bench_person p cross join lateral cx.records_gate_v1(array[p.person])")
        for number in range(runs):
            owner.execute((SQL / "guards.sql").read_text("utf-8").replace("{rows}", str(rows)).encode())
            for part, pair in _writers(owner, tokens).items():
                told[part].append(_ratio(place, pair, swap=number % 2 == 1))
            with _reader(place) as web:
                for part, size, count in (("read", BATCH, rows), ("read_single", 1, min(rows, 1000))):
                    pair = _readers(owner, web, tokens["machine_client"], size=size, count=count)
                    told[part].append(_ratio(place, pair, swap=number % 2 == 1))
    return {
        "name": "guards",
        **{
            part: {**_told(values), "size": rows if part != "read_single" else min(rows, 1000)}
            for part, values in told.items()
        },
        "machine": machine(),
        "versions": versions(server),
    }


_ACTORS = {"data_officer": "staff", "system": "system", "machine_client": "machine"}


def _told(values: list[float]) -> dict[str, Any]:
    ratio = Ratio.of(values)
    return {"ratio": ratio.ratio, "min": ratio.min, "max": ratio.max, "runs": len(values)}


def _ratio(place: City, pair: Pair, *, swap: bool) -> float:
    """Speed of the product over the limit's; the order changes from run to run, each begins after a checkpoint."""
    seconds = [0.0, 0.0]
    for side in (1, 0) if swap else (0, 1):
        place.settle()
        begin = time.perf_counter()
        pair[side]()
        seconds[side] = time.perf_counter() - begin
    return seconds[1] / seconds[0]


def _writers(owner: psycopg.Connection[Any], tokens: dict[str, bytes]) -> dict[str, Pair]:
    def run(name: str, token: bytes | None = None) -> Callable[[], None]:
        text = "\n".join(
            line for line in (SQL / f"{name}.sql").read_text("utf-8").splitlines() if not line.startswith("--")
        )
        return lambda: _done(owner.execute(text.encode(), [token] if token else None))

    return {
        "admit": (run("admit", tokens["data_officer"]), run("admit_plain")),
        "step": (run("step", tokens["system"]), run("step_plain")),
    }


def _done(cursor: psycopg.Cursor[Any]) -> None:
    cursor.close()


def _reader(place: City) -> AbstractContextManager[psycopg.Connection[Any]]:
    web = psycopg.connect(place.home.dsn("web"), autocommit=True, options="-c plan_cache_mode=force_generic_plan")
    web.prepare_threshold = 0
    return web


def _readers(
    owner: psycopg.Connection[Any], web: psycopg.Connection[Any], token: bytes, *, size: int, count: int
) -> Pair:
    known = owner.execute("select hmac, pair from cx.bench_person order by random() limit %s", [count]).fetchall()

    def chunks() -> list[list[tuple[bytes, bytes, UUID]]]:
        rest = iter([(index, pair, uuid7()) for index, pair in known])
        return list(iter(lambda: list(islice(rest, size)), []))

    ours, theirs = chunks(), chunks()

    def product() -> None:
        for chunk in ours:
            many = len(chunk)
            indexes, pairs, looks = (list(column) for column in zip(*chunk, strict=True))
            words = [["SUBSIDY_SYSTEM"] * many, ["case"] * many]
            answered = web.execute(LOOK, [[token] * many, looks, indexes, pairs, *words], binary=True).fetchone()
            persons = answered[0] if answered else []
            web.execute(CHECK, [[token] * many, persons, looks, pairs], binary=True).fetchall()

    def limit() -> None:
        for chunk in theirs:
            indexes, _, looks = (list(column) for column in zip(*chunk, strict=True))
            owner.execute(_BARE_LOOK, [indexes, looks], prepare=True, binary=True)
            owner.execute(_BARE_READ, [indexes, looks], prepare=True, binary=True).fetchall()

    return product, limit
