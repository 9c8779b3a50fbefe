"""The guard of LIBRARIES' first trap: an evaluation in mid-run must not corrupt the gradients of a 4-bit base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.methods import METHODS
from desktop.engine.models.library import ModelRef
from desktop.engine.models.load import load_model
from desktop.engine.quantization import QUANTIZATIONS

IDS = torch.arange(24).reshape(2, 12)


def adapted(model: Any) -> Any:
    method = METHODS.get("lora")
    torch.manual_seed(3)
    built = method.build(model, method.options.model_validate({"rank": 4}))
    for name, parameter in built.named_parameters():
        if "lora_B" in name:  # zero at the start, which would hide the gradient of the other matrix
            torch.nn.init.normal_(parameter, std=0.02, generator=torch.Generator().manual_seed(5))
    return built


def gradients(model: Any) -> dict[str, torch.Tensor]:
    model.train()
    model.zero_grad()
    model(input_ids=IDS, labels=IDS).loss.backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.requires_grad}


def ref(folder: Path) -> ModelRef:
    return ModelRef(str(folder), "tiny", folder, None, "folder", "")


@pytest.mark.parametrize("quantization", ["nf4", "fp4"])
def test_gradients_are_those_of_the_dequantised_model_before_and_after_an_evaluation(
    tiny_model: Path, quantization: str
) -> None:
    packed = adapted(load_model(ref(tiny_model), quantization=quantization))
    plain = adapted(load_model(ref(tiny_model), quantization=quantization).dequantize())
    wanted = gradients(plain)
    first = gradients(packed)
    packed.eval()
    with torch.no_grad():
        packed(input_ids=IDS)
    second = gradients(packed)
    assert first.keys() == second.keys() == wanted.keys()
    for name, gradient in first.items():
        torch.testing.assert_close(gradient, wanted[name], rtol=1e-3, atol=1e-6)
        assert torch.equal(second[name], gradient), name


def test_the_layers_ask_the_guard(tiny_model: Path) -> None:
    model = load_model(ref(tiny_model), quantization="nf4")
    asked = [layer.support_avx512bf16_for_cpu for layer in model.modules() if type(layer).__name__ == "Linear4bit"]
    assert asked
    assert not any(asked)


def test_double_quantisation_is_what_is_asked(tiny_model: Path) -> None:
    for double in (True, False):
        model = load_model(ref(tiny_model), quantization="nf4", double_quantization=double)
        assert model.config.quantization_config.bnb_4bit_use_double_quant is double


def test_every_quantisation_of_a_job_is_explained() -> None:
    from desktop.engine.job import QUANTIZATIONS as NAMES

    assert tuple(QUANTIZATIONS) == NAMES
