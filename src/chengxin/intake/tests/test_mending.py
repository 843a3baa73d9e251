"""A row put right in a form comes in exactly as the same row of a file does: rules, store, receipt, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.catalog.api import Column
from chengxin.intake import api as intake
from chengxin.intake import mending, queries
from chengxin.intake.checks.columns import fields_for
from chengxin.intake.mending import Mended, WrongRow
from chengxin.intake.queries import next_wrong
from chengxin.intake.receipts import parse_receipt, receipt_text
from chengxin.intake.receipts import receipt_of as facts_of
from chengxin.intake.tests.material import OFFICE, TODAY, item, row, wide
from chengxin.intake.tests.test_answers import FIRST
from chengxin.intake.tests.test_child import DEFINITION
from chengxin.intake.trial import tried
from chengxin.intake.uploads import keep
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import act, scalar, today
from chengxin.people.api import console_session, whoami
from conftest import csv_of, fresh_person, penalty

ODD = (
    "",
    "/",
    "无",
    "不详",
    "2026-13-01",
    "2026年3月1日",
    "46000",
    "1e17",
    wide("0909"),
    '"a,b";',
    "x" * 300,
    "甲\n乙",
    "合计",
)
"""What people type."""
CODES = [one.code for one in fields_for(item(), "report")]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from(ODD) | st.text("12甲自然人〔〕号-. "), max_size=4))
def test_the_form_and_a_file_are_judged_alike(changes: dict[str, str]) -> None:
    """Whatever is typed: one set of rules, by the same reader and in the same words."""
    before, after = row(), row() | changes
    shown = WrongRow(1, [Column(one.code, one.name) for one in fields_for(item(), "report")], before, {}, ())
    line = mending._line(shown, mending._cells(shown, after), f"{uuid4()}:1")
    known: dict[str, Any] = {"definition": DEFINITION, "organisation": OFFICE, "mode": "demo", "today": TODAY}
    by_form, by_file = (tried(content, **known).result for content in (line, csv_of([after])))
    assert (by_form.total, by_file.total) == (1, 1)
    assert (by_form.errors, by_form.warnings) == (by_file.errors, by_file.warnings)


# ---- with the store ----------------------------------------------------------------------------------------------

Sent = Callable[..., intake.Batch]


@pytest.fixture
def sent(officer: Any, system: Any) -> Sent:
    """Upload rows and let the worker read them; the batch."""

    def sent(*rows: dict[str, str] | bytes, kind: str = "report") -> intake.Batch:
        content = rows[0] if isinstance(rows[0], bytes) else csv_of([one for one in rows if isinstance(one, dict)])
        return read(officer, system, intake.upload(officer.token, content, item="XZCF", kind=kind))

    return sent


def read(officer: Any, system: Any, upload: UUID) -> intake.Batch:
    while intake.work(system.token, using="worker"):
        pass
    found = intake.batch(officer.token, upload)
    assert found is not None
    return found


def wrong(officer: Any, found: intake.Batch, after: int = 0) -> WrongRow:
    shown = intake.wrong_row(officer.token, found, after=after)
    assert shown is not None
    return shown


def as_typed(shown: WrongRow, **changes: str) -> dict[str, str]:
    """What a browser sends: masked cells empty."""
    return {code: "" if code in shown.masked else cell for code, cell in (shown.cells or {}).items()} | changes


def mend(officer: Any, found: intake.Batch, **changes: str) -> Mended:
    shown = wrong(officer, found)
    return intake.mend(officer.token, found, shown, as_typed(shown, **changes))


def source(token: bytes) -> dict[str, str]:
    """The columns that say who sends the row."""
    account = whoami(token)
    assert account is not None
    return {"CF_SJLY": account.organisation_name, "CF_SJLYDM": account.organisation}


def now(officer: Any, found: intake.Batch) -> intake.Batch:
    again = intake.batch(officer.token, found.upload) if found.upload else None
    assert again is not None
    return again


def batch_of(officer: Any, mended: Mended) -> intake.Batch:
    again = intake.batch(officer.token, mended.upload) if mended.upload else None
    assert again is not None
    return again


@pytest.mark.database
def test_what_the_form_brought_a_file_finds_there_word_for_word(officer: Any, sent: Sent) -> None:
    right = penalty(*fresh_person(), CF_SY="两次检查：\n都不合格")
    found = sent(right | {"CF_JDRQ": "昨天"})
    mended = mend(officer, found, CF_JDRQ=right["CF_JDRQ"])
    assert (mended.outcome, mended.findings) == ("accepted", ())
    assert sent(right).unchanged == 1
    own = batch_of(officer, mended)
    assert (own.mends, own.mends_row, own.mended) == (found.batch, 1, ["CF_JDRQ"])
    facts = facts_of(own)
    assert f"mends {found.batch} 1 CF_JDRQ\n" in receipt_text(facts)
    assert parse_receipt(receipt_text(facts)).mends == facts.mends
    assert intake.content_of(officer.token, found.upload or uuid4(), found.file_digest) == csv_of(
        [right | {"CF_JDRQ": "昨天"}]
    )


@pytest.mark.database
def test_a_row_of_an_older_format_goes_back_in_its_own_columns(officer: Any, sent: Sent) -> None:
    names = {field["code"]: field["name"] for field in queries.definition("XZCF")["field"]}
    older = queries.definition("XZCF")["format"][0]["columns"]
    headings = {heading if heading in {*older, *names} else names[code]: code for heading, code in FIRST.items()}
    ours = penalty(*fresh_person(), CF_JDRQ="昨天") | {"CF_ZT": "0"}
    found = sent(csv_of([{heading: ours[code] for heading, code in headings.items()}]))
    assert found.form.endswith("第一代")
    assert mend(officer, found, CF_JDRQ=str(today() - timedelta(days=20))).outcome == "accepted"


@pytest.mark.database
def test_what_the_rules_refuse_is_not_handed_in(officer: Any, sent: Sent) -> None:
    found = sent(penalty(*fresh_person(), CF_JDRQ="昨天"))
    before = len(intake.batches(officer.token))
    mended = mend(officer, found, CF_JDRQ="前天")
    assert [(one.field, one.code) for one in mended.findings] == [("CF_JDRQ", "INTAKE-09")]
    assert (mended.outcome, mended.upload, len(intake.batches(officer.token))) == ("refused", None, before)


@pytest.mark.database
def test_figures_are_those_of_a_corrected_workbook(officer: Any, sent: Sent) -> None:
    """What is right in the end was not right at once (一次通过), and what the store sends back counts once more."""

    def mine() -> tuple[int, ...]:
        rows = intake.quality(officer.token, everybody=False, since=today() - timedelta(days=40))
        names = ("total", "accepted", "first_pass", "refused", "again")
        return tuple(sum(getattr(one, name) for one in rows) for name in names)

    there, other, before = penalty(*fresh_person()), penalty(*fresh_person()), mine()
    found = sent(there, there | {"CF_WSH": "", "CF_NR": "罚款六百元"}, other | {"CF_JDRQ": "昨天"})
    conflict = mend(officer, found, CF_WSH=there["CF_WSH"])
    assert [(one.field, one.code) for one in conflict.findings] == [("CF_WSH", "INTAKE-37")]
    assert conflict.outcome == "refused"
    assert now(officer, found).wanting == 2, "the store refused it: it is still to be put right"
    shown = wrong(officer, found, after=2)
    assert intake.mend(officer.token, found, shown, as_typed(shown, CF_JDRQ=other["CF_JDRQ"])).outcome == "accepted"
    assert tuple(b - a for a, b in zip(before, mine(), strict=True)) == (5, 2, 1, 3, 1)


@pytest.mark.database
def test_a_row_that_waits_for_a_human_is_not_asked_for_again(
    officer: Any, sent: Sent, citizen: Any, reviewer: Any
) -> None:
    """INTAKE-43; once it is certified, the row it was sent for is done with it."""
    found = sent(penalty("别的名字", citizen.number, CF_JDRQ="昨天"))
    mended = mend(officer, found, CF_JDRQ=str(today() - timedelta(days=10)))
    assert (mended.outcome, [one.code for one in mended.findings]) == ("held", ["INTAKE-43"])
    assert intake.wrong_row(officer.token, found, after=0) is None
    held = batch_of(officer, mended)
    intake.decide(reviewer.token, held.batch or uuid4(), 1, outcome="released", reasons="改过名，有公安机关的证明。")
    assert (now(officer, found).open_rows, batch_of(officer, mended).open_rows) == (0, 0)


@pytest.mark.database
def test_the_second_officer_is_told(officer: Any, sent: Sent) -> None:
    """INTAKE-72: once, whoever was quicker; also of another department's row, and of one that was right."""
    found = sent(penalty(*fresh_person(), CF_JDRQ="昨天"), penalty(*fresh_person()))
    shown = wrong(officer, found)
    right = as_typed(shown, CF_JDRQ=str(today() - timedelta(days=10)))
    assert intake.mend(officer.token, found, shown, right).outcome == "accepted"
    elsewhere = console_session("officer2")
    for token, stale in ((officer.token, shown), (officer.token, replace(shown, number=2)), (elsewhere, shown)):
        with pytest.raises(Refused, match="INTAKE-72"):
            intake.mend(token, found, stale, right | source(token))
    assert found.batch is not None
    assert next_wrong(elsewhere, found.batch, after=0) is None


@pytest.mark.database
def test_two_officers_in_the_same_moment(officer: Any, sent: Sent, monkeypatch: Any) -> None:
    """INTAKE-72: the second waits for the first, and sees then that the row is taken."""
    found = sent(penalty(*fresh_person(), CF_JDRQ="昨天"))
    shown = wrong(officer, found)
    right = as_typed(shown, CF_JDRQ=str(today() - timedelta(days=10)))
    asking = Event()

    def asked(sql: str, values: Sequence[Any]) -> Any:
        asking.set()
        return scalar(sql, values)

    def second() -> str:
        try:
            return intake.mend(officer.token, found, shown, right).outcome
        except Refused as error:
            return error.code
        finally:
            connections.close_all()

    monkeypatch.setattr(mending, "scalar", asked)
    with ThreadPoolExecutor(1) as pool:
        with act(officer.token, activity="intake.upload") as line:
            kept = keep(line, b"another decision", item="XZCF", kind="report")
            scalar("select cx.intake_mend_v1(%s, %s, %s, 1, '{}')", [kept, line, found.batch])
            other = pool.submit(second)
            assert asking.wait(60)
            assert not wait([other], timeout=1).done, "it does not wait for the first"
        assert other.result(timeout=60) == "INTAKE-72"


@pytest.mark.database
def test_while_one_is_at_it_nobody_else_is(officer: Any, sent: Sent, system: Any, monkeypatch: Any) -> None:
    """INTAKE-72; what broke off can be gone on with, like any file."""
    found = sent(penalty(*fresh_person(), CF_JDRQ="昨天"))
    shown = wrong(officer, found)
    right = as_typed(shown, CF_JDRQ=str(today() - timedelta(days=10)))

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(mending, "import_file", broken)
        with pytest.raises(ZeroDivisionError):
            intake.mend(officer.token, found, shown, right)
    with pytest.raises(Refused, match="INTAKE-72"):
        intake.mend(officer.token, found, shown, right)
    assert intake.wrong_row(officer.token, found, after=0) is None
    begun = next(one for one in intake.batches(officer.token) if one.mends == found.batch)
    assert begun.state == "已中断"
    intake.go_on(officer.token, begun)
    assert begun.upload is not None
    assert read(officer, system, begun.upload).accepted == 1
    assert now(officer, found).open_rows == 0


@pytest.mark.database
def test_without_the_population_database_it_comes_in_later(
    officer: Any, sent: Sent, system: Any, population: Any, connect: Callable[..., Any]
) -> None:
    """INTAKE-69: not asked for again meanwhile, and taken in as soon as somebody answers."""
    person = fresh_person()
    population.settle(person)
    found = sent(penalty(*person, CF_JDRQ="昨天"))
    population.faults.down = True
    mended = mend(officer, found, CF_JDRQ=str(today() - timedelta(days=10)))
    population.faults.down = False
    assert mended.outcome == "later"
    assert intake.wrong_row(officer.token, found, after=0) is None
    connect("owner").execute("update cx.intake_upload set leased_until = now() where upload = %s", [mended.upload])
    assert mended.upload is not None
    assert read(officer, system, mended.upload).accepted == 1
    assert now(officer, found).open_rows == 0


@pytest.mark.database
def test_where_no_form_can_help(officer: Any, sent: Sent, send: Callable[..., Any], monkeypatch: Any) -> None:
    found = sent(penalty(*fresh_person(), CF_JDRQ="昨天"))
    assert intake.obstacle(found) == ""
    assert intake.obstacle(replace(found, item_version=99)) == "newer"
    imported = send(penalty(*fresh_person(), CF_JDRQ="昨天"))
    there = intake.batch(officer.token, imported.batch)
    assert there is not None
    assert intake.obstacle(there) == "gone"
    with pytest.raises(LookupError):
        intake.wrong_row(officer.token, there, after=0)
    monkeypatch.setattr(queries, "catalog_item", lambda _: None)
    assert intake.obstacle(found) == "newer"


@pytest.mark.database
def test_what_is_not_coming_is_not_asked_for(officer: Any, sent: Sent) -> None:
    found = sent(penalty(*fresh_person(), CF_JDRQ="昨天"))
    shown = wrong(officer, found)
    assert found.batch is not None
    intake.dismiss(officer.token, found.batch, reason="mistaken")
    assert intake.wrong_row(officer.token, found, after=0) is None
    with pytest.raises(Refused, match="INTAKE-72"):
        intake.mend(officer.token, found, shown, as_typed(shown, CF_JDRQ=str(today() - timedelta(days=10))))


@pytest.mark.database
def test_other_roles_hand_in_no_row(officer: Any, clerk: Any, sent: Sent) -> None:
    found = sent(penalty(*fresh_person(), CF_JDRQ="昨天"))
    shown = wrong(officer, found)
    right = as_typed(shown, CF_JDRQ=str(today() - timedelta(days=10))) | source(clerk.token)
    with pytest.raises(Refused, match="DUTY-01"):
        intake.wrong_row(clerk.token, found, after=0)
    with pytest.raises(Refused, match="DUTY-01"):
        intake.mend(clerk.token, found, shown, right)
