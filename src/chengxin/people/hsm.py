"""Wrapping keys in a hardware module (密码机), by PKCS#11. The key never leaves it: wrapping happens inside.

Needs the optional package ``python-pkcs11`` (``pip install chengxin[hsm]``). The key file names the module:
``{"module": path of its library, "label": of the token, "pin_file": path, 0600}``.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

from chengxin.kernel.errors import ChengxinError
from chengxin.people.suites import TAG, Suite


class TokenFault(ChengxinError):
    """The module cannot be used as it is set (密码机不可用)."""


class TokenKey:
    """A wrapping key inside the module, with the calls of ``AESGCM``. Calls of one process wait for each other."""

    def __init__(self, key: Any, lock: threading.Lock) -> None:
        self._key, self._lock = key, lock

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Ciphertext with its tag of 16 bytes behind it."""
        return bytes(self._call("encrypt", nonce, data, associated_data))

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The data; ``InvalidTag`` when anything is not as it was."""
        import pkcs11.exceptions
        from cryptography.exceptions import InvalidTag

        try:
            return bytes(self._call("decrypt", nonce, data, associated_data))
        except (pkcs11.exceptions.PKCS11Error, ValueError) as error:
            raise InvalidTag from error

    def _call(self, what: str, nonce: bytes, data: bytes, aad: bytes) -> Any:
        from pkcs11 import Mechanism
        from pkcs11.mechanisms import GCMParams

        with self._lock:
            return getattr(self._key, what)(
                data, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce, aad, TAG * 8)
            )


class Token:
    """A token as the key file names it."""

    def __init__(self, setting: dict[str, str]) -> None:
        self._setting = setting

    def make(self, suite: Suite, version: int) -> str:
        """Make a wrapping key that stays inside; the label by which the key file names it.

        Raises:
            TokenFault: the module does not know the suite, or has such a key already.
        """
        from pkcs11 import Attribute, KeyType

        if suite.name != "intl-1":
            raise TokenFault(f"密码机接口目前只支持 intl-1，不支持 {suite.name}。")
        label = f"chengxin-{version}"
        session, lock = _session(**self._setting)
        with lock:
            if list(session.get_objects({Attribute.LABEL: label})):
                raise TokenFault(f"密码机里已有密钥 {label}。请先确认它属于谁，再换一个令牌。")
            stays = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
            session.generate_key(KeyType.AES, 256, label=label, store=True, template=stays)
        return label

    def aead(self, label: str) -> TokenKey:
        """The key of this label at work; errors as in :meth:`make`."""
        session, lock = _session(**self._setting)
        with lock:
            return TokenKey(_found(session, label), lock)

    def destroy(self, label: str) -> None:
        """Destroy the key of this label inside the module."""
        session, lock = _session(**self._setting)
        with lock:
            _found(session, label).destroy()


def _found(session: Any, label: str) -> Any:
    from pkcs11 import Attribute, ObjectClass

    found = list(session.get_objects({Attribute.LABEL: label, Attribute.CLASS: ObjectClass.SECRET_KEY}))
    if len(found) != 1:
        raise TokenFault(f"密码机里没有密钥 {label}，或者不止一个。请检查密码机。")
    return found[0]


@cache
def _session(module: str, label: str, pin_file: str) -> tuple[Any, threading.Lock]:
    """One session of this process with the module; opened when first asked for, thus after every fork."""
    try:
        import pkcs11
    except ImportError as error:
        raise TokenFault("没有安装 python-pkcs11。请执行：pip install 'chengxin[hsm]'") from error
    pin = Path(pin_file)
    if pin.stat().st_mode & 0o077:
        raise TokenFault(f"口令文件权限过宽，请执行：chmod 600 {pin}")
    try:
        found = pkcs11.lib(module).get_token(token_label=label)
        return found.open(rw=True, user_pin=pin.read_text("utf-8").strip()), threading.Lock()
    except pkcs11.exceptions.PKCS11Error as error:
        raise TokenFault(f"密码机没有应答（{type(error).__name__}）。请检查设备、令牌名称和口令文件。") from error
