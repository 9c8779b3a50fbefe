"""Sets up what the tests need on a fresh machine and runs everything: style, types, import rules, tests.

Usage: python3 packaging/check.py [what pytest takes]. Run it as often as you like.
"""

from __future__ import annotations

import os
import subprocess
import sys

import environment
import screen
from words import Stop, say, told

STEPS = (
    ("Style", ["ruff", "check", "."]),
    ("Layout of the code", ["ruff", "format", "--check", "."]),
    ("Types", ["mypy"]),
    ("Import rules", ["importlinter.cli", "--no-cache"]),
)


def main(arguments: list[str]) -> int:
    """Run all checks and return 0 if every one passed; pytest comes last, so its closing line is the last one."""
    try:
        environment.right_python(__file__, arguments)
        python = environment.ensure("dev")
        screen.ensure_qt(python, window=False)
    except Stop as stop:
        return told(stop)
    settings = {**os.environ, "PYTHONUTF8": "1"}
    failed = []
    for title, words in STEPS:
        say(f"{title}: {' '.join(words)}")
        done = subprocess.run(
            [str(python), *_module(words)], cwd=environment.ROOT, env=settings, capture_output=True, text=True,
            encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
        if done.returncode:
            failed.append(title)
            say((done.stdout + done.stderr).strip())
    if failed:
        say(f"Not passed so far: {', '.join(failed)}. The tests run all the same.")
    tests = subprocess.call([str(python), "-m", "pytest", *arguments], cwd=environment.ROOT, env=settings)
    return 1 if failed or tests else 0


def _module(words: list[str]) -> list[str]:
    if words[0] == "importlinter.cli":  # has no __main__
        return ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", *words[1:]]
    return ["-m", *words]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
