"""The desk at work: what tests of this room do again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chengxin.belonging import api
from chengxin.belonging.casefile import MatterFile, open_matter
from chengxin.flow.api import drain
from chengxin.people.api import self_look
from chengxin.records import api as records

REASONS = "报送单位来函说明，录入时证件号码填错，文书的当事人是另一个人。"
EVIDENCE = "盐市监函〔2026〕17号"


@dataclass
class Desk:
    """Two officers and the platform's own account."""

    one: Any
    two: Any
    system: Any

    def found(self, citizen: Any, doc_no: str = "") -> api.Found:
        """A citizen's record, as a department's letter names it."""
        number = doc_no or records.own(self_look(citizen.token))[0].doc_no
        who = api.somebody(citizen.number, citizen.name)
        return api.find_record(self.one.token, who, number, letter=EVIDENCE)[0]

    def propose(self, citizen: Any, right: tuple[str, str], **more: Any) -> str:
        """Propose that the citizen's record is that of (name, number)."""
        claim = api.somebody(right[1], right[0])
        return api.propose_move(self.one.token, self.found(citizen), claim, reasons=REASONS, evidence=EVIDENCE, **more)

    def open(self, case_no: str, token: bytes = b"") -> MatterFile:
        """The matter of a case number, opened by the second officer."""
        file = open_matter(token or self.two.token, self.queued(case_no).matter)
        assert file is not None
        return file

    def queued(self, case_no: str, token: bytes = b"") -> api.Queued:
        token = token or self.two.token
        found = [*api.queue(token, 10_000), *api.decided(token, 10_000)]
        return next(one for one in found if one.case_no == case_no)

    def decide(self, case_no: str, outcome: str = "approved", token: bytes = b"") -> None:
        """Decide it as the second officer, and let everything follow."""
        file = self.open(case_no, token)
        api.decide(token or self.two.token, file.queued, file.matter, file.record, outcome=outcome, reasons=REASONS)
        self.drain()

    def move(self, citizen: Any, right: tuple[str, str]) -> None:
        """Both steps."""
        self.decide(self.propose(citizen, right))

    def drain(self) -> None:
        while drain(self.system.token, using="worker"):
            pass


def mine(citizen: Any, record: UUID | None = None) -> Any:
    """The citizen's own record: the only one, or the one named."""
    found = records.own(self_look(citizen.token))
    return next(one for one in found if record in (None, one.record))
