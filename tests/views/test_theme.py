"""The theme reaches the whole application: palette, font and sheet; it follows the desktop only when told to."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.views.theme import fonts
from desktop.views.theme.sheet import sheet
from desktop.views.theme.theme import MODES, Mode, Theme
from desktop.views.theme.tokens import DARK, HIGH_CONTRAST, LIGHT


@pytest.mark.parametrize(("mode", "tokens"), [("light", LIGHT), ("dark", DARK), ("high_contrast", HIGH_CONTRAST)])
def test_the_palette_has_the_colours_of_the_theme(qapp: QApplication, theme: Theme, mode: Mode, tokens: object) -> None:
    theme.set_mode(mode)
    assert theme.tokens is tokens
    palette = qapp.palette()
    assert palette.color(QPalette.ColorRole.Window).name().upper() == theme.tokens.window
    assert palette.color(QPalette.ColorRole.PlaceholderText).name().upper() == theme.tokens.text3
    assert palette.color(QPalette.ColorRole.Accent).name().upper() == theme.tokens.accent


def test_a_plain_widget_takes_the_fonts_of_the_theme(qtbot: QtBot, qapp: QApplication, theme: Theme) -> None:
    theme.set_scale(1.3)
    label = QLabel("words")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.font().pixelSize() == 17
    assert label.font().family() == fonts.family()


def test_system_follows_the_desktop_and_a_fixed_choice_does_not(qapp: QApplication, theme: Theme) -> None:
    hints = qapp.styleHints()
    theme.set_mode("system")
    try:
        hints.setColorScheme(Qt.ColorScheme.Dark)
        qapp.processEvents()
        scheme = hints.colorScheme()
        assert theme.tokens is (DARK if scheme == Qt.ColorScheme.Dark else LIGHT)
        theme.set_mode("light")
        hints.setColorScheme(Qt.ColorScheme.Light)
        hints.setColorScheme(Qt.ColorScheme.Dark)
        assert theme.tokens is LIGHT
    finally:
        hints.unsetColorScheme()


def test_what_the_desktop_wants_is_taken_at_the_signal(
    qapp: QApplication, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.set_mode("system")
    monkeypatch.setattr(theme, "_wanted", lambda _app: DARK)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens is DARK


@pytest.mark.parametrize("tokens", [LIGHT, DARK, HIGH_CONTRAST], ids=lambda tokens: tokens.name)
def test_every_rule_of_the_sheet_has_a_selector_and_no_rule_sets_all_fonts(tokens: object) -> None:
    text = sheet(tokens, 1.0)  # type: ignore[arg-type]
    assert "$" not in text
    for rule in re.findall(r"([^{}]*)\{", text):
        assert re.match(r"\s*[.Q]", rule), f"no selector: {rule!r}"
        assert "*" not in rule


def test_the_sheet_grows_with_the_text(theme: Theme) -> None:
    heights = [
        int(re.search(r"\.QPushButton .*?min-height: (\d+)px", sheet(LIGHT, size), re.DOTALL)[1]) for size in (1, 1.5)
    ]  # type: ignore[index]
    assert heights == [32, 48]


def test_the_images_the_sheet_names_are_there(theme: Theme) -> None:
    from pathlib import Path

    for tokens in (LIGHT, DARK, HIGH_CONTRAST):
        files = re.findall(r"url\((.*?)\)", sheet(tokens, 1.0))
        assert len(files) == 2
        assert all(Path(file).is_file() for file in files)


def test_a_component_finds_the_theme_by_itself(qtbot: QtBot, theme: Theme) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    assert Theme.instance_of(button) is theme


def test_the_newest_theme_is_the_one_in_use(qapp: QApplication, theme: Theme) -> None:
    other = Theme("dark")
    other.apply(qapp)
    assert Theme.current() is other
    other.setParent(None)


@pytest.mark.parametrize("role", fonts.ROLES)
@pytest.mark.parametrize("mode", MODES)
def test_every_role_has_a_font_in_every_theme(theme: Theme, role: str, mode: Mode) -> None:
    theme.set_mode(mode)
    assert theme.font(role).pixelSize() == fonts.ROLES[role][0]
