"""A post office and a text-message service of one's own, and nobody else's letters in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from chengxin.flow.api import tick
from chengxin.ledger.api import today
from chengxin.notice import api as notice
from chengxin.notice.carriers import Carrier, Sandbox
from chengxin.people.api import identity, self_look
from chengxin.records import api as records

PHONE, ADDRESS = "10012345678", "盐城市亭湖区建军东路1号"


@dataclass
class Office:
    """Carriers in a folder, the worker's hand, and what one person sees."""

    citizen: Any
    system: Any
    folder: Path
    clock: Callable[[int], None]
    owner: psycopg.Connection[Any]
    days: int = 0

    @property
    def carriers(self) -> dict[str, Carrier]:
        return {"sms": Sandbox(self.folder / "sms", 0), "post": Sandbox(self.folder / "post", 2)}

    def reach(self, phone: str = PHONE, address: str = ADDRESS) -> None:
        for kind, value in (("phone", phone), ("address", address)):
            if value:
                notice.set_contact(self.citizen.token, self.citizen.person, kind, value)

    def run(self) -> None:
        """What the worker does until nothing is left to do today."""
        # Other tests leave letters behind; the list of what is due is a projection.
        self.owner.execute("delete from cx.notice_open where person <> %s", [self.citizen.person])
        while notice.deliver(self.system.token, self.carriers, using="worker", lease=0):
            pass

    def later(self, days: int) -> None:
        """Day by day, as the worker lives through them."""
        for _ in range(days):
            self.days += 1
            self.clock(self.days)
            tick(self.system.token, using="worker")
            self.run()

    def skip(self, days: int) -> None:
        """Time passes while no worker runs."""
        self.days += days
        self.clock(self.days)

    def letter(self) -> notice.Letter:
        return notice.letters(self_look(self.citizen.token))[0]

    def record(self) -> records.OwnRecord:
        (found,) = records.own(self_look(self.citizen.token))
        return found

    def events(self) -> list[tuple[str, int, str, str]]:
        found = notice.events(self_look(self.citizen.token), self.letter().letter)
        return [(one.channel, one.attempt, one.event, one.reason) for one in found]

    def open(self) -> None:
        look = self_look(self.citizen.token)
        (record,), letter = records.own(look), notice.letters(look)[0]
        body = notice.body(record, identity(look).name, today=today())
        notice.open_letter(self.citizen.token, self.citizen.person, letter, record, body)

    def waited(self) -> int:
        """Days from today to the end of the waiting period."""
        until = self.record().wait_until
        assert until is not None
        return (until - today()) // timedelta(days=1)
