"""The door of people (人员、账号、身份保险库)."""

from __future__ import annotations

from chengxin.people.access import Access, Call, SignedRequest, public, requires
from chengxin.people.commands import (
    COOKIE,
    Credential,
    console_session,
    credential,
    open_session,
    self_look,
    sign_in,
    sign_out,
)
from chengxin.people.queries import (
    Account,
    Identity,
    MyLook,
    Purpose,
    RegisteredPurpose,
    Trace,
    identity,
    my_looks,
    purposes,
    register_of_purposes,
    traces,
    whoami,
)
from chengxin.people.rotation import SHELVES, Shelf, Wrapped
from chengxin.people.vault import Unsealable, Vault, dek_aad, ring, totp_aad
from chengxin.people.words import ACTIVITIES, DUTIES

__all__ = [
    "ACTIVITIES",
    "COOKIE",
    "DUTIES",
    "SHELVES",
    "Access",
    "Account",
    "Call",
    "Credential",
    "Identity",
    "MyLook",
    "Purpose",
    "RegisteredPurpose",
    "Shelf",
    "SignedRequest",
    "Trace",
    "Unsealable",
    "Vault",
    "Wrapped",
    "console_session",
    "credential",
    "dek_aad",
    "identity",
    "my_looks",
    "open_session",
    "public",
    "purposes",
    "register_of_purposes",
    "requires",
    "ring",
    "self_look",
    "sign_in",
    "sign_out",
    "totp_aad",
    "traces",
    "whoami",
]
