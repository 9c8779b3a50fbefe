"""What a job leaves open is settled by model size and machine; the optimizer of ours does what its papers say."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts
from desktop.engine.train import plan
from desktop.engine.train.optimizers import Muon, orthogonalised

MACHINE = Hardware("a processor", 4, 16_000, 12_000, (), 100_000, "Linux")
FACTS = ModelFacts("llama", "causal", 3_700_000, 256, 4, 4, 2, 688, 3072, 512, 2.0, True, False, {"q": (1, 1)})


@pytest.mark.parametrize(
    ("method", "parameters", "low", "high"),
    [
        ("lora", 3_700_000, 2e-3, 2e-3), ("qlora", 3_700_000, 2e-3, 2e-3), ("full", 3_700_000, 5e-4, 5e-4),
        ("lora", 500_000_000, 3e-4, 8e-4), ("full", 500_000_000, 2e-5, 1e-4),
        ("lora", 7_000_000_000, 2e-4, 2e-4), ("full", 7_000_000_000, 1e-5, 1e-5), ("lora", 70_000_000_000, 2e-4, 2e-4),
    ],
)  # fmt: skip
def test_the_default_rate_falls_with_the_size_of_the_model(
    method: str, parameters: int, low: float, high: float
) -> None:
    rate = METHODS.get(method).default_learning_rate(replace(FACTS, parameters=parameters))
    assert low <= rate <= high


def test_without_a_model_the_rate_is_the_careful_one() -> None:
    assert METHODS.get("lora").default_learning_rate(None) == 2e-4


def test_what_is_open_is_settled() -> None:
    job = JobSpec.from_mapping({"training": {"max_length": 4096, "optimizer": "paged_adamw_8bit"}, "device": "cpu"})
    settled = plan.plan(job, FACTS, MACHINE)
    assert settled == plan.Plan("cpu", "fp32", 2e-3, 512, 3, "adamw_torch")
    assert settled.weight_dtype(is_adapter=True) == torch.float32


def test_trained_weights_are_never_loaded_in_half_precision() -> None:
    settled = plan.Plan("cuda", "bf16", 1e-4, 512, 1, "adamw_torch")
    assert settled.weight_dtype(is_adapter=False) == torch.float32
    assert settled.weight_dtype(is_adapter=True) == torch.bfloat16


@pytest.mark.parametrize(("rows", "batch", "accumulation", "epochs", "steps"), [
    (54, 4, 1, 2.0, 28), (54, 4, 2, 2.0, 14), (54, 4, 3, 0.5, 3), (1, 8, 4, 1.0, 1), (270, 8, 1, 3.0, 102),
])  # fmt: skip
def test_steps_are_counted_as_the_library_counts_them(
    rows: int, batch: int, accumulation: int, epochs: float, steps: int
) -> None:
    training = {"batch_size": batch, "accumulation": accumulation, "epochs": epochs}
    assert plan.total_steps(JobSpec.from_mapping({"training": training}), rows) == steps


def test_the_schedule_is_at_most_200_points_from_the_first_to_the_last_step() -> None:
    job = JobSpec.from_mapping({"training": {"warmup": 0.1, "schedule": "linear"}})
    settled = plan.plan(job, FACTS, MACHINE)
    points = plan.schedule_points(job, settled, 1000)
    assert len(points) == 200
    assert points[0] == 0.0
    assert max(points) == pytest.approx(2e-3, rel=0.05)
    assert 0 < points[-1] < 1e-5


def test_orthogonalised_rows_have_singular_values_near_one() -> None:
    torch.manual_seed(1)
    for shape in ((8, 32), (32, 8), (16, 16)):
        values = torch.linalg.svdvals(orthogonalised(torch.randn(shape)))
        assert values.min() > 0.3
        assert values.max() < 1.3


def test_muons_other_half_is_adamw() -> None:
    torch.manual_seed(2)
    start, gradients = torch.randn(6), torch.randn(5, 6)
    ours, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    one = Muon([{"params": [ours], "weight_decay": 0.1}], lr=0.01)
    two = torch.optim.AdamW([theirs], lr=0.01, betas=(0.9, 0.95), weight_decay=0.1)
    for gradient in gradients:
        for parameter, optimizer in ((ours, one), (theirs, two)):
            parameter.grad = gradient.clone()
            optimizer.step()
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)
