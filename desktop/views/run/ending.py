"""What stands above a run that broke off, or whose model is losing its words, and what to do; flow says what is so."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.engine.events import Noticed
from desktop.flow.run_end import LIVE, Standing
from desktop.views.components.banner import Banner

_TITLES = {"failed": "This run failed", "interrupted": "This run was interrupted", "stopped": "Stopped before its end"}
_TONES = {"failed": "bad", "interrupted": "warn", "stopped": "info"}


class Ending(Banner):
    """What happened to a run that broke off, and how to go on; hidden while nothing did."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start hidden."""
        super().__init__("warn", "", parent=parent)
        self.hide()

    def show_ending(self, stands: Standing, total: int) -> None:
        """Tell how a run of ``total`` steps ended, where that is not as planned."""
        resumable = stands.resume_step is not None
        self.setVisible(stands.status in _TITLES and (resumable or stands.status != "stopped"))
        if stands.status not in _TITLES:
            return
        act = None
        if stands.resume_step:
            act = f"Resume from step {stands.resume_step}" + (f" of {total}" if total else "")
        elif resumable:
            act = "Start again"
        self.set(_TONES[stands.status], _TITLES[stands.status], f"{stands.sentence} {stands.hint}".strip(), act)
        self.button.set_kind("secondary" if stands.status == "stopped" else "primary")


class Alarm(Banner):
    """That a model is losing its words, and what to do about it; hidden while it is not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start hidden."""
        super().__init__("bad", "", parent=parent)
        self.hide()

    def show_alarm(self, notice: Noticed | None, stands: Standing) -> None:
        """Tell ``notice``; the act is to stop a run at work, and to try again with other settings after one."""
        self.setVisible(notice is not None)
        if notice is None:
            return
        live = stands.status in LIVE
        act = "Stop and discard\N{HORIZONTAL ELLIPSIS}" if live else "New fine-tune with these settings"
        where = f" at step {notice.step:,}" if notice.step else ""
        title = f"This run is collapsing, first seen{where}" if live else f"This model collapsed{where}"
        self.set("bad", title, f"{notice.message} {notice.hint}".strip(), act)
