"""A job's chat template is the one the run trains on, answers with and saves."""

from __future__ import annotations

from pathlib import Path

from desktop.engine.data.rendering.templates import template_named
from desktop.engine.events import Noticed
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_tokenizer
from tests.support.training import finish_of, new_run, train


def test_the_run_trains_on_and_saves_the_template_it_was_given(tiny_model: Path, tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs", tiny_model, chat_template="gemma", training={"max_steps": 2})
    runner = train(run)
    first = runner.trainer.train_dataset[0]["input_ids"]
    assert "<start_of_turn>model" in load_tokenizer(resolve(str(tiny_model))).decode(first)
    assert finish_of(run).status == "finished"
    saved = load_tokenizer(resolve(str(run.model)))
    assert saved.chat_template == template_named("gemma")


def test_split_rows_are_told(tiny_model: Path, tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs", tiny_model, training={"max_steps": 2, "max_length": 16, "overlong": "split"})
    train(run)
    notices = [event for event in run.events() if isinstance(event, Noticed)]
    assert any("were split" in notice.message or "several" in notice.message for notice in notices)
    assert not [notice for notice in notices if notice.code == "rows_cut"]
