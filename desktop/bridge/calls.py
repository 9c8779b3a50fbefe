"""The newest request of each kind: answers to older ones are nobody's any more; it knows no operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desktop.bridge.workbench import TOOLS, Call, WorkbenchClient
from desktop.engine.errors import UserError


class Calls:
    """Requests of a page, one at a time of each kind."""

    def __init__(self, workbench: WorkbenchClient) -> None:
        """Ask ``workbench``."""
        self._workbench = workbench
        self._newest: dict[str, Call] = {}

    def start(
        self,
        kind: str,
        op: str,
        params: Mapping[str, object] | None = None,
        *,
        lane: str = TOOLS,
        streamed: Callable[[dict[str, Any]], None] | None = None,
        succeeded: Callable[[dict[str, Any]], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Ask for ``op``; what an older request of this ``kind`` still answers is dropped."""
        call = self._workbench.request(op, params, lane=lane)
        self._newest[kind] = call

        def still(slot: Callable[[Any], None]) -> Callable[[Any], None]:
            def hear(said: Any) -> None:
                if self._newest.get(kind) is call:
                    slot(said)

            return hear

        if streamed is not None:
            call.streamed.connect(still(streamed))
        call.succeeded.connect(still(succeeded))
        call.failed.connect(still(failed))

    def stop(self, kind: str) -> None:
        """Ask the newest of ``kind`` to end; it still answers."""
        if kind in self._newest:
            self._newest[kind].cancel()

    def drop(self, kind: str) -> None:
        """Ask the newest of ``kind`` to end, and hear no more of it."""
        call = self._newest.pop(kind, None)
        if call is not None:
            call.cancel()

    def drop_all(self) -> None:
        """Hear no more of anything."""
        for kind in list(self._newest):
            self.drop(kind)
