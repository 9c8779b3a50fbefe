"""The top of a run: its name, state, phases and what can be done with it; each act is a signal and done elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.flow.run_end import LIVE, Standing, Status
from desktop.flow.run_view import PHASES, RunSnapshot
from desktop.views.components.button import Button
from desktop.views.components.chip import Chip, Toggle
from desktop.views.components.label import Text
from desktop.views.components.steps import Phases
from desktop.views.run.status import chip_look


class Header(QWidget):
    """Name, state and acts.

    Attributes:
        chip: the state.
        found: shows what was found on the held-out rows, where there is something; ``numbers`` shows numbers instead of
            plots, and ``log`` the log.
        chat: what one does with the model next: compare it in chat, or try it.
        pause: becomes "Resume" while the run holds.

    Signals:
        pause_wanted: hold at the next step; likewise every other act, named after its button.
        view_changed: ``plots``, ``found``, ``numbers`` or ``log`` is wanted.
    """

    pause_wanted = Signal()
    go_on_wanted = Signal()
    checkpoint_wanted = Signal()
    stop_wanted = Signal()
    discard_wanted = Signal()
    sample_wanted = Signal()
    evaluate_wanted = Signal()
    chat_wanted = Signal()
    export_wanted = Signal()
    export_run_wanted = Signal()
    clone_wanted = Signal()
    diagnostics_wanted = Signal()
    ranks_wanted = Signal()
    view_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Lay out every button; which are shown follows the state."""
        super().__init__(parent)
        self.title = Text("", "title", elide=True)
        self.chip = Chip("Starting", "info", "clock")
        self.phases = Phases([phase.capitalize() for phase in PHASES])
        self.found = Toggle("What was found")
        self.numbers = Toggle("Numbers")
        self.log = Toggle("Log")
        self.pause = Button("Pause", icon="pause")
        self.checkpoint = Button("Checkpoint now", icon="flag")
        self.stop = Button("Stop and save", "danger", "stop")
        self.chat = Button("Compare in chat", "primary", "chat")
        self.export = Button("Export", icon="export")
        self.more = Button("More", icon="chevron-down", trailing=True)
        self._live_menu = self._menu(
            ("Answer the sample prompts now", self.sample_wanted.emit),
            ("Validate now", self.evaluate_wanted.emit),
            None,
            ("Stop and discard\N{HORIZONTAL ELLIPSIS}", self.discard_wanted.emit),
            None,
            ("Save diagnostics\N{HORIZONTAL ELLIPSIS}", self.diagnostics_wanted.emit),
        )
        self._over_menu = self._menu(
            ("New fine-tune with these settings", self.clone_wanted.emit),
            ("Rank report\N{HORIZONTAL ELLIPSIS}", self.ranks_wanted.emit),
            ("Export the whole run\N{HORIZONTAL ELLIPSIS}", self.export_run_wanted.emit),
            ("Save diagnostics\N{HORIZONTAL ELLIPSIS}", self.diagnostics_wanted.emit),
        )
        self._awaited: tuple[Button, Status] | None = None
        self._status: Status = "starting"
        self._wire()
        self._lay_out()
        for hidden in (self.found, self.chat, self.export):
            hidden.hide()

    def show_run(self, name: str, state: RunSnapshot, standing: Standing, *, has_model: bool, act: str) -> None:
        """Show name, state and the acts that make sense now; ``act`` is what one does with the model, if anything."""
        self.title.setText(name)
        self.chip.set(standing.word, *chip_look(standing.status))
        here = PHASES.index(state.phase) if state.phase in PHASES else -1
        over = standing.status in ("finished", "stopped", "discarded")
        broken = standing.status in ("failed", "interrupted")
        self.phases.set(len(PHASES) - 1 if over else here, done=over, failed=broken)
        live = standing.status in LIVE
        steps = live and state.phase == "train"
        holds = standing.status == "paused"
        if self._awaited is not None and self._awaited[1] == standing.status:
            return  # the engine has not answered yet: the button goes on saying so
        self._awaited, self._status = None, standing.status
        self.pause.setText("Resume" if holds else "Pause")
        self.stop.setText("Stop and save")
        self.pause.set_icon("play" if holds else "pause")
        self.pause.set_kind("primary" if holds else "secondary")
        for button in (self.pause, self.checkpoint, self.stop):
            button.setVisible(live)
            button.setEnabled(steps)
        self.chat.setText(act)
        self.chat.set_icon("chat" if "chat" in act else "play")
        self.chat.setVisible(not live and has_model and bool(act))
        self.export.setVisible(not live and has_model)

    def waits(self, button: Button, words: str) -> None:
        """Show that a wish is on its way: the engine answers at its next step."""
        self._awaited = (button, self._status)
        button.setText(words)
        button.setEnabled(False)

    def show_view(self, view: str) -> None:
        """Set the switches."""
        self.found.setChecked(view == "found")
        self.numbers.setChecked(view == "numbers")
        self.log.setChecked(view == "log")

    def _wire(self) -> None:
        self.pause.clicked.connect(self._on_pause)
        self.checkpoint.clicked.connect(self.checkpoint_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.chat.clicked.connect(self.chat_wanted)
        self.export.clicked.connect(self.export_wanted)
        self.more.clicked.connect(self._open_menu)
        self.found.clicked.connect(lambda on: self.view_changed.emit("found" if on else "plots"))
        self.numbers.clicked.connect(lambda on: self.view_changed.emit("numbers" if on else "plots"))
        self.log.clicked.connect(lambda on: self.view_changed.emit("log" if on else "plots"))

    def _lay_out(self) -> None:
        name = QHBoxLayout()
        name.setSpacing(12)
        name.addWidget(self.title)
        name.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        name.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addLayout(name)
        left.addWidget(self.phases)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addLayout(left, 1)
        for toggle in (self.found, self.numbers, self.log):
            row.addWidget(toggle, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(8)
        for button in (self.pause, self.checkpoint, self.stop, self.chat, self.export, self.more):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _menu(self, *entries: tuple[str, Callable[[], None]] | None) -> QMenu:
        menu = QMenu(self)
        for entry in entries:
            if entry is None:
                menu.addSeparator()
            else:
                menu.addAction(entry[0], entry[1])
        return menu

    def _on_pause(self) -> None:
        if self.pause.text() == "Resume":
            self.go_on_wanted.emit()
        else:
            self.pause_wanted.emit()

    def _open_menu(self) -> None:
        menu = self._live_menu if self.pause.isVisibleTo(self) else self._over_menu
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
