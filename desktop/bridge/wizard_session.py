"""The open wizard: keeps its state, asks for what is not known yet, saves the draft; it knows no widget.

What is to be asked follows from the state alone: every answer that arrives makes a new state, which is looked at again.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge.questions import Questions
from desktop.bridge.task import Tasks
from desktop.bridge.workbench import WorkbenchClient
from desktop.engine import check
from desktop.engine.errors import UserError
from desktop.engine.hardware import hardware
from desktop.engine.job import DataSource, JobSpec
from desktop.flow.wizard import Wizard
from desktop.flow.wizard_answers import Answers
from desktop.flow.wizard_draft import drop_draft, save_draft
from desktop.flow.wizard_findings import Findings, ModelFound, Rendered, SetFound
from desktop.flow.wizard_progress import Progress, progress_from
from desktop.flow.wizard_questions import lengths_params, render_params, render_settings, same_rows
from desktop.flow.wizard_reports import (
    data_from,
    lengths_from,
    look_at,
    models_at_hand,
    rendered_from,
    survey_from,
    tokenizer_from,
)
from desktop.flow.wizard_sets import same_reading, unread

PREVIEW_ROWS = 8
SAVE_AFTER_MS = 400


class WizardSession(QObject):
    """One wizard from its first answer to its start.

    Attributes:
        wizard: the state of the moment.
        models: every model at hand, ``None`` until they are known.
        rendered: one row as the model sees it.
        render_error: why it could not be shown.
        row: which row that is, from 0.
        tokenizer_error: why the tokenizer could not be measured.
        workbench: who is asked.
        tasks: plain functions run off the window's thread.

    Signals:
        changed: the state is another one.
        models_changed: the models at hand are known (again).
        rendered_changed: another row, or why there is none.
        progressed: what is under way, how far, of how much (0 when unknown).
        saved: the draft is on disk.
        save_failed: the :class:`UserError` that kept it off.
    """

    changed = Signal()
    models_changed = Signal()
    rendered_changed = Signal()
    progressed = Signal(str, int, int)
    saved = Signal()
    save_failed = Signal(object)

    def __init__(self, workbench: WorkbenchClient, tasks: Tasks, parent: QObject | None = None) -> None:
        """Start with an untouched wizard and ask nothing yet."""
        super().__init__(parent)
        self.workbench = workbench
        self.tasks = self._tasks = tasks
        self._questions = Questions(workbench, self._tell)
        self.wizard = Wizard()
        self.models: list[ModelFound] | None = None
        self.rendered: Rendered | None = None
        self.render_error: UserError | None = None
        self.tokenizer_error: UserError | None = None
        self._progress: dict[str, Progress] = {}
        self._held = False
        self.row = 0
        self._saver = QTimer(self)
        self._saver.setSingleShot(True)
        self._saver.setInterval(SAVE_AFTER_MS)
        self._saver.timeout.connect(self.save)

    # --- what the user does --------------------------------------------------------------------------------------

    def begin(self, answers: Answers) -> None:
        """Take other answers from the start: a preset, a clone, a draft, or none."""
        machine = self.wizard.findings.machine
        self._questions.forget()
        self._forget_rendered()
        self.wizard = Wizard(answers, Findings(machine=machine))
        self._infer_model()
        self._after(save=answers.touched)

    def answer(self, answers: Answers) -> None:
        """Take changed answers; what no longer belongs to them is found out again."""
        if answers == self.wizard.answers:
            return
        before = self.wizard.answers
        self.wizard = self.wizard.answered(answers)
        other_rows = not same_rows(answers, before)
        if other_rows or render_settings(answers) != render_settings(before):
            self._forget_rendered(keep=not other_rows)
        self._after(save=True)

    def go(self, step: str) -> None:
        """Open another step, where that is possible now."""
        if step != self.wizard.answers.step and self.wizard.step(step).reachable:
            self.wizard = self.wizard.at(step)
            if step == "memory":
                self.look_at_machine()
            self._after(save=self.wizard.answers.touched)

    def show_row(self, row: int) -> None:
        """Render another row."""
        self.row = max(0, row)
        self._render()

    def read_again(self) -> None:
        """Read the data file once more: it may have been corrected meanwhile."""
        self._questions.forget("inspect", "inspect another", "lengths", "tokenizer_report")
        self._forget_rendered()
        self._find(data=None, data_error=None, others=(), lengths=None, tokenizer=None)

    @property
    def reading(self) -> bool:
        """Whether the data set looked at is being read."""
        return self._questions.running("inspect")

    def hold(self, held: bool) -> None:
        """Read no data set anew while ``held``: its rows are being corrected one after the other."""
        before, self._held = self._held, held
        if before and not held:
            self._ask()

    def progress_of(self, kind: str) -> Progress:
        """Return how far ``inspect`` or ``lengths`` is."""
        return self._progress.get(kind, Progress(""))

    def cancel_reading(self) -> None:
        """Ask the reading of the data set to end; what it says then is shown like any answer."""
        self._questions.cancel("inspect")

    def look_at_machine(self) -> None:
        """Look again at what is free: other programs come and go."""
        task = self._tasks.run(hardware)
        task.succeeded.connect(lambda machine: self._find(machine=machine))

    def look_for_models(self) -> None:
        """List the models at hand (again)."""
        task = self._tasks.run(models_at_hand)
        task.succeeded.connect(self._take_models)

    def measure_tokenizer(self) -> None:
        """Measure the tokenizer on the texts, and the one to be trained beside it where that is chosen."""
        answers = self.wizard.answers
        if answers.source is None or self.wizard.findings.model is None:
            return
        self.tokenizer_error = None
        params = {**self._subject(answers.source), "tokenizer": answers.tokenizer.model_dump(mode="json")}
        key = (answers.source, answers.model, answers.tokenizer)
        self._questions.ask("tokenizer_report", key, params, take=self._take_tokenizer, fail=self._fail_tokenizer)

    def save(self) -> None:
        """Write the draft now."""
        self._saver.stop()
        try:
            if save_draft(self.wizard.answers):
                self.saved.emit()
        except (UserError, OSError) as error:
            said = error if isinstance(error, UserError) else UserError("draft_not_saved", "The draft was not saved.")
            self.save_failed.emit(said)

    def started(self) -> JobSpec:
        """Return the job that is started, and forget the draft of it."""
        job = self.wizard.job
        self._saver.stop()
        drop_draft()
        self.begin(Answers(advanced=self.wizard.answers.advanced))
        return job

    def rest(self) -> None:
        """Write what waits to be written: the page goes to the back."""
        if self._saver.isActive():
            self.save()

    def close(self) -> None:
        """Let go of everything."""
        self.rest()
        self._questions.close()

    # --- what follows from the state -----------------------------------------------------------------------------

    def _after(self, *, save: bool) -> None:
        if save:
            self._saver.start()
        self.changed.emit()
        self._ask()

    def _ask(self) -> None:
        """Ask for everything that is missing in the state of the moment, once."""
        answers, found = self.wizard.answers, self.wizard.findings
        if found.machine is None and self._questions.first("machine", True):
            self.look_at_machine()
        if (
            answers.model
            and found.model is None
            and found.model_error is None
            and self._questions.first("model", answers.model)
        ):
            task = self._tasks.run(partial(look_at, answers.model))
            task.succeeded.connect(partial(self._take_model, answers.model))
            task.failed.connect(partial(self._fail_model, answers.model))
        unread_yet = found.data_error is None and not (found.data and found.data.kind)
        if answers.source is not None and unread_yet and not self._held:
            self._inspect("inspect", answers.source)
        elif (other := unread(answers, found)) is not None:
            self._inspect("inspect another", other)
        ready = answers.source is not None and found.data is not None and found.data.kind and found.model is not None
        if ready and answers.source is not None and not self.wizard.blocked("data"):
            length = self.wizard.job.training.max_length
            if found.lengths is None or (found.lengths.maximum != length and answers.step == "data"):
                # Counted against another longest row the shares are only interpolated: the open step counts again.
                params = lengths_params(self.wizard)
                key = (answers.source, answers.model, length, answers.chat_template)
                self._questions.ask("lengths", key, params, take=self._take_lengths, fail=self._ignore)
            if self.rendered is None and self.render_error is None and answers.step == "data":
                self._render()
        if answers.step == "review" and found.problems is None and not self._blocked_before_review():
            job = self.wizard.job
            if self._questions.first("problems", job):
                task = self._tasks.run(partial(check.problems, job, found.machine))
                task.succeeded.connect(partial(self._take_problems, job))

    def _blocked_before_review(self) -> bool:
        return any(state.blocked for state in self.wizard.steps[:-1])

    def _subject(self, source: DataSource) -> dict[str, Any]:
        return {"source": source.model_dump(mode="json"), "model": self.wizard.answers.model}

    def _render(self) -> None:
        answers = self.wizard.answers
        if answers.source is None or self.wizard.findings.model is None:
            return
        params = render_params(self.wizard, self.row)
        self._questions.ask("render", repr(params), params, take=self._take_row, fail=self._fail_row)

    def _inspect(self, kind: str, source: DataSource) -> None:
        params: dict[str, Any] = {"source": source.model_dump(mode="json"), "preview": PREVIEW_ROWS}
        self._questions.ask("inspect", source, params, take=self._take_data, fail=self._fail_data, kind=kind)

    def _find(self, **findings: Any) -> None:
        self.wizard = self.wizard.found(**findings)
        if "problems" not in findings:
            self._questions.forget("problems")
        self.changed.emit()
        self._ask()

    # --- answers that arrive -------------------------------------------------------------------------------------

    def _tell(self, kind: str, key: object, piece: dict[str, Any]) -> None:
        known = self.wizard.findings.data
        # While a file is read again, what was known of all of it tells more than its beginning does.
        news = known is None or not known.total
        if "survey" in piece and kind == "inspect" and isinstance(key, DataSource) and news:
            self._find(data=survey_from(key, piece["survey"]))
        if "what" in piece:
            told = self._progress[kind] = progress_from(piece)
            self.progressed.emit(told.what, told.done, told.total)

    def _take_models(self, models: list[ModelFound]) -> None:
        self.models = models
        self._infer_model()
        self.models_changed.emit()
        self._after(save=False)

    def _infer_model(self) -> None:
        """Begin with the first model at hand, a bundled one where there is any; the user may choose another."""
        if not self.wizard.answers.model and self.models:
            first = self.models[0]
            answers = dataclasses.replace(self.wizard.answers, model=first.ref)
            self.wizard = self.wizard.answered(answers).found(model=first)

    def _take_model(self, ref: str, model: ModelFound) -> None:
        if ref == self.wizard.answers.model:
            self._find(model=model)

    def _fail_model(self, ref: str, error: UserError) -> None:
        if ref == self.wizard.answers.model:
            self._find(model_error=error)

    def _take_data(self, source: object, report: dict[str, Any]) -> None:
        if isinstance(source, DataSource):
            self._take_set(SetFound(source, data_from(source, report)))

    def _fail_data(self, source: object, error: UserError) -> None:
        if isinstance(source, DataSource):
            self._take_set(SetFound(source, error=error))

    def _take_set(self, found: SetFound) -> None:
        """Put what was found where it belongs: to the set looked at, or to another of the job's."""
        answers = self.wizard.answers
        self._progress.pop("inspect", None)
        if answers.source is not None and same_reading(answers.source, found.source):
            data = dataclasses.replace(found.data, use=answers.source.use) if found.data else None
            self._find(data=data or self.wizard.findings.data, data_error=found.error)
            return
        now = next((source for source in answers.data if same_reading(source, found.source)), None)
        if now is not None:
            data = dataclasses.replace(found.data, use=now.use) if found.data else None
            self._find(others=(*self.wizard.findings.others, SetFound(now, data, found.error)))

    def _take_lengths(self, key: object, report: dict[str, Any]) -> None:
        self._progress.pop("lengths", None)
        self._find(lengths=lengths_from(report))

    def _ignore(self, key: object, error: UserError) -> None:
        """Go on without: lengths only sharpen what is inferred, and the row that is rendered says what is wrong."""

    def _take_row(self, key: object, report: dict[str, Any]) -> None:
        self.rendered, self.render_error = rendered_from(report), None
        self.rendered_changed.emit()

    def _fail_row(self, key: object, error: UserError) -> None:
        self.rendered, self.render_error = None, error
        self.rendered_changed.emit()

    def _take_tokenizer(self, key: object, report: dict[str, Any]) -> None:
        self._find(tokenizer=tokenizer_from(report))

    def _fail_tokenizer(self, key: object, error: UserError) -> None:
        self.tokenizer_error = error
        self.changed.emit()

    def _take_problems(self, job: JobSpec, problems: list[Any]) -> None:
        if job == self.wizard.job:
            self._find(problems=tuple(problems))

    def _forget_rendered(self, *, keep: bool = False) -> None:
        """Forget the row that was rendered; ``keep`` stays at its place: it is only written in another way."""
        self.rendered, self.render_error, self.row = None, None, self.row if keep else 0
        self._questions.forget("render")
        self.rendered_changed.emit()
