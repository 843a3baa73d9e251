"""What happens to the city's persons themselves (人员变动): names, numbers, deaths, two files, records of others.

Part of the demonstration's past (``chronicle``): the population database tells, officers propose and decide, a window
serves relatives; all of it through the doors of the rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from chengxin.kernel.identity import check_digit
from chengxin.kernel.population import Claim, Kind
from chengxin.operate.generate import Person, Stream
from chengxin.operate.population import Sandbox

if TYPE_CHECKING:
    from chengxin.belonging.api import Found
    from chengxin.operate.city import City

EARLIER: Final = 9
"""Week in which what is decided today was told or proposed; the last week brings what still waits."""
_MISTYPED: Final = "报送单位来函说明，录入时证件号码填错，文书的当事人是另一个人。"
_TWICE: Final = "公安机关出具的证明写明，这两个号码先后属于同一个人。"
_NAMESAKE: Final = "两份档案姓名相同，出生日期和照片不同，不是同一个人。"
_RIGHT: Final = "核对了案卷和身份证明，事实清楚。"
_NOT_SHOWN: Final = "来函没有附案卷，不能证明文书的当事人是谁。"
_INTEREST: Final = "办理遗产继承，需要了解生前的处罚是否还有罚款没有缴清。"


@dataclass
class Families:
    """The hand that lets persons change.

    Attributes:
        people: everybody who lives in the city, by number.
        recorded: numbers of those who have something adverse, in the order of their records; it grows.
        granted: of those to whom something was granted, likewise.
        session: a session of an account, by login.
        follow: lets everything follow that follows by itself.
    """

    city: City
    people: Mapping[str, Person]
    recorded: Mapping[str, None]
    granted: Mapping[str, None]
    sandbox: Sandbox
    session: Callable[[str], bytes]
    follow: Callable[[], None]
    stream: Stream
    letters: int = 0

    def __post_init__(self) -> None:
        self._taken: set[str] = set()
        self._dead: list[Person] = []
        self._others = iter(self.people.values())

    def earlier(self) -> None:
        """What is decided by now."""
        self._changes()
        self._told("merged", self._twin())
        self._settle("merge", _TWICE)
        self._told("merged", self._twin(years=7))
        self._settle("keep", _NAMESAKE)
        self._relatives(waiting=False)
        for outcome, reasons in (("approved", _RIGHT), ("refused", _NOT_SHOWN)):
            self._decide("reviewer2", self._move("reviewer"), outcome, reasons)

    def lately(self) -> None:
        """What still waits: for a second officer, or for the first one."""
        self._dies()
        self._relatives(waiting=True)
        one, other = self._twin()
        self._two_papers(one, other)
        self._told("number_corrected", self._twin())
        self._told("merged", self._twin())
        self._move("reviewer")
        self._dispute()

    def shown(self) -> None:
        """A record was shown to the window and is somebody else's: of two corrections one is confirmed."""
        from chengxin.belonging.api import confirm, corrections
        from chengxin.lookup.api import check

        clerk, (wrong, found) = self.session("clerk"), self._counting()
        for purpose, case in (("SUBSIDY", "创补2026-1187"), ("LICENCE", "许受2026-1188")):
            check(clerk, number=wrong.id_number, name=wrong.name, purpose=purpose, case_ref=case)
        self._decide("reviewer2", self._propose("reviewer", found), "approved", _RIGHT)
        self.follow()
        for one in corrections(clerk)[:1]:
            confirm(clerk, one.recall)

    # ---- The population database tells ------------------------------------------------------------------------------

    def _changes(self) -> None:
        """Two new names, a corrected number, somebody who moved, two deaths, and a third that was told wrongly."""
        for _ in range(2):
            one = self._take()
            self.sandbox.happened("name_changed", _claim(one), on=_today(), new_name=one.name[:1] + self._given())
        one = self._take()
        self.sandbox.happened("number_corrected", _claim(one), on=_today(), new_number=_renumbered(one.id_number, 40))
        self.sandbox.happened("moved", _claim(self._take()), on=_today())
        for _ in range(2):
            self._dies()
        alive = self._take()
        self.sandbox.happened("deceased", _claim(alive), on=_today())
        self.sandbox.happened("living", _claim(alive), on=_today())
        self._poll()

    def _dies(self) -> None:
        one = self._take()
        self.sandbox.happened("deceased", _claim(one), on=_today() - timedelta(days=4))
        self._poll()
        self._dead.append(one)

    def _told(self, kind: Kind, pair: tuple[Person, Person]) -> None:
        one, other = pair
        self.sandbox.happened(kind, _claim(one), on=_today(), new_number=other.id_number)
        self._poll()

    def _poll(self) -> None:
        from chengxin.people.api import poll

        poll(self.session("system"), using="worker")
        self.follow()

    # ---- Two files --------------------------------------------------------------------------------------------------

    def _twin(self, years: int = 0) -> tuple[Person, Person]:
        """Somebody recorded, and a file of the same name under another number, opened at a counter."""
        one = self._take()
        born = one.born.replace(year=one.born.year - years, day=min(one.born.day, 28)) if years else one.born
        body = f"{one.id_number[:6]}{born:%Y%m%d}{one.id_number[14:17]}"
        other = Person(one.name, _renumbered(body + check_digit(body), 100), born)
        self.sandbox.settle([_claim(other)])
        self.city.register(other, self.session("system"))
        return one, other

    def _settle(self, kind: str, reasons: str) -> None:
        """Two officers decide about the change that waits."""
        from chengxin.belonging.api import doubts, pair_look, propose_pair

        token = self.session("reviewer")
        change = doubts(token)[0]
        for side in ("person", "other"):
            pair_look(token, "population", change.ref, side)
        letter = self._letter()
        said = {"kind": kind, "origin": "population", "ref": change.ref, "reasons": reasons, "evidence": letter}
        self._decide("reviewer2", propose_pair(token, **said), "approved", _RIGHT)

    def _two_papers(self, one: Person, other: Person) -> None:
        """A letter says that two files are one human's; the other officer has not decided yet."""
        from chengxin.belonging.api import find_file, propose_files, somebody

        token, letter = self.session("reviewer2"), self._letter()
        sides = [somebody(who.id_number, who.name) for who in (one, other)]
        for side in sides:
            find_file(token, side, letter=letter)
        propose_files(token, *sides, reasons=_TWICE, evidence=letter)

    # ---- A record of somebody else ----------------------------------------------------------------------------------

    def _move(self, login: str) -> str:
        """A letter says that a record is somebody else's. Returns the case number."""
        return self._propose(login, next(self._found({"SERVED", "EFFECTIVE", "PROPOSED"}))[1])

    def _propose(self, login: str, found: Found) -> str:
        from chengxin.belonging.api import propose_move, somebody

        right, letter = self._stranger(), self._letter()
        whose = somebody(right.id_number, right.name)
        return propose_move(self.session(login), found, whose, reasons=_MISTYPED, evidence=letter)

    def _dispute(self) -> None:
        """Somebody objected that a record is not theirs, and the officer found whose it is."""
        from chengxin.belonging.api import Found, propose_move, somebody
        from chengxin.redress.api import case_look, case_record, queue

        token = self.session("reviewer2")
        case = next((one for one in queue(token) if one.ground == "not_mine"), None)
        if case is None:
            return
        record = case_record(case_look(token, case.person, case.case_no))
        found = Found(
            case.person, record.record, record.item, record.authority_name, record.doc_no, record.decided_on,
            record.severity, record.state, record.seq, record.display_end,
        )  # fmt: skip
        right = self._stranger()
        whose = somebody(right.id_number, right.name)
        propose_move(token, found, whose, reasons=_MISTYPED, evidence=self._letter(), objection=case.objection)

    def _counting(self) -> tuple[Person, Found]:
        """Somebody with a record that may be shown today."""
        for wrong, found in self._found({"EFFECTIVE"}):
            if found.item == "XZCF" and found.display_end is not None and found.display_end > _today():
                return wrong, found
        raise LookupError("nobody has a record in effect")

    def _found(self, states: set[str]) -> Iterator[tuple[Person, Found]]:
        """Records of persons of whom nothing is told yet, as a department's letter asks for them."""
        from chengxin.belonging.api import find_file, somebody

        for number in [one for one in self.recorded if one not in self._taken]:
            one = self.people[number]
            found = find_file(self.session("reviewer"), somebody(number, one.name), letter=self._letter())
            fitting = [record for record in found if record.severity != "NONE" and record.state in states]
            if fitting:
                self._taken.add(number)
                yield one, fitting[0]
        raise LookupError("nobody is left with such a record")

    def _decide(self, login: str, case_no: str, outcome: str, reasons: str) -> None:
        """The second officer opens both sides and decides."""
        from chengxin.belonging.api import decide, matter, queue, side_look
        from chengxin.records.api import through

        token = self.session(login)
        queued = next(one for one in queue(token) if one.case_no == case_no)
        look = side_look(token, queued, "person")
        side_look(token, queued, "other")
        about = matter(look)
        records = through("cx.belonging_records_v1", look)
        record = records[0] if about.kind == "move" else None
        decide(token, queued, about, record, outcome=outcome, reasons=reasons)
        self.follow()

    # ---- Relatives --------------------------------------------------------------------------------------------------

    def _relatives(self, *, waiting: bool) -> None:
        """A child asks at the counter, and a spouse; of two earlier ones one was granted and served."""
        from chengxin.belonging.api import applications, apply, decide_kin, kin_look, kin_records, somebody

        clerk, reviewer = self.session("clerk"), self.session("reviewer")
        asked = []
        for dead, relation, kind in zip(
            self._dead[-1 if waiting else -2 :], ("child", "spouse"), ("correct", "copy"), strict=False
        ):
            who = self._stranger()
            asked.append(
                apply(
                    clerk,
                    somebody(dead.id_number, dead.name),
                    somebody(who.id_number, who.name),
                    kind=kind,
                    relation=relation,
                    papers=f"户口簿、死亡证明{_today():%m%d}号",
                    interest=_INTEREST,
                    arranged=False,
                )
            )
        if waiting:
            return
        found = {one.case_no: one for one in applications(reviewer, waiting=True)}
        for case_no, outcome in zip(asked, ("granted", "refused"), strict=True):
            kin_look(reviewer, found[case_no], "belonging.kin_review")
            said = _RIGHT if outcome == "granted" else "没有提交能够证明亲属关系的材料。"
            decide_kin(reviewer, found[case_no], outcome=outcome, reasons=said)
        granted = next(one for one in applications(clerk, waiting=False) if one.case_no == asked[0])
        kin_records(kin_look(clerk, granted, "belonging.kin_copy"))

    # ---- Who ---------------------------------------------------------------------------------------------------------

    def _take(self) -> Person:
        """Somebody to whom something was granted, without an account, of whom nothing is told yet.

        Raises:
            LookupError: there is nobody left.
        """
        from chengxin.people.api import ring

        for number in self.granted:
            if number not in self._taken:
                self._taken.add(number)
                if self.city.person(ring().blind_index("citizen", number)) is not None:
                    return self.people[number]
        raise LookupError("nobody is left of whom something could be told")

    def _stranger(self) -> Person:
        """A grown-up without any record, whom the population database knows."""
        grown = _today().year - 40
        return next(
            one
            for one in self._others
            if one.id_number not in {*self.recorded, *self.granted} and one.born.year < grown
        )

    def _given(self) -> str:
        return str(self.stream.choice(("思远", "若溪", "子安", "一诺", "清和")))

    def _letter(self) -> str:
        """Number of the next department's letter (来函)."""
        self.letters += 1
        return f"盐公信函〔{_today().year}〕{self.letters}号"


def _today() -> date:
    from chengxin.ledger.api import today

    return today()


def _claim(person: Person) -> Claim:
    return Claim("citizen", person.id_number, person.name)


def _renumbered(number: str, step: int) -> str:
    """Another number of somebody born on the same day, and of the same sex: `step` is even."""
    body = f"{number[:14]}{(int(number[14:17]) + step) % 1000:03d}"
    return body + check_digit(body)
