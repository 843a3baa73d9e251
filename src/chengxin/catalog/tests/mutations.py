"""Definitions of the catalog with something dropped or replaced, as careless or hostile editors make them."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from chengxin.catalog import shape
from chengxin.catalog.tests import samples

_SECTIONS = ("item", "sealed", "organisation_only", *shape.ROWS)
_KEYS = {"item": [*shape.HEAD], "sealed": [*shape.SEALED]} | {name: [*keys] for name, keys in shape.ROWS.items()}
_ODD: list[Any] = [
    *("", "无", "x", "CF_SY", "date", "text", "id_type", "9999-12-31"),
    *(0, 1, -1, 101, 999_999, 10**6, 10**9, 1.5),
    *(True, False, None),
    *([], ["x"], [7], {}, {"x": "y"}),
]
_GONE = object()


def _seen() -> dict[tuple[str, str], list[Any]]:
    """Section and key -> every value that a seeded item has there."""
    found: dict[tuple[str, str], list[Any]] = {}
    for code in samples.codes():
        made = samples.definition(code)
        for section in _SECTIONS:
            part = made.get(section, {})
            for row in part if isinstance(part, list) else [part]:
                for key, value in row.items():
                    values = found.setdefault((section, key), [])
                    if value not in values:
                        values.append(value)
    return found


_SEEN = _seen()


class Changed(dict[str, Any]):
    """A definition that says what was changed in it, instead of all that it holds."""

    def __init__(self, made: dict[str, Any], changes: list[str]) -> None:
        super().__init__(made)
        self._changes = changes

    def __repr__(self) -> str:
        return "; ".join(self._changes)


@st.composite
def mutated(draw: st.DrawFn) -> Changed:
    """A seeded item with some rows or values dropped, doubled, or replaced by those of another one or odd ones."""
    code = draw(st.sampled_from(samples.codes()))
    made, changes = copy.deepcopy(samples.definition(code)), [code]
    for _ in range(draw(st.integers(1, 3))):
        section = draw(st.sampled_from([name for name in _SECTIONS if made.get(name)]))
        part, at = made[section], 0
        if isinstance(part, list):
            at = draw(st.integers(0, len(part) - 1))
            act = draw(st.sampled_from(["change", "change", "change", "drop", "double"]))
            if act == "drop":
                changes.append(f"{section} {at} dropped")
                del part[at]
                continue
            if act == "double":
                part.append(copy.deepcopy(part[at]))
                changes.append(f"{section} {at} doubled")
                at = len(part) - 1
            part = part[at]
        key = draw(st.sampled_from(_KEYS.get(section) or sorted(part)))
        values = _SEEN.get((section, key), _ODD) if draw(st.booleans()) else [*_ODD, _GONE]
        part[key] = draw(st.sampled_from(values))
        changes.append(f"{section} {at} {key} = {part[key]!r}")
        if part[key] is _GONE:
            del part[key]
    return Changed(made, changes)
