"""What the model sees of one row, and the choices that change it: what is learned, what is cut, which template."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge.wizard_session import WizardSession
from desktop.flow.wizard_findings import Rendered
from desktop.flow.wizard_issues import OVERLONG_TITLES
from desktop.flow.wizard_rendered import ANSWERS, as_text, notes, share_words
from desktop.flow.wizard_template import EDITED, OWN, TemplateChoice, is_edited, ours
from desktop.views.components.button import Button
from desktop.views.components.card import Card
from desktop.views.components.chip import Chip
from desktop.views.components.fields import Combo
from desktop.views.components.label import Text
from desktop.views.wizard.token_view import MOST_PIECES, TokenView

_COPIED_MS = 1500


class RenderedCard(Card):
    """One row as the model sees it, with the way to the next.

    Signals:
        answers_chosen: another part of each row is to be learned (``all``, ``last``, ``everything``).
        overlong_chosen: rows that are too long are to become something else (``truncate``, ``drop``, ``split``).
        template_chosen: rows are to be written in another template (its id, empty for the model's own).
        template_opened: the template is to be edited.
    """

    answers_chosen = Signal(str)
    overlong_chosen = Signal(str)
    template_chosen = Signal(str)
    template_opened = Signal()

    def __init__(self, session: WizardSession, parent: QWidget | None = None) -> None:
        """Build the card."""
        super().__init__(padding=16, parent=parent)
        self._session = session
        self._templates: tuple[TemplateChoice, ...] = ours()
        self._where = Text("", "body", "text2", wrap=False)
        self.back = Button("", icon="chevron-left", size="small")
        self.back.set_name("Row before")
        self.forward = Button("", icon="chevron-right", size="small")
        self.forward.set_name("Next row")
        self._trained = Chip("", "accent", "edit")
        self._read = Chip("", "neutral", "eye")
        self.copy_button = Button("Copy as text", "link", size="small")
        self.answers = _combo("What is learned of each row", ANSWERS)
        self.overlong = _combo("What becomes of longer rows", OVERLONG_TITLES)
        self.template = _combo("Chat template", {})
        self.edit_button = Button("Edit…", size="small")
        self.edit_button.setAccessibleName("Edit the chat template")
        self.body.addLayout(self._head())
        self._choices = QWidget()
        self._choices.setLayout(self._choice_row())
        self.body.addWidget(self._choices)
        self.body.addSpacing(2)
        self.side = _Side()
        self.other = _Side()
        self.tokens = self.side.tokens
        self.body.addWidget(self.side)
        self.body.addWidget(self.other)
        self._said = Text("", "body", "text2")
        self.body.addWidget(self._said)
        self.body.addStretch(1)
        self.back.clicked.connect(lambda: session.show_row(session.row - 1))
        self.forward.clicked.connect(lambda: session.show_row(session.row + 1))
        self.copy_button.clicked.connect(self.copy)
        self.answers.activated.connect(lambda _i: self.answers_chosen.emit(str(self.answers.currentData())))
        self.overlong.activated.connect(lambda _i: self.overlong_chosen.emit(str(self.overlong.currentData())))
        self.template.activated.connect(self._on_template)
        self.edit_button.clicked.connect(self.template_opened)

    def set_templates(self, templates: tuple[TemplateChoice, ...]) -> None:
        """Offer these templates beside the model's own."""
        self._templates = templates or self._templates

    def show_choices(self, *, answers: str | None, overlong: str, template: str, chat: bool) -> None:
        """Show what is chosen; ``answers`` is ``None`` where nothing can be, ``chat`` tells if there is a template."""
        self._learn.setVisible(answers is not None)
        self._template.setVisible(chat)
        _choose(self.answers, answers or "all")
        _choose(self.overlong, overlong)
        blocker = QSignalBlocker(self.template)
        self.template.clear()
        self.template.addItem("The model's own", OWN)
        for one in self._templates:
            self.template.addItem(one.title, one.id)
            self.template.setItemData(self.template.count() - 1, one.sentence, Qt.ItemDataRole.ToolTipRole)
        if is_edited(template):
            self.template.addItem("Edited by you", EDITED)
        self.template.setCurrentIndex(max(0, self.template.findData(EDITED if is_edited(template) else template)))
        blocker.unblock()

    def refresh(self) -> None:
        """Show the row the session rendered, or why there is none."""
        found, error = self._session.rendered, self._session.render_error
        for widget in (self._trained, self._read, self.side, self.copy_button):
            widget.setVisible(found is not None)
        self.other.setVisible(found is not None and found.other is not None)
        self.back.setEnabled(found is not None and found.row > 0)
        self.forward.setEnabled(found is not None and found.row + 1 < found.total)
        if found is None:
            waits = "" if self._session.wizard.blocked("data") else "The first look loads the tokenizer, a few seconds."
            needs = "Shown once a model is chosen." if self._session.wizard.findings.model is None else waits
            self._said.setText(str(error) if error else needs)
            self._said.set_tone("bad" if error else "text2")
            self._said.setVisible(True)
            self._where.setText("")
            return
        self._where.setText(f"row {found.row + 1:,} of {found.total:,}")
        self._trained.set(f"{found.learned:,} learned, {share_words(found)}", "accent", "edit")
        self._read.set(f"{found.kept - found.learned:,} only read", "neutral", "eye")
        self.side.show_side(found)
        if found.other is not None:
            self.other.show_side(found.other)
        said = notes(found, MOST_PIECES)
        self._said.setText(said)
        self._said.set_tone("text2")
        self._said.setVisible(bool(said))

    def copy(self) -> None:
        """Put the row as text on the clipboard."""
        if self._session.rendered is not None:
            QGuiApplication.clipboard().setText(as_text(self._session.rendered))
            self.copy_button.setText("Copied")
            QTimer.singleShot(_COPIED_MS, self.copy_button, lambda: self.copy_button.setText("Copy as text"))

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Text("What the model sees", "section", wrap=False))
        head.addSpacing(4)
        head.addWidget(self._where)
        head.addWidget(self.back)
        head.addWidget(self.forward)
        head.addStretch(1)
        head.addWidget(self.copy_button)
        head.addWidget(self._trained)
        head.addWidget(self._read)
        return head

    def _choice_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._learn = _captioned("Learn", self.answers)
        self._template = _captioned("Template", self.template, self.edit_button)
        for part in (self._learn, _captioned("Longer rows", self.overlong), self._template):
            row.addWidget(part)
        row.addStretch(1)
        return row

    def _on_template(self) -> None:
        chosen = str(self.template.currentData() or "")
        if chosen == EDITED:
            self.template_opened.emit()
        else:
            self.template_chosen.emit(chosen)


class _Side(QWidget):
    """One side of a row: a caption where there are two, and its tokens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = Text("", "head", "text2")
        self.tokens = TokenView()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addWidget(self._caption)
        column.addWidget(self.tokens)

    def show_side(self, found: Rendered) -> None:
        self._caption.setText(f"{found.caption}, {found.tokens:,} tokens" if found.caption else "")
        self._caption.setVisible(bool(found.caption))
        self.tokens.set_pieces(found.pieces, found.special, found.beyond, found.as_text)


def _captioned(caption: str, *controls: QWidget) -> QWidget:
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(Text(caption, "help", "text2", wrap=False))
    for control in controls:
        row.addWidget(control)
    return part


def _combo(name: str, choices: dict[str, str]) -> Combo:
    combo = Combo()
    combo.setProperty("compact", True)
    combo.setAccessibleName(name)
    for id, words in choices.items():
        combo.addItem(words, id)
    return combo


def _choose(combo: Combo, id: str) -> None:
    blocker = QSignalBlocker(combo)
    combo.setCurrentIndex(max(0, combo.findData(id)))
    blocker.unblock()
