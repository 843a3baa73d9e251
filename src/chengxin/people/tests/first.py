"""A first sign-in as its holder does it, for tests that need an account somebody works with."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp

from chengxin.people.api import new_secret, sealed_secret, set_secrets, sign_in

PASSWORD = "correct horse 7 battery"


@dataclass(frozen=True)
class Own:
    """What the holder signs in with from now on, and the session they are in."""

    login: str
    password: str
    totp_secret: str
    token: bytes


def first_sign_in(login: str, password: str, totp_secret: str) -> Own:
    """Sign in with what was handed over and set own secrets (首次登录)."""
    token = sign_in(login, password, pyotp.TOTP(totp_secret).now())
    secret, sealed = new_secret(token)
    assert sealed_secret(token, sealed) == secret
    set_secrets(token, password=PASSWORD, secret=secret, code=pyotp.TOTP(secret).now())
    return Own(login, PASSWORD, secret, token)
