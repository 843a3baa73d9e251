"""The door of the catalog (公共信用信息目录)."""

from __future__ import annotations

from chengxin.catalog.queries import ItemVersion, item, parameter

__all__ = ["ItemVersion", "item", "parameter"]
