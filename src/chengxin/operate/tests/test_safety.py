"""What must be shown before the doors open, and how old proofs may be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chengxin.kernel.note import Signer
from chengxin.operate import backup, doctor, keysafe, restore, safety
from chengxin.operate.home import Home, write_private
from chengxin.operate.manifest import Manifest, write_note, written
from chengxin.operate.served import write_served
from chengxin.operate.tests.test_served import pair

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def signer(home: Home) -> Signer:
    signer = Signer.create("yancheng.test.invalid")
    write_private(home.instance_key, f"{signer.text}\n")
    return signer


def backed_up(home: Home, signer: Signer, at: datetime) -> None:
    manifest = Manifest(
        home.installation,
        "test",
        "0",
        "18",
        "1",
        at,
        at,
        boundary=1,
        guards="",
        lines=(0, 0),
        head="",
        tables={},
        files={},
    )
    write_note(home.path / backup.LAST, manifest.text(), signer)


def verified(home: Home, signer: Signer, at: datetime, installation: str = "") -> None:
    text = f"{restore.FORM}\ninstallation {installation or home.installation}\nverified {written(at)}\n"
    write_note(home.path / restore.VERIFIED, text, signer)


def keys_backed_up(home: Home, last: str) -> None:
    write_private(home.path / keysafe.LAST, json.dumps({"last_day": last}))


def found(home: Home, at: datetime = NOW) -> dict[str, bool]:
    return {one.name: one.met for one in safety.proofs(home, now=at)}


def test_without_proofs_nothing_holds_and_each_says_what_to_do(home: Home) -> None:
    for one in safety.conditions(home, now=NOW):
        assert not one.met
        assert one.cause
        assert one.remedy
    assert {one.name for one in safety.conditions(home, now=NOW)} == {
        "backup",
        "keys_backup",
        "restore",
        "population",
        "sign-in",
        "log",
        "erasure",
    }


def test_proofs_hold_until_they_are_too_old(home: Home, signer: Signer) -> None:
    backed_up(home, signer, NOW - timedelta(hours=26))
    verified(home, signer, NOW - timedelta(days=31))
    keys_backed_up(home, "2026-11-23")
    assert found(home) == {"backup": True, "keys_backup": True, "restore": True}
    assert found(home, NOW + timedelta(seconds=1)) == {"backup": False, "keys_backup": True, "restore": False}
    assert found(home, datetime(2026, 11, 23, 16, tzinfo=UTC))["keys_backup"] is False  # the 24th in China


def test_a_proof_that_somebody_wrote_counts_for_nothing(home: Home, signer: Signer) -> None:
    stranger = Signer.create("yancheng.test.invalid")
    backed_up(home, stranger, NOW)
    verified(home, stranger, NOW)
    assert found(home) == {"backup": False, "keys_backup": False, "restore": False}
    verified(home, signer, NOW, installation="another")
    assert found(home)["restore"] is False


def test_a_demo_is_told_and_does_not_fail(home: Home) -> None:
    states = {finding.name: finding.state for finding in doctor._safety(home)}
    assert states == dict.fromkeys(("backup", "keys_backup", "restore"), doctor.State.SKIP)


def test_a_real_installation_fails_and_stays_closed(home: Home) -> None:
    real = Home(home.path, "production", home.installation, None)
    states = {finding.name: finding.state for finding in doctor._safety(real)}
    assert states["tls"] is doctor.State.FAIL  # it was never set up to its end
    assert {
        states[name] for name in ("backup", "keys_backup", "restore", "population", "sign-in", "log", "erasure")
    } == {doctor.State.FAIL}
    assert states["doors"] is doctor.State.SKIP  # no database runs here
    assert [one.name for one in safety.open_doors(real, now=NOW)] == [
        "backup",
        "keys_backup",
        "restore",
        "population",
        "sign-in",
        "log",
        "erasure",
    ]


@pytest.mark.parametrize(("days", "state"), [(90, "ok"), (170, "warn"), (181, "fail")])
def test_a_certificate_near_its_end_is_said(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, state: str
) -> None:
    real = Home(home.path, "production", home.installation, None)
    write_served(real, pair(tmp_path / "tls", now=NOW))
    monkeypatch.setattr(doctor, "now", lambda: NOW + timedelta(days=days))
    assert [finding.state for finding in doctor._certificate(real)] == [state]
