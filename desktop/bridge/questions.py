"""Questions to the workbench that are asked once: the same again is not, another of its kind calls the older off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from desktop.bridge.workbench import Call, WorkbenchClient
from desktop.engine.errors import UserError

Take = Callable[[object, dict[str, Any]], None]
Fail = Callable[[object, UserError], None]
Tell = Callable[[str, object, dict[str, Any]], None]


class Questions:
    """What was asked, by kind, and the calls still on their way."""

    def __init__(self, workbench: WorkbenchClient, tell: Tell) -> None:
        """Ask ``workbench``; ``tell`` hears what is streamed (kind, key, piece)."""
        self._workbench = workbench
        self._tell = tell
        self._asked: dict[str, object] = {}
        self._calls: dict[str, Call] = {}

    def ask(self, op: str, key: object, params: dict[str, Any], *, take: Take, fail: Fail, kind: str = "") -> None:
        """Ask for ``op`` unless ``key`` is what was asked last; both answers are given the key."""
        kind = kind or op
        if not self.first(kind, key):
            return
        self.call_off(kind)
        call = self._workbench.request(op, params)
        self._calls[kind] = call
        call.streamed.connect(partial(self._streamed, kind, key))
        call.succeeded.connect(partial(self._settled, kind, key, take))
        call.failed.connect(partial(self._settled, kind, key, fail))

    def first(self, kind: str, key: object) -> bool:
        """Tell whether ``key`` is not what was asked last, and remember it."""
        if self._asked.get(kind) == key:
            return False
        self._asked[kind] = key
        return True

    def forget(self, *kinds: str) -> None:
        """Let the same be asked again: what is still answered to it is nobody's any more; without a word, all."""
        for kind in kinds or tuple(self._asked):
            self._asked.pop(kind, None)

    def running(self, kind: str) -> bool:
        """Tell whether a question of ``kind`` is on its way."""
        return kind in self._calls

    def cancel(self, kind: str) -> None:
        """Ask the one on its way to end; it still answers."""
        if kind in self._calls:
            self._calls[kind].cancel()

    def call_off(self, kind: str) -> None:
        """Ask the one on its way to end and hear no more of it."""
        call = self._calls.pop(kind, None)
        if call is not None:
            call.cancel()

    def close(self) -> None:
        """Call everything off."""
        for kind in list(self._calls):
            self.call_off(kind)

    def _streamed(self, kind: str, key: object, piece: dict[str, Any]) -> None:
        if self._asked.get(kind) == key:
            self._tell(kind, key, piece)

    def _settled(self, kind: str, key: object, then: Callable[[object, Any], None], outcome: object) -> None:
        if self._asked.get(kind) == key:
            self._calls.pop(kind, None)
            then(key, outcome)
