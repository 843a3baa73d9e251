"""A look-up refuses what cannot be a number before it looks at anybody."""

from __future__ import annotations

from typing import Any

import pytest

from chengxin.kernel.errors import Refused
from chengxin.lookup.api import check
from chengxin.people.api import my_looks

pytestmark = pytest.mark.database


def test_id_01_what_cannot_be_a_number_looks_at_nobody(clerk: Any) -> None:
    before = len(my_looks(clerk.token, 1_000_000))
    with pytest.raises(Refused, match="ID-01") as caught:
        check(clerk.token, number="090902199003071230", name="测试", purpose="SUBSIDY", case_ref="测1")
    assert caught.value.detail == "check_digit"
    assert len(my_looks(clerk.token, 1_000_000)) == before
