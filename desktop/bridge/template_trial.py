"""Chat templates: lists them, and tries one that is being edited on a row; it knows no editor.

A template is a small program that a stranger may have written, so it is only ever run in the workbench.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge.calls import Calls
from desktop.bridge.wizard_session import WizardSession
from desktop.engine.errors import UserError
from desktop.flow.wizard_template import TemplateChoice, templates_from

DEBOUNCE_MS = 350


class TemplateTrial(QObject):
    """Tries a template some time after the last change to it.

    Attributes:
        templates: those that can be chosen, empty until they were listed.

    Signals:
        listed: the templates are known.
        rendered: the row as the tried template writes it.
        refused: the :class:`UserError` that says what is wrong with the template.
    """

    listed = Signal()
    rendered = Signal(str)
    refused = Signal(object)

    def __init__(self, session: WizardSession) -> None:
        """Try on rows of ``session``."""
        super().__init__(session)
        self._session = session
        self._calls = Calls(session.workbench)
        self._text = ""
        self._wait = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._wait.timeout.connect(self._try)
        self.templates: tuple[TemplateChoice, ...] = ()

    @property
    def row(self) -> int:
        """Which row it is tried on, from 0."""
        return self._session.row

    def look(self) -> None:
        """List the templates; where that fails, those that came along are offered by name."""
        self._calls.start("templates", "templates", succeeded=self._take, failed=lambda _error: None)

    def change(self, text: str) -> None:
        """Try ``text`` once it has rested for a moment."""
        self._text = text
        self._wait.start()

    def stop(self) -> None:
        """Try no more."""
        self._wait.stop()
        self._calls.drop("template_trial")

    def close(self) -> None:
        """Hear no more of anything."""
        self._wait.stop()
        self._calls.drop_all()

    def _take(self, report: dict[str, Any]) -> None:
        self.templates = templates_from(report)
        self.listed.emit()

    def _try(self) -> None:
        answers = self._session.wizard.answers
        params: dict[str, Any] = {"model": answers.model, "template": self._text, "row": self.row}
        if answers.source is not None:
            params["source"] = answers.source.model_dump(mode="json")

        def fail(error: UserError) -> None:
            self.refused.emit(error)

        def take(report: dict[str, Any]) -> None:
            self.rendered.emit(str(report.get("text") or ""))

        self._calls.start("template_trial", "template_trial", params, succeeded=take, failed=fail)
