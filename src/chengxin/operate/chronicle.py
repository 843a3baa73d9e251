"""Three months of the demonstration city (演示城市的三个月), week by week through the same doors that people use.

The business clock stands on the day of each week while that week happens, which only a demo or a test may do
(CLOCK-01); lines of the register keep the real time at which they were written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from chengxin.operate.families import EARLIER, Families
from chengxin.operate.generate import Person, Stream, departments, story_persons
from chengxin.operate.offices import KEPT, OPEN, Offices, incidents
from chengxin.operate.organisations import organisations
from chengxin.operate.population import Sandbox
from chengxin.operate.sendings import WEEKS, Sending, addresses, content, day_of, sendings, stories

if TYPE_CHECKING:
    from chengxin.notice.api import Unserved
    from chengxin.operate.city import City
    from chengxin.records.api import OwnRecord

SMALLEST: Final = 200
"""Persons below which a city has no three months behind it: tests start such cities, and need only its stories."""
_GRANTING: Final = frozenset({"XZXK", "ZYZG", "RYBZ"})
_LOOKS: Final = 24
_ONLINE: Final = 45  # percent of those with a letter who open it on the platform
_FOUND: Final = 65  # percent of the undeliverable letters for which the desk finds an address
_OBJECT: Final = 12  # percent of those who opened a letter object to it
_NOT_MINE: Final = ("not_mine", "这件事不是我做的，当天我不在盐城，决定书上的签名也不是我的。")
_NOT_SO: Final = ("error", "当时车上已经有乘客，不是拒绝载客，请调取行车记录核对。")
_OBJECTIONS: Final = {2: (1, "expire", _NOT_SO), 4: (0, "uphold", _NOT_MINE), 13: (0, "dispute", _NOT_MINE)}
"""Week -> which of the three of the story objects, to which of their records, on what ground."""
_UNDECIDED: Final = 1  # weeks at the end in which the reviewer decides nothing more


@dataclass(frozen=True)
class Resident:
    """Somebody who uses the platform (市民): a session and the person behind it."""

    token: bytes
    person: UUID
    name: str


class Chronicle:
    """What happens in the city, one week after the other."""

    def __init__(
        self, city: City, people: Sequence[Person], folder: Path, *, seed: int, today: date, sandbox: Sandbox | None
    ) -> None:
        self._city, self._folder, self._today = city, folder, today
        self._stream = Stream("chronicle", seed)
        self._files: dict[int, list[Sending]] = defaultdict(list)
        found = sendings(people, seed=seed, today=today)
        for one in found:
            self._files[one.week].append(one)
        self._stories = {one.doc_no: one.state for one in stories(people, found)}
        self._homes = addresses(people, seed=seed)
        self._people = {person.id_number: person for person in people}
        self._heroes = {person.id_number for person in story_persons()}
        self._residents: dict[str, Resident] = {}
        self._offline: set[str] = set()
        self._recorded: dict[str, None] = {}  # in the order of their records
        self._granted: dict[str, None] = {}
        self._desk_done: set[UUID] = set()
        self._sessions: dict[str, bytes] = {}
        self._families = sandbox and Families(
            city,
            self._people,
            self._recorded,
            self._granted,
            sandbox,
            self.session,
            self._follow,
            Stream("families", seed),
        )
        self._offices = Offices(self.session, Stream("offices", seed))

    def live(self, weeks: Iterable[int], note: Callable[[str], None]) -> None:
        """Let these weeks happen, each on its day (推进)."""
        for week in weeks:
            day = day_of(week, self._today)
            note(f"正在建立演示城市：{day.month}月{day.day}日这一周，第 {week + 1} 周，共 {WEEKS} 周…")
            self._city.shift((day - self._today).days)
            recorded = [number for one in self._files[week] for number in self._send(one)]
            self._follow()
            readers = self._welcome(recorded)
            for resident in readers:
                self._read_letters(resident)
            self._find_addresses()
            self._decide_held(week)
            self._object(week, readers)
            if week < WEEKS - _UNDECIDED:
                self._decide()
            if week == EARLIER:
                self._offices.earlier()
                if self._families:
                    self._families.earlier()

    def today(self) -> None:
        """What happens on the day itself: look-ups, an incident from report to close, files just handed in."""
        self._offices.lately()
        self._look_up()
        self._at_home()
        if self._families:
            self._families.shown()
            self._families.lately()
        incidents(self.session("security"), self.session("security2"))
        self._hand_in()

    def session(self, login: str) -> bytes:
        """One session of an account for all weeks; an official has just proved themself, as who decides must."""
        from chengxin.people.api import console_session, stepped_up, whoami

        if login not in self._sessions:
            self._sessions[login] = token = console_session(login)
            account = whoami(token)
            if account and account.kind == "staff":
                stepped_up(token, account.account)
        return self._sessions[login]

    def _send(self, sending: Sending) -> list[str]:
        """Hand a file in; returns the numbers of those about whom it says something adverse."""
        from chengxin.intake.api import import_file

        path = self._folder / sending.name
        path.write_bytes(content(sending))
        login = officers()[sending.organisation]
        import_file(self.session(login), path, item=sending.item, kind=sending.kind)
        if sending.item in _GRANTING:
            numbers = (row[column] for row in sending.rows for column in row if column.endswith("_ZJHM"))
            self._granted |= dict.fromkeys(number for number in numbers if number not in self._heroes)
        if sending.item != "XZCF" or sending.kind != "report":
            return []
        told = [row["CF_XDR_ZJHM"] for row in sending.rows if row["CF_SXYZCD"] in {"一般", "严重"}]
        mine = (number for number in told if number in self._people and number not in self._heroes)
        self._recorded |= dict.fromkeys(mine)
        return told

    def _follow(self) -> None:
        """What follows by itself: letters are issued and carried, waiting periods end."""
        from chengxin.flow.api import drain, tick
        from chengxin.notice.api import carriers, deliver

        system, ways = self.session("system"), carriers()
        while drain(system, using="worker"):
            pass
        tick(system, using="worker")
        while deliver(system, ways, using="worker"):
            pass

    def _welcome(self, numbers: Sequence[str]) -> list[Resident]:
        """Those of the recorded who use the platform, the three of the story before the others; each has an account."""
        from chengxin.people.api import ring

        for at, hero in enumerate(story_persons(), 1):
            known = self._city.person(ring().blind_index("citizen", hero.id_number))
            if known and hero.id_number not in self._residents:
                self._city.citizen(at, hero, known)
                self._residents[hero.id_number] = self._resident(f"citizen{at}", known, hero.name)
        for number in numbers:
            person = self._people.get(number)
            if person is None or number in self._residents or number in self._offline:
                continue
            known = self._city.person(ring().blind_index("citizen", number))
            if known is None or not self._stream.chance(_ONLINE) or self._city.signed_up(known):
                self._offline.add(number)
                continue
            login = f"resident{len(self._residents) + 1}"
            self._city.account("", login, "citizen", "本人", duty="citizen", person=known, told=False)
            self._residents[number] = self._resident(login, known, person.name)
        return [self._residents[number] for number in dict.fromkeys(numbers) if number in self._residents]

    def _resident(self, login: str, person: UUID, name: str) -> Resident:
        return Resident(self.session(login), person, name)

    def _read_letters(self, resident: Resident) -> None:
        """Whoever uses the platform opens what waits for them; 王桂兰 leaves her last letter for the visitor."""
        from chengxin.ledger.api import today
        from chengxin.notice import api as notice
        from chengxin.people.api import self_look
        from chengxin.records import api as records

        look = self_look(resident.token)
        mine = {one.record: one for one in records.own(look) if one.state == "PROPOSED"}
        for letter in notice.letters(look) if mine else ():
            record = mine.get(letter.record)
            if letter.opened_on is None and record is not None and record.version == letter.record_version:
                body = notice.body(record, resident.name, today=today())
                notice.open_letter(resident.token, resident.person, letter, record, body)

    def _find_addresses(self) -> None:
        """The notice officer finds where to send what reached nobody; some addresses turn out to be old."""
        from chengxin.notice.api import recheck_look, renew, unserved
        from chengxin.people.api import identity

        officer = self.session("notice")
        found: list[Unserved] = unserved(officer, len(self._people))
        waiting = [one for one in found if one.stuck and one.letter not in self._desk_done]
        for letter in waiting:
            self._desk_done.add(letter.letter)
            if not self._stream.chance(_FOUND):
                continue
            home = self._homes[identity(recheck_look(officer, letter)).number]
            played = ("（退回）", "（他人签收）")[self._stream.below(2)] if self._stream.chance(12) else ""
            renew(officer, letter, source="by_department", kind="address", value=home + played)

    def _decide_held(self, week: int) -> None:
        """The reviewer certifies every other held row, and leaves those of the last weeks."""
        from chengxin.intake.api import decide, held

        if week >= WEEKS - _UNDECIDED:
            return
        reviewer = self.session("reviewer")
        for row in held(reviewer)[::2]:
            reasons = "人口信息与报送的姓名不一致，已请报送单位核对决定书后重新报送。"
            decide(reviewer, row.batch, row.source_row, outcome="refused", reasons=reasons)

    def _object(self, week: int, readers: Sequence[Resident]) -> None:
        """Some of those who opened a letter object to it; 王桂兰 twice, then on the last day; 陈志强 in vain."""
        heroes = {person.name for person in story_persons()}
        for resident in readers:
            if resident.name not in heroes and self._stream.chance(_OBJECT):
                self._object_to(resident, lambda record: record.state == "SERVED", _NOT_MINE)
        who, state, said = _OBJECTIONS.get(week, (0, "", _NOT_MINE))
        if state:
            hero = self._residents[story_persons()[who].id_number]
            self._object_to(hero, lambda record: self._stories.get(record.doc_no) == state, said)

    def _object_to(self, resident: Resident, wanted: Callable[[OwnRecord], bool], said: tuple[str, str]) -> None:
        from chengxin.people.api import self_look
        from chengxin.records.api import own
        from chengxin.redress.api import object_to

        record = next((one for one in own(self_look(resident.token)) if one.adverse and wanted(one)), None)
        if record is not None:
            ground, statement = said
            object_to(resident.token, resident.person, record, ground=ground, statement=statement)

    def _look_up(self) -> None:
        """A clerk asks about some who are recorded and some who are not, each under a case."""
        from chengxin.lookup.api import check

        clerk, asked = self.session("clerk"), list(self._people.values())[3:]
        recorded = [self._people[number] for number in self._residents]
        for case in range(_LOOKS):
            person = self._stream.choice(recorded if case % 3 == 0 else asked)
            purpose = "LICENCE" if case % 4 == 0 else "SUBSIDY"
            case_ref = f"{'许受' if purpose == 'LICENCE' else '创补'}{self._today.year}-{1200 + case}"
            check(clerk, number=person.id_number, name=person.name, purpose=purpose, case_ref=case_ref)
        # One inquiry is kept from its person for a time, the other is read by them at once.
        for case_ref in (KEPT, OPEN):
            person = self._stream.choice(recorded)
            token = self.session("investigator")
            check(token, number=person.id_number, name=person.name, purpose="INQUIRY", case_ref=case_ref)

    def _at_home(self) -> None:
        """王桂兰 has no phone: the window lets her in, and her daughter may see who looked. 陈志强 took that back."""
        from chengxin.lookup.api import end_mandate, give_mandate, own_mandates
        from chengxin.people.api import enter, issue_code, redeem, self_look

        wang, chen, _ = story_persons()
        said = {"name": wang.name, "number": wang.id_number}
        code = issue_code(self.session("clerk"), document="id_card", reason="no_phone", **said).code
        enter(redeem(code=code, **said), agent="窗口")
        helper = next(one for one in self._people.values() if one.id_number not in self._heroes)
        until = self._today + timedelta(days=180)
        for login, hero, relation in (("citizen1", wang, "child"), ("citizen2", chen, "spouse")):
            token, person = self.session(login), self._residents[hero.id_number].person
            give_mandate(token, person, number=helper.id_number, name=helper.name, relation=relation, until=until)
            if hero is chen:
                end_mandate(token, person, own_mandates(self_look(token))[0].mandate)

    def _hand_in(self) -> None:
        """Three uploads as the worker finds them when it starts: broken off, to be read, and no file of the item.

        Each waits with a session of its own, which `seed` leaves open and the worker ends when the file is read. That
        of the first is gone: its officer ended every other sign-in before anybody read it (退出其他登录).
        """
        from chengxin.intake.api import upload
        from chengxin.people.api import end_other_sessions

        login, sent = "officer", (one for week in reversed(range(WEEKS)) for one in self._files[week])
        last = next(one for one in sent if officers()[one.organisation] == login and one.kind == "report")
        upload(self.session(login), content(replace(last, form="gb18030")), item=last.item, kind="report")
        end_other_sessions(self.session(login))
        upload(self.session(login), content(replace(last, form="jsonl")), item=last.item, kind="report")
        upload(self.session(login), "请见附件。\n".encode(), item=last.item, kind="report")

    def _decide(self) -> None:
        """The reviewer decides what was filed before: 王桂兰's first objection is upheld, of the others every third."""
        from chengxin.ledger.api import today
        from chengxin.redress.api import case_look, case_record, decide, queue

        reviewer = self.session("reviewer")
        for case in queue(reviewer):
            if case.filed_on >= today():
                continue
            record = case_record(case_look(reviewer, case.person, case.case_no))
            told = self._stories.get(record.doc_no)
            right = told == "uphold" or (told is None and self._stream.below(3) == 0)
            found = "报送单位复核了案卷，" + ("送达回证上的签名不是当事人本人。" if right else "案卷里的证据互相一致。")
            reasons = f"{found}\n{'认定依据不足，予以撤销。' if right else '认定事实清楚，维持原决定。'}"
            decide(reviewer, case, record, outcome="upheld" if right else "rejected", reasons=reasons)


def officers() -> Mapping[str, str]:
    """Organisation -> login of its data officer (数据员): those that punish first, then every other department."""
    first = [one.uscc for one in departments()]
    others = [one.code for one in organisations() if one.kind == "department" and one.code not in first]
    return {code: "officer" if at == 1 else f"officer{at}" for at, code in enumerate([*first, *others], 1)}
