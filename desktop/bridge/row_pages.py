"""The rows of a data set in pages, fetched when they are looked at and forgotten again; it knows no table.

Asking for a row never waits: what is not at hand is asked of the workbench, newest wish first, and told when it came.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge.workbench import Call, WorkbenchClient
from desktop.engine.data.source import DataSource, Edit
from desktop.engine.errors import UserError
from desktop.flow.wizard_rows import SeenRow, corrected, page_from

PAGE = 200
KEPT = 64  # pages at hand: some thousand rows around what was looked at
_SETTLE_MS = 12  # a fast scroll passes many pages; only where it comes to rest is fetched
_AT_ONCE = 2


class RowPages(QObject):
    """Rows of one data set, all of them or those a filter lets through.

    Attributes:
        total: how many there are, 0 while unknown.
        known: whether the total is known.
        only: what they are narrowed to, empty for all.
        source: the data set as the workbench was asked for it.

    Signals:
        reset: there are other rows, or another number of them.
        arrived: rows came (first, last, from 0).
        failed: the :class:`UserError` that kept them away.
    """

    reset = Signal()
    arrived = Signal(int, int)
    failed = Signal(object)

    def __init__(self, workbench: WorkbenchClient, parent: QObject | None = None) -> None:
        """Hold nothing yet."""
        super().__init__(parent)
        self._workbench = workbench
        self.source: DataSource | None = None
        self._edits: dict[int, Edit] = {}  # as they are now
        self._laid: dict[int, Edit] = {}  # as the workbench knew them when it sent the rows
        self._pages: OrderedDict[int, tuple[SeenRow, ...]] = OrderedDict()
        self._stale: set[int] = set()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._calls: dict[int, Call] = {}
        self._reading = 0  # answers to an earlier reading are nobody's
        self.total = 0
        self.known = False
        self.only = ""
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._fetch)

    def show(self, source: DataSource, only: str = "", *, settled: bool = True) -> None:
        """Take the rows of ``source`` that ``only`` lets through.

        ``settled`` tells that the workbench has read the source as it is. Until then corrections made by hand are laid
        over the rows here, so that no key press waits for a data set to be checked anew.
        """
        same_rows = only == self.only and self.source is not None and _same(source, self.source)
        self._edits = {edit.row: edit for edit in source.edits}
        if same_rows and not settled:
            self.arrived.emit(0, max(0, self.total - 1))
            return
        if source == self.source and only == self.only:
            return
        self.source, self.only = source, only
        self._laid = dict(self._edits)
        self._call_off()
        if same_rows:
            self._stale = set(self._pages)
            for page in list(self._pages)[-_AT_ONCE:]:
                self._want(page)
            return
        self._pages.clear()
        self._stale.clear()
        self.total, self.known = 0, False
        self.reset.emit()
        self._want(0)

    def row(self, place: int) -> SeenRow | None:
        """Return the row at ``place``, ``None`` while it is on its way."""
        number, within = divmod(place, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return None
        if number in self._stale:
            self._want(number)
        if within >= len(page):
            return None
        row = page[within]
        edit = self._edits.get(row.row)
        return row if edit == self._laid.get(row.row) else corrected(row, edit)

    def close(self) -> None:
        """Call off what is under way."""
        self._settle.stop()
        self._call_off()

    def _want(self, page: int) -> None:
        if page not in self._calls:
            self._wanted[page] = None
            self._wanted.move_to_end(page)
            if not self._settle.isActive():
                self._settle.start()

    def _fetch(self) -> None:
        while self._wanted and len(self._calls) < _AT_ONCE and self.source is not None:
            page, _ = self._wanted.popitem()
            while len(self._wanted) > _AT_ONCE:
                self._wanted.popitem(last=False)  # scrolled past long ago; asked again if it comes back into sight
            params = {
                "source": self.source.model_dump(mode="json"),
                "start": page * PAGE,
                "count": PAGE,
                "only": self.only,
            }
            call = self._workbench.request("rows", params)
            self._calls[page] = call
            call.succeeded.connect(partial(self._take, self._reading, page))
            call.failed.connect(partial(self._fail, self._reading, page))

    def _take(self, reading: int, page: int, report: dict[str, Any]) -> None:
        if reading != self._reading:
            return
        self._calls.pop(page, None)
        total, rows = page_from(report)
        self._pages[page] = rows
        self._pages.move_to_end(page)
        self._stale.discard(page)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        if total != self.total or not self.known:
            self.total, self.known = total, True
            self.reset.emit()
        if rows:
            self.arrived.emit(page * PAGE, page * PAGE + len(rows) - 1)
        self._fetch()

    def _fail(self, reading: int, page: int, error: UserError) -> None:
        if reading == self._reading:
            self._calls.pop(page, None)
            self._wanted.clear()
            self.failed.emit(error)

    def _call_off(self) -> None:
        self._reading += 1
        self._wanted.clear()
        for call in self._calls.values():
            call.cancel()
        self._calls.clear()


def _same(one: DataSource, other: DataSource) -> bool:
    return one.model_copy(update={"edits": ()}) == other.model_copy(update={"edits": ()})
