"""From a job to its memory and to what would make it fit, over the methods that are registered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import RequestError
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.estimate import estimate
from desktop.engine.memory.fixes import fixes, made_to_fit, nearest_that_fits, what_fits
from desktop.engine.memory.job_shape import shape_of
from desktop.engine.memory.sizes import count, share, size
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts
from tests.engine.memory.conftest import llama_like

SMALL = llama_like(hidden=256, layers=4, heads=4, kv_heads=2, intermediate=688, vocabulary=3072, context=512)
LAPTOP = Hardware("cpu", 4, 16_384, 8_192, (), 100_000, "Linux")


def job(**values: Any) -> JobSpec:
    return JobSpec.from_mapping(values)


def test_on_the_processor_everything_is_fp32_and_the_program_counts(small: ModelFacts, laptop: Hardware) -> None:
    found = estimate(job(), small, laptop)
    assert found.device == "cpu"
    assert found.part("weights").mib == pytest.approx(340_500 * 4 / 2**20)
    assert found.part("weights").why == "fp32, frozen"
    assert found.part("context").label == "Program"
    assert found.limit_mib == 8192
    assert found.measured_mib == found.total_mib


def test_on_a_gpu_a_frozen_base_is_bf16_and_a_learning_one_fp32(billion: ModelFacts, workstation: Hardware) -> None:
    frozen = shape_of(job(), billion, workstation)
    assert (frozen.weight_bytes, frozen.trained_bytes, frozen.inner_bytes) == (2, 4, 2)
    learning = shape_of(job(method="full"), billion, workstation)
    assert (learning.weight_bytes, learning.stream_bytes, learning.inner_bytes) == (4, 4, 2)
    assert learning.trainable == billion.parameters
    packed = shape_of(job(method="qlora"), billion, workstation)
    assert (packed.quantization, packed.stream_bytes, packed.double_quant) == ("nf4", 4, True)
    found = estimate(job(), billion, workstation)
    assert found.measured_mib == found.peak_allocated_mib < found.total_mib


def test_adapters_on_attention_alone_keep_less(billion: ModelFacts, workstation: Hardware) -> None:
    attention = job(method={"id": "lora", "targets": "attention"})
    assert not shape_of(attention, billion, workstation).feed_forward
    assert shape_of(job(method={"id": "lora", "targets": "up_proj, down_proj"}), billion, workstation).feed_forward
    assert shape_of(job(method={"id": "lora", "targets": "feed-forward"}), billion, workstation).feed_forward
    alike = estimate(job(), billion, workstation).part("activations").mib
    assert estimate(attention, billion, workstation).part("activations").mib < alike


def test_no_batch_is_wider_than_the_longest_row_or_the_context(small: ModelFacts, laptop: Hardware) -> None:
    asked = job(training={"max_length": 1_000_000})
    assert shape_of(asked, SMALL, laptop).length == 512
    assert shape_of(asked, SMALL, laptop, longest_row=40).length == 40


def test_an_unknown_option_is_refused_in_words(small: ModelFacts, laptop: Hardware) -> None:
    with pytest.raises(RequestError, match="wide"):
        estimate(job(method={"id": "lora", "wide": 3}), small, laptop)


@pytest.mark.parametrize("method", [method.id for method in METHODS.all()])
@given(batch=st.integers(1, 32), length=st.integers(32, 512), rank=st.integers(1, 64))
def test_every_method_grows_with_batch_length_and_rank(method: str, batch: int, length: int, rank: int) -> None:
    fields = METHODS.get(method).options.model_fields
    ranked = "rank" in fields
    if method == "lokr":
        rank = min(rank, 6)  # from half a factor's width on it is kept whole, and the rank no longer counts

    def total(batch: int, length: int, rank: int) -> float:
        chosen = {"id": method, "rank": rank} if ranked else method
        if "start_rank" in fields:  # what AdaLoRA begins with has to be above what it ends with
            chosen = {"id": method, "rank": rank, "start_rank": 2 * rank}
        asked = job(method=chosen, training={"batch_size": batch, "max_length": length})
        return estimate(asked, SMALL, LAPTOP).total_mib

    here = total(batch, length, rank)
    assert total(batch + 1, length, rank) >= here
    assert total(batch, min(512, length + 16), rank) >= here
    assert total(batch, length, rank + 1) >= here


def test_the_sentence_says_how_much_is_missing(billion: ModelFacts, workstation: Hardware) -> None:
    found = estimate(job(training={"max_length": 1024}), billion, workstation)
    assert found.verdict == "too_big"
    assert f"{size(found.total_mib - found.limit_mib)} too much" in found.sentence
    assert found.largest.id == "activations"
    assert found.as_dict()["verdict"] == "too_big"
    assert sum(part["mib"] for part in found.as_dict()["parts"]) == pytest.approx(found.total_mib, abs=0.1)


def test_fixes_are_what_they_say(billion: ModelFacts, workstation: Hardware) -> None:
    asked = job(training={"max_length": 1024})
    before = estimate(asked, billion, workstation).total_mib
    found = fixes(asked, billion, workstation)
    assert [fix.id for fix in found][:2] == ["checkpointing", "batch"]
    for fix in found:
        after = estimate(fix.job, billion, workstation)
        assert after.total_mib == pytest.approx(fix.total_mib)
        assert before - after.total_mib == pytest.approx(fix.saves_mib)
        assert after.verdict == fix.verdict
    smaller = next(fix.job for fix in found if fix.id == "batch").training
    assert smaller.batch_size * smaller.accumulation == 8
    packed = next(fix.job for fix in found if fix.id == "quantization")
    assert (packed.method.id, packed.quantization) == ("qlora", "nf4")


def test_full_fine_tuning_is_offered_lora_and_made_to_fit(billion: ModelFacts, workstation: Hardware) -> None:
    asked = job(method="full")
    assert "lora" in {fix.id for fix in fixes(asked, billion, workstation)}
    fitted = made_to_fit(asked, billion, workstation)
    assert fitted is not None
    assert estimate(fitted, billion, workstation).verdict != "too_big"


def test_what_cannot_fit_is_not_promised(billion: ModelFacts) -> None:
    tiny = Hardware("cpu", 2, 2048, 700, (), 100_000, "Linux")
    assert made_to_fit(job(), billion, tiny) is None


def test_a_job_that_fits_is_left_alone(laptop: Hardware) -> None:
    assert made_to_fit(job(), SMALL, laptop) == job()


def test_the_map_holds_the_job_and_its_nearest_fit(billion: ModelFacts, workstation: Hardware) -> None:
    cells = what_fits(job(training={"max_length": 1024}), billion, workstation)
    assert [len(row) for row in cells] == [5] * 5
    now = [cell for row in cells for cell in row if cell.current]
    assert [(cell.batch, cell.length) for cell in now] == [(8, 1024)]
    nearest = nearest_that_fits(cells)
    assert nearest is not None
    assert nearest.verdict != "too_big"
    for row in cells:
        assert [cell.total_mib for cell in row] == sorted(cell.total_mib for cell in row)
    fitting = what_fits(job(), SMALL, Hardware("cpu", 4, 16_384, 8_192, (), 1, "Linux"))
    assert nearest_that_fits(fitting) is None


@pytest.mark.parametrize(
    ("mib", "said"), [(0.5, "512 KB"), (2.34, "2.3 MB"), (640, "640 MB"), (6349, "6.2 GB"), (200_000, "195 GB")]
)
def test_amounts_read_well(mib: float, said: str) -> None:
    assert size(mib) == said


def test_counts_and_shares_read_well() -> None:
    assert [count(n) for n in (980, 18_500, 3_690_000, 1.54e9)] == ["980", "18.5 K", "3.7 M", "1.54 B"]
    assert [share(n, 1000) for n in (1000, 12, 0.2, 0)] == ["100 %", "1.2 %", "0.02 %", "0 %"]
