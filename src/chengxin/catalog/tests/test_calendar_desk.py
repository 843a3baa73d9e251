"""The city's working-day calendar: one manager enters a notice, another approves; what was told to anybody stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.test import Client

from chengxin.catalog import api
from chengxin.catalog.arrangements import problems
from chengxin.catalog.calendars import forget
from chengxin.catalog.states import CALENDAR_MOVES, TERM_LABELS
from chengxin.catalog.tests.arranged import NOW, ONE, YEAR, arranged, saturday, weekday_in
from chengxin.catalog.tests.material import account, day
from chengxin.kernel.calendar import Arrangement, Calendar, shipped, statutory
from chengxin.kernel.errors import Refused
from chengxin.people.api import COOKIE, console_session

Connect = Callable[[str], psycopg.Connection[Any]]
WHY = "测试：国务院公布了安排"


@pytest.fixture
def one(home: Any) -> bytes:
    del home
    return console_session("manager")


@pytest.fixture
def other(home: Any) -> bytes:
    del home
    return console_session("manager2")


def propose(token: bytes, given: Arrangement | None = None, **words: Any) -> UUID:
    told: dict[str, Any] = {
        "title": "测试通知",
        "number": "测试号",
        "issued_on": day(-1),
        "source": "收文 1 号",
        "reason": WHY,
    }
    return api.propose_calendar(token, given or arranged(), **told | words)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def known() -> list[Arrangement]:
    return [each.arrangement for each in api.notices(day(1))]


database = pytest.mark.database


@database
@pytest.mark.usefixtures("city")
def test_a_city_begins_with_what_the_program_brings() -> None:
    """One source: the same days, for every year, so that release and city agree from the first day."""
    assert [each.arrangement for each in api.notices(date(2020, 1, 1))] == [
        each._replace(notices=("、".join(each.notices),)) for each in shipped()
    ]
    assert api.calendar(day(0)) == Calendar.from_data()


@database
@pytest.mark.usefixtures("city")
def test_a_second_manager_brings_it_to_the_clocks_from_tomorrow(
    city: Callable[[date], None], one: bytes, other: bytes
) -> None:
    made, extra = propose(one, arranged(more=(weekday_in(3),))), weekday_in(3)
    forget()
    assert YEAR not in api.calendar(day(30)).published, "a proposal changes nothing"
    api.decide_calendar(other, made, "approve")
    forget()
    assert YEAR not in api.calendar(day(0)).published, "no clock changes within a day"
    new = api.calendar(day(1))
    assert new.add_working_days(extra - ONE, 1).date > extra
    assert not new.roll_forward(extra).provisional
    (found,) = [each for each in api.calendar_changes(one) if each.id == made]
    assert (found.state, found.mine, bool(found.decided_post), found.valid_from) == ("approved", True, True, day(1))
    city(NOW + 40 * ONE)
    assert YEAR not in api.calendar(NOW).published, "what was known on a day stays known"


@database
def test_no_day_is_told_by_a_calendar_that_was_read_the_day_before(
    city: Callable[[date], None], shift: Callable[[int], None], one: bytes, other: bytes
) -> None:
    """Approved in the last minute of a day by another process: this one reads the calendar anew with the day."""
    del city
    assert YEAR not in api.calendar(NOW).published
    api.decide_calendar(other, propose(one), "approve")
    shift((NOW + ONE - day(0)).days)
    assert YEAR in api.calendar(NOW + ONE).published


@database
@pytest.mark.usefixtures("city")
def test_who_entered_it_does_not_decide_and_nobody_else_withdraws(
    home: Any, one: bytes, other: bytes, connect: Connect
) -> None:
    """CATALOG-34, CATALOG-35, CATALOG-36, CATALOG-33: by account, and by the human behind two accounts."""
    made, clerk = propose(one), console_session("clerk")
    assert refused(lambda: propose(other)) == "CATALOG-36", "one of a year at a time"
    for answer in ("approve", "return"):
        assert refused(lambda a=answer: api.decide_calendar(one, made, a, reason=WHY)) == "CATALOG-34"  # type: ignore[misc]
    assert refused(lambda: api.decide_calendar(other, made, "withdraw")) == "CATALOG-35"
    assert refused(lambda: api.decide_calendar(other, made, "return", reason=" ")) == "CATALOG-33"
    for call in (
        lambda: propose(clerk),
        lambda: api.decide_calendar(clerk, made, "approve"),
        lambda: api.calendar_changes(clerk),
    ):
        assert refused(call) == "DUTY-01"
    api.decide_calendar(one, made, "withdraw")
    told = connect("owner").execute(
        "select r.activity from cx.ledger_register r join cx.catalog_calendar_step s on s.act = r.id "
        "where s.id = %s order by s.seq",
        [made],
    )
    assert told.fetchall() == [("calendar.propose",), ("calendar.withdraw",)]
    for answer in ("approve", "withdraw", "return"):
        assert refused(lambda a=answer: api.decide_calendar(other, made, a, reason=WHY)) == "CATALOG-36"  # type: ignore[misc]
    assert refused(lambda: api.decide_calendar(other, uuid4(), "approve")) == "CATALOG-36"
    holder = uuid4().bytes * 2
    first, twin = account(home, "manager", holder=holder), account(home, "manager", holder=holder)
    theirs = propose(first)
    assert refused(lambda: api.decide_calendar(twin, theirs, "approve")) == "CATALOG-34"
    api.decide_calendar(other, theirs, "return", reason="文号写错了")
    (found,) = [each for each in api.calendar_changes(one) if each.id == theirs]
    assert (found.state, found.answer) == ("returned", "文号写错了")
    forget()
    assert YEAR not in api.calendar(day(1)).published


WRONG: dict[str, tuple[str, Arrangement, str]] = {
    "no day of the law": ("CATALOG-37", arranged(less=(date(YEAR, 10, 1),)), "是国庆节，法定放假，这里没有"),
    "a festival by the moon": ("CATALOG-37", arranged(less=(statutory(YEAR)[2][0],)), "是春节，法定放假"),
    "nothing at all": ("CATALOG-37", Arrangement(YEAR, (), (), ("测试号",)), "是元旦，法定放假"),
    "a weekday that is worked": ("CATALOG-37", arranged()._replace(work=(weekday_in(7),)), "本来就是工作日"),
    "a worked day of another year": ("CATALOG-37", arranged()._replace(work=(date(2032, 1, 3),)), "不在"),
    "worked and off": (
        "CATALOG-37",
        arranged(more=(saturday(),))._replace(work=(saturday(),)),
        "既写了放假，又写了上班",
    ),
    "twice off": ("CATALOG-37", arranged()._replace(rest=arranged().rest * 2), "写了两次"),
    "twice worked": ("CATALOG-37", arranged()._replace(work=(saturday(), saturday())), "写了两次"),
    "the last day first": (
        "CATALOG-37",
        arranged()._replace(rest=(*arranged().rest, (date(YEAR, 8, 2), date(YEAR, 8, 1), "纪念日"))),
        "最后一天早于第一天",
    ),
    "a span of weeks": (
        "CATALOG-37",
        arranged()._replace(rest=(*arranged().rest, (date(YEAR, 8, 1), date(YEAR, 8, 17), "纪念日"))),
        "放假超过 16 天",
    ),
    "days without end": (
        "CATALOG-37",
        arranged()._replace(rest=(*arranged().rest, (date(YEAR, 8, 1), date.max, "纪念日"))),
        "日期要在",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_by_its_day(name: str) -> None:
    _, given, said = WRONG[name]
    found = problems(given, shipped(), today=NOW)
    assert any(said in each for each in found), found


@database
@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("name", WRONG)
def test_the_guard_refuses_what_the_page_names(name: str, one: bytes) -> None:
    """CATALOG-37."""
    code, given, _ = WRONG[name]
    assert refused(lambda: propose(one, given)) == code


@database
@pytest.mark.usefixtures("city")
def test_what_was_and_what_is_far_cannot_be_changed(city: Callable[[date], None], one: bytes, other: bytes) -> None:
    """CATALOG-38, in the guard and in words; an approval is judged anew, since days pass while it waits."""
    this = next(each for each in known() if each.year == YEAR - 1)
    past = NOW - 7 * ONE
    changed = this._replace(rest=(*this.rest, (past, past, "纪念日")))
    assert refused(lambda: propose(one, changed)) == "CATALOG-38"
    assert any("已经过去，不能再改" in each for each in problems(changed, known(), today=NOW))
    shorter = this._replace(rest=this.rest[1:], work=this.work)
    assert refused(lambda: propose(one, shorter)) in {"CATALOG-37", "CATALOG-38"}
    for year in (YEAR - 2, YEAR + 1):
        assert refused(lambda y=year: propose(one, arranged(y))) == "CATALOG-38"  # type: ignore[misc]
    made = propose(one, arranged())
    city(NOW + 800 * ONE)
    assert refused(lambda: api.decide_calendar(other, made, "approve")) == "CATALOG-38"
    api.decide_calendar(other, made, "return", reason="过期了")


@database
@pytest.mark.usefixtures("city")
def test_a_year_that_was_not_known_may_be_entered_late_and_no_known_day_with_it(
    city: Callable[[date], None], one: bytes, other: bytes
) -> None:
    """Days of a year that was never published were never certain; the end of the year before was."""
    city(date(YEAR, 2, 1))
    late = arranged()
    eve = date(YEAR - 1, 12, 31)
    assert refused(lambda: propose(one, arranged(more=(eve,)))) == "CATALOG-38"
    assert problems(arranged(more=(eve,)), known(), today=date(YEAR, 2, 1))
    assert problems(late, known(), today=date(YEAR, 2, 1)) == []
    api.decide_calendar(other, propose(one, late), "approve")
    forget()
    assert refused(lambda: propose(one, arranged(more=(date(YEAR, 1, 20),)))) == "CATALOG-38", "now it is known"
    again = arranged(more=(weekday_in(9),))
    api.decide_calendar(other, propose(one, again), "approve")
    forget()
    newest = {each.year: each.arrangement for each in api.notices(date(YEAR, 2, 2))}
    assert newest[YEAR].off() == again.off(), "the second of a day replaces the first"


@database
@pytest.mark.usefixtures("city")
def test_another_years_notice_is_not_contradicted(one: bytes, other: bytes) -> None:
    """CATALOG-37: the days about New Year belong to two notices."""
    this = next(each for each in known() if each.year == YEAR - 1)
    free = next(each for n in range(7) if (each := date(YEAR - 1, 12, 20) + n * ONE).weekday() == 5)
    changed = this._replace(rest=(*this.rest, (free, free, "纪念日")))
    api.decide_calendar(other, propose(one, changed), "approve")
    forget()
    given = arranged()._replace(work=(free,))
    assert refused(lambda: propose(one, given)) == "CATALOG-37"
    assert any("的安排相反" in each for each in problems(given, known(), today=NOW))


@database
@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("words", [{"title": " "}, {"number": "\n"}, {"source": ""}, {"issued_on": NOW + ONE}], ids=str)
def test_a_notice_names_its_document(words: dict[str, Any], one: bytes) -> None:
    """CATALOG-33."""
    assert refused(lambda: propose(one, **words)) == "CATALOG-33"


@database
@pytest.mark.usefixtures("city")
def test_the_check_is_the_table_and_the_role_writes_no_row(one: bytes, connect: Connect) -> None:
    """CATALOG-36."""
    made, owner, web = propose(one), connect("owner"), connect("web")
    states = ("", *TERM_LABELS)
    for source, target, activity in product(states, states[1:], [move[2] for move in CALENDAR_MOVES]):
        named = ""
        try:
            with owner.transaction(force_rollback=True):
                owner.execute(
                    "insert into cx.catalog_calendar_step select gen_random_uuid(), %s, %s, %s, %s, gen_random_uuid(), actor, "
                    "organisation, at, case %s when 'approved' then date '2026-01-01' end, '理由' "
                    "from cx.catalog_calendar_step where id = %s",
                    [2 if source else 1, source, target, activity, target, made],
                )
        except psycopg.errors.CheckViolation as error:
            named = error.diag.constraint_name or ""
        assert named == ("" if (source, target, activity) in {m[:3] for m in CALENDAR_MOVES} else "CATALOG-36")
    for sql in ("insert into cx.catalog_calendar default values", "select * from cx.catalog_calendar_step"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(sql.encode())


# ---- the desk -----------------------------------------------------------------------------------------------------


def client(login: str) -> Client:
    made = Client()
    made.cookies[COOKIE] = console_session(login).hex()
    return made


@database
@pytest.mark.usefixtures("city")
def test_the_desk_from_the_form_to_the_public_page() -> None:
    one, other, public = client("manager"), client("manager2"), "/catalog/standards/calendar/"
    assert 'href="/catalog/calendar/"' in one.get(public).content.decode()
    assert 'href="/catalog/calendar/"' not in Client().get(public).content.decode()
    assert client("clerk").get("/catalog/calendar/").status_code == 403
    address = f"/catalog/calendar/{YEAR}/"
    assert address in one.get("/catalog/calendar/").content.decode()
    assert one.get(f"/catalog/calendar/{YEAR + 1}/").status_code == 404

    words = {"title": "测试通知", "number": "测试号", "issued_on": str(day(-1)), "source": "收文 1 号", "go": "check"}
    said = one.post(address, words)
    page = said.content.decode()
    assert (said.status_code, "是元旦，法定放假，这里没有" in page, 'value="收文 1 号"' in page) == (422, True, True)
    named = [each for each in statutory(YEAR) if each[1] in {"元旦", "清明节", "端午节", "中秋节"}]
    at = {"元旦": 0, "清明节": 2, "端午节": 4, "中秋节": 5}
    for each, name in named:
        words |= {f"first_{at[name]}": str(each)}
    (eve,) = [each for each, name in statutory(YEAR) if name == "除夕"]
    words |= {"first_1": str(eve), "last_1": str(eve + 3 * ONE), "first_3": f"{YEAR}-05-01", "last_3": f"{YEAR}-05-02"}
    words |= {"first_6": f"{YEAR}-10-01", "last_6": f"{YEAR}-10-03", "work": "不是日期"}
    assert "“不是日期”不是日期" in one.post(address, words).content.decode()
    words |= {"work": str(saturday())}
    page = one.post(address, words).content.decode()
    for sentence in ("全年图", f"{YEAR}年12月", "核对天数", "哪些不变", "休</b>", "班</b>"):
        assert sentence in page
    assert one.post(address, words | {"go": "back"}).status_code == 200
    change = one.post(address, words | {"go": "send"})["Location"]
    assert "CATALOG-36" in one.post(address, words | {"go": "send"}).content.decode()
    assert "CATALOG-34" in one.post(change, {"go": "approve"}).content.decode()
    assert "CATALOG-35" in other.post(change, {"go": "withdraw"}).content.decode()
    assert one.post(change, {"go": "withdraw"}).status_code == 302
    change = one.post(address, words | {"go": "send"})["Location"]
    assert change in other.get("/catalog/calendar/").content.decode()
    said = other.post(change, {"go": "return", "reason": ""})
    assert (said.status_code, "请填写退回的理由" in said.content.decode()) == (422, True)
    assert other.post(change, {"go": "approve", "reason": ""}).status_code == 302
    forget()
    assert "已批准" in one.get(change).content.decode()
    assert "测试通知（测试号）" not in Client().get(public).content.decode()
    assert "测试通知（测试号）" in Client().get(f"{public}?on={day(1)}").content.decode()
