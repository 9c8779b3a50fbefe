"""Lists data sets at hand: those imported before and those in the hub's cache; it knows no widget.

The network is used by one method alone, and only when the user pressed for it.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.bridge.calls import Calls
from desktop.bridge.workbench import WorkbenchClient
from desktop.flow.wizard_progress import Progress, progress_from
from desktop.flow.wizard_shelf import HubSet, ShelfSet, hub_from, library_from


class DataShelf(QObject):
    """What can be opened without looking for a file.

    Attributes:
        sets: imported before, the newest first as the library lists them.
        hub: in the hub's cache.
        fetching: the name that is being fetched over the network, empty otherwise.

    Signals:
        changed: a list is another one.
        told: how far fetching is.
        fetched: the name of what was fetched.
        failed: the :class:`UserError` that kept something from being done.
    """

    changed = Signal()
    told = Signal(object)
    fetched = Signal(str)
    failed = Signal(object)

    def __init__(self, workbench: WorkbenchClient, parent: QObject | None = None) -> None:
        """Ask nothing yet."""
        super().__init__(parent)
        self._calls = Calls(workbench)
        self.sets: tuple[ShelfSet, ...] = ()
        self.hub: tuple[HubSet, ...] = ()
        self.fetching = ""

    def look(self) -> None:
        """List what was imported before; that there is no list yet is nothing to tell."""
        self._calls.start("library", "library", succeeded=self._take_sets, failed=lambda _error: None)

    def forget(self, id: str) -> None:
        """Drop what was imported from the library; the file it came from is not touched."""

        def done(_report: object) -> None:
            self.sets = tuple(one for one in self.sets if one.id != id)
            self.changed.emit()

        self._calls.start(f"forget {id}", "forget", {"id": id}, succeeded=done, failed=self.failed.emit)

    def look_at_hub(self) -> None:
        """List what lies in the hub's cache on this disk; no network is used."""
        self._calls.start("hub_sets", "hub_sets", succeeded=self._take_hub, failed=self.failed.emit)

    def fetch(self, name: str) -> None:
        """Fetch the data set ``name`` over the network into the hub's cache."""
        self.fetching = name

        def done(_report: object) -> None:
            self.fetching = ""
            self.fetched.emit(name)

        def tell(piece: dict[str, object]) -> None:
            progress: Progress = progress_from(piece)
            self.told.emit(progress)

        def fail(error: object) -> None:
            self.fetching = ""
            self.failed.emit(error)

        self._calls.start("hub_fetch", "hub_fetch", {"name": name}, streamed=tell, succeeded=done, failed=fail)

    def stop_fetching(self) -> None:
        """Ask the fetching to end."""
        self._calls.stop("hub_fetch")

    def close(self) -> None:
        """Hear no more of anything."""
        self._calls.drop_all()

    def _take_sets(self, report: dict[str, object]) -> None:
        self.sets = library_from(report)
        self.changed.emit()

    def _take_hub(self, report: dict[str, object]) -> None:
        self.hub = hub_from(report)
        self.changed.emit()
