"""Doors, rules and the kernel say what they mean: they are what other rooms and newcomers read."""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tools import house

DOORS = sorted(house.SRC.glob("*/api.py"))
PURE = sorted([*house.SRC.glob("*/rules.py"), *house.SRC.glob("*/states.py"), *house.SRC.glob("kernel/*.py")])


def undescribed(tree: ast.Module) -> Iterator[str]:
    """Public functions and classes of a module without docstring, methods of public classes included."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef) and not any("Protocol" in ast.unparse(base) for base in node.bases):
            for inner in node.body:
                if (
                    isinstance(inner, ast.FunctionDef)
                    and not inner.name.startswith("_")
                    and not ast.get_docstring(inner)
                ):
                    yield f"{node.name}.{inner.name}"


def test_rules_states_and_kernel_are_described() -> None:
    found = {str(path.relative_to(house.SRC)): list(undescribed(ast.parse(path.read_text("utf-8")))) for path in PURE}
    assert {name: bare for name, bare in found.items() if bare} == {}, (
        "say meaning, units, errors, source, Chinese term"
    )


def test_what_a_door_offers_is_described() -> None:
    for path in DOORS:
        door = import_module(f"chengxin.{path.parent.name}.api")
        assert door.__doc__, path.parent.name
        for name in door.__all__:
            thing = getattr(door, name)
            if inspect.isfunction(thing) or inspect.isclass(thing):
                described = inspect.getdoc(thing)
                assert described, f"{path.parent.name}.api.{name} needs a docstring"
                assert not described.startswith(f"{name}("), (
                    f"{path.parent.name}.api.{name}: a dataclass needs its own words"
                )


def test_a_door_offers_what_it_imports_and_nothing_else() -> None:
    """No function is written in a door but in flow, whose table is the door."""
    for path in DOORS:
        tree = ast.parse(path.read_text("utf-8"))
        own = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        assert own == [] or path.parent.name == "flow", f"{path.parent.name}.api: put {own} into commands or queries"
        imported = {
            alias.asname or alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"chengxin.{path.parent.name}.")
            for alias in node.names
        }
        assert imported <= set(import_module(f"chengxin.{path.parent.name}.api").__all__), path.parent.name


def test_inspection_finds_what_is_undescribed() -> None:
    assert list(undescribed(ast.parse("def bare(): ...\nclass A:\n    'x'\n    def b(self): ...\n"))) == ["bare", "A.b"]


def test_tests_open_no_network() -> None:
    options = tomllib.loads((house.ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    assert "--disable-socket" in options["addopts"]
    allowing = [
        path.relative_to(house.ROOT)
        for path in [*house.python_files(tests=True), *sorted(Path(house.ROOT).glob("*/**/conftest.py"))]
        if ".venv" not in path.parts and "enable_socket" in path.read_text("utf-8")
    ]
    assert allowing == []
