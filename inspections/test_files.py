"""Files: their size, no traces of a workplace, a reason beside each dependency."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

from tools import house

LINES, FUNCTION_LINES = 400, 60
KINDS = {".py", ".sql", ".html", ".css"}
SKIPPED = {".venv", ".git", "build", "dist", "node_modules", "__pycache__"}

LONG_FILES: dict[str, str] = {}
"""File -> why it may pass 400 lines."""
LONG_FUNCTIONS: dict[str, str] = {}
"""File and function -> why it may pass 60 lines."""

WORKPLACE = re.compile(r"(?<![\w.}])/(?:work|root|home|Users)/\w")
"""An absolute path of somebody's machine."""


def files() -> list[Path]:
    """Every file of the repository, whether committed yet or not; without git, every file that is there."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=house.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        found = [house.ROOT / name for name in done.stdout.split("\0") if name]
    else:
        found = [path for path in house.ROOT.rglob("*") if not SKIPPED & set(path.relative_to(house.ROOT).parts)]
    return sorted(path for path in set(found) if path.is_file())


def long_functions(path: Path, text: str) -> list[str]:
    """File and name of functions of more than 60 lines."""
    if path.suffix == ".py":
        return [
            f"{path.name} {node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
        ]
    if path.suffix == ".sql":
        made = re.finditer(
            r"^create (?:or replace )?function cx\.(\w+).*?^(?:end;|end \$\$;|return [^;]*;)", text, re.M | re.S
        )
        return [f"{path.name} {one[1]}" for one in made if one[0].count("\n") >= FUNCTION_LINES]
    return []


def too_long(path: Path, text: str) -> list[str]:
    name = str(path.relative_to(house.ROOT))
    found = []
    if text.count("\n") > LINES and name not in LONG_FILES:
        found.append(f"{name} has more than {LINES} lines: part it, or give a reason in LONG_FILES")
    for function in long_functions(path, text):
        if function not in LONG_FUNCTIONS:
            found.append(
                f"{function} has more than {FUNCTION_LINES} lines: part it, or give a reason in LONG_FUNCTIONS"
            )
    return found


def test_files_and_functions_stay_short() -> None:
    found = [line for path in files() if path.suffix in KINDS for line in too_long(path, path.read_text("utf-8"))]
    assert found == []


def test_exceptions_are_still_needed() -> None:
    texts = [(path, path.read_text("utf-8")) for path in files() if path.suffix in KINDS]
    long = {name for path, text in texts for name in long_functions(path, text)}
    assert set(LONG_FUNCTIONS) <= long
    assert set(LONG_FILES) <= {str(path.relative_to(house.ROOT)) for path, text in texts if text.count("\n") > LINES}


def test_inspection_finds_what_is_long() -> None:
    page = house.SRC / "planted.py"
    assert too_long(page, "x = 1\n" * (LINES + 1))
    assert too_long(page, "def long():\n" + "    x = 1\n" * FUNCTION_LINES)
    assert not too_long(page, "def short():\n" + "    x = 1\n" * (FUNCTION_LINES - 1))
    body = "  select 1;\n" * FUNCTION_LINES
    assert too_long(
        page.with_suffix(".sql"), f"create function cx.long_v1() returns void language sql\nbegin atomic\n{body}end;\n"
    )


def traces(text: str) -> list[str]:
    return [line.strip()[:120] for line in text.splitlines() if WORKPLACE.search(line)]


def test_no_file_names_a_path_of_somebody_s_machine() -> None:
    found = {}
    for path in files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__) and (lines := traces(text)):
            found[str(path.relative_to(house.ROOT))] = lines
    assert found == {}, "say it relative to the repository, or take it from the environment"


def test_inspection_finds_a_path() -> None:
    assert traces("see /" + "work/main/x")
    assert traces("cd '/" + "home/somebody'")
    assert not traces("portal/me/" + "home/x and {path}/" + "home/x")


def test_every_dependency_has_a_reason() -> None:
    text = (house.ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)["project"]
    for name in [
        *project["dependencies"],
        *(one for group in project["optional-dependencies"].values() for one in group),
    ]:
        line = next(line for line in text.splitlines() if f'"{name}"' in line)
        assert re.search(r'",?\s+#\s+\S.{5,}', line), f"{name}: say beside it what it is for"
