"""A picture of what a method changes in the model, from its drawing in the theme's colours; it knows no method.

The drawings are SVG files in the colours of the light theme, so that any viewer shows them as they are meant. Here each
of these colours is exchanged for the one that has the same part in the theme in use.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop import paths
from desktop.views.components.paint import begin
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import LIGHT, Tokens

FALLBACK = "any"
WIDTH, HEIGHT = 440, 226
_COLOUR = re.compile(r"#[0-9A-F]{6}")
_FONT = "sans-serif"


@cache
def token_names() -> dict[str, str]:
    """Return which token a colour of the drawings stands for: ``#0B6A6D`` -> ``accent``."""
    named = {field.name: getattr(LIGHT, field.name) for field in dataclasses.fields(Tokens)}
    # The first that has a colour gives it its name: tokens are declared from the most general one on.
    found: dict[str, str] = {}
    for name, colour in named.items():
        if isinstance(colour, str) and colour.startswith("#"):
            found.setdefault(colour, name)
    return found


def drawing_file(name: str) -> Path:
    """Return the drawing called ``name``, the plain one of a model where there is none."""
    folder = paths.resources() / "icons" / "methods"
    wanted = folder / f"{name}.svg"
    return wanted if wanted.is_file() else folder / f"{FALLBACK}.svg"


def drawing_in(name: str, tokens: Tokens, family: str) -> str:
    """Return the drawing called ``name`` as SVG, in the colours of ``tokens`` and the type of ``family``."""
    names = token_names()
    text = drawing_file(name).read_text(encoding="utf-8").replace(_FONT, family)
    return _COLOUR.sub(lambda found: tokens.colour(names.get(found[0], found[0])), text)


class MethodPicture(QWidget):
    """One block of the model, and beside it what the method puts there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = Theme.instance_of(self)
        self._name = ""
        self._renderer: QSvgRenderer | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._theme.changed.connect(self._redraw)

    def set(self, name: str, said: str) -> None:
        """Draw the picture called ``name``; ``said`` is the same in words."""
        self.setAccessibleName(said)
        if name != self._name:
            self._name = name
            self._redraw()

    def sizeHint(self) -> QSize:
        """Return the size of the picture."""
        return QSize(self._theme.px(WIDTH), self._theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the least width at which its words can be read."""
        return QSize(300, 154)

    def hasHeightForWidth(self) -> bool:
        """Tell that a narrow picture is a low one."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that keeps the picture's shape."""
        return round(min(width, self._theme.px(WIDTH)) * HEIGHT / WIDTH)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it at the left; where the room is short the whole picture shrinks, so that nothing is cut off."""
        if self._renderer is None:
            return
        scale = min(self._theme.px(WIDTH) / WIDTH, self.width() / WIDTH, self.height() / HEIGHT)
        painter = begin(self)
        self._renderer.render(painter, QRectF(0, 0, WIDTH * scale, HEIGHT * scale))

    def _redraw(self) -> None:
        if self._name:
            text = drawing_in(self._name, self._theme.tokens, self._theme.font("body").family())
            self._renderer = QSvgRenderer(QByteArray(text.encode()))
        self.updateGeometry()
        self.update()
