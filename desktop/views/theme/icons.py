"""Our own line icons, drawn from SVG files in any colour and size; it knows nothing of what an icon stands for."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop import paths
from desktop.views.theme.theme import Theme


def paint_icon(painter: QPainter, name: str, rect: QRect | QRectF, color: str) -> None:
    """Draw the icon ``name`` into ``rect``; ``color`` is a token's name or ``#rrggbb``."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    size = QRectF(rect).size()
    picture = _pixmap(name, Theme.current().tokens.colour(color), round(size.width()), round(size.height()), ratio)
    painter.drawPixmap(QRectF(rect).topLeft(), picture)


def icon(name: str, color: str | None = None) -> QIcon:
    """Return the icon ``name``; without ``color`` it has the text's; it follows the theme."""
    return QIcon(_Engine(name, color or "text2"))


def names() -> list[str]:
    """Return every icon there is."""
    return sorted(path.stem for path in (paths.resources() / "icons").glob("*.svg"))


class _Engine(QIconEngine):
    """Renders at paint time, so that a theme change needs nothing but a repaint."""

    def __init__(self, name: str, color: str) -> None:
        super().__init__()
        self._name = name
        self._color = color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        color = "disabled" if mode == QIcon.Mode.Disabled else self._color
        paint_icon(painter, self._name, rect, color)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._color)


def _pixmap(name: str, color: str, width: int, height: int, ratio: float) -> QPixmap:
    key = f"fettle/{name}/{color}/{width}x{height}@{ratio}"
    picture = QPixmap()
    # find() fills the pixmap given; its Python stub lacks that form in some releases.
    found = QPixmapCache.find(key, picture)
    if found is True:
        return picture
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    source = paths.resources() / "icons" / f"{name}.svg"
    if source.is_file():
        text = source.read_text(encoding="utf-8").replace("currentColor", color)
        renderer = QSvgRenderer(QByteArray(text.encode()))
        painter = QPainter(picture)
        renderer.render(painter, QRectF(0, 0, width, height))
        painter.end()
    QPixmapCache.insert(key, picture)
    return picture
