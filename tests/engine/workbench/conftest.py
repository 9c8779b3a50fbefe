"""A real child on real pipes, spoken to line by line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


class Child:
    """One child process and its pipes."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
            )

    def send(self, *messages: dict[str, Any] | bytes) -> None:
        assert self.process.stdin is not None
        for message in messages:
            line = message if isinstance(message, bytes) else json.dumps(message).encode()
            self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def ask(self, op: str, id: int = 1, **params: object) -> None:
        self.send({"id": id, "op": op, "params": params})

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the child ended: {self.log.read_text()}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def last(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Return the pieces until the next answer, and that answer."""
        pieces = []
        while "stream" in (answer := self.receive()):
            pieces.append(answer["stream"])
        return pieces, answer

    def end(self) -> int:
        """Close its input, as a window that dies does, and return how it ended."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(timeout=20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=20)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def start_child(*arguments: str) -> Child:
        chosen = list(arguments) or ["-m", "tests.support.workbench.child"]
        children.append(Child(chosen, tmp_path / f"child-{len(children)}.log"))
        return children[-1]

    yield start_child
    for child in children:
        child.kill()


@pytest.fixture
def child(start: Callable[..., Child]) -> Child:
    """The real server with the scripted operations."""
    return start()
