"""Start Django once in a command-line process."""

from __future__ import annotations

import os


def start_django() -> None:
    """Load settings and apps; safe to call again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.config.settings")
    import django

    django.setup()
