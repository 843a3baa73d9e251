"""The person's own look: registered first, then everything on the page is read through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from django.http import Http404

from chengxin.ledger.api import Look, today
from chengxin.notice.api import Letter, letters
from chengxin.people.api import Identity, Unsealable, identity, self_look
from chengxin.portal.middleware import Request
from chengxin.portal.rules import CLOSED_STATES
from chengxin.records.api import OwnRecord, own
from chengxin.redress.api import Case, own_cases

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Own:
    """One request of a citizen for the own data (本人查看): one look, and what was read through it."""

    token: bytes
    person: UUID
    look: Look
    today: date

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
            own(self.look), key=lambda record: (record.state in CLOSED_STATES, -record.decided_on.toordinal())
        )

    @cached_property
    def letters(self) -> list[Letter]:
        """Letters, the unopened first, then the newest."""
        return sorted(
            letters(self.look), key=lambda letter: (letter.opened_on is not None, -letter.issued_on.toordinal())
        )

    @cached_property
    def cases(self) -> list[Case]:
        """Objections, the open first, then the newest."""
        return sorted(own_cases(self.look), key=lambda case: (case.outcome != "", -case.filed_on.toordinal()))

    def record(self, record: UUID) -> OwnRecord:
        """One own record; somebody else's does not exist here."""
        return _one([each for each in self.records if each.record == record])

    def letter(self, letter: UUID) -> Letter:
        """One own letter."""
        return _one([each for each in self.letters if each.letter == letter])

    def case(self, objection: UUID) -> Case:
        """One own case."""
        return _one([each for each in self.cases if each.objection == objection])


def look_at_own(request: Request) -> Own:
    """Register the person's look at the own data, once per request."""
    account, token = request.account, request.token
    if account is None or token is None or account.person is None:
        raise Http404
    return Own(token, account.person, self_look(token), today())


def _one(found: list[Thing]) -> Thing:
    if not found:
        raise Http404
    return found[0]
