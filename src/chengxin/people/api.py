"""The door of people (人员、账号、身份保险库)."""

from __future__ import annotations

from chengxin.people.access import Access, Call, SignedRequest, public, requires
from chengxin.people.changes import poll
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
from chengxin.people.matching import Checked, Coverage, can_match, checked, coverage, match
from chengxin.people.population import Match
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
from chengxin.people.vault import KeyRing, Unsealable, ring
from chengxin.people.words import ACTIVITIES, DUTIES

__all__ = [
    "ACTIVITIES",
    "COOKIE",
    "DUTIES",
    "Access",
    "Account",
    "Call",
    "Checked",
    "Coverage",
    "Credential",
    "Identity",
    "KeyRing",
    "Match",
    "MyLook",
    "Purpose",
    "RegisteredPurpose",
    "SignedRequest",
    "Trace",
    "Unsealable",
    "can_match",
    "checked",
    "console_session",
    "coverage",
    "credential",
    "identity",
    "match",
    "my_looks",
    "open_session",
    "poll",
    "public",
    "purposes",
    "register_of_purposes",
    "requires",
    "ring",
    "self_look",
    "sign_in",
    "sign_out",
    "traces",
    "whoami",
]
