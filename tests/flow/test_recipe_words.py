"""What recipe pages say beside form and stages, and where the last model leads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop import paths
from desktop.flow import recipe_words
from desktop.flow.recipe_words import file_words, learns_line, models_offered, onward, samples_offered, stages_line
from desktop.flow.recipes import RecipeView, StageRow
from tests.support.recipes import two_stages
from tests.support.tuned import LINEAGE, full_run


def view(model: str) -> RecipeView:
    row = StageRow("sft", "First", 1, "done", "Done")
    return RecipeView(
        "two", "Two", "", Path(), 0.0, "finished", "Finished", "", "", (row,), 1.0, model, False, False
    )  # fmt: skip


def test_what_a_recipe_does_is_said_in_a_line(tmp_path: Path) -> None:
    spec = two_stages(tmp_path)
    assert stages_line(spec) == "2 stages: First, Second"
    assert learns_line(spec).startswith("Supervised fine-tuning \N{RIGHTWARDS ARROW} ")


def test_samples_are_offered_by_kind() -> None:
    assert [Path(one.value).name for one in samples_offered("preference")] == ["manners.jsonl"]
    assert samples_offered("nothing") == []


def test_models_at_hand_are_offered() -> None:
    assert "starter" in [one.value for one in models_offered()]


@pytest.mark.parametrize(("path", "words"), [("/a/b/c.jsonl", "c.jsonl, in b"), ("c.jsonl", "c.jsonl")])
def test_a_file_is_named_with_its_folder(path: str, words: str) -> None:
    assert file_words(path) == words


def test_a_model_that_talks_leads_to_the_comparison_and_any_other_to_trying(tiny_model: Path) -> None:
    model = full_run(paths.runs(), tiny_model, "last")
    way = onward(view(model))
    assert way is not None
    assert (way.words, way.page, way.context) == ("Compare in chat", "chat", {"run": "last"})
    file = paths.runs() / "last" / "model" / LINEAGE
    file.write_text(json.dumps(json.loads(file.read_text()) | {"head": {"kind": "reward", "labels": []}}))
    rating = onward(view(model))
    assert rating is not None
    assert (rating.words, rating.context) == ("Try it", {"model": "run:last"})


def test_no_model_leads_nowhere() -> None:
    assert onward(view("")) is None
    assert onward(view("run:gone")) is None


def test_a_stage_is_read_out_whole() -> None:
    row = StageRow("a", "First", 1, "stopped", "Stopped", "It was stopped.", "Resume it.", "run", 3, 6)
    assert recipe_words.stage_spoken(row, 2) == (
        "Stage 1 of 2, First: Stopped. step 3 of 6. It was stopped. Resume it."
    )
    assert recipe_words.stage_share(row) == 0.5
