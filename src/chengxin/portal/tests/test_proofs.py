"""Proof of an own line: downloaded once the log holds it, verified offline, refused for what is not one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from django.test import Client

from chengxin.cli.log import log_group
from chengxin.ledger.log.proof import check_proof
from chengxin.ledger.proving import trusted
from chengxin.ledger.sequencer import Sequencer
from chengxin.ledger.tests.log.conftest import KEY, Log, log  # noqa: F401 - a fixture
from chengxin.lookup.api import check
from chengxin.people.api import self_look, traces
from chengxin.portal.views_own import TRACES

pytestmark = pytest.mark.database
EVER = datetime(2020, 1, 1, tzinfo=UTC)


def links(citizen: Any) -> list[str]:
    page = citizen.client.get("/me/traces/").content.decode()
    return [part.partition('"')[0] for part in page.split('href="')[1:] if part.partition('"')[0].endswith("/proof")]


def whole(log: Log, sequencer: Sequencer) -> None:  # noqa: F811
    """Everything is in the log, and its checkpoint some seconds old."""
    while sequencer.round().lines:
        pass
    log.owner.execute("update cx.ledger_log_checkpoint set at = at + interval '5 seconds'")


def looked_at(citizen: Any, clerk: Any) -> None:
    check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="补1")


def test_a_line_is_proved_once_the_log_holds_it(log: Log, citizen: Any, clerk: Any, tmp_path: Any) -> None:  # noqa: F811
    looked_at(citizen, clerk)
    sequencer = log.sequencer()
    sequencer.begin()
    assert links(citizen) == []
    assert "证明还在写入日志，请几分钟后再来" in citizen.client.get("/me/traces/").content.decode()
    line = next(one for one in traces(self_look(citizen.token), EVER) if one.activity == "lookup.check")
    early = citizen.client.get(f"/me/traces/{line.id}/proof")
    assert early.status_code == 503
    assert "还在写入日志" in early.content.decode()
    whole(log, sequencer)
    address = next(one for one in links(citizen) if str(line.id) in one)
    answer = citizen.client.get(address)
    assert answer["Content-Disposition"].endswith('.tlog-proof"')
    assert citizen.number not in answer["Content-Disposition"]
    found = check_proof(answer.content, trusted())
    assert (found.opening.line.purpose, found.opening.line.case_ref) == ("SUBSIDY", "补1")
    file = tmp_path / "line.tlog-proof"
    file.write_bytes(answer.content)
    assert CliRunner().invoke(log_group, ["verify", str(file), "--key", KEY.verifier.text]).exit_code == 0
    for _ in range(110):
        looked_at(citizen, clerk)
    whole(log, sequencer)
    again = [check_proof(citizen.client.get(one).content, trusted()) for one in links(citizen)[1 :: TRACES // 3]]
    assert len({one.index for one in again}) == len(again) >= 3


def test_a_line_that_was_changed_is_not_proved(log: Log, citizen: Any, clerk: Any) -> None:  # noqa: F811
    looked_at(citizen, clerk)
    sequencer = log.sequencer()
    sequencer.begin()
    whole(log, sequencer)
    address = links(citizen)[-1]
    log.owner.execute("update cx.ledger_register set case_ref = '改过' where id = %s", [address.split("/")[3]])
    answer = citizen.client.get(address)
    assert answer.status_code == 409
    assert "PROOF-02" in answer.content.decode()


def test_nobody_gets_the_proof_of_another_s_line(make_citizen: Callable[..., Any], clerk: Any) -> None:
    one, other = make_citizen(), make_citizen()
    looked_at(one, clerk)
    line = next(line for line in traces(self_look(one.token), EVER) if line.activity == "lookup.check")
    address = f"/me/traces/{line.id}/proof"
    assert other.client.get(address).status_code == 404
    assert one.client.get(f"/me/traces/{uuid4()}/proof").status_code == 404
    assert clerk.client.get(address).status_code == 403


def test_what_may_tell_about_another_has_no_proof(log: Log, citizen: Any, clerk: Any, system: Any) -> None:  # noqa: F811
    line = uuid4()
    with psycopg.connect(log.home.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "select cx.ledger_act_v1(%s, array[%s::uuid], array[%s::uuid], 'people.doubted', '事件2')",
            [system.token, citizen.person, line],
        )
    looked_at(citizen, clerk)
    sequencer = log.sequencer()
    sequencer.begin()
    whole(log, sequencer)
    page = citizen.client.get("/me/traces/").content.decode()
    assert page.count("没有证明：证明会写出这条记录的全文") == 1
    assert links(citizen)
    assert str(line) not in page
    assert "经办账号和登录会话的内部编号" in page
    answer = citizen.client.get(f"/me/traces/{line}/proof")
    assert answer.status_code == 409
    assert "PROOF-01" in answer.content.decode()


def test_the_page_reaches_nobody_and_carries_its_own_script(home: Any) -> None:
    del home
    answer = Client().get("/log/verify")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("; script-src 'self'")
    assert "connect-src" not in policy
    assert "script-src" not in Client().get("/accessibility")["Content-Security-Policy"]
