"""Who can sign in with the demonstration's identity service (演示身份服务里的人): each shows a way in, or why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from chengxin.kernel.identity import check_digit
from chengxin.kernel.periods import add_months
from chengxin.operate.generate import Person
from chengxin.operate.home import Home
from chengxin.operate.identity import IdentitySandbox

_AREA = "090902"
_HAVE_ACCOUNTS = ("有账号，有待处理的告知书", "有账号，不良信息正在生效", "有账号，没有不良信息")


def enrol(home: Home, people: Sequence[Person], *, today: date) -> None:
    """They can sign in there: those of the story, some without an account, and some who are turned away.

    Args:
        home: of the demonstration.
        people: of the city, the three of the story first.
        today: the day by which a minor is one.
    """
    IdentitySandbox.create(home.path / "identity").enrol(visitors(people, today=today))


def visitors(people: Sequence[Person], *, today: date) -> Iterator[tuple[str, str, str]]:
    """Name, number and what choosing them shows."""
    for person, note in zip(people, _HAVE_ACCOUNTS, strict=False):
        yield person.name, person.id_number, note
    for person in people[-2:]:
        yield person.name, person.id_number, "还没有账号：第一次登录，本人注册"
    yield people[-3].name + "改", people[-3].id_number, "姓名与人口信息库不一致"
    yield "钱不在", _number(date(1985, 5, 5), 995), "人口信息库查不到"
    yield "周小雨", _number(add_months(today, -12 * 16), 993), "未满十八周岁"
    yield "吴小宝", _number(add_months(today, -12 * 9) - timedelta(days=1), 991), "未满十四周岁"


def _number(born: date, order: int) -> str:
    body = f"{_AREA}{born:%Y%m%d}{order:03d}"
    return body + check_digit(body)
