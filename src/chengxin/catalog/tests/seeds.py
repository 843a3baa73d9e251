"""Items as their seed files say them, for tests that need no database."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from chengxin.catalog.queries import ItemVersion

SEED: Final = Path(__file__).parent.parent / "seed" / "items"
ITEMS: Final = sorted(path.stem for path in SEED.glob("*.toml"))


def definition(name: str = "xzcf") -> dict[str, Any]:
    return tomllib.loads((SEED / f"{name}.toml").read_text("utf-8"))


def version(found: dict[str, Any] | None = None) -> ItemVersion:
    """What the exports need to know of a version."""
    seed = found or definition()
    head = seed["item"]
    known = SimpleNamespace(
        code=head["code"], version=1, name=head["name"], state="published", definition=seed, published=lambda: seed
    )
    return cast("ItemVersion", known)
