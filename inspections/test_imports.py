"""The five import contracts hold, and each of them can fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import house

LINTER = Path(sys.executable).with_name("lint-imports")
WHOLE = {
    "__init__.py": "",
    "kernel/__init__.py": "",
    "below/__init__.py": "",
    "below/api.py": "from tiny.below import queries",
    "below/queries.py": "from tiny.below import rules",
    "below/rules.py": "",
    "above/__init__.py": "",
    "above/api.py": "from tiny.below.api import queries\nfrom tiny.above import queries as own",
    "above/queries.py": "import django",
    "above/rules.py": "from tiny.kernel import __name__ as name",
}
"""A house of three rooms that keeps all contracts."""
SPOILT = {
    "layers": {"below/api.py": "def late():\n    from tiny.above import api"},
    "layers: a new room": {"cellar/__init__.py": ""},
    "inside": {"above/queries.py": "from tiny.above import api"},
    "inside: a new module": {"above/helpers.py": ""},
    "pure": {"above/rules.py": "from tiny.above import values", "above/values.py": "import psycopg"},
    "doors": {"above/queries.py": "from tiny.below import queries"},
    "circles": {
        "kernel/a.py": "from tiny.kernel import b",
        "kernel/b.py": "def late():\n    from tiny.kernel import a",
    },
}


def test_the_contracts_of_the_house_hold() -> None:
    done = lint(house.ROOT)
    assert done.returncode == 0, f"repair the imports, or read docs/explanation/architecture.md:\n{done.stdout}"
    assert "Contracts: 5 kept, 0 broken." in done.stdout


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The tiny house with the contracts of the real one, its names put in."""
    text = (house.ROOT / "pyproject.toml").read_text("utf-8")
    contracts = text[text.index("[tool.importlinter]") :].replace('"chengxin', '"tiny')
    for name in ("layers", "containers", "exhaustive_ignores", "ignore_imports"):
        contracts = _without(contracts, name)
    contracts = contracts.replace(
        'id = "layers"',
        'id = "layers"\ncontainers = ["tiny"]\nlayers = ["above", "below", "kernel"]',
    ).replace(
        'id = "inside"',
        'id = "inside"\ncontainers = ["tiny.above", "tiny.below"]\n'
        'layers = ["(api)", "(queries)", "(rules)", "(values)"]',
    )
    (tmp_path / "pyproject.toml").write_text(contracts, "utf-8")
    write(tmp_path, WHOLE)
    return tmp_path


def _without(text: str, name: str) -> str:
    """The text without the assignments of this name."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.startswith(f"{name} = "):
            inside = "]" not in line
        elif inside:
            inside = line != "]"
        else:
            kept.append(line)
    return "\n".join(kept)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / "tiny" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def lint(folder: Path, contract: str = "") -> subprocess.CompletedProcess[str]:
    only = ["--contract", contract] if contract else []
    return subprocess.run(
        [LINTER, "--no-logo", "--no-cache", *only],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{house.ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_house_keeps_all_contracts(tiny: Path) -> None:
    done = lint(tiny)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("case", SPOILT)
def test_each_contract_can_fail(case: str, tiny: Path) -> None:
    write(tiny, SPOILT[case])
    done = lint(tiny, case.split(":", maxsplit=1)[0])
    assert "0 kept, 1 broken" in done.stdout, done.stdout + done.stderr


def test_an_exception_that_is_not_needed_fails(tiny: Path) -> None:
    settings = (tiny / "pyproject.toml").read_text("utf-8")
    unneeded = 'id = "doors"\nignore_imports = ["tiny.above.rules -> tiny.below.rules"]'
    (tiny / "pyproject.toml").write_text(settings.replace('id = "doors"', unneeded), "utf-8")
    assert lint(tiny, "doors").returncode != 0
