"""The rail at the left: where one can go, the run that is at work, and what is always at hand; it builds no page."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.components.divider import Divider
from desktop.views.components.empty import Glyph
from desktop.views.components.label import Text
from desktop.views.components.paint import begin, box
from desktop.views.components.sparkline import Ring
from desktop.views.theme.icons import paint_icon
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import NAV_ROW, RADIUS_INNER

WIDE = 216
NARROW = 64


@dataclass(frozen=True)
class Place:
    """One entry: the page's name, its icon, its words and the key that goes there."""

    page: str
    icon: str
    title: str
    key: str


TOP = (
    Place("home", "home", "Home", "Ctrl+1"),
    Place("wizard", "tune", "New fine-tune", "Ctrl+2"),
    Place("runs", "runs", "Runs", "Ctrl+3"),
    Place("chat", "chat", "Chat", "Ctrl+4"),
    Place("preferences", "preferences", "Preferences", "Ctrl+5"),
    Place("models", "models", "Models", "Ctrl+6"),
)
BOTTOM = (Place("settings", "settings", "Settings", "Ctrl+,"), Place("help", "help", "Help", "F1"))
# Pages that belong to an entry without having one.
OWNER = {"run": "runs", "recipes": "wizard"}


class RailItem(QAbstractButton):
    """One entry, wide with its words or narrow with its icon only."""

    def __init__(self, place: Place, parent: QWidget | None = None) -> None:
        """Make the entry of ``place``."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._place = place
        self._narrow = False
        self._count = ""
        self.setText(place.title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme.changed.connect(self.updateGeometry)
        self._name()

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon only; the words become the tooltip."""
        self._narrow = narrow
        self._name()
        self.updateGeometry()
        self.update()

    def set_count(self, count: str) -> None:
        """Show a number at the end."""
        if count != self._count:
            self._count = count
            self._name()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the height of an entry."""
        return QSize(40, self._theme.px(40 if self._narrow else NAV_ROW))

    def nextCheckState(self) -> None:
        """Leave the mark to the window: it moves when the page is really shown."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, mark, icon, words and number."""
        painter, px, color = begin(self), self._theme.px, self._theme.color
        here = self.isChecked()
        if here:
            edge = color("line") if self._theme.tokens.name == "high_contrast" else None
            box(painter, self.rect(), RADIUS_INNER, color("surface"), edge)
            box(painter, QRectF(0, (self.height() - px(18)) / 2, 3, px(18)), 1.5, color("accent"))
        elif self.underMouse():
            box(painter, self.rect(), RADIUS_INNER, color("chip"))
        side = px(18)
        left = (self.width() - side) / 2 if self._narrow else px(12)
        place = QRectF(round(left), round((self.height() - side) / 2), side, side)
        paint_icon(painter, self._place.icon, place, "accent" if here else "text2")
        if self._narrow:
            return
        area = QRectF(px(42), 0, self.width() - px(42) - px(12), self.height())
        painter.setFont(self._theme.font("strong" if here else "label"))
        painter.setPen(color("text" if here else "text2"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        if self._count:
            painter.setFont(self._theme.font("help", tabular=True))
            painter.setPen(color("text2"))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self._count)

    def _name(self) -> None:
        words = f"{self.text()}, {self._count}" if self._count else self.text()
        self.setAccessibleName(words)
        self.setToolTip(f"{words}  ({self._place.key})" if self._narrow else self._place.key)


class Logo(QWidget):
    """The mark: the bars of a measuring instrument, and the name beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Draw mark and name."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._narrow = False
        self.setAccessibleName("Fettle")
        self.setFixedHeight(self._theme.px(40))
        self._theme.changed.connect(self.update)

    def set_narrow(self, narrow: bool) -> None:
        """Draw the mark only."""
        self._narrow = narrow
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter, theme = begin(self), self._theme
        left = (self.width() - 21) / 2 if self._narrow else 12.0
        base = self.height() / 2 + 10
        for index, height in enumerate((9, 15, 21, 12, 17, 8)):
            color = theme.color("accent" if index in (1, 2, 4) else "text3")
            box(painter, QRectF(round(left) + index * 4, base - height, 2, height), 1, color)
        if not self._narrow:
            painter.setFont(theme.font("hero"))
            painter.setPen(theme.color("text"))
            area = QRectF(theme.px(44), 0, self.width() - theme.px(44), self.height())
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), "Fettle")


class RunCard(QAbstractButton):
    """The run at work, at the foot of the rail: ring, name and how far it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._ring = Ring(0.0, 28)
        self._title = Text("", "head", elide=True)
        self._note = Text("", "help", "text2", elide=True)
        self._words = QWidget()
        column = QVBoxLayout(self._words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._title)
        column.addWidget(self._note)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 8, 8, 8)
        self._row.setSpacing(8)
        self._row.addWidget(self._ring)
        self._row.addWidget(self._words, 1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for child in (self._ring, self._words):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme.changed.connect(self.update)

    def set(self, title: str, note: str, share: float) -> None:
        """Show a run."""
        self._title.setText(title)
        self._note.setText(note)
        self._ring.set(share)
        self.setAccessibleName(f"Run {title}, {note}. Open it.")
        self.setToolTip(f"{title}\n{note}")

    def set_narrow(self, narrow: bool) -> None:
        """Show the ring only."""
        self._words.setVisible(not narrow)
        self._row.setContentsMargins(*((6, 6, 6, 6) if narrow else (10, 8, 8, 8)))

    def sizeHint(self) -> QSize:
        """Return the height of the card."""
        return QSize(40, max(self._theme.px(48), 44))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        color = self._theme.color
        box(begin(self), self.rect(), RADIUS_INNER, color("surface"), color("line2" if self.underMouse() else "line"))


class Offline(QWidget):
    """Says that nothing is sent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show icon and words."""
        super().__init__(parent)
        self._word = Text("Offline", "head", "ok", wrap=False)
        self._rest = Text("nothing is sent", "help", "text2", elide=True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 4, 4, 4)
        self._row.setSpacing(8)
        self._row.addWidget(Glyph("offline", 17, "ok"))
        self._row.addWidget(self._word)
        self._row.addWidget(self._rest, 1)
        self.setAccessibleName("Offline, nothing is sent")
        self.setToolTip("Fettle works offline: models and data stay on this machine, nothing is sent anywhere.")

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon only."""
        self._word.setVisible(not narrow)
        self._rest.setVisible(not narrow)
        self._row.setContentsMargins(*((11, 8, 11, 8) if narrow else (12, 4, 4, 4)))


class Rail(QWidget):
    """All of it.

    Signals:
        chosen: an entry was pressed; carries the page's name.
        run_chosen: the card of the run at work was pressed.
    """

    chosen = Signal(str)
    run_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build the rail, wide, with no run at work."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self.items: dict[str, RailItem] = {}
        self.narrow = False
        self._logo, self._offline, self._line = Logo(), Offline(), Divider()
        self.run = RunCard()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 12, 12, 10)
        self._column.setSpacing(2)
        self._column.addWidget(self._logo)
        self._column.addSpacing(10)
        for place in TOP:
            self._add(place)
        self._column.addStretch(1)
        self._column.addWidget(self.run)
        self._column.addSpacing(4)
        self._column.addWidget(self._offline)
        self._column.addSpacing(4)
        self._column.addWidget(self._line)
        self._column.addSpacing(4)
        for place in BOTTOM:
            self._add(place)
        self.run.hide()
        self.run.clicked.connect(self.run_chosen)
        self.setFixedWidth(WIDE)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def set_current(self, page: str) -> None:
        """Mark the entry that ``page`` belongs to."""
        for name, item in self.items.items():
            item.setChecked(name == OWNER.get(page, page))

    def set_narrow(self, narrow: bool) -> None:
        """Show icons only, or words too."""
        if narrow == self.narrow:
            return
        self.narrow = narrow
        for item in self.items.values():
            item.set_narrow(narrow)
        self._logo.set_narrow(narrow)
        self.run.set_narrow(narrow)
        self._offline.set_narrow(narrow)
        self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the hairline at its right."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("rail"))
        painter.fillRect(QRectF(self.width() - 1, 0, 1, self.height()), self._theme.color("line"))

    def _add(self, place: Place) -> None:
        item = RailItem(place)
        self.items[place.page] = item
        self._column.addWidget(item)
        item.clicked.connect(lambda: self.chosen.emit(place.page))

    def _restyle(self) -> None:
        wide = WIDE if self._theme.scale <= 1 else round(WIDE * (1 + (self._theme.scale - 1) * 0.6))
        self.setFixedWidth(NARROW if self.narrow else wide)
        self.update()
