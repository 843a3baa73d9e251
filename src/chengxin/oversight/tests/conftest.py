from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def _host() -> Iterator[None]:
    """The name under which Django's test client calls."""
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        yield
