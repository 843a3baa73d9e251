"""What tests of the pages share: files to hand in, and a page as a person reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengxin.catalog.tests.material import Desk, definition
from chengxin.intake import api
from chengxin.operate.generate import departments
from conftest import csv_of, fresh_person, penalty

URL = "/intake/"
TRIAL = f"{URL}trial"


def rows(*changes: dict[str, str]) -> list[dict[str, str]]:
    return [penalty(*fresh_person(), **change) for change in changes]


def file(*lines: dict[str, str], name: str = "十一月.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, csv_of(list(lines)))


def page(actor: Any, address: str, status: int = 200) -> str:
    answer = actor.client.get(address)
    assert answer.status_code == status
    text: str = answer.content.decode()
    assert text.count("<h1") == 1
    return text


def heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def change(monkeypatch: pytest.MonkeyPatch, **facts: Any) -> None:
    """The page of a batch with other facts."""
    found = api.batch

    def changed(token: bytes, one: UUID) -> Any:
        batch = found(token, one)
        return batch and replace(batch, **facts)

    monkeypatch.setattr(api, "batch", changed)


def elsewhere(home: Any) -> tuple[str, str]:
    """An item in force that only another organisation reports."""
    made = definition()
    made["item"]["providers"] = [departments()[1].uscc]
    return Desk(home).published(made)[0], made["item"]["name"]


def attempt(officer: Any, sent: SimpleUploadedFile, *, item: str = "XZCF", kind: str = "report") -> str:
    """The page of a trial."""
    answer = officer.client.post(TRIAL, {"item": item, "kind": kind, "file": sent})
    assert answer.status_code == 200, answer.content.decode()
    text: str = answer.content.decode()
    assert text.count("<h1") == 1
    assert "没有任何一行入库，平台没有保存这份文件" in text
    return text
