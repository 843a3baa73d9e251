"""Key backups: apart, sealed, short-lived."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from chengxin.kernel.note import Signer
from chengxin.ledger.privilege import OperateError
from chengxin.operate import keysafe
from chengxin.operate.home import Home, write_private
from chengxin.operate.keysafe import (
    NEEDED,
    back_up_keys,
    destroy,
    ensure_current,
    expired,
    open_keys,
    read_head,
    read_passphrase,
)
from chengxin.operate.limits import last_day, limits

PASSPHRASE = "correct horse battery"


@pytest.fixture
def kept(home: Home) -> Home:
    """An installation with keys; no database is needed."""
    write_private(home.keyring, '{"version": 1}')
    write_private(home.instance_key, f"{Signer.create('yancheng.test.invalid').text}\n")
    return home


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The costs of guessing are kept in the file; tests need not pay them."""
    monkeypatch.setattr(keysafe, "_SCRYPT", {"n": 1 << 4, "r": 8, "p": 1})


def test_what_was_sealed_opens_with_the_passphrase_only(kept: Home, tmp_path: Path) -> None:
    path, head = back_up_keys(kept, tmp_path / "keys", PASSPHRASE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    opened = open_keys(path, PASSPHRASE, today=head.last)
    assert opened.files == {name: (kept.path / name).read_text("utf-8") for name in NEEDED}
    assert kept.password("owner") not in f"{opened}{path.read_text('utf-8')}"
    with pytest.raises(OperateError, match="口令不对，或文件被改过"):
        open_keys(path, PASSPHRASE + ".", today=head.last)


def test_the_last_day_is_bound_to_what_is_sealed(kept: Home, tmp_path: Path) -> None:
    path, head = back_up_keys(kept, tmp_path / "keys", PASSPHRASE)
    assert head.last - head.made.date() <= timedelta(days=limits(head.last).keys_days + 1)
    day_after = head.last + timedelta(days=1)
    with pytest.raises(OperateError, match="应当已经销毁"):
        open_keys(path, PASSPHRASE, today=day_after)
    facts = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(facts | {"last_day": "2099-01-01"}), "utf-8")
    with pytest.raises(OperateError, match="口令不对，或文件被改过"):
        open_keys(path, PASSPHRASE, today=day_after)


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_keys_never_lie_beside_data(kept: Home, tmp_path: Path, inside: str) -> None:
    data = tmp_path / "all" / "data"
    data.mkdir(parents=True)
    for keys, other in ((data / inside, data), (data.parent, data / inside)):
        with pytest.raises(OperateError, match="密钥备份与数据备份在同一处"):
            back_up_keys(kept, keys, PASSPHRASE, data=other)
    with pytest.raises(OperateError, match="密钥备份与数据目录在同一处"):
        back_up_keys(kept, kept.path / inside, PASSPHRASE)
    backup = data / "chengxin-20261123T000000Z"
    backup.mkdir()
    (backup / "manifest.note").touch()
    with pytest.raises(OperateError, match="中有数据备份"):
        back_up_keys(kept, data, PASSPHRASE)
    assert back_up_keys(kept, tmp_path / "apart", PASSPHRASE, data=data)[0].exists()


def test_those_past_their_last_day_are_destroyed_and_no_others(kept: Home, tmp_path: Path) -> None:
    place = tmp_path / "keys"
    path, head = back_up_keys(kept, place, PASSPHRASE)
    foreign = place / "chengxin-keys-00000000-20260101T000000Z.sealed"
    foreign.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"installation": "other"}), "utf-8")
    (place / "chengxin-keys-11111111-20260101T000000Z.sealed").write_text("no keys", "utf-8")
    assert expired(place, kept.installation, head.last) == []
    over = expired(place, kept.installation, head.last + timedelta(days=1))
    assert over == [path]
    destroy(over)
    assert len(list(place.iterdir())) == 2


def test_a_short_passphrase_and_an_open_file_are_refused(kept: Home, tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="口令短于 12 个字"):
        back_up_keys(kept, tmp_path / "keys", "eleven char")
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\nsecond line\n", "utf-8")
    file.chmod(0o644)
    with pytest.raises(OperateError, match="可被其他用户读取"):
        read_passphrase(file)
    file.chmod(0o600)
    assert read_passphrase(file) == PASSPHRASE
    with pytest.raises(OperateError, match="没有这个文件"):
        read_passphrase(tmp_path / "none")


def test_an_installation_without_keys_has_nothing_to_back_up(home: Home, tmp_path: Path) -> None:
    with pytest.raises(OperateError, match=r"缺少 keys\.json、instance\.key"):
        back_up_keys(home, tmp_path / "keys", PASSPHRASE)


@pytest.mark.parametrize("spoiled", ["", "{}", '{"form": "chengxin-keys-v1"}', "[]", "\udc80"])
def test_what_is_no_key_backup_is_said_so(tmp_path: Path, spoiled: str) -> None:
    path = tmp_path / "x.sealed"
    path.write_bytes(spoiled.encode("utf-8", "surrogateescape"))
    with pytest.raises(OperateError, match="不是密钥备份，或已损坏"):
        read_head(path)


def test_a_file_cannot_ask_for_all_the_memory(kept: Home, tmp_path: Path) -> None:
    path, head = back_up_keys(kept, tmp_path / "keys", PASSPHRASE)
    facts = json.loads(path.read_text("utf-8"))
    facts["kdf"]["n"] = 1 << 40
    path.write_text(json.dumps(facts), "utf-8")
    with pytest.raises(OperateError, match="不是密钥备份，或已损坏"):
        open_keys(path, PASSPHRASE, today=head.last)


def test_a_key_backup_from_before_a_change_is_not_taken_for_current(kept: Home, tmp_path: Path) -> None:
    path, head = back_up_keys(kept, tmp_path / "keys", PASSPHRASE)
    opened = open_keys(path, PASSPHRASE, today=head.last)
    ensure_current(kept, opened)
    with pytest.raises(OperateError, match="另一个安装"):
        ensure_current(kept, replace(opened, installation="other"))
    write_private(kept.keyring, '{"version": 2}')
    with pytest.raises(OperateError, match=r"keys\.json 在这份密钥备份之后改变了"):
        ensure_current(kept, opened)


def test_limits_are_dated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert last_day(date(2026, 11, 23)) == date(2026, 11, 30)
    assert limits(date(2020, 1, 1)) == limits(date(2026, 1, 1))
    first = (Path(keysafe.__file__).parent / "backup.toml").read_text("utf-8")
    later = first.replace("from = 2026-01-01", "from = 2027-01-01").replace("keys_days = 7 ", "keys_days = 3 ")
    (tmp_path / "backup.toml").write_text(first + later.replace("[[limits]]", "\n[[limits]]", 1), "utf-8")
    monkeypatch.setattr("chengxin.operate.limits.__file__", str(tmp_path / "limits.py"))
    assert limits(date(2026, 12, 31)).keys_days == 7
    assert limits(date(2027, 1, 1)).keys_days == 3
