"""An auditor answers for lines that are late and understood; nothing else can be answered for, and nothing wider."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner
from django.test import Client

from chengxin.cli import main
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import acknowledge
from chengxin.ledger.auditing import Audited, audit, due
from chengxin.ledger.tests.log.test_attacks import City, city  # noqa: F401 - a fixture
from chengxin.ledger.words import FINDINGS
from chengxin.operate.doctor import State, _log
from chengxin.people.api import console_session

pytestmark = pytest.mark.database
WHY = "排序程序所在的服务器断电十分钟"


@pytest.fixture
def late(city: City) -> City:  # noqa: F811
    """Lines 40 to 42 waited ten minutes, in two batches; 43 and 44 did not."""
    for count in (1, 2):
        for _ in range(count):
            city.insert(seconds=600)
        city.sequencer.round()
    city.write(2)
    city.sequencer.round()
    return city


def heard(city: City) -> Audited:  # noqa: F811
    return audit(city.sequencer.store)[0]


def examined(city: City) -> State:  # noqa: F811
    """What the examination says of the audits."""
    return next(one.state for one in _log(city.log.home) if one.name == "log_audit")


def answer(login: str = "auditor", **changed: Any) -> UUID:
    told: dict[str, Any] = {"log": 1, "kind": "apart", "first": 40, "last": 42, "reason": WHY} | changed
    return acknowledge(console_session(login), **told)


def test_a_pause_is_one_finding_and_is_answered_for_once(late: City) -> None:
    (finding,) = heard(late).findings
    assert (finding.kind, finding.place, finding.last, finding.size, finding.count) == ("apart", 40, 42, 43, 3)
    assert examined(late) == State.FAIL
    act = answer()
    after = heard(late)
    assert examined(late) == State.OK
    assert after.clean
    (known,) = after.acknowledged
    assert (known.act, known.first, known.last, known.reason, known.duty) == (act, 40, 42, WHY, "audit_admin")
    late.log.owner.execute("update cx.ledger_log_audit set ended_at = ended_at - interval '2 days 1 hour'")
    assert examined(late) == State.WARN  # nobody audits any more
    assert due(late.sequencer.store) == 45  # an audit that agrees but for this is no finding any more
    late.sequencer.round()
    assert late.log.owner.execute(  # and the act is itself in the log
        "select count(*) from cx.ledger_log_place_v1('00000000-0000-0000-0000-000000000000', %s)", [act]
    ).fetchone() == (1,)


def test_the_examination_says_when_nobody_audits_from_the_beginning(city: City) -> None:  # noqa: F811
    heard(city)
    city.log.owner.execute("update cx.ledger_log_audit set ended_at = ended_at - interval '8 days 1 hour'")
    audit(city.sequencer.store, since=40)  # however often what is new is audited
    assert examined(city) == State.WARN


def test_a_part_is_answered_for_alone(late: City) -> None:
    answer(first=41, last=42)
    (finding,) = heard(late).findings
    assert (finding.place, finding.last, finding.count) == (40, 40, 1)
    answer(first=40, last=40)
    assert heard(late).clean
    with pytest.raises(Refused, match="AUDIT-03"):  # there is nothing left to answer for
        answer()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "altered"}, "AUDIT-01"),
        ({"kind": "missing"}, "AUDIT-01"),
        ({"kind": "root"}, "AUDIT-01"),
        ({"kind": "quorum"}, "AUDIT-01"),
        ({"reason": "  "}, "AUDIT-02"),
        ({"reason": "长" * 201}, "AUDIT-02"),
        ({"first": 39}, "AUDIT-03"),
        ({"last": 43}, "AUDIT-03"),
        ({"first": 0, "last": 1 << 40}, "AUDIT-03"),
        ({"first": 42, "last": 40}, "AUDIT-03"),
        ({"log": 2}, "AUDIT-03"),
        ({"login": "secadmin"}, "DUTY-01"),
        ({"login": "sysadmin"}, "DUTY-01"),
        ({"login": "system"}, "DUTY-01"),
    ],
)
def test_what_cannot_be_answered_for(late: City, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        answer(**changed)
    assert not heard(late).clean


def test_whatever_else_is_wrong_in_the_range_stays_a_finding(late: City) -> None:
    answer()
    late.log.owner.execute("update cx.ledger_register set purpose = 'OTHER' where id = %s", [late.lines[0]])
    row = late.log.owner.execute(
        "select r.id from cx.ledger_register r, cx.ledger_log_checkpoint c where c.size = 41 and r.epoch = c.epoch "
        "and (r.xid, r.id) <= (c.xid, c.id) order by r.xid desc, r.id desc limit 1"
    ).fetchone()
    assert row is not None
    late.log.owner.execute("update cx.ledger_register set purpose = 'OTHER' where id = %s", [row[0]])
    assert [(one.kind, one.place) for one in heard(late).findings] == [("altered", 0), ("altered", 40)]


def test_a_row_made_by_hand_or_changed_answers_for_nothing(late: City) -> None:
    act = answer()
    for change in (
        "update cx.ledger_log_acknowledged set reason = '无事'",
        "update cx.ledger_log_acknowledged set first = 30",
        "update cx.ledger_log_acknowledged set act = gen_random_uuid()",
    ):
        with late.log.owner.transaction(force_rollback=True):
            late.log.owner.execute(change)
            row = late.log.owner.execute("select count(*) from cx.ledger_log_known_v1(1)").fetchone()
            assert row == (0,), change
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        late.log.owner.execute("update cx.ledger_log_acknowledged set kind = 'missing' where act = %s", [act])
    assert caught.value.diag.constraint_name == "AUDIT-01"


def test_thinning_out_makes_no_line_late(city: City) -> None:  # noqa: F811
    """A checkpoint stays where its lines waited so long that the minute's last one would seem late."""
    for _ in range(2):
        city.insert(seconds=90)
        city.sequencer.round()
    city.write(1)
    city.sequencer.round()
    # A day ago, all in one minute, the last checkpoint most of it after the others.
    owner = city.log.owner
    base, first = owner.execute(  # asked once: the minute goes on, and so does the machine
        "select date_trunc('minute', now()) - interval '25 hours', at from cx.ledger_register where id = %s",
        [city.lines[0]],
    ).fetchone()  # type: ignore[misc]  # the line is there
    owner.execute(
        "update cx.ledger_register r set at = case when r.at < %s then %s::timestamptz - interval '90 seconds' "
        "else %s end where r.epoch = (select epoch from cx.ledger_deployment)",
        [first, base, base],
    )
    owner.execute(
        "update cx.ledger_log_checkpoint set at = %s + make_interval(secs => case when size = 43 then 59 else 1 end)",
        [base],
    )
    owner.execute("delete from cx.ledger_log_cosignature")
    city.sequencer.store.call("select cx.ledger_log_thin_v1()")
    kept = [row[0] for row in owner.execute("select size from cx.ledger_log_checkpoint order by size")]
    assert kept == [41, 42, 43]


def test_the_command_and_the_page_say_who_answers_for_what(late: City) -> None:
    def run(*words: str) -> tuple[int, Any]:
        done = CliRunner().invoke(main, ["log", *words, "--keep", str(late.log.home.path), "--json"])
        return done.exit_code, json.loads(done.output.strip().splitlines()[-1]) if done.exit_code < 2 else done.output

    assert "已确认的发现" not in Client().get("/log/").content.decode()
    late.log.owner.execute("delete from cx.ledger_log_cosignature; update cx.ledger_log_state set cosigned_size = 0")
    code, told = run("audit")
    assert (code, [(one["kind"], one["place"], one["to"]) for one in told["logs"][0]["findings"]]) == (
        1,
        [("apart", 40, 42)],
    )
    shown = Client().get("/log/").content.decode()
    assert ("不一致</span>" in shown, f"{FINDINGS['apart']}。" in shown) == (True, True)
    code, said = run("acknowledge", "--as", "auditor", "--from", "39", "--to", "42", "--reason", WHY)
    assert (code, "AUDIT-03" in said) == (2, True)
    code, told = run("acknowledge", "--as", "auditor", "--from", "40", "--to", "42", "--reason", WHY)
    assert (code, told["to"]) == (0, 42)
    code, told = run("audit")
    (known,) = told["logs"][0]["acknowledged"]
    assert (code, told["ok"], known["from"], known["to"], known["reason"]) == (0, True, 40, 42, WHY)
    done = CliRunner().invoke(main, ["log", "audit", "--keep", str(late.log.home.path)])
    assert f"确认：{WHY}" in done.output
    shown = Client().get("/log/").content.decode()
    for words in ("已确认的发现", "审计管理员查明", WHY, "已确认</span>"):
        assert words in shown, words
