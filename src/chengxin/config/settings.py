"""Settings: read once from the environment, typed; a missing secret stops the start.

One process, one role, one connection string. Only the sign-in alias exists beside it, and only where the process signs
people in. No contrib apps: accounts, sessions and permissions live behind the guard functions of the database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent


def _alias(dsn: str) -> dict[str, Any]:
    """A Django database entry of a libpq URL whose host may be a socket directory in the query."""
    parts = urlsplit(dsn)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "chengxin",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Values are bound by the server: a statement in a log never carries one.
        # Stated here, so that no default somebody left on the role makes a look less than committed.
        "OPTIONS": {
            **query,
            "server_side_binding": True,
            "options": "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed",
        },
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


MODE = os.environ.get("CHENGXIN_MODE", "demo")
if MODE not in {"demo", "test", "production"}:
    raise ValueError("CHENGXIN_MODE 只能是 demo、test 或 production")
KEYRING = Path(os.environ.get("CHENGXIN_KEYRING", "keys.json"))
POPULATION = Path(os.environ["CHENGXIN_POPULATION"]) if os.environ.get("CHENGXIN_POPULATION") else None
# The citizens' identity service (身份认证服务); without one they sign in with a code of the window.
IDENTITY = Path(os.environ["CHENGXIN_IDENTITY"]) if os.environ.get("CHENGXIN_IDENTITY") else None
# Carriers of letters are sandboxes that lay all into this folder; production has none until it is given real ones.
NOTICE_OUTBOX = (
    Path(os.environ["CHENGXIN_HOME"]) / "outbox" if MODE != "production" and "CHENGXIN_HOME" in os.environ else None
)
# The published files of the log, which the sequencer writes and everybody may read.
LOG_FOLDER = Path(os.environ.get("CHENGXIN_HOME", ".")) / "log"
# What the last examination (doctor) found; whoever runs the installation writes it, the system administrator reads it.
CONDITION = Path(os.environ["CHENGXIN_HOME"]) / "condition.json" if "CHENGXIN_HOME" in os.environ else None
INSTANCE_KEY = Path(os.environ.get("CHENGXIN_INSTANCE_KEY", "instance.key"))

SECRET_KEY = os.environ.get("CHENGXIN_SECRET", "") or "no-secret-outside-a-server-process"
DEBUG = False
ALLOWED_HOSTS = os.environ.get("CHENGXIN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
DATABASES = {
    alias: _alias(os.environ[name])
    for alias, name in {
        "default": "CHENGXIN_DSN",
        "signin": "CHENGXIN_SIGNIN_DSN",
        "worker": "CHENGXIN_WORKER_DSN",
    }.items()
    if name in os.environ
} or {"default": {"ENGINE": "django.db.backends.dummy"}}
DATABASES.setdefault("default", DATABASES.get("signin", {}))

INSTALLED_APPS = [
    f"chengxin.{room}"
    for room in (
        "ledger",
        "people",
        "catalog",
        "records",
        "notice",
        "intake",
        "redress",
        "lookup",
        "belonging",
        "expiry",
        "oversight",
        "portal",
    )
]
MIDDLEWARE = [
    "chengxin.portal.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "chengxin.portal.middleware.SignedIn",
]
ROOT_URLCONF = "chengxin.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "chengxin.portal.context.frame",
            ],
            "builtins": ["chengxin.portal.templatetags.chengxin"],
        },
    }
]
WSGI_APPLICATION = "chengxin.config.wsgi.application"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_TLS = os.environ.get("CHENGXIN_TLS", "") == "1"
CSRF_COOKIE_SECURE = SECURE_TLS
# Behind a proxy the request itself does not say that it came over TLS.
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if SECURE_TLS else []
# Whom a reader of the log may trust (c2sp.org/tlog-policy); where there is no such file, the log's own key alone.
LOG_POLICY = Path(os.environ.get("CHENGXIN_HOME") or os.devnull) / "log.policy"
CSRF_FAILURE_VIEW = "chengxin.portal.views.csrf_failure"
# An upload stays in memory: as a temporary file it would lie there in plain text.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
# A catalog item is edited row by row: a hundred codes are a thousand fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# No personal data in logs: neither parameters nor request bodies are ever logged.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.db.backends": {"level": "ERROR"}},
}
