"""The settings page: a choice works at once, is kept, and shows what is set."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.flow.settings import Settings
from desktop.views.app import Graph
from desktop.views.components.button import Button
from desktop.views.components.label import Text
from desktop.views.settings import SettingsPage
from desktop.views.theme.theme import Theme
from desktop.views.theme.tokens import DARK


@pytest.fixture
def graph(qtbot: QtBot, qapp: QApplication, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    monkeypatch.delenv("FETTLE_THREADS", raising=False)
    made = Graph(qapp, Settings(), theme)
    made.open()
    assert made.services.offline
    made.window.show_page("settings")
    yield made
    made.window.close()
    made.close()
    made.window.deleteLater()
    made.deleteLater()


@pytest.fixture
def page(graph: Graph) -> SettingsPage:
    found = graph.window.page("settings")
    assert isinstance(found, SettingsPage)
    return found


def test_a_theme_is_taken_at_once_and_kept(qtbot: QtBot, page: SettingsPage, theme: Theme) -> None:
    qtbot.mouseClick(page.theme._toggles["dark"], Qt.MouseButton.LeftButton)
    assert theme.tokens is DARK
    assert Settings().values.theme == "dark"


def test_a_text_size_is_taken_at_once_and_kept(qtbot: QtBot, page: SettingsPage, theme: Theme) -> None:
    qtbot.mouseClick(page.text_size._toggles["1.3"], Qt.MouseButton.LeftButton)
    assert theme.scale == 1.3
    assert Settings().values.text_size == 1.3


def test_threads_reach_the_children(page: SettingsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page.threads.text() == "Automatic"
    page.threads.setValue(3)
    assert os.environ["FETTLE_THREADS"] == "3"
    page.threads.setValue(0)
    assert "FETTLE_THREADS" not in os.environ


def test_the_workspace_is_shown_and_can_be_copied(qtbot: QtBot, page: SettingsPage) -> None:
    assert str(paths.workspace()) in [text.text() for text in page.findChildren(Text)]
    copy = next(button for button in page.findChildren(Button) if button.text() == "Copy path")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == str(paths.workspace())


def test_the_window_remembers_its_size(graph: Graph, page: SettingsPage) -> None:
    graph.window.resize(1500, 950)
    graph.window.close()
    assert (Settings().values.width, Settings().values.height) == (1500, 950)
