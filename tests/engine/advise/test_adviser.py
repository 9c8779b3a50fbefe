"""The adviser against cases on which a practitioner would agree, over whatever methods are registered."""

from __future__ import annotations

import math
from typing import Any

import pytest

from desktop.engine.advise.adviser import advise, goal_of, jobs_of
from desktop.engine.advise.base import GOALS, Advice, Situation, goal
from desktop.engine.advise.table import TABLE, row_of
from desktop.engine.advise.words import GOAL_WORDS
from desktop.engine.errors import RequestError
from desktop.engine.hardware import Gpu, Hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts
from tests.engine.memory.conftest import llama_like

STARTER = llama_like(hidden=256, layers=4, heads=4, kv_heads=2, intermediate=688, vocabulary=3072, context=512)
SEVEN = llama_like(hidden=4096, layers=32, heads=32, kv_heads=8, intermediate=14_336, vocabulary=32_000)
BERT = ModelFacts(
    architecture="bert", kind="masked", parameters=109_500_000, hidden=768, layers=12, heads=12, kv_heads=12,
    intermediate=3072, vocabulary=30_522, context=512, bytes_per_weight=4.0, tied=True, has_biases=True,
    linear_shapes={
        "attention.self.query": (768, 768), "attention.self.key": (768, 768), "attention.self.value": (768, 768),
        "attention.output.dense": (768, 768), "intermediate.dense": (3072, 768), "output.dense": (768, 3072),
    },
)  # fmt: skip
LAPTOP = Hardware("cpu", 4, 16_384, 8_192, (), 100_000, "Linux")


def card(gib: float) -> Hardware:
    free = round(gib * 1024)
    return Hardware("cpu", 16, 65_536, 60_000, (Gpu("card", free, free, True),), 500_000, "Linux")


def job(**values: Any) -> JobSpec:
    return JobSpec.from_mapping({"data": [{"path": "/rows.jsonl"}], **values})


def advice(facts: ModelFacts, machine: Hardware | None, asked: JobSpec | None = None, **situation: Any) -> list[Advice]:
    return advise(jobs_of(asked or job()), Situation(facts, machine, **situation))


def first(found: list[Advice]) -> str:
    assert found[0].place == 1
    return found[0].id


def test_a_style_on_seven_billion_with_eight_gigabytes_is_qlora() -> None:
    found = advice(SEVEN, card(8), job(training={"batch_size": 1, "checkpointing": True}), rows=300)
    assert first(found) == "qlora"
    places = {one.id: one for one in found}
    assert places["lora"].place == 0
    assert "more than is free" in places["lora"].line
    assert places["full"].place == 0


def test_a_style_on_seven_billion_with_room_is_lora_and_packing_is_said_to_be_needless() -> None:
    found = advice(SEVEN, card(48), job(training={"batch_size": 1}), rows=300)
    assert first(found) == "lora"
    packed = next(one for one in found if one.id == "qlora")
    assert packed.place > 1
    assert any("fits without packing" in reason.text for reason in packed.reasons)


def test_a_tiny_model_gets_lora_for_few_rows_and_full_for_many() -> None:
    assert first(advice(STARTER, LAPTOP, rows=300)) == "lora"
    assert first(advice(STARTER, LAPTOP, rows=50_000)) == "full"


def test_a_large_model_is_not_moved_whole_for_a_few_thousand_rows() -> None:
    found = advice(SEVEN, card(640), rows=3_000, goal="quality")
    assert first(found) in ("lora", "dora")
    full = next(one for one in found if one.id == "full")
    assert any(reason.tone == "against" and "too few to move" in reason.text for reason in full.reasons)


def test_labels_and_an_encoder_with_little_data_are_for_biases_or_lora() -> None:
    asked = job(objective="mlm")
    assert first(advice(BERT, LAPTOP, asked, rows=400, goal="classification")) in ("bitfit", "lora")


def test_a_new_language_with_much_text_is_for_all_weights() -> None:
    asked = job(objective="pretrain")
    assert first(advice(STARTER, LAPTOP, asked, rows=200_000, goal="language")) == "full"
    few = advice(SEVEN, card(24), job(training={"batch_size": 1}), rows=500, goal="language")
    assert first(few) != "full"


def test_random_weights_are_offered_no_adapter() -> None:
    found = advice(SEVEN, card(24), job(objective="pretrain", training={"batch_size": 1}), rows=500, goal="language")
    lora = next(one for one in found if one.id == "lora")
    assert not lora.usable
    assert "starts from random weights" in lora.refusal
    assert not any(one.place for one in found)  # all weights do not fit, and nothing else can


def test_the_smallest_file_is_smaller_than_loras_where_such_a_method_is_there() -> None:
    found = advice(SEVEN, card(48), job(training={"batch_size": 1}), rows=2_000, goal="smallest")
    lora = next(one for one in found if one.id == "lora")
    if {"ia3", "vera"} & {one.id for one in found if one.place}:
        assert found[0].file_mib < lora.file_mib / 4
    assert next(one for one in found if one.id == "full").place in (0, len([one for one in found if one.place]))


def test_least_memory_on_a_large_model_is_a_packed_base() -> None:
    asked = job(training={"batch_size": 1, "checkpointing": True})
    assert first(advice(SEVEN, card(48), asked, rows=2_000, goal="memory")) == "qlora"


def test_many_tasks_are_for_one_adapter_each_or_a_shared_prompt() -> None:
    asked = job(training={"batch_size": 1})
    found = advice(SEVEN, card(48), asked, rows=5_000, sets=4)
    assert first(found) in ("lora", "multitask_prompt", "bottleneck")
    places = {one.id: one.place for one in found if one.place}
    if "multitask_prompt" in places:
        alone = {one.id: one.place for one in advice(SEVEN, card(48), asked, rows=5_000, goal="tasks")}
        assert places["multitask_prompt"] <= 4 < alone["multitask_prompt"]


def test_soft_prompts_are_no_first_choice_for_a_small_model() -> None:
    found = advice(STARTER, LAPTOP, rows=300)
    places = [one.id for one in found if one.place]
    for prompt in {"prompt", "p_tuning", "prefix", "p_tuning_v2"} & set(places):
        assert places.index(prompt) > places.index("lora")
        told = next(one for one in found if one.id == prompt)
        assert any("works well from about" in reason.text for reason in told.reasons)


def test_what_is_refused_comes_last_with_the_reason_and_the_cure() -> None:
    found = advice(STARTER, LAPTOP, job(quantization="8bit"), rows=300)
    refused = [one for one in found if one.refusal]
    assert found[-len(refused) :] == refused
    full = next(one for one in refused if one.id == "full")
    assert (full.place, full.reasons[0].tone) == (0, "against")
    assert full.refusal in full.reasons[0].text


def test_places_count_up_and_what_does_not_fit_stands_before_what_is_refused() -> None:
    found = advice(SEVEN, card(8), job(training={"batch_size": 1}), rows=300)
    order = [(not one.usable, not one.fits) for one in found]
    assert order == sorted(order)
    assert [one.place for one in found if one.place] == list(range(1, 1 + sum(one.place > 0 for one in found)))


@pytest.mark.parametrize("asked", [one.id for one in GOALS])
@pytest.mark.parametrize("rows", [0, 40, 300, 100_000])
def test_every_goal_answers_the_same_twice_with_figures_and_sentences(asked: str, rows: int) -> None:
    found = advice(STARTER, LAPTOP, rows=rows, goal=asked)
    assert found == advice(STARTER, LAPTOP, rows=rows, goal=asked)
    assert {one.id for one in found} == {method.id for method in METHODS.all()}
    for one in found:
        assert math.isfinite(one.score)
        assert one.line.endswith(".")
        assert all(reason.text.endswith(".") for reason in one.reasons), one.reasons
        assert (one.seconds is None) == (rows == 0)
        assert one.as_dict()["id"] == one.id


def test_a_measured_speed_sets_the_time() -> None:
    slow = advice(STARTER, LAPTOP, rows=300, tokens_per_second=100.0)
    quick = advice(STARTER, LAPTOP, rows=300, tokens_per_second=10_000.0)
    times = {one.id: one.seconds for one in quick}
    assert all(one.seconds > 2 * times[one.id] for one in slow if one.seconds and times[one.id])


def test_nothing_is_said_of_memory_where_the_machine_is_not_known() -> None:
    found = advice(STARTER, None, rows=300)
    assert all(one.estimate is None and one.seconds is None and one.fits for one in found)
    assert first(found) == "lora"


def test_a_wrong_option_is_told_and_the_method_still_listed() -> None:
    found = advice(STARTER, LAPTOP, job(method={"id": "lora", "rank": 0}), rows=300)
    lora = next(one for one in found if one.id == "lora")
    assert (lora.place, bool(lora.refusal)) == (0, True)


def test_an_unknown_goal_is_refused_in_words() -> None:
    with pytest.raises(RequestError, match="no goal called"):
        advice(STARTER, LAPTOP, goal="fame")


def test_goals_follow_from_the_job() -> None:
    assert goal_of(job()) == "style"
    assert goal_of(job(), sets=3) == "tasks"
    assert goal_of(job(objective="pretrain")) == "domain"
    assert goal_of(job(method="full", tokenizer={"action": "train"})) == "language"


def test_the_table_has_a_row_for_every_method_and_a_grade_for_every_goal() -> None:
    assert {method.id for method in METHODS.all()} <= {row.method for row in TABLE}
    assert len({row.method for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert len(row.grades) == len(GOALS)
        assert all(0 <= grade <= 5 for grade in row.grades)
        assert row_of(row.method) is row
    kinds = {row.kind for row in TABLE}
    assert {id: set(words) for id, words in GOAL_WORDS.items()} == {one.id: kinds for one in GOALS}
    assert goal("style").title


def test_a_packed_base_that_was_asked_for_stays_under_every_adapter() -> None:
    asked = jobs_of(job(method="lora", quantization="nf4"))
    assert {one.quantization for one in asked.values()} == {"nf4"}
    plain = jobs_of(job())
    assert {id for id, one in plain.items() if one.quantization != "none"} == {"qlora"}
    assert jobs_of(job(method="qlora"))["lora"].quantization == "none"
