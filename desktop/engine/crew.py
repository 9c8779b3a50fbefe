"""Several children of the workbench at work on the parts of one task; it knows processes and pipes, and no operation.

A child ends when its standard input closes, so none outlives the process that started it, however that one ends.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any

from desktop.engine.errors import RequestError, UserError
from desktop.engine.launch import environment, program
from desktop.engine.workbench.protocol import Failed, Request, Streamed, Succeeded, read_answer, write_line

_LOOK_EVERY_S = 0.1


def run_parts(
    op: str,
    parts: Sequence[dict[str, Any]],
    *,
    workers: int,
    told: Callable[[int, dict[str, Any]], None] = lambda part, piece: None,
    check: Callable[[], None] = lambda: None,
    online: bool = False,
    own: Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Run operation ``op`` once for each of ``parts`` on several children and return the results in order.

    Args:
        op: id of a workbench operation.
        parts: the parameters of each call, plain data.
        workers: processes at work at once, at most one a part.
        told: called with the part's index and each piece it streams.
        check: called several times a second; what it raises ends all children and is passed on.
        online: whether the children may use the network.
        own: does a part in this process, telling its pieces; given, this process is one of the workers and begins while
            the children are still starting.

    Raises:
        UserError: what a part failed with, or that a child ended before its answer.
    """
    if not parts:
        return []
    crew = _Crew(op, parts, told, check)
    try:
        crew.start(min(workers, len(parts)) - (own is not None), online=online)
        while crew.waiting and own is not None:
            part, params = crew.waiting.pop()

            def tell(piece: dict[str, Any], part: int = part) -> None:
                told(part, piece)
                crew.listen(0)

            crew.results[part] = own(params, tell)
        while len(crew.results) < len(parts):
            crew.listen(_LOOK_EVERY_S)
    finally:
        crew.end()
    return [crew.results[part] for part in range(len(parts))]


class _Crew:
    """The children at work on one task.

    Attributes:
        waiting: parts nobody has begun, the next one last.
        results: part -> its result.
    """

    def __init__(
        self,
        op: str,
        parts: Sequence[dict[str, Any]],
        told: Callable[[int, dict[str, Any]], None],
        check: Callable[[], None],
    ) -> None:
        self.waiting = list(enumerate(parts))[::-1]
        self.results: dict[int, dict[str, Any]] = {}
        self._op = op
        self._told = told
        self._check = check
        self._answers: queue.Queue[tuple[int, bytes]] = queue.Queue()
        self._children: list[_Child] = []

    def start(self, count: int, *, online: bool) -> None:
        for number in range(count):
            self._children.append(_Child(number, self._answers, online=online))
            self._children[-1].ask(self._op, *self.waiting.pop())

    def listen(self, timeout: float) -> None:
        """Take in what the children said, waiting up to ``timeout`` seconds for the first word."""
        self._check()
        while True:
            try:
                number, line = self._answers.get(timeout=timeout) if timeout else self._answers.get_nowait()
            except queue.Empty:
                return
            timeout = 0
            match self._children[number].read(line):
                case Streamed(part, piece):
                    self._told(part, piece)
                case Succeeded(part, result):
                    self.results[part] = result
                    if self.waiting:
                        self._children[number].ask(self._op, *self.waiting.pop())
                case Failed(_, error):
                    raise error

    def end(self) -> None:
        for child in self._children:
            child.end()


class _Child:
    """One process and the thread that reads what it answers."""

    def __init__(self, number: int, answers: queue.Queue[tuple[int, bytes]], *, online: bool) -> None:
        try:
            self._process = subprocess.Popen(
                [*program(), "--workbench"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(1, online=online),
            )
        except OSError as error:
            raise UserError(
                "cannot_start", f"A child process could not be started: {error.strerror}.", "Close other programs."
            ) from error
        # Read to the end whatever happens: a child that cannot write would never see that it should end.
        self._reader = threading.Thread(target=self._read, args=(number, answers), daemon=True)
        self._reader.start()

    def ask(self, op: str, part: int, params: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        # A child that is gone shows as the end of its answers.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(write_line(Request(part, op, params)))
            self._process.stdin.flush()

    def read(self, line: bytes) -> Streamed | Succeeded | Failed:
        if not line:
            return Failed(None, _ended(self._process))
        try:
            return read_answer(line)
        except RequestError as error:
            return Failed(None, error)

    def end(self) -> None:
        _closed(self._process.stdin)
        self._process.kill()
        self._process.wait()
        self._reader.join()
        _closed(self._process.stdout)

    def _read(self, number: int, answers: queue.Queue[tuple[int, bytes]]) -> None:
        assert self._process.stdout is not None
        for line in iter(self._process.stdout.readline, b""):
            answers.put((number, line))
        answers.put((number, b""))


def _closed(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(BrokenPipeError):
            pipe.close()


def _ended(process: subprocess.Popen[bytes]) -> UserError:
    code = process.wait()
    why = "the system ended it, most likely because memory ran out" if code == -9 else f"it ended with code {code}"
    return UserError(
        "child_ended",
        f"A child process stopped before its part was done: {why}.",
        "Close other programs and try again.",
    )
