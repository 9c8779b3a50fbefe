"""The architecture as failing checks: floors, Qt where it belongs, a light window, and what every module says."""

from __future__ import annotations

import ast
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "desktop"
HEAVY = ("torch", "transformers", "trl", "peft", "datasets", "bitsandbytes", "accelerate")
SOURCES = sorted(PACKAGE.rglob("*.py"))


def _name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _modules_after(code: str) -> set[str]:
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_import_rules_hold() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_bridge_draws_nothing() -> None:
    for file in (PACKAGE / "bridge").rglob("*.py"):
        qt = {name for name in _imported(file) if name.startswith("PySide6.")}
        drawn = {name for name in qt if not name.startswith(("PySide6.QtCore", "PySide6.QtNetwork"))}
        assert not drawn, f"{_name(file)} imports {sorted(drawn)}"


@pytest.mark.parametrize("floor", ["views", "bridge", "flow", "cli"])
def test_every_module_above_the_engine_is_light(floor: str) -> None:
    names = [_name(file) for file in sorted((PACKAGE / floor).rglob("*.py"))]
    loaded = _modules_after("import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names))
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("registry", ["methods", "objectives", "rewards", "workbench.operations", "data.readers"])
def test_listing_what_there_is_loads_no_library(registry: str) -> None:
    package = f"desktop.engine.{registry}"
    folder = PACKAGE.joinpath("engine", *registry.split("."))
    names = [f"{package}.{info.name}" for info in pkgutil.iter_modules([str(folder)])]
    assert names
    loaded = _modules_after("import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names))
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("file", SOURCES, ids=_name)
def test_a_module_says_first_what_it_is(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    words = ast.get_docstring(tree)
    assert words, "no docstring"
    assert words.split("\n\n")[0].rstrip().endswith("."), "the first sentence has no end"


def test_modules_stay_small() -> None:
    lines = {_name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES}
    long = {name: count for name, count in lines.items() if count > 350}
    assert len(long) <= len(lines) // 50, f"hardly any module is over 350 lines: {long}"
    assert not [name for name, count in lines.items() if count > 450]


def test_no_drawer_for_odds_and_ends() -> None:
    forbidden = {"utils", "util", "misc", "helpers", "helper", "common", "manager", "managers"}
    assert not [_name(file) for file in SOURCES if forbidden & set(file.relative_to(PACKAGE).with_suffix("").parts)]


def test_packaging_is_no_package() -> None:
    """A package called ``packaging`` in the checkout would shadow the library that transformers imports."""
    assert not (ROOT / "packaging" / "__init__.py").exists()
