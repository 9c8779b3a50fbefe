"""Corrections to the rows of the open data set, and the way back from every change to it; it knows no widget.

Corrections are kept by the data library, so that they survive a restart; how the set is read is remembered here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import TypeAdapter
from PySide6.QtCore import QObject, Signal

from desktop.bridge.calls import Calls
from desktop.bridge.wizard_session import WizardSession
from desktop.engine.data.source import DataSource, Edit
from desktop.flow.wizard_history import History, restored
from desktop.flow.wizard_rows import record_from, record_of

_EDITS = TypeAdapter(tuple[Edit, ...])


class DataEdits(QObject):
    """Changes rows of the data set looked at, and takes changes back.

    Attributes:
        history: what can be taken back.

    Signals:
        said: what a correction did, in a sentence.
        failed: the :class:`UserError` that kept something from being done.
        record_came: the whole row that was asked for, a :class:`desktop.flow.wizard_rows.RowRecord`.
        report_saved: where the report was written to.
        history_changed: something else can be taken back or done again.
    """

    said = Signal(str)
    failed = Signal(object)
    record_came = Signal(object)
    report_saved = Signal(str)
    history_changed = Signal()

    def __init__(self, session: WizardSession) -> None:
        """Follow the data set ``session`` looks at."""
        super().__init__(session)
        self._session = session
        self._calls = Calls(session.workbench)
        self._seen = session.wizard.answers.source
        self._restoring = False
        self._library_undo = self._library_redo = False
        self._adopting = False
        self.history = History()
        session.changed.connect(self._on_changed)

    @property
    def can_undo(self) -> bool:
        """Whether anything can be taken back."""
        return bool(self.history.done) or self._library_undo

    @property
    def can_redo(self) -> bool:
        """Whether anything can be done again."""
        return bool(self.history.undone) or self._library_redo

    def skip(self, row: int) -> None:
        """Leave ``row`` out."""
        self._edit({"action": "skip", "row": row}, remember=True)

    def restore(self, row: int) -> None:
        """Take ``row`` as the file holds it."""
        self._edit({"action": "restore", "row": row}, remember=True)

    def correct(self, row: int, values: Mapping[str, Any]) -> None:
        """Put ``values`` in place of what the file holds in ``row``."""
        self._edit({"action": "set", "row": row, "values": dict(values)}, remember=True)

    def undo(self) -> None:
        """Take the newest change back, whichever kind it is."""
        change, self.history = self.history.undo()
        if change is None or change.of_row:
            if change is not None or self._library_undo:
                self._edit({"action": "undo"})
        else:
            self._restore(change.before)
        self.history_changed.emit()

    def redo(self) -> None:
        """Do again what was taken back last."""
        change, self.history = self.history.redo()
        if change is None or change.of_row:
            if change is not None or self._library_redo:
                self._edit({"action": "redo"})
        else:
            self._restore(change.after)
        self.history_changed.emit()

    def adopt(self) -> None:
        """Once the data set opened next is read, take corrections into the job that were made to it before."""
        self._adopting = True

    def fetch(self, row: int, line: int, source: DataSource) -> None:
        """Ask for the whole of ``row`` of ``source``, as the workbench last read it."""
        now = self._session.wizard.answers.source
        edit = next((edit for edit in now.edits if edit.row == row), None) if now is not None else None
        if edit is not None and edit.values is not None:
            self.record_came.emit(record_of(row, line, edit))
            return
        params = {"source": source.model_dump(mode="json"), "row": row}
        self._ask("record", params, lambda report: self.record_came.emit(record_from(report)))

    def save_report(self, path: str, form: str) -> None:
        """Write what was found about the data set to ``path`` as ``md``, ``json`` or ``csv``."""

        def done(report: Mapping[str, Any]) -> None:
            self.report_saved.emit(str(report.get("path") or path))

        self._ask("report", {"path": path, "format": form}, done)

    def close(self) -> None:
        """Hear no more of anything."""
        self._calls.drop_all()

    def _ask(self, op: str, params: Mapping[str, Any], done: Any) -> None:
        source = self._session.wizard.answers.source
        if source is not None:
            asked = {"source": source.model_dump(mode="json"), **params}
            self._calls.start(op, op, asked, succeeded=done, failed=self.failed.emit)

    def _edit(self, params: Mapping[str, Any], *, remember: bool = False) -> None:
        source = self._session.wizard.answers.source
        if source is None:
            return
        # Not through Calls: of two corrections made in one breath both count.
        call = self._session.workbench.request("edit", {"source": source.model_dump(mode="json"), **params})
        call.succeeded.connect(partial(self._take_edits, source.paths, remember))
        call.failed.connect(self.failed.emit)

    def _take_edits(self, of: tuple[str, ...], remember: bool, report: dict[str, Any]) -> None:
        answers = self._session.wizard.answers
        if answers.source is None or answers.source.paths != of:
            return
        self._library_undo, self._library_redo = bool(report.get("can_undo")), bool(report.get("can_redo"))
        if remember:
            self.history = self.history.corrected(answers.source)
        self._session.answer(answers.with_set(edits=_EDITS.validate_python(report.get("edits") or ())))
        self.history_changed.emit()
        self.said.emit(str(report.get("sentence") or ""))

    def _restore(self, wanted: DataSource) -> None:
        answers = self._session.wizard.answers
        if answers.source is None:
            return
        source = restored(wanted, answers.source)
        self._restoring = True
        self._session.answer(answers.with_source(**dict(source)))
        self._restoring = False

    def _on_changed(self) -> None:
        before, now = self._seen, self._session.wizard.answers.source
        data = self._session.wizard.findings.data
        if self._adopting and data is not None and data.kind and now is not None and data.path == now.path:
            self._adopting = False
            self._edit({"action": "look"})
        if now == before:
            return
        self._seen = now
        if before is None or now is None or now.paths != before.paths:
            self.history = History()
            self._library_undo = self._library_redo = False
        elif not self._restoring:
            self.history = self.history.changed(before, now)
        self.history_changed.emit()
