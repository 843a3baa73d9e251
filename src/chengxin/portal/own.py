"""The person's own look: registered first, then everything on the page is read through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from django.http import Http404

from chengxin.belonging.api import Moved, own_moves
from chengxin.ledger.api import Look
from chengxin.notice.api import Letter, letters
from chengxin.people.api import Identity, Trace, Unsealable, documents, files, identity, self_looks, traces
from chengxin.portal.middleware import Request
from chengxin.portal.rules import CLOSED_STATES
from chengxin.records.api import OwnRecord, own
from chengxin.redress.api import Case, own_cases

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Own:
    """One request of a citizen for the own data (本人查看): one look at each file, and what was read through it.

    Most people have one file. Whoever has several (档案合并) reads them together: as many statements as for one, and
    each file is asked for under its own look.
    """

    token: bytes
    person: UUID
    looks: dict[UUID, Look]
    today: date

    @property
    def look(self) -> Look:
        """The look at the file that the account was opened for."""
        return self.looks[self.person]

    @cached_property
    def identity(self) -> Identity | None:
        """Name and number, from the vault; None where they do not open.

        Records, letters and looks are shown all the same (R0.5).
        """
        try:
            return identity(self.look)
        except Unsealable:
            return None

    @property
    def name(self) -> str:
        """The own name; empty where it does not open, and no letter can be made out to nobody (NOTICE-04)."""
        return self.identity.name if self.identity else ""

    @cached_property
    def records(self) -> list[OwnRecord]:
        """Own records, those that are open first, then the newest decision."""
        return sorted(
            own(*self.looks.values()),
            key=lambda record: (record.state in CLOSED_STATES, -record.decided_on.toordinal()),
        )

    @cached_property
    def letters(self) -> list[Letter]:
        """Letters, the unopened first, then the newest."""
        return sorted(
            letters(*self.looks.values()),
            key=lambda letter: (letter.opened_on is not None, -letter.issued_on.toordinal()),
        )

    @cached_property
    def cases(self) -> list[Case]:
        """Objections, the open first, then the newest."""
        return sorted(
            own_cases(*self.looks.values()),
            key=lambda case: (case.outcome != "", -case.filed_on.toordinal()),
        )

    def look_of(self, record: UUID) -> Look:
        """The look at the file in which an own record lies."""
        return self.looks[self.record(record).person]

    @cached_property
    def documents(self) -> list[Identity]:
        """The own documents (我的证件), the newest first; empty where they do not open."""
        try:
            return documents(*self.looks.values())
        except Unsealable:
            return []

    @cached_property
    def moves(self) -> list[Moved]:
        """Records that stood under the wrong person (归属更正), the newest first."""
        return own_moves(*self.looks.values())

    def traces(self, since: datetime, *, before: datetime | None = None, limit: int) -> list[Trace]:
        """Lines about all own files, newest first, at most `limit` besides the own looks."""
        first, *more = self.looks.values()
        found = traces(first, since, more=more, before=before, limit=limit)
        if len(self.looks) == 1:
            return found
        others = sorted((one for one in found if not _own_look(one)), key=lambda one: one.at, reverse=True)[:limit]
        reach = others[-1].at if len(others) == limit else since
        return sorted(
            [*others, *(one for one in found if _own_look(one) and one.at >= reach)],
            key=lambda one: one.at,
            reverse=True,
        )

    def record(self, record: UUID) -> OwnRecord:
        """One own record; somebody else's does not exist here."""
        return _one([each for each in self.records if each.record == record])

    def letter(self, letter: UUID) -> Letter:
        """One own letter."""
        return _one([each for each in self.letters if each.letter == letter])

    def case(self, objection: UUID) -> Case:
        """One own case."""
        return _one([each for each in self.cases if each.objection == objection])


def _own_look(line: Trace) -> bool:
    return line.mine and line.line == "look"


def look_at_own(request: Request) -> Own:
    """Register the person's look at the own data, once per request."""
    account, token = request.account, request.token
    if account is None or token is None or account.person is None:
        raise Http404
    return Own(token, account.person, {look.person: look for look in self_looks(token, files(token))}, account.today)


def _one(found: list[Thing]) -> Thing:
    if not found:
        raise Http404
    return found[0]
