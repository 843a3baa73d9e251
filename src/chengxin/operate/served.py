"""How a real installation is served (对外服务的设置): host name, TLS, ports, and the state of its schema."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from chengxin.ledger.privilege import OperateError
from chengxin.operate.backup import words_of
from chengxin.operate.home import Home, write_private

NAME = "served.json"
_WHAT = "证书不能使用"


@dataclass(frozen=True)
class Served:
    """Settings of ``chengxin up``.

    Attributes:
        host: name under which people reach the platform.
        certificate, key: files of an own TLS end; '' behind a proxy that ends TLS and listens on this machine.
        migrations: hash of each file that the schema was made of; empty until it is made.
    """

    host: str
    certificate: str
    key: str
    port: int
    api_port: int
    migrations: dict[str, str]

    @property
    def behind_proxy(self) -> bool:
        return not self.certificate

    @property
    def address(self) -> str:
        """Where the pages and the interface listen: everywhere with TLS, on this machine only without."""
        return "127.0.0.1" if self.behind_proxy else "0.0.0.0"  # noqa: S104  # TLS is ours

    @property
    def url(self) -> str:
        port = "" if self.behind_proxy or self.port == 443 else f":{self.port}"
        return f"https://{self.host}{port}"

    def made(self, migrations: dict[str, str]) -> Served:
        return replace(self, migrations=migrations)


def read_served(home: Home) -> Served:
    """The settings of a real installation.

    Raises:
        OperateError: it is none, or was never set up to its end.
    """
    if home.mode != "production":
        raise OperateError(
            f"数据目录 {home.path} 是{'演示' if home.mode == 'demo' else '测试'}用的",
            "演示数据不能变成正式数据。请用 chengxin up --init 建立一个新的数据目录。",
        )
    try:
        return Served(**json.loads((home.path / NAME).read_text("utf-8")))
    except FileNotFoundError:
        raise OperateError("这个数据目录没有建立完", "请再执行一次同样的 chengxin up --init。") from None


def write_served(home: Home, served: Served) -> None:
    draft = home.path / f".{NAME}.new"
    write_private(draft, json.dumps(asdict(served), ensure_ascii=False, indent=1))
    draft.replace(home.path / NAME)


def ensure_certificate(served: Served, *, now: datetime) -> datetime | None:
    """Check that certificate and key can serve this host today; returns when it ends, None behind a proxy.

    Raises:
        OperateError: unreadable, open to others, not a pair, for another host, or over.
    """
    if served.behind_proxy:
        return None
    certificate, key = _read(Path(served.certificate)), _read(Path(served.key))
    if Path(served.key).stat().st_mode & 0o007:
        raise OperateError(f"{served.key} 可被所有用户读取", f"请执行：chmod 640 {served.key}", what=_WHAT)
    if b"BEGIN PRIVATE KEY" not in key:
        remedy = f"请转换：openssl pkcs8 -topk8 -nocrypt -in {served.key} -out 新文件"
        raise OperateError(f"{served.key} 不是 PKCS#8 格式的私钥", remedy, what=_WHAT)
    try:
        leaf = x509.load_pem_x509_certificate(certificate)
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError):
        raise OperateError("证书或私钥不是 PEM 格式", "请核对文件。", what=_WHAT) from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if leaf.public_key().public_bytes(*form) != private.public_key().public_bytes(*form):
        raise OperateError("证书和私钥不是一对", "请核对两个文件。", what=_WHAT)
    if not _covers(leaf, served.host):
        raise OperateError(f"证书不是为 {served.host} 签发的", "请换证书，或核对 --host。", what=_WHAT)
    ends = leaf.not_valid_after_utc
    if not leaf.not_valid_before_utc <= now.astimezone(UTC) <= ends:
        raise OperateError(f"证书的有效期到 {ends:%Y-%m-%d}，今天无效", "请更换证书。", what=_WHAT)
    return ends


def _covers(leaf: x509.Certificate, host: str) -> bool:
    """Whether the certificate names the host; a star stands for one label."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    allowed = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
    return bool(allowed & {host.lower(), f"*.{host.lower().partition('.')[2]}"})


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OperateError(f"{path}：{words_of(error)}", "请核对路径和权限。", what=_WHAT) from None
