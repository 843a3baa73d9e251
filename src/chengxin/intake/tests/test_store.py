"""What only the store knows: corrections, withdrawals, fingerprints, held rows, rows put right, history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chengxin.flow.api import drain, tick
from chengxin.intake import api as intake
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check
from chengxin.notice import api as notice
from chengxin.people.api import console_session, identity, self_look, traces
from chengxin.records import api as records
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
KEYS = ("CF_XDR_MC", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM")


def codes(imported: Any) -> list[tuple[int, str, str]]:
    return [(f.row, f.field, f.code) for f in (*imported.result.errors, *imported.result.held_rows)]


def withdrawal(row: Mapping[str, str], reason: str = "决定被撤销") -> dict[str, str]:
    return {key: row[key] for key in KEYS} | {"CX_YY": reason}


def make_effective(citizen: Any, shift: Callable[[int], None], system: Any) -> None:
    """The person opens every letter, and the waiting period passes."""
    look = self_look(citizen.token)
    mine = {record.record: record for record in records.own(look)}
    for letter in notice.letters(look):
        if letter.opened_on is None and mine[letter.record].state == "PROPOSED":
            body = notice.body(mine[letter.record], identity(look).name, today=today())
            notice.open_letter(citizen.token, citizen.person, letter, mine[letter.record], body)
    shift(40)
    tick(system.token, using="worker")


def own(citizen: Any) -> Any:
    (found,) = records.own(self_look(citizen.token))
    return found


def visible(clerk: Any, citizen: Any) -> bool:
    return bool(check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="测").found)


def the_row(citizen: Any, **changes: str) -> dict[str, str]:
    """The row that brought a citizen's record, as the fixture sent it."""
    return penalty(citizen.name, citizen.number, CF_WSH=own(citizen).doc_no) | changes


# ---- corrections -------------------------------------------------------------------------------------------------


def test_a_correction_closes_the_gate_and_is_told_again(
    citizen: Any, send: Callable[..., Any], clerk: Any, system: Any, shift: Callable[[int], None]
) -> None:
    make_effective(citizen, shift, system)
    assert visible(clerk, citizen)
    imported = send(
        the_row(citizen, CF_NR="罚款三百元", CF_NR_FK="0.03", CF_JDRQ=str(own(citizen).decided_on)), kind="correct"
    )
    assert imported.result.accepted == 1, codes(imported)
    record = own(citizen)
    assert (record.state, record.version, visible(clerk, citizen)) == ("PROPOSED", 2, False)
    assert ("处罚内容", "罚款三百元") in record.facts
    first, second = sorted(notice.letters(self_look(citizen.token)), key=lambda letter: letter.record_version)
    assert (first.record_version, second.opened_on) == (1, None)
    make_effective(citizen, shift, system)
    assert own(citizen).state == "SERVED"  # the waiting period starts anew on the day of this service
    shift(80)
    tick(system.token, using="worker")
    assert visible(clerk, citizen)
    shift(0)


def test_the_letter_of_an_earlier_version_serves_nothing(citizen: Any, send: Callable[..., Any]) -> None:
    """NOTICE-07."""
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    body = notice.body(record, identity(look).name, today=today())
    send(the_row(citizen, CF_NR="罚款三百元"), kind="correct")
    with pytest.raises(Refused, match="NOTICE-07"):
        notice.open_letter(citizen.token, citizen.person, letter, own(citizen), body)


def test_what_cannot_be_corrected(citizen: Any, send: Callable[..., Any], home: Any) -> None:
    """INTAKE-39, and the same content again; another department's record is missing to whoever asks."""
    unknown = send(penalty(*fresh_person()), kind="correct")
    assert codes(unknown) == [(1, "CF_WSH", "INTAKE-39")]
    assert send(the_row(citizen), kind="correct").result.unchanged == 1
    other = console_session("officer2")
    from chengxin.operate.generate import departments

    second = departments()[1]
    foreign = send(
        the_row(citizen, CF_SJLY=second.name, CF_SJLYDM=second.uscc, CF_NR="罚款"), kind="correct", token=other
    )
    assert codes(foreign) == [(1, "CF_WSH", "INTAKE-39")]


def test_a_disputed_record_is_decided_not_corrected(
    citizen: Any, send: Callable[..., Any], shift: Any, system: Any
) -> None:
    """INTAKE-41."""
    from chengxin.redress import api as redress

    make_effective(citizen, shift, system)
    redress.object_to(citizen.token, citizen.person, own(citizen), ground="error", statement="与事实不符")
    for kind, row in (("correct", the_row(citizen, CF_NR="罚款")), ("withdraw", withdrawal(the_row(citizen)))):
        assert codes(send(row, kind=kind)) == [(1, "CF_WSH", "INTAKE-41")]
    assert own(citizen).state == "DISPUTED"


# ---- withdrawals and fingerprints --------------------------------------------------------------------------------


def test_a_withdrawal_ends_all_use_at_once(
    citizen: Any, send: Callable[..., Any], clerk: Any, system: Any, shift: Callable[[int], None]
) -> None:
    make_effective(citizen, shift, system)
    row = the_row(citizen)
    assert send(withdrawal(row), kind="withdraw").result.accepted == 1
    assert (own(citizen).state, visible(clerk, citizen)) == ("WITHDRAWN", False)
    assert "决定被撤销" in records.steps(self_look(citizen.token), own(citizen).record)[-1].label
    again = send(withdrawal(row), kind="withdraw")
    assert again.result.unchanged == 1
    assert codes(send(the_row(citizen), kind="correct")) == [(1, "CF_WSH", "INTAKE-42")]


def test_a_removed_record_comes_back_only_certified(
    citizen: Any, send: Callable[..., Any], reviewer: Any, officer: Any, system: Any
) -> None:
    """INTAKE-44, INTAKE-46, INTAKE-64, INTAKE-65: by name, with reasons, by somebody else, once."""
    row = the_row(citizen)
    send(withdrawal(row, "报送错误"), kind="withdraw")
    imported = send(row)
    assert codes(imported) == [(1, "CF_WSH", "INTAKE-44")]
    assert imported.result.held == 1
    waiting = next(held for held in intake.held(reviewer.token, limit=500) if held.batch == imported.batch)
    assert (waiting.reason, waiting.doc_no) == ("removed", row["CF_WSH"])
    with pytest.raises(Refused, match="INTAKE-46"):
        intake.decide(reviewer.token, imported.batch, 1, outcome="released", reasons="好")
    with pytest.raises(Refused, match="DUTY-01"):
        intake.decide(officer.token, imported.batch, 1, outcome="released", reasons="原决定已经恢复效力。")
    intake.decide(reviewer.token, imported.batch, 1, outcome="released", reasons="原决定经复议恢复效力，附复议决定书。")
    with pytest.raises(Refused, match="INTAKE-65"):
        intake.decide(reviewer.token, imported.batch, 1, outcome="released", reasons="原决定已经恢复效力。")
    while drain(system.token, using="worker"):
        pass
    states = sorted(record.state for record in records.own(self_look(citizen.token)))
    assert states == ["PROPOSED", "WITHDRAWN"]  # told again before it counts again
    assert {"intake.hold", "intake.certify"} <= {
        line.activity for line in traces(self_look(citizen.token), since=LONG_AGO)
    }


def test_nobody_certifies_what_the_own_organisation_sent(citizen: Any, send: Callable[..., Any], home: Any) -> None:
    """INTAKE-64."""
    from chengxin.operate.generate import departments
    from chengxin.operate.seed import City

    row = the_row(citizen)
    send(withdrawal(row), kind="withdraw")
    imported = send(row)
    with City(home) as city:
        city.account("", "insider", "staff", "审核岗", duty="reviewer", organisation=departments()[0].uscc)
    with pytest.raises(Refused, match="INTAKE-64"):
        intake.decide(console_session("insider"), imported.batch, 1, outcome="released", reasons="本单位确认无误。")


# ---- rows held for a human ---------------------------------------------------------------------------------------


def test_another_name_under_a_known_number_waits_for_a_human(
    citizen: Any, send: Callable[..., Any], reviewer: Any
) -> None:
    """INTAKE-43: the number decides who it is, the name whether somebody must look."""
    imported = send(penalty("别的名字", citizen.number))
    assert (imported.result.accepted, imported.result.held, codes(imported)) == (0, 1, [(1, "CF_WSH", "INTAKE-43")])
    assert len(records.own(self_look(citizen.token))) == 1
    intake.decide(reviewer.token, imported.batch, 1, outcome="refused", reasons="报送单位确认号码抄错。")
    assert not [held for held in intake.held(reviewer.token, limit=500) if held.batch == imported.batch]
    assert len(records.own(self_look(citizen.token))) == 1


def test_two_names_under_one_number_in_one_file(send: Callable[..., Any]) -> None:
    _, number = fresh_person()
    imported = send(penalty("甲某某", number), penalty("乙某某", number))
    assert (imported.result.accepted, codes(imported)) == (1, [(2, "CF_WSH", "INTAKE-43")])


# ---- history -----------------------------------------------------------------------------------------------------


@pytest.fixture
def two_letters(connect: Callable[..., Any]) -> Iterator[None]:
    """Two letters a day about history; the number is the whole city's, and is put back."""
    owner, change = connect("owner"), "update cx.catalog_parameter set value = %s where name = 'legacy_letters'"
    ((seeded,),) = owner.execute("select value from cx.catalog_parameter where name = 'legacy_letters'")
    owner.execute(change, [2])
    yield
    owner.execute(change, [seeded])


@pytest.mark.usefixtures("two_letters")
def test_history_is_without_effect_and_told_in_portions(
    send: Callable[..., Any], connect: Callable[..., Any], system: Any
) -> None:
    owner = connect("owner")
    old = str(today() - timedelta(days=400))
    imported = send(*[penalty(*fresh_person()) for _ in range(5)], penalty(*fresh_person(), CF_JDRQ=old), kind="legacy")
    assert (imported.result.accepted, codes(imported)) == (5, [(6, "CF_JDRQ", "INTAKE-29")])

    def letters() -> int:
        found = owner.execute(
            "select count(*) from cx.notice_letter l join cx.records_version v using (person, record) where v.batch = %s",
            [imported.batch],
        ).fetchone()
        return int(found[0])

    assert letters() == 0
    tick(system.token, using="worker")
    tick(system.token, using="worker")
    assert letters() == 2  # so many a day, however often the clock ticks


# ---- quality -----------------------------------------------------------------------------------------------------


def test_quality_counts_what_the_store_knows(send: Callable[..., Any], officer: Any, clerk: Any) -> None:
    def mine() -> tuple[int, ...]:
        rows = intake.quality(officer.token, everybody=False, since=today() - timedelta(days=40))
        return tuple(sum(getattr(row, name) for row in rows) for name in ("total", "accepted", "first_pass", "on_time"))

    before = mine()
    wrong = send(penalty(*fresh_person(), CF_YJ=""), penalty(*fresh_person()))
    late = str(today() - timedelta(days=100))
    send(
        penalty(*fresh_person()) | {"__row_key": f"{wrong.batch}:1"},
        penalty(*fresh_person(), CF_JDRQ=late) | {"__row_key": ""},
    )
    total, accepted, first_pass, on_time = (b - a for a, b in zip(before, mine(), strict=True))
    assert (total, accepted, first_pass) == (4, 3, 2)
    assert on_time <= 2
    with pytest.raises(Refused, match="DUTY-01"):
        intake.quality(officer.token, everybody=True, since=today())
    with pytest.raises(Refused, match="DUTY-01"):
        intake.backlog(clerk.token, everybody=False)


# ---- what nobody loses by ----------------------------------------------------------------------------------------


def test_an_honour_counts_at_once_and_needs_no_letter(home: Any, system: Any) -> None:
    from chengxin.catalog.tests.samples import definition, sample
    from chengxin.operate.generate import departments
    from chengxin.operate.seed import City
    from chengxin.people.api import ring

    office = departments()[0]
    name, number = fresh_person()
    columns = {field["role"]: field["code"] for field in definition("RYBZ")["field"] if field.get("role")}
    mine = {"person_name": name, "id_number": number, "source_code": office.uscc, "source_name": office.name}
    row = sample("RYBZ", **{columns[role]: value for role, value in mine.items()})
    imported = intake.import_file(console_session("officer"), csv_of([row]), item="RYBZ")
    assert imported.result.accepted == 1, codes(imported)
    while drain(system.token, using="worker"):
        pass
    with City(home) as city:
        person = city.person(ring().blind_index("citizen", number))
        city.account("", f"h{imported.batch}", "citizen", "本人", duty="citizen", person=person)
    token = console_session(f"h{imported.batch}")
    look = self_look(token)
    (record,) = records.own(look)
    assert (record.state, record.adverse, record.counts_now, notice.letters(look)) == ("EFFECTIVE", False, True, [])
