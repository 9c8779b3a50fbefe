"""The one dialog for what nobody foresaw: words in front, the report to copy, the log's place; it catches nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.bridge.notices import Notice
from desktop.views.components.dialog import MessageDialog


def show_notice(notice: object, parent: QWidget | None = None) -> MessageDialog | None:
    """Show ``notice``, unless one is open already: a failure in a timer would otherwise pile up windows."""
    if not isinstance(notice, Notice):
        return None
    if parent is not None and any(dialog.isVisible() for dialog in parent.findChildren(MessageDialog)):
        return None
    dialog = MessageDialog(
        notice.title,
        notice.text,
        hint=notice.hint,
        tone="bad" if notice.details else "warn",
        copies=notice.as_text() if notice.details else "",
        footnote=f"Log: {notice.log}" if notice.log else "",
        parent=parent,
    )
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
