"""The window's side of the workbench: requests go to child processes, answers come back as signals.

It knows the protocol and how processes end, and nothing of what the operations do.

There is one child a lane, started by its first request. ``tools`` inspects files and renders rows; ``chat`` holds a
model. They are two processes so that a chat never waits behind an inspection, and so that a render that hangs (a
hostile chat template) can be killed without taking the loaded model along.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Qt, QTimer, Signal

from desktop import paths
from desktop.engine.errors import RequestError, UserError
from desktop.engine.hardware import cores
from desktop.engine.launch import environment, program
from desktop.engine.workbench.protocol import (
    Cancel,
    Failed,
    Request,
    Streamed,
    Succeeded,
    read_answer,
    write_line,
)

TOOLS = "tools"
CHAT = "chat"

_LAST_LINES = 20_000  # bytes of the log kept from one child to the next
_PATIENCE_MS = 3000


class Call(QObject):
    """One request on its way.

    Attributes:
        id: number in the protocol.
        op: the operation asked for.

    Signals:
        streamed: one piece of the answer (dict).
        succeeded: the whole answer (dict); nothing follows.
        failed: the :class:`UserError` that ended it; nothing follows. A cancelled operation either returns what it
            has so far through ``succeeded`` or fails with the code ``cancelled``.
    """

    streamed = Signal(dict)
    succeeded = Signal(dict)
    failed = Signal(object)

    def __init__(self, id: int, op: str, lane: _Lane) -> None:
        """Stand for request ``id`` of ``lane``."""
        super().__init__()
        self.id = id
        self.op = op
        self._lane = lane

    def cancel(self) -> None:
        """Ask the operation to end; it still answers, through one of the two last signals."""
        self._lane.cancel(self)


class WorkbenchClient(QObject):
    """Asks the workbench and hands its answers out."""

    def __init__(
        self, parent: QObject | None = None, *, command: list[str] | None = None, log: Path | None = None
    ) -> None:
        """Start nothing yet.

        Args:
            parent: owner in Qt's sense.
            command: what starts a child; by default this very program with ``--workbench``.
            log: folder for what the children print; by default ``logs`` in the workspace.
        """
        super().__init__(parent)
        self._command = command or workbench_command()
        self._logs = log
        self._lanes: dict[str, _Lane] = {}
        self._next_id = 1
        self._closed = False

    def request(
        self, op: str, params: Mapping[str, object] | None = None, *, lane: str = TOOLS, limit_ms: int | None = None
    ) -> Call:
        """Ask for ``op``; the answer comes through the signals of the returned call, never before this returns.

        Args:
            op: id of the operation.
            params: what it needs, plain data; paths absolute.
            lane: which child works on it (:data:`TOOLS` or :data:`CHAT`).
            limit_ms: kill the child when the answer takes longer than this.
        """
        chosen = self._lanes.get(lane)
        if chosen is None:
            chosen = self._lanes[lane] = _Lane(lane, self._command, self._log_file(lane), self)
        call = Call(self._next_id, op, chosen)
        self._next_id += 1
        if self._closed:
            error = UserError("closed", "Fettle is closing; nothing new is started.")
            QTimer.singleShot(0, call, lambda: call.failed.emit(error))
        else:
            chosen.send(call, Request(call.id, op, dict(params or {})), limit_ms)
        return call

    def pids(self) -> dict[str, int]:
        """Return the process id of every child that runs, by lane."""
        return {name: pid for name, lane in self._lanes.items() if (pid := lane.pid())}

    def close(self) -> None:
        """End every child and drop the calls in flight without a word; afterwards nothing is left running."""
        self._closed = True
        for lane in self._lanes.values():
            lane.close()

    def _log_file(self, lane: str) -> Path:
        folder = self._logs or paths.workspace() / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"workbench-{lane}.log"


class _Lane(QObject):
    """One child at a time, and the calls it owes an answer."""

    def __init__(self, name: str, command: list[str], log: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._name = name
        self._command = command
        self._log = log
        self._process: QProcess | None = None
        self._calls: dict[int, Call] = {}
        self._limits: dict[int, QTimer] = {}
        self._rest = b""

    def send(self, call: Call, request: Request, limit_ms: int | None) -> None:
        process = self._process or self._start()
        self._calls[call.id] = call
        if limit_ms is not None:
            timer = QTimer(self, singleShot=True, interval=limit_ms)
            timer.timeout.connect(lambda: self._too_long(call))
            timer.start()
            self._limits[call.id] = timer
        process.write(write_line(request))

    def cancel(self, call: Call) -> None:
        if call.id in self._calls and self._process is not None:
            self._process.write(write_line(Cancel(call.id)))

    def pid(self) -> int | None:
        return int(self._process.processId()) or None if self._process is not None else None

    def close(self) -> None:
        self._calls.clear()
        self._stop_limits()
        self._kill()

    def _start(self) -> QProcess:
        process = QProcess(self)
        process.setProgram(self._command[0])
        process.setArguments(self._command[1:])
        process.setWorkingDirectory(str(paths.workspace()))
        process.setProcessEnvironment(_environment())
        _shorten(self._log)
        process.setStandardErrorFile(str(self._log), QProcess.OpenModeFlag.Append)
        process.readyReadStandardOutput.connect(self._read)
        # Queued: a program that cannot be started says so before the caller has the call in hand.
        process.errorOccurred.connect(self._broken, Qt.ConnectionType.QueuedConnection)
        process.finished.connect(self._ended)
        self._rest = b""
        self._process = process
        process.start()
        return process

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            answer = read_answer(line)
        except RequestError:
            return  # not of the protocol, so nobody waits for it
        call = self._calls.get(answer.id) if answer.id is not None else None
        if call is None:
            return
        if isinstance(answer, Streamed):
            call.streamed.emit(answer.piece)
            return
        self._forget(call)
        if isinstance(answer, Succeeded):
            call.succeeded.emit(answer.result)
        else:
            call.failed.emit(self._with_log(answer))

    def _with_log(self, answer: Failed) -> UserError:
        error = answer.error
        if error.code != "unexpected":
            return error
        return UserError(error.code, error.message, f"{error.hint} It is {self._log}.")

    def _broken(self, kind: QProcess.ProcessError) -> None:
        stopped = self._process is not None and self._process.state() == QProcess.ProcessState.NotRunning
        if stopped and kind == QProcess.ProcessError.FailedToStart:
            error = UserError(
                "workbench_unavailable",
                f"The helper process could not be started ({self._command[0]}).",
                "Check that the program may be run and that there is free memory, then try again.",
            )
            _fail(self._give_up(), error)

    def _ended(self) -> None:
        self._read()
        error = UserError(
            "workbench_died",
            "The helper process that worked on this ended unexpectedly; nothing of yours was lost.",
            f"Try again: a fresh one starts by itself. If memory was short, close other programs. See {self._log}.",
        )
        _fail(self._give_up(), error)

    def _too_long(self, call: Call) -> None:
        if call.id not in self._calls:
            return
        self._forget(call)
        others = self._give_up()
        call.failed.emit(
            UserError("too_long", "This took too long and was stopped.", "Try it with a smaller file or model.")
        )
        _fail(others, UserError("workbench_died", "This was stopped with something else that took too long."))

    def _give_up(self) -> list[Call]:
        """End the child and forget its calls, so that whoever hears of it may ask again at once."""
        waiting = list(self._calls.values())
        for call in waiting:
            self._forget(call)
        self._kill()
        return waiting

    def _forget(self, call: Call) -> None:
        self._calls.pop(call.id, None)
        timer = self._limits.pop(call.id, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()

    def _stop_limits(self) -> None:
        for timer in self._limits.values():
            timer.stop()
            timer.deleteLater()
        self._limits.clear()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.readyReadStandardOutput.disconnect(self._read)
        process.errorOccurred.disconnect(self._broken)
        process.finished.disconnect(self._ended)
        if process.state() != QProcess.ProcessState.NotRunning:
            process.kill()
            process.waitForFinished(_PATIENCE_MS)
        process.deleteLater()


def _fail(calls: list[Call], error: UserError) -> None:
    for call in calls:
        call.failed.emit(error)


def workbench_command() -> list[str]:
    """Return what starts a workbench child: this program with a switch."""
    return [*program(), "--workbench"]


def _environment() -> QProcessEnvironment:
    chosen = QProcessEnvironment()
    for name, value in environment(threads=max(1, cores() - 1)).items():  # one core stays with the window
        chosen.insert(name, value)
    return chosen


def _shorten(log: Path) -> None:
    """Keep the end of an old log only, so that it does not grow for ever."""
    try:
        if log.stat().st_size > 10 * _LAST_LINES:
            log.write_bytes(log.read_bytes()[-_LAST_LINES:])
    except OSError:
        return
