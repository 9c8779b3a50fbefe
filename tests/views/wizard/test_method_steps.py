"""The steps Tokenizer, Method and Memory as their user meets them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.views.wizard.memory_step import MemoryStep
from desktop.views.wizard.method_step import MethodStep
from desktop.views.wizard.tokenizer_step import TokenizerStep
from tests.support import wizard_parts as parts
from tests.support.wizard_user import said, view
from tests.views.wizard.conftest import BIG, Stage


def test_a_new_tokenizer_warns_and_offers_the_method_that_can(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    tokenizer = view(stage, "tokenizer")
    assert isinstance(tokenizer, TokenizerStep)
    stage.page.session.answer(stage.page.session.wizard.answers.with_method("lora"))
    tokenizer.choices.chosen.emit("train")
    assert "LoRA cannot learn a new tokenizer" in said(tokenizer)
    button = tokenizer._conflict.button
    assert button.text() == "Use full fine-tuning"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert stage.page.session.wizard.job.method.id == "full"
    tokenizer.vocabulary.setValue(2000)
    assert stage.page.session.wizard.job.tokenizer.vocabulary == 2000
    qtbot.mouseClick(tokenizer.report.measure, Qt.MouseButton.LeftButton)
    assert stage.workbench.last("tokenizer_report").params["tokenizer"]["action"] == "train"
    stage.workbench.last("tokenizer_report").succeeded.emit(parts.tokenizer_report(trained=True))
    assert "1.21" in said(tokenizer)


def test_methods_can_be_searched_and_filtered(qtbot: QtBot, stage: Stage) -> None:
    stage.fill(BIG)
    method = view(stage, "method")
    assert isinstance(method, MethodStep)
    assert "full" in method.list.choices.cards
    qtbot.keyClicks(method.list.search, "low-rank")
    assert "full" not in method.list.choices.cards
    method.list.search.setText("no such thing")
    assert "No method matches." in said(method)
    method.list.search.clear()
    method.list.fits.setChecked(True)
    assert set(method.list.choices.cards) == {o.id for o in stage.page.session.wizard.offers if o.place}


def test_options_of_a_method_change_the_job_and_the_preview(stage: Stage) -> None:
    stage.fill()
    method = view(stage, "method")
    assert isinstance(method, MethodStep)
    form = method.detail.options
    assert form is not None
    form.rows["rank"].editor.set(8)
    form.rows["rank"].editor.changed.emit()
    assert stage.page.session.wizard.job.method.options == {"rank": 8}
    assert "was 16" in said(stage.page.preview)
    assert "rank 8" in method.detail.picture.accessibleName()
    training = method.detail.training
    assert training is not None
    assert set(training.rows) == {"epochs", "learning_rate"}
    training.rows["epochs"].editor.set(2.0)
    training.rows["epochs"].editor.changed.emit()
    assert stage.page.session.wizard.job.training.epochs == 2
    form.rows["rank"].reset()
    assert stage.page.session.wizard.job.method.options == {}


def test_all_settings_shows_every_setting_there_is(stage: Stage) -> None:
    stage.fill()
    method = view(stage, "method")
    assert isinstance(method, MethodStep)
    stage.page._advanced.setChecked(True)
    training = method.detail.training
    assert training is not None
    assert {"seed", "schedule", "optimizer", "validation_share"} <= set(training.rows)
    others = method.detail.others
    assert others is not None
    for name, value in (("quantization", "8bit"), ("device", "cpu")):
        others.rows[name].editor.set(value)
        others.rows[name].editor.changed.emit()
        others = method.detail.others
        assert others is not None
    job = stage.page.session.wizard.job
    assert (job.quantization, job.device) == ("8bit", "cpu")
    assert "was auto" in said(stage.page.preview)
    stage.page._advanced.setChecked(False)
    assert method.detail.training is not None
    assert "seed" not in method.detail.training.rows
    assert method.detail.others is None


def test_memory_that_does_not_fit_offers_to_make_it_fit(qtbot: QtBot, stage: Stage) -> None:
    stage.fill(BIG)
    session = stage.page.session
    session.answer(session.wizard.answers.with_training(batch_size=32, max_length=2048))
    session._find(lengths=parts.lengths(longest=2048))
    memory = view(stage, "memory")
    assert isinstance(memory, MemoryStep)
    assert "Does not fit" in said(memory)
    assert stage.page.preview.next_button.kind == "secondary"
    assert memory.verdict.fit.kind == "primary"
    before = session.wizard.estimate
    assert before is not None
    first = memory.fixes.buttons["batch"]
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    after = session.wizard.estimate
    assert after is not None
    assert after.total_mib < before.total_mib
    assert session.wizard.job.training.accumulation > 1


def test_a_cell_of_the_map_is_one_press_away(qtbot: QtBot, stage: Stage) -> None:
    stage.fill()
    memory = view(stage, "memory")
    assert isinstance(memory, MemoryStep)
    qtbot.mouseClick(memory.map.cells[(4, 128)], Qt.MouseButton.LeftButton)
    training = stage.page.session.wizard.job.training
    assert (training.batch_size, training.max_length) == (4, 128)
    assert memory.form is not None
    assert memory.form.values()["batch_size"] == 4
    assert all(cell.accessibleName() for cell in memory.map.cells.values())
