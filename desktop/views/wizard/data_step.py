"""The Data step: where data comes from, the data set looked at, all of its rows; changes go to the session."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.bridge.data_edits import DataEdits
from desktop.bridge.data_shelf import DataShelf
from desktop.bridge.row_pages import RowPages
from desktop.bridge.template_trial import TemplateTrial
from desktop.bridge.wizard_session import WizardSession
from desktop.engine.data.source import DataSource
from desktop.engine.errors import UserError
from desktop.flow.wizard_data_answers import with_answers, with_length, with_overlong, with_share
from desktop.flow.wizard_history import without_edits
from desktop.flow.wizard_issues import OVERLONG
from desktop.flow.wizard_mapping import Mapping, mapping_of
from desktop.flow.wizard_samples import samples
from desktop.flow.wizard_template import template_text, template_words
from desktop.views.components.button import Button
from desktop.views.wizard.data_overview import DataOverview
from desktop.views.wizard.data_rows import RowsView
from desktop.views.wizard.data_start import DataStart, choose_files, dropped_files
from desktop.views.wizard.hub_dialog import HubDialog
from desktop.views.wizard.pick_dialog import PickDialog
from desktop.views.wizard.step import StepView
from desktop.views.wizard.template_dialog import TemplateDialog

_MANY = 20_000  # rows; so many are checked again only when the table is left, fewer after each correction
_PURPOSES = {
    "another": "Choose another data set; it is mixed with what is there.",
    "replace": "Choose what takes the place of this data set.",
}


class DataStep(StepView):
    """What the model learns from."""

    id = "data"
    title = "Data"
    subtitle = "Check what was recognised. Nothing is changed in your file."

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the step."""
        super().__init__(session, parent)
        self.setAcceptDrops(True)
        self.edits = DataEdits(session)
        self.pages = RowPages(session.workbench, self)
        self.shelf = DataShelf(session.workbench, self)
        self.trial = TemplateTrial(session)
        self.start = DataStart(samples())
        self.overview = DataOverview(session)
        self.rows = RowsView(self.pages, self.edits)
        for part in (self.start, self.overview, self.rows):
            self.content.addWidget(part, 1)
        self.undo_button = Button("Undo", "ghost", "undo", "small")
        self.undo_button.setToolTip("Take the newest change back (Ctrl+Z)")
        self.redo_button = Button("Redo", "ghost", "redo", "small")
        self.redo_button.setToolTip("Do it again (Ctrl+Y)")
        for button in (self.undo_button, self.redo_button):
            button.setEnabled(False)
            self.head.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._mapping: Mapping | None = None
        self._mapped: tuple[str, ...] = ()
        self._choosing: str = ""  # "another" while a further data set is chosen, "replace" while a file is replaced
        self._tabling = False
        self._connect()

    def take(self, paths: list[str]) -> None:
        """Take the files or folders at ``paths`` as one data set."""
        choosing, self._choosing, self._tabling = self._choosing, "", False
        self.session.hold(False)
        self.edits.adopt()
        self._mapping = None
        answers = self.wizard.answers
        path, also = paths[0], tuple(paths[1:])
        known = next((place for place, source in enumerate(answers.data) if source.paths == (path, *also)), None)
        if known is not None:
            if known == answers.looked or answers.data[known] == answers.source:
                self.session.read_again()
                self.refresh()
            else:
                self._look_at(known)
        elif choosing == "another":
            self.session.answer(answers.with_another(path, also))
        else:
            self.session.answer(answers.with_source(path, also=also))

    def refresh(self) -> None:
        """Show the data set, all its rows, or where to get one."""
        source, data = self.wizard.answers.source, self.wizard.findings.data
        choosing = source is None or bool(self._choosing)
        if self._tabling and source is not None:
            many = data is not None and data.total > _MANY
            self.session.hold(many and self._only_corrected(source))
        tabling = self._tabling and not choosing and data is not None and bool(data.total or data.rows)
        self.start.setVisible(choosing)
        for button in (self.undo_button, self.redo_button):
            button.setVisible(not choosing)
        self.overview.setVisible(not choosing and not tabling)
        self.rows.setVisible(tabling)
        self.start.show_purpose(_PURPOSES.get(self._choosing, "") if source is not None else "")
        self.start.choices.select(source.path if source else "")
        if source is None or choosing:
            return
        if data is not None and source.paths != self._mapped:
            self._mapping, self._mapped = None, source.paths
        if data is not None and (self._mapping is None or (data.kind and not self._pending(data.shape))):
            self._mapping = mapping_of(data)
        if tabling and data is not None:
            self.rows.show_rows(source, data, settled=bool(data.kind) or not self._only_corrected(source))
        else:
            self.overview.show_source(source, self._mapping)

    def entered(self) -> None:
        """Begin with what is there."""
        self._choosing, self._tabling = "", False
        self.session.hold(False)
        self.shelf.look()
        self.trial.look()

    def closed(self) -> None:
        """Call off what is under way."""
        for part in (self.edits, self.pages, self.shelf, self.trial):
            part.close()

    def first_focus(self) -> QWidget | None:
        """Start at the file button while there is no file."""
        return self.start.zone.file_button if self.wizard.answers.source is None else None

    def show_table(self, only: str = "") -> None:
        """Show all rows, or those that ``only`` lets through."""
        source, data = self.wizard.answers.source, self.wizard.findings.data
        if source is None or data is None:
            return
        self._tabling = True
        self.rows.show_rows(source, data, only)
        self.refresh()
        self.rows.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- wiring --------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        shown, session = self.overview, self.session
        self.start.files_chosen.connect(self.take)
        self.start.hub_wanted.connect(self._open_hub)
        self.start.forgotten.connect(self.shelf.forget)
        self.start.left.connect(lambda: self._choose(""))
        self.shelf.changed.connect(lambda: self.start.shelf.show_sets(self.shelf.sets))
        shown.file_bar.replaced.connect(lambda: self._choose("replace"))
        shown.file_bar.set_wanted.connect(lambda: self._choose("another"))
        shown.file_bar.more_wanted.connect(self._add_files)
        shown.file_bar.rows_wanted.connect(self.show_table)
        shown.file_bar.shape_chosen.connect(self._choose_shape)
        shown.file_bar.share_changed.connect(lambda share: session.answer(with_share(self.wizard, share / 100)))
        shown.columns.picked.connect(self._pick)
        shown.file_bar.map_wanted.connect(self._open_picks)
        self.undo_button.clicked.connect(self._undo)
        self.redo_button.clicked.connect(self._redo)
        shown.issues.policy_chosen.connect(self._choose_policy)
        shown.issues.rows_wanted.connect(self.show_table)
        shown.issues.report_wanted.connect(self.edits.save_report)
        shown.lengths.length_changed.connect(lambda length: session.answer(with_length(self.wizard, length)))
        shown.rendered.answers_chosen.connect(lambda part: session.answer(with_answers(self.wizard, part)))
        shown.rendered.overlong_chosen.connect(lambda way: session.answer(with_overlong(self.wizard, way)))
        shown.rendered.template_chosen.connect(self._set_template)
        shown.rendered.template_opened.connect(self._open_template)
        shown.sets.looked.connect(self._look_at)
        shown.sets.removed.connect(lambda place: session.answer(self.wizard.answers.without(place)))
        shown.sets.changed.connect(self._change_set)
        shown.sets.mixing_changed.connect(
            lambda mixing: session.answer(dataclasses.replace(self.wizard.answers, mixing=mixing))
        )
        self.trial.listed.connect(lambda: shown.rendered.set_templates(self.trial.templates))
        self.rows.closed.connect(self._leave_table)
        self.edits.history_changed.connect(self._on_history)
        self.edits.failed.connect(self._on_failed)
        self.shelf.failed.connect(lambda error: self.start.show_purpose(str(error)))
        self.edits.report_saved.connect(self._on_saved)
        for keys, act in (("Ctrl+Z", self._undo), ("Ctrl+Y", self._redo), ("Ctrl+Shift+Z", self._redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _only_corrected(self, source: DataSource) -> bool:
        """Tell whether ``source`` differs from what the table shows by corrections alone."""
        shown = self.pages.source
        return shown is not None and without_edits(shown) == without_edits(source)

    def _pending(self, shape: str) -> bool:
        """Tell whether the user is in the middle of another mapping than the one that was read."""
        return self._mapping is not None and (bool(self._mapping.missing) or self._mapping.choice.id != shape)

    def _choose(self, what: str) -> None:
        self._choosing = what
        self.refresh()
        if what:
            self.shelf.look()
            self.start.zone.file_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_files(self) -> None:
        source, more = self.wizard.answers.source, choose_files(self)
        if source is not None and more:
            new = tuple(path for path in more if path not in source.paths)
            self.session.answer(self.wizard.answers.with_set(also=(*source.also, *new)))

    def _look_at(self, place: int) -> None:
        self._mapping = None
        self.session.answer(dataclasses.replace(self.wizard.answers, looked=place))

    def _change_set(self, place: int, values: dict[str, object]) -> None:
        answers = self.wizard.answers
        data = tuple(
            source.model_copy(update=values) if index == place else source for index, source in enumerate(answers.data)
        )
        self.session.answer(dataclasses.replace(answers, data=data))

    def _choose_shape(self, shape: str) -> None:
        data = self.wizard.findings.data
        if data is not None:
            self._mapping = mapping_of(data, shape)
            self._apply()

    def _pick(self, column: str, role: str) -> None:
        if self._mapping is not None:
            self._mapping = self._mapping.picked(column, role)
            self._apply()

    def _apply(self) -> None:
        """Read the file with the mapping once it is enough; until then say what is missing."""
        if self._mapping is not None and not self._mapping.missing:
            self.session.answer(self.wizard.answers.with_mapping(self._mapping.picks))
        self.refresh()

    def _choose_policy(self, check: str, policy: str) -> None:
        if check == OVERLONG:
            self.session.answer(with_overlong(self.wizard, policy))
        else:
            self.session.answer(self.wizard.answers.with_policy(check, policy))

    def _set_template(self, template: str) -> None:
        self.session.answer(dataclasses.replace(self.wizard.answers, chat_template=template))

    def _open_template(self) -> None:
        model, template = self.wizard.findings.model, self.wizard.answers.chat_template
        text = template_text(template, model.folder if model else "")
        dialog = TemplateDialog(self.trial, text, template_words(template), self)
        dialog.applied.connect(self._set_template)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_picks(self) -> None:
        source, data = self.wizard.answers.source, self.wizard.findings.data
        if source is None or data is None or self._mapping is None:
            return
        dialog = PickDialog(data, self._mapping, source, self)
        dialog.applied.connect(self._take_picks)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take_picks(self, mapping: Mapping, roles: dict[str, str], labels: dict[str, str]) -> None:
        self._mapping = mapping
        self.session.answer(self.wizard.answers.with_set(mapping=mapping.picks, roles=roles, labels=labels))
        self.refresh()

    def _open_hub(self) -> None:
        dialog = HubDialog(self.shelf, self)
        dialog.chosen.connect(lambda path: self.take([path]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _undo(self) -> None:
        self._mapping = None
        self.edits.undo()

    def _redo(self) -> None:
        self._mapping = None
        self.edits.redo()

    def _leave_table(self) -> None:
        self._tabling = False
        self.session.hold(False)
        self.refresh()
        self.overview.file_bar.rows_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_history(self) -> None:
        self.undo_button.setEnabled(self.edits.can_undo)
        self.redo_button.setEnabled(self.edits.can_redo)

    def _on_failed(self, error: UserError) -> None:
        self.overview.trouble.set("bad", error.message, error.hint)
        self.overview.trouble.show()

    def _on_saved(self, path: str) -> None:
        self.overview.trouble.set("ok", f"The report is saved as {path}.")
        self.overview.trouble.show()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files anywhere on the step."""
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the files dropped."""
        paths = dropped_files(event)
        if paths:
            event.acceptProposedAction()
            self.take(paths)
