"""Pairs on their way from the workbench into a project, each judged as soon as it is there; it knows no widget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.bridge.workbench import CHAT, Call, WorkbenchClient
from desktop.engine.errors import RequestError, UserError
from desktop.engine.preferences.store import PreferenceStore


class PairMaking(QObject):
    """One round of making pairs.

    Attributes:
        path: the project they go into.
        total: how many questions are answered twice.
        done: how many have been.
        running: whether more are to come.

    Signals:
        progressed: ``done`` grew; where both answers differed the project has a pair more.
        ended: no more come; carries a sentence, empty where every question gave its pair.
        failed: no more come, because of this :class:`UserError`; the pairs made so far are kept.
    """

    progressed = Signal()
    ended = Signal(str)
    failed = Signal(object)

    def __init__(
        self, workbench: WorkbenchClient, path: Path, request: Mapping[str, Any], parent: QObject | None = None
    ) -> None:
        """Start at once, on a connection of its own: whoever judges writes to the same file."""
        super().__init__(parent)
        self.path = path
        self.total = len(request["prompts"])
        self.done = 0
        self.running = True
        self._kept = 0
        self._store = PreferenceStore.open(path)
        self._call: Call = workbench.request("generate_pairs", dict(request), lane=CHAT)
        self._call.streamed.connect(self._on_pair)
        self._call.succeeded.connect(self._on_end)
        self._call.failed.connect(self._on_failure)

    @property
    def expected(self) -> int:
        """Return how many pairs may still come."""
        return self.total - self.done if self.running else 0

    def cancel(self) -> None:
        """Ask for no more; what is there stays."""
        if self.running:
            self._call.cancel()

    def close(self) -> None:
        """Let go of the file and of the call, without a word."""
        if self.running:
            self._call.cancel()
            self._stop()

    def _on_pair(self, piece: dict[str, Any]) -> None:
        if not self.running or "a" not in piece:
            return  # a piece of progress while the model loads
        self.done = int(piece["index"]) + 1
        tokens = piece.get("tokens") or {}
        try:
            self._store.add_pair(
                piece["prompt"],
                piece["a"],
                piece["b"],
                tokens=(int(tokens.get("a", 0)), int(tokens.get("b", 0))),
                sources=piece.get("sources"),
            )
            self._kept += 1
        except RequestError:
            pass  # two answers that differ in white space only are one answer
        except UserError as error:
            self._call.cancel()
            self._on_failure(error)
            return
        self.progressed.emit()

    def _on_end(self, _result: dict[str, Any]) -> None:
        if not self.running:
            return
        self._stop()
        missing = self.total - self._kept
        words = f"{missing:,} questions were answered the same way twice, so they gave no pair." if missing else ""
        self.ended.emit(words if self.done == self.total else "")

    def _on_failure(self, error: UserError) -> None:
        if not self.running:
            return
        self._stop()
        if error.code == "cancelled":
            self.ended.emit("")
        else:
            self.failed.emit(error)

    def _stop(self) -> None:
        self.running = False
        self._store.close()
