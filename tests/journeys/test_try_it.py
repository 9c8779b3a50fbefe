"""A classifier, trained by the real engine, opened from the page of its run and tried: its label is on the screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.views.components.label import Text
from tests.support.training import new_run, train
from tests.support.user import User
from tests.support.window import opened

pytestmark = pytest.mark.timeout(600)

TEXTS = {"red": "apple cherry ruby", "blue": "sea sky ink"}


def test_from_a_trained_classifier_to_its_label(
    qapp: QApplication, qtbot: QtBot, tiny_bert: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "colours.jsonl"
    labelled = [{"text": f"{text} {number}", "label": label} for number in range(20) for label, text in TEXTS.items()]
    rows.write_text("".join(json.dumps(row) + "\n" for row in labelled), encoding="utf-8")
    run = new_run(
        paths.runs(), tiny_bert, data=[{"path": str(rows)}], objective="classification", method="full",
        training={"epochs": 6, "learning_rate": 3e-3},
    )  # fmt: skip
    train(run)
    with opened(qapp, "run", run=run.name) as window:
        user = User(qtbot, window, "try-it")
        user.clicks("What was found", 60)
        page: Any = window.page("run")
        assert page.body.findings.matrix is not None
        user.keeps_picture("1-found")
        user.clicks("Try it")
        user.waits(lambda: window.current == "chat", "the page to try it on")
        panel = window.page("chat").tryout  # type: ignore[attr-defined]
        user.waits(lambda: panel.tryout.stage == "ready", "the classifier", 180)
        user.types(panel.edit, TEXTS["blue"])
        qtbot.keyClick(panel.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        user.waits(lambda: panel.tryout.stage == "ready" and bool(panel.results), "the label", 60)
        shown = [text.text() for text in panel.results[0].findChildren(Text) if text.isVisible()]
        user.keeps_picture("2-label")
        assert TEXTS["blue"] in shown
        assert panel.tryout.tried[0].tuned.result == "blue"
        assert {"blue", "red"} <= set(shown)
        assert any(words.endswith(" sure") for words in shown)
