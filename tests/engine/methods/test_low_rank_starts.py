"""Where LoRA starts: at the base's own function, along the directions it says, or nearer to what rounding took."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from peft.utils.integrations import dequantize_module_weight

from desktop.engine.methods import METHODS
from desktop.engine.methods.base import Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import ModelRef
from desktop.engine.models.load import load_model
from tests.support.training import finish_of, new_run, steps_of, train

IDS = torch.arange(24).reshape(2, 12)
LORA = METHODS.get("lora")


def load(folder: Path, quantization: str = "none") -> Any:
    ref = ModelRef("m", "m", folder, None, "folder", "")
    return load_model(ref, quantization=quantization, kind=facts_of(folder).kind).eval()


def options(**values: Any) -> Any:
    return LORA.options.model_validate({"rank": 4, **values})


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model.eval()(input_ids=IDS).logits
    return found


@pytest.mark.parametrize("start", ["gaussian", "pissa", "pissa_fast", "olora", "orthogonal"])
@pytest.mark.parametrize("architecture", ["llama", "gpt2", "bert"])
def test_training_starts_at_the_base(architecture: str, start: str, tiny: Callable[[str], Path]) -> None:
    folder = tiny(architecture)
    wanted = logits(load(folder))
    built = LORA.build(load(folder), options(initialisation=start, rslora=start == "olora"))
    torch.testing.assert_close(logits(built), wanted, atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("start", ["pissa", "pissa_fast", "olora"])
@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
def test_what_left_the_base_is_saved_as_a_plain_adapter(
    architecture: str, start: str, tiny: Callable[[str], Path], tmp_path: Path
) -> None:
    """LIBRARIES' third trap: a randomised start drawn again on loading would be another one."""
    built = LORA.build(load(tiny(architecture)), options(initialisation=start))
    with torch.no_grad():
        for name, parameter in built.named_parameters():
            if LORA.promises(name):
                parameter.add_(torch.randn_like(parameter) * 0.05)
    LORA.save(built, tmp_path)
    again = PeftModel.from_pretrained(load(tiny(architecture)), tmp_path)
    torch.testing.assert_close(logits(again), logits(built), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(logits(again.merge_and_unload()), logits(built), atol=1e-5, rtol=1e-4)


def test_pissa_takes_the_largest_directions(tiny_model: Path) -> None:
    built = LORA.build(load(tiny_model), options(initialisation="pissa"))
    name = "model.layers.0.self_attn.q_proj"
    exact = load(tiny_model).get_submodule(name).weight
    rest = built.get_base_model().get_submodule(name).get_base_layer().weight
    values = torch.linalg.svdvals(exact)
    torch.testing.assert_close(torch.linalg.svdvals(rest)[: len(values) - 4], values[4:], atol=1e-5, rtol=1e-4)


def test_a_start_of_another_machine_is_put_back(tiny_model: Path) -> None:
    one = LORA.build(load(tiny_model), options(initialisation="pissa_fast"))
    torch.manual_seed(99)
    two = LORA.build(load(tiny_model), options(initialisation="pissa_fast"))
    kept = {name: p.detach().clone() for name, p in one.named_parameters() if LORA.promises(name)}
    LORA.restore_extra(two, LORA.extra_state(one))
    with torch.no_grad():
        for name, parameter in two.named_parameters():
            if name in kept:
                parameter.copy_(kept[name])
    torch.testing.assert_close(logits(two), logits(one), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("stored", ["nf4", "fp4", "8bit"])
@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
def test_loftq_is_nearer_to_the_exact_weights(stored: str, architecture: str, tiny: Callable[[str], Path]) -> None:
    folder = tiny(architecture)
    exact = load(folder)
    built = LORA.build(load(folder, stored), options(initialisation="loftq", rank=8))
    layers = [(n, m) for n, m in built.get_base_model().named_modules() if hasattr(m, "lora_A")]
    assert layers
    for name, layer in layers:
        wanted = exact.get_submodule(name).weight.detach()
        wanted = wanted.T if architecture == "gpt2" else wanted
        rounded = dequantize_module_weight(layer.get_base_layer()).detach()
        plain = (wanted - rounded).norm()
        mended = (wanted - rounded - layer.get_delta_weight("default").detach()).norm()
        assert mended < 0.8 * plain, name


def test_loftq_over_exact_weights_and_merged_is_refused(tiny_model: Path) -> None:
    facts = facts_of(tiny_model)
    reason = LORA.refusal(Setting("sft", "none", model=facts), options(initialisation="loftq"))
    assert reason is not None
    assert "full precision" in reason
    assert LORA.refusal(Setting("sft", "nf4", model=facts), options(initialisation="loftq")) is None
    assert "rounding" in str(LORA.merge_refusal(Setting("sft", "nf4"), options(initialisation="loftq")))
    assert LORA.merge_refusal(Setting("sft", "nf4"), options()) is None


def test_no_start_is_wider_than_the_matrices(tiny_model: Path) -> None:
    facts = facts_of(tiny_model)
    for start in ("pissa", "pissa_fast", "olora"):
        reason = LORA.refusal(Setting("sft", "none", model=facts), options(initialisation=start, rank=32))
        assert reason is not None
        assert "at most 16" in reason
    assert LORA.refusal(Setting("sft", "none", model=facts), options(rank=32)) is None


@pytest.mark.parametrize(("start", "stored"), [("pissa_fast", "none"), ("orthogonal", "none"), ("loftq", "nf4")])
def test_killed_and_resumed_is_uninterrupted(tmp_path: Path, tiny_model: Path, start: str, stored: str) -> None:
    settings: dict[str, Any] = {
        "method": {"id": "lora", "rank": 4, "initialisation": start},
        "quantization": stored,
        "training": {"learning_rate": 1e-2},
    }
    whole, second = (new_run(tmp_path, tiny_model, **settings) for _ in range(2))
    one = train(whole).trainer.model
    train(second, kill_after=7)
    two = train(second, resume=True).trainer.model
    assert finish_of(whole).metrics["after"]["loss"] < finish_of(whole).metrics["before"]["loss"]
    assert steps_of(second) == steps_of(whole)
    again = dict(two.named_parameters())
    assert all(torch.equal(parameter, again[name]) for name, parameter in one.named_parameters())
