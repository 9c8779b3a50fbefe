"""Help shows the bundled texts, follows links between them, and fetches nothing."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from pytestqt.qtbot import QtBot

from desktop.flow.help import topics
from desktop.views.help import HelpPage, create
from desktop.views.services import Services


def help_page(qtbot: QtBot, services: Services) -> HelpPage:
    page = create(services)
    assert isinstance(page, HelpPage)
    qtbot.addWidget(page)
    page.show()
    return page


def test_every_text_can_be_opened(qtbot: QtBot, services: Services) -> None:
    page = help_page(qtbot, services)
    for topic in topics():
        page.entered(topic=topic.id)
        shown = page.reader.toPlainText()
        assert shown.startswith(topic.title)
        assert len(shown) > 200
        assert "**" not in shown


def test_a_link_opens_another_text(qtbot: QtBot, services: Services) -> None:
    page = help_page(qtbot, services)
    page.reader.anchorClicked.emit(QUrl("which-method"))
    assert page.reader.toPlainText().startswith("Which method, when")


def test_a_link_elsewhere_goes_nowhere_and_nothing_is_loaded(qtbot: QtBot, services: Services) -> None:
    page = help_page(qtbot, services)
    before = page.reader.toPlainText()
    page.reader.anchorClicked.emit(QUrl("https://example.org/"))
    assert page.reader.toPlainText() == before
    assert page.reader.loadResource(2, QUrl("file:///etc/passwd")) is None


def test_an_unknown_topic_leaves_the_first_open(qtbot: QtBot, services: Services) -> None:
    page = help_page(qtbot, services)
    page.entered(topic="no such topic")
    assert page.reader.toPlainText().startswith("What fine-tuning changes")
