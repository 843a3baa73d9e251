"""The page of mandates: given, refused at the field, taken back; nobody is told who is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chengxin.ledger.api import today

pytestmark = pytest.mark.database
PAGE = "/me/traces/mandates/"


def test_a_mandate_is_given_and_taken_back(make_citizen: Callable[..., Any]) -> None:
    giver, other = make_citizen(), make_citizen()
    assert "您没有委托任何人" in giver.client.get(PAGE).content.decode()
    asked = {
        "name": other.name,
        "number": other.number,
        "relation": "child",
        "until": str(today() + timedelta(days=30)),
        "step": "give",
    }
    for wrong, words in (
        ({"number": "1"}, "证件号码不正确"),
        ({"number": giver.number, "name": giver.name}, "不能委托自己"),
        ({"until": str(today() - timedelta(days=1))}, "不能早于今天"),
        ({"relation": "neighbour"}, "请选择受托人是您的什么人"),
        ({"name": ""}, "请填写受托人姓名"),
    ):
        answer = giver.client.post(PAGE, asked | wrong)
        assert "错误" in answer.content.decode()
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    checked = giver.client.post(PAGE, asked | {"step": "check"}).content.decode()
    assert "请核对，然后委托" in checked
    assert other.name in checked
    assert "您没有委托任何人" in giver.client.get(PAGE).content.decode(), "nothing is given by a look at it"
    changed = giver.client.post(PAGE, asked | {"step": "edit"}).content.decode()
    assert f'value="{other.name}"' in changed, "what was typed is kept"
    assert "您没有委托任何人" in changed
    given = giver.client.post(PAGE, asked)
    assert (given.status_code, "委托已经生效" in giver.client.get(given["Location"]).content.decode()) == (302, True)
    page = giver.client.get(PAGE).content.decode()
    assert "子女" in page
    assert "有效" in page
    assert other.name not in page
    assert other.number not in page
    address = page.partition('action="/me/traces/mandates/')[2].partition('"')[0]
    assert other.client.post(f"{PAGE}{address}").status_code in {403, 404, 409, 422}
    assert "有效" in giver.client.get(PAGE).content.decode()
    assert giver.client.post(f"{PAGE}{address}").status_code == 302
    assert "已收回" in giver.client.get(PAGE).content.decode()


def test_whether_anybody_is_known_is_not_told(citizen: Any) -> None:
    from conftest import fresh_person

    name, number = fresh_person()
    asked = {"name": name, "number": number, "relation": "other", "until": str(today()), "step": "give"}
    assert citizen.client.post(PAGE, asked).status_code == 302


def test_officers_have_no_mandates(clerk: Any) -> None:
    assert clerk.client.get(PAGE).status_code == 403
