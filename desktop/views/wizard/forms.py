"""A generated form in its place: made anew for other fields, shown other values as they change; it knows no option."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from desktop.engine.options import OptionField
from desktop.views.components.form import OptionForm


def replaced(holder: QVBoxLayout, old: OptionForm | None, fields: list[OptionField]) -> OptionForm | None:
    """Put a form of ``fields`` into ``holder`` where ``old`` was; none where there is nothing to ask."""
    if old is not None:
        holder.removeWidget(old)
        old.hide()
        old.deleteLater()
    if not fields:
        return None
    form = OptionForm(fields, columns=2)
    holder.addWidget(form)
    return form


def show_values(form: OptionForm, wanted: dict[str, Any]) -> None:
    """Show ``wanted``; a field being typed in keeps what it shows, since setting it would move the cursor."""
    shown = form.values()
    form.set_values({name: value for name, value in wanted.items() if shown.get(name, value) != value})
