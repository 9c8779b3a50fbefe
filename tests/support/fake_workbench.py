"""A workbench that plays what a test tells it, in the window's own thread; it starts no process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.engine.errors import UserError


class FakeCall(QObject):
    """One request, answered when the test says so.

    Attributes:
        op: the operation asked for.
        params: what it was asked with.
        lane: the child it was meant for.
        cancelled: whether it was asked to end.
    """

    streamed = Signal(dict)
    succeeded = Signal(dict)
    failed = Signal(object)

    def __init__(self, op: str, params: dict[str, Any], lane: str) -> None:
        super().__init__()
        self.op = op
        self.params = params
        self.lane = lane
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def fail(self, code: str, message: str = "It failed.", hint: str = "Try again.") -> None:
        self.failed.emit(UserError(code, message, hint))


class FakeWorkbench(QObject):
    """Remembers every request.

    Attributes:
        calls: the requests, oldest first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[FakeCall] = []

    def request(
        self,
        op: str,
        params: Mapping[str, object] | None = None,
        *,
        lane: str = "tools",
        limit_ms: int | None = None,
    ) -> FakeCall:
        self.calls.append(FakeCall(op, dict(params or {}), lane))
        return self.calls[-1]

    def last(self, op: str) -> FakeCall:
        """Return the newest request for ``op``."""
        return next(call for call in reversed(self.calls) if call.op == op)

    def asked(self, op: str) -> int:
        """Return how often ``op`` was asked for."""
        return sum(call.op == op for call in self.calls)

    def close(self) -> None:
        self.calls.clear()
