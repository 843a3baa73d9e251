"""The page server (WSGI). Refuses to serve with too much privilege before it answers anything."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.config.settings")

from django.core.wsgi import get_wsgi_application

from chengxin.ledger.privilege import ensure_unprivileged

for _name in ("CHENGXIN_DSN", "CHENGXIN_SIGNIN_DSN"):
    if _name in os.environ:
        ensure_unprivileged(os.environ[_name])

application = get_wsgi_application()
