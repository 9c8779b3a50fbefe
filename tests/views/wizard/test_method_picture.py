"""The drawings of the methods: one for each, in the theme's colours only, readable in every theme."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.methods import METHODS
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens
from desktop.views.wizard.method_picture import HEIGHT, WIDTH, MethodPicture, drawing_file, drawing_in, token_names

DRAWINGS = sorted((paths.resources() / "icons" / "methods").glob("*.svg"))


@pytest.mark.parametrize("method", METHODS.all(), ids=lambda method: method.id)
def test_every_method_has_a_drawing_of_its_own(method: object) -> None:
    picture = getattr(method, "picture", "")
    assert drawing_file(picture).stem == picture


def test_a_method_without_one_gets_the_plain_model() -> None:
    assert drawing_file("nothing of the kind").stem == "any"


@pytest.mark.parametrize("file", DRAWINGS, ids=lambda file: file.stem)
def test_a_drawing_uses_colours_of_the_theme_only_and_stays_in_its_frame(file: object) -> None:
    text = getattr(file, "read_text", str)(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", text)) <= set(token_names())
    for words in root.iter("{http://www.w3.org/2000/svg}text"):
        assert words.get("font-family") == "sans-serif"
        assert float(words.get("font-size", "0")) >= 11


@pytest.mark.parametrize("tokens", [LIGHT, DARK, HIGH_CONTRAST], ids=lambda tokens: tokens.name)
def test_a_drawing_takes_the_colours_of_each_theme(qapp: object, tokens: Tokens) -> None:
    text = drawing_in("lora", tokens, "Inter")
    assert tokens.accent in text
    assert tokens.on_accent in text
    assert "Inter" in text
    assert tokens is LIGHT or LIGHT.sunken not in text
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    assert renderer.isValid()
    renderer.render(painter)
    painter.end()
    assert image.pixelColor(335, 40).name().upper() == tokens.accent  # inside the matrix B


def test_a_narrow_picture_shrinks_and_keeps_its_shape(qtbot: QtBot, theme: Theme) -> None:
    picture = MethodPicture()
    qtbot.addWidget(picture)
    picture.set("lora", "In words.")
    assert picture.accessibleName() == "In words."
    assert picture.heightForWidth(WIDTH // 2) == HEIGHT // 2
    assert picture.heightForWidth(3000) == theme.px(HEIGHT)
