"""The quickstart from the command line, with the model and the sample that come along: its figures, not its words."""

from __future__ import annotations

import json

import pytest

from desktop import paths
from desktop.engine.evaluate.style import has_style
from tests.support.command_line import run_fettle


@pytest.mark.timeout(600)
def test_tuning_shows_and_keeps_what_was_right() -> None:
    said = run_fettle("quickstart", "--json", timeout=600)
    assert said.code == 0, said.err + said.out
    found = said.answer
    assert found["prompts"] >= 20
    assert found["loss_after"] <= 0.15 * found["loss_before"]
    assert found["style_tuned"] >= 0.9 * found["prompts"]
    assert found["style_base"] == 0
    assert found["right_base"] >= 0.5 * found["prompts"], "a base that knows nothing cannot show what tuning keeps"
    assert found["right_both"] >= 0.85 * found["right_base"]
    assert found["train_seconds"] > 0

    answers = found["answers"]
    assert sum(has_style(answer["tuned"]) for answer in answers) == found["style_tuned"]
    questions = {answer["prompt"] for answer in answers}
    sample = (paths.samples() / "bakery.jsonl").read_text(encoding="utf-8")
    seen = {value for line in sample.splitlines() for value in json.loads(line).values() if isinstance(value, str)}
    assert not questions & seen, "a held-out question was trained on"
    assert (paths.runs() / found["run"] / "model" / "adapter_model.safetensors").is_file()
