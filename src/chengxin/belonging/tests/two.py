"""Two files of one human, for the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from chengxin.belonging import api
from chengxin.belonging.casefile import open_pair
from chengxin.belonging.tests.desk import EVIDENCE, REASONS, Desk
from chengxin.operate.home import Home


@dataclass
class Two:
    """Two citizens whom a change of the population database says to be one."""

    desk: Desk
    home: Home
    one: Any
    other: Any
    ref: str

    def propose(self, kind: str = "merge", origin: str = "population", ref: str = "") -> str:
        pair = open_pair(self.desk.one.token, origin, ref or self.ref)
        assert pair is not None
        return api.propose_pair(
            self.desk.one.token,
            kind=kind,
            origin=origin,
            ref=ref or self.ref,
            reasons=REASONS,
            evidence=EVIDENCE,
        )

    def merge(self) -> UUID:
        case_no = self.propose()
        self.desk.decide(case_no)
        return self.desk.queued(case_no).matter

    def part(self, merge: UUID) -> None:
        self.desk.decide(self.propose("part", "matter", str(merge)))


def told(home: Home, one: Any, other: Any | None) -> str:
    """The population database says that these are one; what waits for a human is written as its change would be."""
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        row = owner.execute(
            "insert into cx.people_change (seq, id, kind, outcome, person, act, at, other) "
            "select coalesce(max(seq), 0) + 1, %s, 'merged', 'human', %s, %s, now(), %s from cx.people_change returning seq",
            [uuid4(), one.person, uuid4(), other and other.person],
        ).fetchone()
    assert row is not None
    return str(row[0])
