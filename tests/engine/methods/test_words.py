"""What a method says of itself: enough for a card, a form and the table of methods, and true of the estimate."""

from __future__ import annotations

import re

import pytest

from desktop.engine.check import method_refusal
from desktop.engine.hardware import Hardware
from desktop.engine.job import JobSpec
from desktop.engine.memory.estimate import estimate
from desktop.engine.methods import METHODS
from desktop.engine.methods.base import KINDS, Method, ModelFacts, Setting
from desktop.engine.options import fields_of

MACHINE = Hardware("a processor", 4, 16_000, 12_000, (), 100_000, "Linux")
FACTS = ModelFacts(
    architecture="gpt2", kind="causal", parameters=45_000_000, hidden=512, layers=8, heads=8, kv_heads=8,
    intermediate=2048, vocabulary=32_000, context=4096, bytes_per_weight=4.0, tied=True, has_biases=True,
    linear_shapes={
        "attn.c_attn": (1536, 512), "attn.c_proj": (512, 512), "mlp.c_fc": (2048, 512), "mlp.c_proj": (512, 2048),
    },
)  # fmt: skip
GROWS_WITH = ("start_rank", "rank", "virtual_tokens")  # the first of these that a method has says how large it is
every_method = pytest.mark.parametrize("method", METHODS.all(), ids=lambda method: method.id)


@every_method
def test_a_method_says_everything_a_card_needs(method: Method) -> None:
    words = (method.title, method.family, method.summary, method.explanation, method.use_when, method.avoid_when)
    assert all(words)
    assert re.search(r"\b(19|20)\d\d\b", method.paper), "the paper's year"
    assert method.picture
    assert set(method.kinds) <= set(KINDS)
    assert method.kinds
    for clauses in (method.pros, method.cons):
        assert len(clauses) == 3
        assert all(clause and len(clause) <= 80 for clause in clauses)


@every_method
def test_every_option_is_explained_and_bounded(method: Method) -> None:
    assert {field.name for field in fields_of(method.options)} == set(method.options.model_fields)
    for field in fields_of(method.options):
        assert field.label
        assert field.help.endswith(".")
        if field.kind in ("integer", "number"):
            assert field.minimum is not None, field.name
            assert field.maximum is not None, field.name
            assert field.typical, field.name


def test_every_row_of_the_table_of_methods_is_taken_once_at_least() -> None:
    rows = [method.row for method in METHODS.all() if method.row]
    assert set(rows) == {f"M{number}" for number in range(1, 16)}


@every_method
def test_a_refusal_says_what_and_the_cure(method: Method) -> None:
    for stored in ("none", "8bit", "nf4", "fp4"):
        for checkpointing in (False, True):
            reason = method_refusal(method, Setting("sft", stored, checkpointing, FACTS), method.options())
            assert reason is None or re.fullmatch(r"[A-Z0-9].+?\. [A-Z].+\.", reason), reason
        found = method.merge_refusal(Setting("sft", stored, model=FACTS), method.options())
        assert found is None or re.fullmatch(r"[A-Z0-9].+?\. [A-Z].+\.", found), found


@every_method
def test_the_estimate_grows_with_batch_length_and_size(method: Method) -> None:
    def total(batch: int = 4, length: int = 256, **options: int) -> float:
        values = {"method": {"id": method.id, **options}, "training": {"batch_size": batch, "max_length": length}}
        return estimate(JobSpec.from_mapping(values), FACTS, MACHINE).total_mib

    here = total()
    assert total(batch=8) > here
    assert total(length=512) > here
    name = next((name for name in GROWS_WITH if name in method.options.model_fields), None)
    if name is not None:
        usual = int(method.options.model_fields[name].default)
        small, large = {name: usual}, {name: usual + 2}
        assert total(**large) > total(**small)
        fewer, more = (method.trainable(FACTS, method.options.model_validate(values)) for values in (small, large))
        assert more > fewer
