"""What can be done with the runs ticked, on one line under the table; each act is a signal and done elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.views.components.button import Button
from desktop.views.components.label import Text


class Bar(QWidget):
    """Title, what the ticked runs are about, and the acts.

    Signals:
        open_wanted: open the one run ticked; likewise every other act, named after its button.
        renamed: the one run ticked shall have this name.
    """

    open_wanted = Signal()
    clone_wanted = Signal()
    export_wanted = Signal()
    delete_wanted = Signal()
    clear_wanted = Signal()
    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Lay out every act; which are shown follows how many runs are ticked."""
        super().__init__(parent)
        self.title = Text("", "section", wrap=False)
        self.about = Text("", "help", "text2", elide=True)
        self.name = QLineEdit()
        self.name.setAccessibleName("New name of the run")
        self.name.setProperty("compact", True)
        self.name.returnPressed.connect(self._rename)
        self.name.hide()
        self.open = Button("Open", "secondary", size="small")
        self.rename = Button("Rename", "secondary", "edit", "small")
        self.clone = Button("New with these settings", "secondary", "tune", "small")
        self.export = Button("Export folder", "secondary", "export", "small")
        self.delete = Button("Delete", "danger", "trash", "small")
        self.clear = Button("Clear", "ghost", size="small")
        self.open.clicked.connect(self.open_wanted)
        self.rename.clicked.connect(self._on_rename)
        self.clone.clicked.connect(self.clone_wanted)
        self.export.clicked.connect(self.export_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self.clear.clicked.connect(self.clear_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.name)
        row.addWidget(self.about, 1)
        for button in (self.open, self.rename, self.clone, self.export, self.delete, self.clear):
            row.addWidget(button)

    def show_ticked(self, names: list[str], about: str, frees: str, *, live: bool) -> None:
        """Show what is ticked; ``frees`` is the room its deletion gives back."""
        one = len(names) == 1
        if not one or self.title.text() != names[0]:
            self._end_renaming()
        self.title.setText(names[0] if one else f"Comparing {len(names)} runs")
        self.about.setText(about)
        for button in (self.open, self.rename, self.clone):
            button.setVisible(one)
        self.export.setText("Export folder" if one else "Export folders")
        self.delete.setText(f"Delete, frees {frees}" if frees and not live else "Delete")
        self.delete.setEnabled(not live)
        self.delete.setToolTip("Stop the run first." if live else "")

    def _on_rename(self) -> None:
        if self.name.isVisible():
            self._rename()
            return
        self.name.setText(self.title.text())
        self.title.hide()
        self.name.show()
        self.name.setFocus()
        self.name.selectAll()
        self.rename.setText("Save name")

    def _rename(self) -> None:
        words = self.name.text().strip()
        self._end_renaming()
        if words and words != self.title.text():
            self.renamed.emit(words)

    def _end_renaming(self) -> None:
        self.name.hide()
        self.title.show()
        self.rename.setText("Rename")
