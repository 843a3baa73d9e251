"""How a real installation is served: certificates that can be used, and the unit of systemd."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import Home
from chengxin.operate.served import Served, ensure_certificate, read_served, write_served
from chengxin.operate.unit import unit

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOST = "xy.example.invalid"


def pair(folder: Path, *, host: str = HOST, form: PrivateFormat = PrivateFormat.PKCS8, now: datetime = NOW) -> Served:
    """A certificate of its own signature, good for a year around `now`, and its key."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=180))
        .not_valid_after(now + timedelta(days=180))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, SHA256())
    )
    folder.mkdir(exist_ok=True)
    (folder / "cert.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    (folder / "key.pem").chmod(0o600)
    return Served(HOST, str(folder / "cert.pem"), str(folder / "key.pem"), 443, 8443, {})


def test_a_good_pair_is_taken(tmp_path: Path) -> None:
    assert ensure_certificate(pair(tmp_path), now=NOW) == NOW + timedelta(days=180)
    assert ensure_certificate(pair(tmp_path, host="*.example.invalid"), now=NOW)
    assert ensure_certificate(Served(HOST, "", "", 8000, 8001, {}), now=NOW) is None


@pytest.mark.parametrize("days", [-181, 181])
def test_one_that_is_over_or_not_yet_good_is_refused(tmp_path: Path, days: int) -> None:
    with pytest.raises(OperateError, match="今天无效"):
        ensure_certificate(pair(tmp_path), now=NOW + timedelta(days=days))


@pytest.mark.parametrize("host", ["other.invalid", "*.invalid", "example.invalid"])
def test_one_for_another_host_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(OperateError, match=r"不是为 xy\.example\.invalid 签发的"):
        ensure_certificate(pair(tmp_path, host=host), now=NOW)


def test_files_that_do_not_serve_are_refused(tmp_path: Path) -> None:
    good, other = pair(tmp_path / "a"), pair(tmp_path / "b")
    with pytest.raises(OperateError, match="不是一对"):
        ensure_certificate(Served(HOST, good.certificate, other.key, 443, 8443, {}), now=NOW)
    with pytest.raises(OperateError, match="没有这个文件"):
        ensure_certificate(Served(HOST, good.certificate, str(tmp_path / "none"), 443, 8443, {}), now=NOW)
    Path(good.key).chmod(0o604)
    with pytest.raises(OperateError, match="可被所有用户读取"):
        ensure_certificate(good, now=NOW)
    with pytest.raises(OperateError, match="PKCS#8"):
        ensure_certificate(pair(tmp_path / "c", form=PrivateFormat.TraditionalOpenSSL), now=NOW)
    Path(other.certificate).write_text("no certificate", "ascii")
    with pytest.raises(OperateError, match="不是 PEM"):
        ensure_certificate(other, now=NOW)


def test_without_tls_it_listens_on_this_machine_only() -> None:
    inner, outer = Served(HOST, "", "", 8000, 8001, {}), Served(HOST, "c", "k", 8444, 8445, {})
    assert (inner.address, inner.url) == ("127.0.0.1", f"https://{HOST}")
    assert (outer.address, outer.url) == ("0.0.0.0", f"https://{HOST}:8444")


def test_settings_are_those_of_a_real_installation(home: Home, tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="是测试用的"):
        read_served(home)
    real = Home.create(tmp_path / "real", mode="production")
    with pytest.raises(OperateError, match="没有建立完"):
        read_served(real)
    write_served(real, pair(tmp_path))
    assert read_served(real) == pair(tmp_path)
    with pytest.raises(OperateError, match="另一种方式建立的"):
        Home.create(real.path, mode="demo")


def test_the_unit_gives_what_is_needed_and_no_more(home: Home) -> None:
    low = unit(home, Served(HOST, "c", "k", 443, 8443, {}), user="chengxin")
    high = unit(home, Served(HOST, "", "", 8000, 8001, {}), user="chengxin")
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" in low
    assert "AmbientCapabilities=\n" in high
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "User=chengxin", f'ReadWritePaths="{home.path}"'):
        assert line in high.splitlines()
    assert f'"up" "--keep" "{home.path}"\n' in high
    odd = Home(Path('/srv/a "b" 50%'), "production", "", None)
    assert r'ReadWritePaths="/srv/a \"b\" 50%%"' in unit(odd, Served(HOST, "", "", 8000, 8001, {}), user="c")
