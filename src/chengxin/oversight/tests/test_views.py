"""Open pages of oversight: documents, lists, safeguards; and the privacy notice in the frame."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from chengxin.oversight import registers
from chengxin.oversight.api import recipients, shelf, shelves

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("home")]


def page(address: str, *, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_every_document_is_listed_and_open() -> None:
    listed = page("/documents/")
    for each in shelves():
        assert each.title in listed
        text = page(f"/documents/{each.code}/")
        current = each.versions[-1]
        assert all(section.title in text for section in current.sections)
        for version in each.versions:
            assert version.basis in page(f"/documents/{each.code}/{version.number}/")
    assert page("/documents/privacy/99/", status=404)
    assert page("/documents/nothing/", status=404)


def test_the_privacy_notice_is_the_version_in_force(shift: Any) -> None:
    privacy = shelf("privacy")
    assert privacy is not None
    latest = privacy.versions[-1]
    text = page("/privacy")
    assert f"第 {latest.number} 版" in text
    assert all(section.title in text for section in latest.sections)
    assert "接收方清单" in text
    from chengxin.ledger.api import today

    first = privacy.versions[0]
    shift((first.effective_from - today()).days + 1)
    earlier = page("/privacy")
    assert "第 1 版" in earlier
    assert "Cookie" not in earlier
    assert "这一版还没有生效" in page("/documents/privacy/2/")


def test_an_old_version_says_that_it_is_old() -> None:
    assert "您正在看的不是现行的一版" in page("/documents/privacy/1/")
    assert "您正在看的不是现行的一版" not in page("/documents/privacy/2/")


def test_two_versions_are_compared() -> None:
    text = page("/documents/privacy/compare")
    assert "发生信息安全事件怎么办" in text
    assert "新增" in text
    assert "谁在处理，怎样联系" in text
    assert "没有不同" in page("/documents/privacy/compare?from=2&to=2")
    assert "没有您要的这一版" in page("/documents/privacy/compare?from=1&to=9", status=422)
    assert "只有一个版本" in page("/documents/incident/compare")


def test_recipients_are_made_from_duties_and_purposes(home: Any) -> None:
    from chengxin.operate.seed import City

    found = {(one.organisation_name, one.purpose) for one in recipients()}
    assert ("亭湖区政务服务中心", "SUBSIDY") in found
    text = page("/documents/recipients/")
    for words in ("亭湖区政务服务中心", "创业补贴资格核验", "行政许可审查", "只答有或者没有", "办理异议", "异议审核员"):
        assert words in text, words
    with City(home) as city:
        city.organisation("11320900TESTRECEIV", "测试用的接收单位", "090900")
        city.account("", "receiver-1", "staff", "综合窗口", duty="clerk", organisation="11320900TESTRECEIV")
        assert "测试用的接收单位" in page("/documents/recipients/"), "nobody typed it"
        city.owner.execute(
            "update cx.people_duty d set valid_to = date '2026-01-02' from cx.people_account a "
            "where a.account = d.account and a.login = 'receiver-1'"
        )
        assert "测试用的接收单位" not in page("/documents/recipients/")


def test_the_list_names_no_account() -> None:
    text = page("/documents/recipients/")
    assert "clerk" not in text
    assert "综合窗口" not in text


def test_numbers_of_incidents_stand_on_no_item() -> None:
    assert "incident_" not in page("/catalog/XZCF/")


def test_what_is_collected_is_what_the_catalog_says() -> None:
    from chengxin.catalog.api import heads

    text = page("/documents/collected/")
    for head in heads():
        assert (f"/catalog/{head.code}/" in text) == head.in_force
    assert "证件号码" in text


def test_safeguards_are_dated() -> None:
    text = page("/documents/safeguards/")
    for one in registers.safeguards():
        assert one.name in text
        assert one.basis in text
