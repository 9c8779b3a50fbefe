"""What a job takes where it says nothing: by method and model size, each value with its reason and source."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.engine.defaults import REPORTED, default_epochs, defaults
from desktop.engine.job import JobSpec, Training
from desktop.engine.methods import METHODS
from tests.engine.memory.conftest import llama_like

STARTER = llama_like(hidden=256, layers=4, heads=4, kv_heads=2, intermediate=688, vocabulary=3072)
SEVEN = llama_like(hidden=4096, layers=32, heads=32, kv_heads=8, intermediate=14_336, vocabulary=32_000)
ALL = [method.id for method in METHODS.all()]


def by_setting(method: str, rows: int = 300, facts: Any = SEVEN) -> dict[str, Any]:
    job = JobSpec.from_mapping({"method": method})
    return {one.setting: one for one in defaults(job, facts, rows)}


@pytest.mark.parametrize("method", ALL)
def test_every_value_has_a_sentence_a_range_and_a_source(method: str) -> None:
    found = by_setting(method)
    assert {"training.learning_rate", "training.epochs", "training.batch_size", "training.warmup"} <= found.keys()
    assert ("method.rank" in found) == ("rank" in METHODS.get(method).options.model_fields)
    for one in found.values():
        assert one.sentence.endswith("."), one
        assert one.typical, one
        assert one.source, one


@pytest.mark.parametrize("method", ALL)
def test_small_models_take_higher_rates_than_large_ones(method: str) -> None:
    rate = "training.learning_rate"
    small, large = by_setting(method, facts=STARTER)[rate].value, by_setting(method)[rate].value
    assert small > large > 0
    assert by_setting(method, facts=None)[rate].value == large  # unknown: the safe end


@pytest.mark.parametrize("method", sorted(REPORTED.keys() & set(ALL)))
def test_large_models_take_what_the_papers_took(method: str) -> None:
    reported = REPORTED[method]
    assert reported.low / 1.01 <= by_setting(method)["training.learning_rate"].value <= reported.high * 1.01


def test_the_rates_of_lora_are_the_measured_and_the_published_one() -> None:
    assert by_setting("lora", facts=STARTER)["training.learning_rate"].value == pytest.approx(2e-3, rel=0.05)
    assert by_setting("lora")["training.learning_rate"].value == pytest.approx(2e-4)


def test_few_rows_are_seen_more_often_and_many_as_usual() -> None:
    assert default_epochs(270, 8) == 3  # 34 steps an epoch: three epochs make about a hundred
    assert default_epochs(90, 8) == 9
    assert default_epochs(10, 8) == 10
    assert default_epochs(100_000, 8) == default_epochs(0, 8) == Training().epochs
    assert "few" in by_setting("lora", rows=60)["training.epochs"].sentence
