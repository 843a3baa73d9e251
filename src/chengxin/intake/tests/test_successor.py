"""What an organisation sent stays when it ends; who takes over puts it right (承接单位)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chengxin.ledger.api import today
from chengxin.operate.generate import departments
from chengxin.operate.seed import City
from chengxin.people import api as people
from chengxin.people.api import console_session, self_look
from chengxin.records import api as records
from chengxin.redress.tests.test_views import object_to
from conftest import penalty

pytestmark = pytest.mark.database
BASIS = "机构改革方案〔2026〕2号"


def confirm(token: bytes, organisation: str) -> None:
    waiting = next(one for one in people.matters(token, waiting=True) if one.organisation == organisation)
    people.decide(token, waiting, "confirmed")


def test_the_successor_corrects_what_the_ended_one_sent(
    home: Any, citizen: Any, send: Callable[..., Any], officer: Any, connect: Callable[[str], Any]
) -> None:
    """INTAKE-39 until it succeeds, accepted from then on; whose record it was stays."""
    from chengxin.people.tests.test_organisations import code

    proposer, second, market = console_session("sysadmin"), console_session("secadmin"), departments()[0]
    old, name = code(), f"盐城市旧设局{uuid4().hex[:4]}"
    people.open_organisation(
        proposer, old, name=name, kind="department", area="320900", on=today() - timedelta(days=9), reason=BASIS
    )
    confirm(second, old)
    with City(home) as city:
        sender = city.account(
            "", f"s{uuid4().hex[:10]}", "staff", "数据员", duty="data_officer", organisation=old
        ).login
    row = penalty(citizen.name, citizen.number, CF_SJLY=name, CF_SJLYDM=old)
    assert send(row, token=console_session(sender)).result.accepted == 1
    mended = row | {"CF_NR": "罚款三百元", "CF_NR_FK": "0.03", "CF_SJLY": market.name, "CF_SJLYDM": market.uscc}

    def asked() -> tuple[int, list[str]]:
        imported = send(mended, kind="correct", token=officer.token)
        return imported.result.accepted, [error.code for error in imported.result.errors]

    assert asked() == (0, ["INTAKE-39"])
    yesterday = today() - timedelta(days=1)
    people.close_organisation(proposer, old, on=yesterday, reason=BASIS, successor=market.uscc)
    confirm(second, old)
    assert asked() == (1, [])
    found = next(one for one in records.own(self_look(citizen.token)) if one.doc_no == row["CF_WSH"])
    assert (found.version, ("处罚内容", "罚款三百元") in found.facts) == (2, True)
    source = (
        connect("owner").execute("select source from cx.records_record where record = %s", [found.record]).fetchone()
    )
    assert source == (old,), "where it came from is not rewritten"


def test_who_took_over_is_named_to_the_person_and_the_officer(
    home: Any, make_citizen: Callable[..., Any], reviewer: Any
) -> None:
    """The authority of a record has ended: the own page and the case say who answers."""
    from chengxin.people.tests.test_organisations import code

    proposer, second, market = console_session("sysadmin"), console_session("secadmin"), departments()[0]
    old, name, day = code(), f"盐城市旧设局{uuid4().hex[:4]}", today()
    first = day - timedelta(days=9)
    people.open_organisation(proposer, old, name=name, kind="department", area="320900", on=first, reason=BASIS)
    confirm(second, old)
    citizen = make_citizen(CF_CFJG=name, CF_CFJGDM=old)
    record = records.own(self_look(citizen.token))[0].record
    said = f"现在由{market.name}负责"
    assert said not in citizen.client.get(f"/me/records/{record}").content.decode()
    yesterday = day - timedelta(days=1)
    people.close_organisation(proposer, old, on=yesterday, reason=BASIS, successor=market.uscc)
    confirm(second, old)
    assert said in citizen.client.get(f"/me/records/{record}").content.decode()
    case = object_to(citizen)
    page = reviewer.client.get(f"/cases/{case.objection}/")
    assert f"已终止，由{market.name}承接" in page.content.decode()
