"""One field of a recipe's form: a model to choose, or files; what is wrong with it is said by whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.errors import Problem
from desktop.flow.recipe_words import Offer, file_words
from desktop.flow.recipes import InputRow
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.open_file import data_filter


class InputField(Card):
    """One field.

    Attributes:
        id: of the input.

    Signals:
        changed: id and the new value: a model's name, or paths, one a line.
    """

    changed = Signal(str, str)

    def __init__(self, row: InputRow, parent: QWidget | None = None) -> None:
        """Show ``row``."""
        super().__init__(padding=16, parent=parent)
        self.id = row.id
        self._value = row.value
        self._head = QHBoxLayout()
        self._head.addWidget(Text(row.title, "label", elide=True), 1)
        self.control = QVBoxLayout()
        self.control.setSpacing(6)
        self.problem = Text("", "help", "bad")
        self.body.setSpacing(6)
        self.body.addLayout(self._head)
        self.body.addLayout(self.control)
        goes = f"Goes to: {', '.join(row.goes_to)}."
        self.body.addWidget(Text(f"{row.help or f'Takes {row.asks}.'} {goes}", "help", "text2"))
        self.body.addWidget(self.problem)
        self.setAccessibleName(f"{row.title}, takes {row.asks}")
        self.show_problems(row.problems)

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._value

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong first of all, or nothing."""
        worst = next((one for one in problems if one.severity == "error"), next(iter(problems), None))
        self.problem.setVisible(worst is not None)
        if worst is not None:
            self.problem.setText(f"{worst.message[:1].upper()}{worst.message[1:]} {worst.fix}".strip())
            self.problem.set_tone("bad" if worst.severity == "error" else "warn")

    def _set(self, value: str) -> None:
        self._value = value
        self.changed.emit(self.id, value)


class ModelField(InputField):
    """A field that takes a model."""

    def __init__(self, row: InputRow, parent: QWidget | None = None) -> None:
        """Show ``row``; what there is to choose comes with :meth:`offer`."""
        super().__init__(row, parent)
        self.combo = Combo()
        self.combo.setAccessibleName(row.title)
        self.folder = Button("Choose a folder…", icon="folder")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.combo, 1)
        line.addWidget(self.folder)
        self.control.addLayout(line)
        self._offers: list[Offer] = []
        self.offer([])
        self.combo.activated.connect(lambda place: self._set(str(self.combo.itemData(place))))
        self.folder.clicked.connect(self._choose_folder)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Show what there is to choose, what is chosen among it."""
        self._offers = list(offers)
        shown = list(offers)
        if self._value and all(one.value != self._value for one in shown):
            shown.insert(0, Offer(file_words(self._value), self._value))
        self.combo.clear()
        for one in shown:
            self.combo.addItem(one.title, one.value)
        self.combo.setCurrentIndex(self.combo.findData(self._value))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose the folder of a model")
        if folder:
            self._set(folder)
            self.offer(self._offers)


class DataField(InputField):
    """A field that takes data sets."""

    def __init__(self, row: InputRow, samples: Sequence[Offer] = (), parent: QWidget | None = None) -> None:
        """Show ``row``; ``samples`` are offered beside files of one's own."""
        super().__init__(row, parent)
        self._files = QVBoxLayout()
        self._files.setSpacing(2)
        self._lines: list[QWidget] = []
        self.removes: list[Button] = []
        self.add = Button("Add a file…", "secondary", "file", "small")
        self.add.setAccessibleName(f"Add a file to {row.title}")
        self._title = row.title
        acts = QHBoxLayout()
        acts.setSpacing(12)
        acts.addWidget(self.add)
        self.samples: list[Button] = []
        for sample in samples:
            button = Button(f"Use sample: {sample.title}", "link", size="small")
            button.clicked.connect(lambda _=False, value=sample.value: self._set_files([value]))
            self.samples.append(button)
            acts.addWidget(button)
        acts.addStretch(1)
        self.control.addLayout(self._files)
        self.control.addLayout(acts)
        self.add.clicked.connect(self._choose)
        self._show()

    @property
    def files(self) -> list[str]:
        """The paths that are chosen."""
        return self._value.splitlines()

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, f"Add to {self._title}", "", data_filter())
        if chosen:
            self._set_files(list(dict.fromkeys([*self.files, *chosen])))

    def _set_files(self, files: Sequence[str]) -> None:
        self._set("\n".join(files))
        self._show()

    def _show(self) -> None:
        for line in self._lines:
            line.hide()
            self._files.removeWidget(line)
            line.deleteLater()
        self._lines, self.removes = [], []
        for file in self.files:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            name = Text(file_words(file), "body", elide="middle")
            name.setToolTip(file)
            remove = Button("", "ghost", "cross", "small")
            remove.set_name(f"Remove {file_words(file)}")
            remove.clicked.connect(
                lambda _=False, file=file: self._set_files([one for one in self.files if one != file])
            )
            row.addWidget(name, 1)
            row.addWidget(remove)
            self._files.addWidget(line)
            line.show()
            self._lines.append(line)
            self.removes.append(remove)
