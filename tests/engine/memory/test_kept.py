"""What methods keep beside the base's activations, counted with a pencil on a model of round numbers."""

from __future__ import annotations

import pytest

from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.estimate import estimate
from desktop.engine.memory.job_shape import shape_of
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import ModelFacts
from desktop.engine.methods.kept import Kept

# A block of the small model: q and o 100 x 100, k and v 50 x 100, gate and up 300 x 100, down 100 x 300 (out x in).
OUT = 100 + 50 + 50 + 100 + 300 + 300 + 100
IN = 6 * 100 + 300
WEIGHTS = 2 * 100 * 100 + 2 * 50 * 100 + 3 * 300 * 100


def kept(method: str, small: ModelFacts, laptop: Hardware) -> Kept:
    return shape_of(JobSpec.from_mapping({"method": method}), small, laptop).kept


def test_lora_and_full_keep_nothing_beyond_the_base(small: ModelFacts, laptop: Hardware) -> None:
    assert kept("lora", small, laptop) == kept("full", small, laptop) == Kept()


def test_dora_keeps_both_halves_of_every_output(small: ModelFacts, laptop: Hardware) -> None:
    assert kept("dora", small, laptop) == Kept(by_token=2 * OUT, at_work=3 * 300 * 100)


@pytest.mark.parametrize("method", ["loha", "lokr"])
def test_products_worked_out_in_full_are_kept_in_full(method: str, small: ModelFacts, laptop: Hardware) -> None:
    found = kept(method, small, laptop)
    assert (found.by_token, found.by_block) == (0, WEIGHTS)


def test_turned_inputs_scaled_outputs_and_random_directions(small: ModelFacts, laptop: Hardware) -> None:
    assert kept("oft", small, laptop).by_token == IN
    assert kept("ia3", small, laptop).by_token == 50 + 50
    rank = METHODS.get("vera").options.model_fields["rank"].default
    assert kept("vera", small, laptop).by_token == OUT + 7 * rank


def test_bottlenecks_keep_their_input_and_their_inner_values(small: ModelFacts, laptop: Hardware) -> None:
    one = JobSpec.from_mapping({"method": {"id": "bottleneck", "placement": "pfeiffer", "size": 10}})
    assert shape_of(one, small, laptop).kept.by_token == 100 + 2 * 10


@pytest.mark.parametrize("method", ["dora", "loha", "lokr", "oft", "vera"])
def test_the_estimate_counts_it(method: str, small: ModelFacts, laptop: Hardware) -> None:
    plain = estimate(JobSpec.from_mapping({"method": "lora"}), small, laptop)
    found = estimate(JobSpec.from_mapping({"method": method}), small, laptop)
    assert found.part("activations").mib > plain.part("activations").mib
