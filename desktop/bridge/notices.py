"""What failed, brought to the window's thread from wherever it happened; it knows no dialog."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

from desktop.engine.errors import UserError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """One thing to tell the user.

    Attributes:
        title: what happened, in a few words.
        text: what it means.
        hint: what to do.
        details: for whoever is asked for help; never shown unasked.
        log: the file that holds more.
    """

    title: str
    text: str
    hint: str = ""
    details: str = ""
    log: Path | None = None

    def as_text(self) -> str:
        """Return everything as one text to copy."""
        where = f"Log: {self.log}" if self.log else ""
        return "\n\n".join(part for part in (self.title, self.text, self.hint, where, self.details) if part)


class Notices(QObject):
    """Catches what nobody caught.

    Signals:
        raised: a :class:`Notice`, always in the thread that owns this object.
    """

    raised = Signal(object)
    _came = Signal(object)

    def __init__(self, log: Path, parent: QObject | None = None) -> None:
        """Keep the log at ``log``; nothing is hooked before :meth:`install`."""
        super().__init__(parent)
        self.log = log
        self._before = sys.excepthook
        self._before_thread = threading.excepthook
        self._handler: logging.Handler | None = None
        self._came.connect(self.raised, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Log to the file, and take exceptions that reach the top of any thread."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._handler = logging.handlers.RotatingFileHandler(
            self.log, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True
        )
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger("desktop").addHandler(self._handler)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def remove(self) -> None:
        """Put the hooks back as they were."""
        sys.excepthook = self._before
        threading.excepthook = self._before_thread
        if self._handler is not None:
            logging.getLogger("desktop").removeHandler(self._handler)
            self._handler.close()
            self._handler = None

    def tell(self, error: UserError) -> None:
        """Tell of a failure whose words are written for the user already."""
        self._came.emit(Notice(error.message, "", error.hint))

    def _on_thread_exception(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self._on_exception(caught.exc_type, caught.exc_value, caught.exc_traceback)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before(kind, error, trace)
            return
        if isinstance(error, UserError):
            self.tell(error)
            return
        _log.critical("unexpected error", exc_info=(kind, error, trace))
        self._came.emit(
            Notice(
                "Something went wrong in Fettle itself",
                "It was not foreseen, so Fettle cannot say what it means. Running trainings are not touched by it: "
                "they work in processes of their own.",
                "You can go on. If it happens again, start Fettle anew, and send this report with what you did.",
                "".join(traceback.format_exception(kind, error, trace)),
                self.log,
            )
        )
