"""The machine interface's server process (RSGI). Refuses to serve with too much privilege before it opens its port.

Run: ``granian --interface rsgi chengxin.config.machine:application``. Environment: ``CHENGXIN_DSN`` (role web),
``CHENGXIN_SIGNIN_DSN``, ``CHENGXIN_KEYRING``. No request passes through Django's request stack; its database layer is
there for the rooms' doors.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from chengxin.config.setup import start_django
from chengxin.ledger.privilege import ensure_unprivileged

if TYPE_CHECKING:
    from chengxin.people.machine import Machine


def build() -> Machine:
    """The application of this environment.

    Raises:
        OperateError: the database does not answer, or a role may do more than it was granted.
    """
    dsn, signin = os.environ["CHENGXIN_DSN"], os.environ["CHENGXIN_SIGNIN_DSN"]
    ensure_unprivileged(dsn)
    ensure_unprivileged(signin)
    start_django()
    from chengxin.intake.machine import Batches
    from chengxin.lookup.machine import Checks, Matches
    from chengxin.lookup.machine_usage import Usages
    from chengxin.lookup.pump import Pump, connector
    from chengxin.people.api import ring
    from chengxin.people.keyholders import Keyholders
    from chengxin.people.machine import Machine

    keys = ring()
    return Machine(
        Keyholders(connector(signin)), keys, (Checks(Pump(connector(dsn)), keys), Matches(), Usages(), Batches())
    )


application = build()
