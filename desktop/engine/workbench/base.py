"""What every workbench operation says of itself and how it answers; it knows no operation in particular.

Operation modules are imported by the child before it knows what it will be asked, so torch, transformers, peft and
datasets are imported inside ``run`` only.
"""

from __future__ import annotations

import gc
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from desktop.engine.errors import UserError
from desktop.engine.registry import Registry

T = TypeVar("T")


class Cancelled(UserError):
    """Whoever asked no longer wants the answer; operations raise it through :meth:`Reply.check`."""

    def __init__(self) -> None:
        """Say so in words, for callers that show it anyway."""
        super().__init__("cancelled", "This was cancelled before it was done.", "Ask again if you still need it.")


class Kept:
    """What a workbench child keeps from one request to the next: one thing a slot, such as the model of the chat."""

    def __init__(self) -> None:
        """Start with every slot empty."""
        self._slots: dict[str, tuple[object, Any]] = {}

    def hold(self, slot: str, key: object, make: Callable[[], T]) -> T:
        """Return what ``slot`` holds for ``key``, made anew where it held something else.

        The old thing goes before the new one is made: two models at once might not fit.
        """
        if slot in self._slots and self._slots[slot][0] == key:
            kept: T = self._slots[slot][1]
            return kept
        self.drop(slot)
        made = make()
        self._slots[slot] = (key, made)
        return made

    def drop(self, slot: str) -> bool:
        """Empty ``slot``; tell whether there was anything in it."""
        found = self._slots.pop(slot, None) is not None
        if found:
            gc.collect()
        return found


class Reply:
    """The way back to whoever asked: pieces as they come, and whether they are still wanted.

    Attributes:
        kept: what this child keeps between requests.
    """

    def __init__(self, send: Callable[[dict[str, Any]], None], cancel: threading.Event, kept: Kept) -> None:
        """Answer through ``send``; ``cancel`` is set by another thread."""
        self._send = send
        self._cancel = cancel
        self.kept = kept

    @property
    def cancelled(self) -> bool:
        """Tell whether the caller asked to stop; what is there so far may still be returned."""
        return self._cancel.is_set()

    def check(self) -> None:
        """Raise :class:`Cancelled` where the caller asked to stop: for operations whose half is worth nothing."""
        if self.cancelled:
            raise Cancelled

    def stream(self, piece: dict[str, Any]) -> None:
        """Send one piece ahead of the result."""
        self._send(piece)


class Operation(ABC):
    """One thing the workbench does.

    Attributes:
        id: name in requests.
        title: name in messages and logs.
        summary: one sentence.
        quick: answers in well under a second without torch; such operations never wait behind a slow one.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    quick: ClassVar[bool] = False

    @abstractmethod
    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Do it and return the result as plain data; raise :class:`UserError` for what the user can act on."""


OPERATIONS: Registry[Operation] = Registry("desktop.engine.workbench.operations", Operation, "operation")
