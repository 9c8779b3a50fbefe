"""The wizard's page: steps at the left, the open step, the preview at the right; its decisions are made in flow."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.bridge.queue_book import QueueBook
from desktop.bridge.wizard_session import WizardSession
from desktop.engine.errors import UserError
from desktop.engine.job import JobSpec
from desktop.flow.home import live_run
from desktop.flow.presets import preset
from desktop.flow.wizard import TITLES
from desktop.flow.wizard_answers import STEPS, Answers
from desktop.flow.wizard_draft import drop_draft, load_draft
from desktop.flow.wizard_preview import preview
from desktop.views.components.banner import Banner
from desktop.views.components.button import Button
from desktop.views.components.chip import Toggle
from desktop.views.components.label import Text
from desktop.views.components.steps import State, Steps
from desktop.views.page import Page
from desktop.views.services import Services
from desktop.views.wizard.data_step import DataStep
from desktop.views.wizard.memory_step import MemoryStep
from desktop.views.wizard.method_step import MethodStep
from desktop.views.wizard.model_step import ModelStep
from desktop.views.wizard.objective_step import ObjectiveStep
from desktop.views.wizard.pane import Pane
from desktop.views.wizard.preview import PreviewPane
from desktop.views.wizard.review_step import ReviewStep
from desktop.views.wizard.step import StepView
from desktop.views.wizard.tokenizer_step import TokenizerStep

NARROW_BELOW = 1360 - 64  # the page's own width in a window of 1360, the rail taken off
STEPS_WIDE, STEPS_NARROW = 208, 140
PREVIEW_WIDE, PREVIEW_NARROW = 296, 272

_KINDS: dict[str, type[StepView]] = {
    kind.id: kind for kind in (ModelStep, DataStep, ObjectiveStep, TokenizerStep, MethodStep, MemoryStep, ReviewStep)
}


def create(services: Services) -> WizardPage:
    """Make the page."""
    return WizardPage(services)


class WizardPage(Page):
    """New fine-tune, from a model to a started run."""

    name = "wizard"
    title = "New fine-tune"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        """Build the frame and the first step; nothing is looked up before the page is entered."""
        super().__init__(parent)
        self._services = services
        self._dropped: Answers | None = None
        self.session = WizardSession(services.workbench, services.tasks, self)
        self._build_steps_pane()
        self.stack = QStackedWidget()
        self.stack.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.views: dict[str, StepView] = {}
        self.banner = Banner("bad", "", "", "Dismiss")
        self.preview = PreviewPane()
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        # The margins belong to the banner: while it is hidden the step begins at the top.
        self._trouble = QWidget()
        holder = QHBoxLayout(self._trouble)
        holder.setContentsMargins(24, 16, 24, 0)
        holder.addWidget(self.banner)
        middle.addWidget(self._trouble)
        middle.addWidget(self.stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.steps_pane)
        row.addLayout(middle, 1)
        row.addWidget(self.preview)
        self._trouble.hide()
        services.theme.changed.connect(self._set_widths)
        self._narrow: bool | None = None
        self._next_waits = False
        self._open = ""
        self.session.changed.connect(self._refresh)
        self.session.saved.connect(self._on_saved)
        self.session.save_failed.connect(self._on_trouble)
        self.queue = QueueBook(services.tasks, self)
        self.queue.added.connect(self._on_queued)
        self.queue.failed.connect(self._on_trouble)
        services.runs.changed.connect(self._offer_queue)
        self.banner.acted.connect(self._trouble.hide)
        self.preview.back.connect(self._back)
        self.preview.next.connect(self._next)
        for sequence, act in (("Alt+Right", self._next), ("Alt+Left", self._back), ("Ctrl+Return", self._next)):
            shortcut = QShortcut(QKeySequence(sequence), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self._refresh()

    # --- the page's life -----------------------------------------------------------------------------------------

    def entered(self, **context: Any) -> None:
        """Show a preset, a clone, a model, a file or the draft; without a word, what was open before."""
        self._trouble.hide()
        self.session.look_for_models()
        self.session.look_at_machine()
        try:
            self._begin(context)
        except UserError as error:
            self._on_trouble(error)
        self._refresh()
        self._focus_step()

    def left(self) -> None:
        """Save what is not saved yet."""
        self.session.rest()

    def closed(self) -> None:
        """Save, and call off what is under way."""
        for view in self.views.values():
            view.closed()
        self.session.close()

    def _begin(self, context: dict[str, Any]) -> None:
        if context.get("preset"):
            chosen = preset(str(context["preset"]))
            self.session.begin(Answers.of_job(chosen.job, step="review"))
        elif context.get("clone"):
            job = self._services.runs.folder(str(context["clone"])).job()
            self.session.begin(Answers.of_job(job, step="review"))
        elif context.get("file"):
            if context.get("model"):
                self.session.answer(dataclasses.replace(self.session.wizard.answers, model=str(context["model"])))
            self.open_file(Path(str(context["file"])), tuple(Path(str(file)) for file in context.get("also") or ()))
        elif context.get("model"):
            self.session.answer(dataclasses.replace(self.session.wizard.answers, model=str(context["model"])))
            self.session.go("model")
        elif context.get("resume_draft") or not self.session.wizard.answers.touched:
            draft = load_draft()
            if draft is not None:
                self.session.begin(draft)

    def open_file(self, path: Path, also: tuple[Path, ...] = ()) -> None:
        """Open a job file at Review, or take any other file as data, with more files of the same set."""
        if path.suffix.lower() in (".yaml", ".yml"):
            self.session.begin(Answers.of_job(JobSpec.read(path), step="review"))
            return
        more = tuple(str(file.resolve()) for file in also)
        answers = self.session.wizard.answers.with_source(str(path.resolve()), also=more)
        self.session.answer(dataclasses.replace(answers, step="data"))

    # --- inside --------------------------------------------------------------------------------------------------

    def _build_steps_pane(self) -> None:
        self.steps_pane = Pane("window", "right")
        self.steps = Steps([TITLES[id] for id in STEPS])
        self._draft_text = Text("", "help", "text2", elide=True)
        self._advanced = Toggle("All settings")
        self._advanced.setToolTip("Show every setting, or only those that matter most")
        self._over = Button("Start over", "ghost", "refresh")
        self._close = Button("Close draft", "ghost", "cross")
        column = self.steps_pane.column
        column.setContentsMargins(12, 24, 12, 20)
        head = QVBoxLayout()
        head.setContentsMargins(10, 0, 0, 0)
        head.setSpacing(3)
        head.addWidget(Text("New fine-tune", "section"))
        head.addWidget(self._draft_text)
        column.addLayout(head)
        column.addSpacing(16)
        column.addWidget(self.steps)
        column.addStretch(1)
        toggles = QHBoxLayout()
        toggles.setContentsMargins(10, 0, 0, 8)
        toggles.addWidget(self._advanced)
        toggles.addStretch(1)
        column.addLayout(toggles)
        for button in (self._over, self._close):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.steps.chosen.connect(lambda index: self._go(STEPS[index]))
        self._advanced.toggled.connect(self._set_advanced)
        self._over.clicked.connect(self._start_over)
        self._close.clicked.connect(self._close_draft)

    def _refresh(self) -> None:
        wizard = self.session.wizard
        for index, state in enumerate(wizard.steps):
            shown: State = (
                "current" if state.open else "done" if state.done else "open" if state.reachable else "closed"
            )
            if state.reachable and not state.open and state.blocked and state.line:
                shown = "problem"
            self.steps.set(index, shown, state.line if state.reachable and not self._narrow else "")
        self._advanced.setChecked(wizard.answers.advanced)
        self.preview.show_preview(preview(wizard))
        self._refresh_feet()
        other = self._open != wizard.answers.step
        self._open = wizard.answers.step
        if other:
            self._show_step(self._open)
        self.views[self._open].refresh()
        self._offer_queue()
        if other and self.isVisible():
            self._focus_step()
        self._over.setEnabled(wizard.answers.touched or self._dropped is not None)
        self._over.setText("Undo start over" if self._dropped is not None else "Start over")

    def _show_step(self, step: str) -> None:
        if step not in self.views:  # built when it is first opened: all at once would hold the window up
            view = self.views[step] = _KINDS[step](self.session)
            self.stack.addWidget(view)
            if isinstance(view, ModelStep):
                view.recipes_wanted.connect(lambda: self.navigate.emit("recipes", {}))
            elif isinstance(view, ReviewStep):
                view.queue_wanted.connect(self._wait_in_line)
        self.stack.setCurrentWidget(self.views[step])
        self.views[step].entered()

    def _refresh_feet(self) -> None:
        wizard = self.session.wizard
        following = wizard.next_step
        reason = wizard.current.blocked
        too_big = wizard.estimate is not None and wizard.estimate.verdict == "too_big"
        # Where memory does not fit, making it fit is the next sensible act, and Next steps back.
        quiet = too_big and wizard.answers.step == "memory"
        self.preview.show_feet(
            next_text=f"Next: {TITLES[following]}" if following else "Start training",
            kind="secondary" if quiet else "primary",
            icon="arrow-right" if following else "play",
            reason=reason,
            first=wizard.previous_step is None,
        )
        if self._next_waits and self.preview.next_button.isEnabled():
            self._next_waits = False
            if self.stack.hasFocus():
                self.preview.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_step(self) -> None:
        target = self.views[self._open].first_focus() if self._open else None
        # Next may still wait for an answer; it takes the keyboard as soon as it can be pressed.
        self._next_waits = target is None and not self.preview.next_button.isEnabled()
        (target or (self.stack if self._next_waits else self.preview.next_button)).setFocus(
            Qt.FocusReason.OtherFocusReason
        )

    def _go(self, step: str) -> None:
        self.session.go(step)

    def _back(self) -> None:
        if self.session.wizard.previous_step:
            self._go(self.session.wizard.previous_step)

    def _next(self) -> None:
        wizard = self.session.wizard
        if wizard.current.blocked:
            return
        if wizard.next_step:
            self._go(wizard.next_step)
        else:
            self._start()

    def _start(self) -> None:
        try:
            name = self._services.runs.start(self.session.wizard.job)
        except UserError as error:
            self._on_trouble(error)
            return
        self.session.started()
        self.navigate.emit("run", {"run": name})

    def _offer_queue(self) -> None:
        view = self.views.get("review")
        if isinstance(view, ReviewStep) and self.session.wizard.answers.step == "review":
            live = live_run(self._services.runs.summaries())
            view.offer_queue(live.name if live else "", may_start=not self.session.wizard.current.blocked)

    def _wait_in_line(self) -> None:
        if not self.session.wizard.current.blocked:
            self.queue.add(self.session.wizard.job)

    def _on_queued(self, _run: str) -> None:
        self.session.started()
        self.navigate.emit("home", {})

    def _set_advanced(self, advanced: bool) -> None:
        answers = self.session.wizard.answers
        if answers.advanced != advanced:
            self.session.answer(dataclasses.replace(answers, advanced=advanced))

    def _start_over(self) -> None:
        if self._dropped is not None:
            back, self._dropped = self._dropped, None
            self.session.begin(back)
            return
        self._dropped = self.session.wizard.answers
        drop_draft()
        self._draft_text.setText("")
        self.session.begin(Answers(advanced=self._dropped.advanced))

    def _close_draft(self) -> None:
        self.session.rest()
        self.navigate.emit("home", {})

    def _on_saved(self) -> None:
        self._dropped = None
        self._draft_text.setText(f"Draft saved {datetime.now().astimezone():%H:%M}")
        self._refresh()

    def _on_trouble(self, error: object) -> None:
        if isinstance(error, UserError):
            self.banner.set("bad", error.message, error.hint, "Dismiss")
            self._trouble.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the parts their widths."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self.preview.set_narrow(narrow)
            self._set_widths()
            self._refresh()

    def _set_widths(self) -> None:
        # Only the step names grow with the text size: what stands in the preview wraps.
        narrow = bool(self._narrow)
        side = 8 if narrow else 12  # the longest name of a step is to be read whole
        self.steps_pane.column.setContentsMargins(side, 24, side, 20)
        self.steps_pane.setFixedWidth(self._services.theme.px(STEPS_NARROW if narrow else STEPS_WIDE))
        self.preview.setFixedWidth(PREVIEW_NARROW if narrow else PREVIEW_WIDE)
