"""The machine interface's server process (RSGI). Refuses to serve with too much privilege before it opens its port.

Run: ``granian --interface rsgi chengxin.config.machine:application``. Environment: ``CHENGXIN_DSN`` (role web),
``CHENGXIN_SIGNIN_DSN``, ``CHENGXIN_KEYRING``. Django is not loaded.
"""

from __future__ import annotations

import os
from pathlib import Path

from chengxin.ledger.privilege import ensure_unprivileged
from chengxin.lookup.keyholders import Keyholders
from chengxin.lookup.machine import Machine
from chengxin.lookup.pump import Pump, connector
from chengxin.people.vault import KeyRing


def build() -> Machine:
    """The application of this environment.

    Raises:
        OperateError: the database does not answer, or a role may do more than it was granted.
    """
    dsn, signin = os.environ["CHENGXIN_DSN"], os.environ["CHENGXIN_SIGNIN_DSN"]
    ensure_unprivileged(dsn)
    ensure_unprivileged(signin)
    ring = KeyRing.load(Path(os.environ["CHENGXIN_KEYRING"]))
    return Machine(Pump(connector(dsn)), Keyholders(connector(signin)), ring)


application = build()
