"""A workbench that answers when a test says so; it starts no process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal


class FakeCall(QObject):
    """One request, answered by hand."""

    streamed = Signal(dict)
    succeeded = Signal(dict)
    failed = Signal(object)

    def __init__(self, op: str, params: dict[str, Any], parent: QObject) -> None:
        super().__init__(parent)
        self.op = op
        self.params = params
        self.cancelled = False

    def cancel(self) -> None:
        """Remember that it was asked to end."""
        self.cancelled = True


class FakeWorkbench(QObject):
    """Keeps every request.

    Attributes:
        calls: in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[FakeCall] = []

    def request(self, op: str, params: Mapping[str, Any] | None = None, **_lane: Any) -> FakeCall:
        """Take a request."""
        self.calls.append(FakeCall(op, dict(params or {}), self))
        return self.calls[-1]
