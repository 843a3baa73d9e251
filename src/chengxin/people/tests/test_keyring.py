"""The key file: its owner's alone, replaced whole, turned and ended by version; and a hardware module in its place."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from chengxin.kernel.errors import Refused
from chengxin.people.hsm import TokenFault
from chengxin.people.keyring import KeyRing, KeyState, Unsealable, destroy_key, rotate_keys
from chengxin.people.vault import WRAPPED, Vault

DAY = date(2026, 11, 23)
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


def test_key_file_is_its_owner_s_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = KeyRing.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(path).hashes == made.hashes
    with pytest.raises(FileExistsError):
        KeyRing.create(path)
    path.chmod(0o640)
    with pytest.raises(Unsealable, match="chmod 600"):
        KeyRing.load(path)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"version": 1, "kek": "x"}', "\x00"])
def test_another_file_is_named_as_such(content: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Unsealable, match="不是本程序的密钥文件"):
        KeyRing.load(path)


def turned(path: Path, suite: str | None = None) -> Vault:
    rotate_keys(path, suite=suite, today=DAY)
    return Vault(KeyRing.load(path))


@pytest.mark.parametrize("suite", [None, "gm-1"])
def test_turned_and_ended(suite: str | None, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = Vault(KeyRing.create(path))
    sealed, index = first.seal("盐城", "row"), first.blind_index("citizen", "1")
    second = turned(path, suite)
    assert [one.state for one in second.keys.versions.values()] == [KeyState.DECRYPT_ONLY, KeyState.ACTIVE]
    assert second.open(sealed, "row") == "盐城"
    assert second.blind_index("citizen", "1") == index  # a person is found after as before
    again = second.rewrap(sealed[:WRAPPED], "row") + sealed[WRAPPED:]
    for version in (2, 3):
        with pytest.raises(Refused, match="KEYS-02"):
            destroy_key(path, version, today=DAY)
    destroy_key(path, 1, today=DAY)
    third = Vault(KeyRing.load(path))
    assert third.open(again, "row") == "盐城"
    with pytest.raises(Unsealable):
        third.open(sealed, "row")
    assert json.loads(path.read_text())["versions"][0]["key"] is None
    with pytest.raises(Refused, match="KEYS-02"):
        destroy_key(path, 1, today=DAY)
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_turns_at_once_are_two_versions(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    with ThreadPoolExecutor(8) as pool:
        made = sorted(pool.map(lambda _: rotate_keys(path, today=DAY), range(16)))
    assert made == list(range(2, 18))
    assert KeyRing.load(path).active.version == 17


def test_a_turn_that_dies_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            rotate_keys(path, today=DAY)
    assert path.read_bytes() == before
    assert rotate_keys(path, today=DAY) == 2


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A fresh token of SoftHSM."""
    pytest.importorskip("pkcs11")
    if not SOFTHSM.exists():
        pytest.skip("没有 softhsm2（apt install softhsm2）")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    pin = tmp_path / "pin"
    pin.write_text("4711-test\n")
    pin.chmod(0o600)
    made = ["softhsm2-util", "--init-token", "--free", "--label", "chengxin", "--so-pin", "1234", "--pin", "4711-test"]
    subprocess.run(made, check=True, capture_output=True)
    return {"module": str(SOFTHSM), "label": "chengxin", "pin_file": str(pin)}


PROGRAM = """
import json, sys
from datetime import date
from pathlib import Path
from chengxin.people.keyring import KeyRing, Unsealable, destroy_key, rotate_keys
from chengxin.people.hsm import TokenFault
from chengxin.people.vault import WRAPPED, Vault

path, token = Path(sys.argv[1]), json.loads(sys.argv[2])
first = Vault(KeyRing.create(path, token=token))
sealed, index = first.seal("盐城", "row"), first.blind_index("citizen", "1")
text = path.read_text()
assert all(key.hex() not in text for key in (first.keys.hashes.index,))
rotate_keys(path, today=date(2026, 11, 23))
second = Vault(KeyRing.load(path))
assert second.open(sealed, "row") == "盐城"
assert second.blind_index("citizen", "1") == index
again = second.rewrap(sealed[:WRAPPED], "row") + sealed[WRAPPED:]
for value, aad in ((again, "another"), (again[:40] + b"x" + again[41:], "row")):
    try:
        second.open(value, aad)
    except Unsealable:
        continue
    raise AssertionError
destroy_key(path, 1, today=date(2026, 11, 23))
third = Vault(KeyRing.load(path))
assert third.open(again, "row") == "盐城"
try:
    third.open(sealed, "row")
except Unsealable:
    pass
else:
    raise AssertionError
try:
    rotate_keys(path, suite="gm-1", today=date(2026, 11, 23))
except TokenFault:
    print("done")
"""


def test_keys_of_a_module_never_leave_it(token: dict[str, str], tmp_path: Path) -> None:
    """In a process of its own: a PKCS#11 library is initialised once for a process."""
    import sys

    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "keys.json"), json.dumps(token)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("done\n", "")


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pkcs11")
    pin = tmp_path / "pin"
    pin.write_text("x")
    setting = {"module": str(tmp_path / "none.so"), "label": "chengxin", "pin_file": str(pin)}
    with pytest.raises(TokenFault, match="chmod 600"):
        KeyRing.create(tmp_path / "keys.json", token=setting)
    pin.chmod(0o600)
    with pytest.raises(TokenFault, match="密码机没有应答"):
        KeyRing.create(tmp_path / "keys.json", token=setting)
    assert not (tmp_path / "keys.json").exists()
