"""Checkpoints that came quantised: known by name and size without their packages, and refused in one sentence."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from desktop.engine import check
from desktop.engine.errors import RequestError
from desktop.engine.hardware import Gpu, Hardware
from desktop.engine.job import JobSpec
from desktop.engine.methods import METHODS, gptq, targets
from desktop.engine.methods.base import Setting
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model

GPTQ = METHODS.get("gptq")
BARE = Hardware("cpu", 4, 16_384, 8_192, (), 100_000, "Linux")
WITH_GPU = Hardware("cpu", 4, 16_384, 8_192, (Gpu("card", 12_282, 11_162, True),), 100_000, "Linux")


def packed(base: Path, folder: Path, kind: str, bits: int = 4) -> Path:
    """Write ``base`` as such a checkpoint is laid out; the numbers in it mean nothing."""
    shutil.copytree(base, folder)
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in load_file(folder / "model.safetensors").items():
        if ".layers." in name and tensor.ndim == 2:
            stem, (out, wide) = name.removesuffix("weight"), tensor.shape
            shape = (wide * bits // 32, out) if kind == "gptq" else (wide, out * bits // 32)
            tensors[stem + "qweight"] = torch.zeros(shape, dtype=torch.int32)
            tensors[stem + "qzeros"] = torch.zeros((1, out * bits // 32), dtype=torch.int32)
            tensors[stem + "scales"] = torch.zeros((1, out), dtype=torch.float16)
            if kind == "gptq":
                tensors[stem + "g_idx"] = torch.zeros(wide, dtype=torch.int32)
        else:
            tensors[name] = tensor.half()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["quantization_config"] = {"quant_method": kind, "bits": bits, "group_size": 128}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def refusal(method: Any, folder: Path, quantization: str = "none") -> str:
    setting = Setting("sft", quantization, model=facts_of(folder))
    return str(check.method_refusal(method, setting, method.options()))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def found(name: str, package: str | None = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, None) if name in GPTQ.needs else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", found)


@pytest.mark.parametrize("kind", ["gptq", "awq"])
@pytest.mark.parametrize("bits", [4, 8])
def test_the_facts_are_those_of_the_weights_before(tmp_path: Path, tiny_model: Path, kind: str, bits: int) -> None:
    facts, plain = facts_of(packed(tiny_model, tmp_path / "m", kind, bits)), facts_of(tiny_model)
    assert facts.linear_shapes == plain.linear_shapes
    assert facts.parameters == plain.parameters
    assert (facts.packed, facts.packed_bits, plain.packed) == (kind, bits, "")
    assert facts.bytes_per_weight < 2
    options = GPTQ.options()
    assert GPTQ.trainable(facts, options) == METHODS.get("lora").trainable(plain, METHODS.get("lora").options())


def test_another_packing_is_refused(tmp_path: Path, tiny_model: Path) -> None:
    folder = packed(tiny_model, tmp_path / "m", "gptq")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["quantization_config"] = {"quant_method": "hqq", "bits": 4}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(RequestError, match="hqq"):
        facts_of(folder)


def test_without_the_package_the_sentence_names_the_extra(tmp_path: Path, tiny_model: Path) -> None:
    if not GPTQ.missing():
        pytest.skip("the packages are installed here")
    folder = packed(tiny_model, tmp_path / "m", "gptq")
    assert "fettle[gptq]" in refusal(GPTQ, folder)
    with pytest.raises(RequestError) as caught:
        load_model(resolve(str(folder)))
    assert caught.value.code == "no_kernels"
    assert "fettle[gptq]" in str(caught.value.hint)
    job = JobSpec.from_mapping(
        {"model": str(folder), "method": "gptq", "data": [{"path": str(folder / "config.json")}]}
    )
    assert any("gptqmodel" in problem.message for problem in check.problems(job))


def test_other_methods_say_which_to_take(tmp_path: Path, tiny_model: Path) -> None:
    folder = packed(tiny_model, tmp_path / "m", "awq")
    for id in ("lora", "full", "ia3"):
        assert "AWQ, 4 bits" in refusal(METHODS.get(id), folder)
        assert "LoRA over GPTQ" in refusal(METHODS.get(id), folder)


def test_what_it_takes(tmp_path: Path, tiny_model: Path, installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = packed(tiny_model, tmp_path / "m", "gptq")
    monkeypatch.setattr(gptq, "hardware", lambda: BARE)
    assert "need an NVIDIA GPU" in refusal(GPTQ, folder)
    monkeypatch.setattr(gptq, "hardware", lambda: WITH_GPU)
    assert refusal(GPTQ, folder) == "None"
    assert "once more" in refusal(GPTQ, folder, "nf4")
    assert "in full precision" in refusal(GPTQ, tiny_model)
    assert "Export it as an adapter" in str(GPTQ.merge_refusal(Setting("sft", "none"), GPTQ.options()))


def test_packed_layers_are_found_in_a_model() -> None:
    class Packed(nn.Module):
        out_features, in_features = 8, 4

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("qweight", torch.zeros(1, 8, dtype=torch.int32))

    model = nn.Module()
    model.layers = nn.ModuleList([nn.ModuleDict({"q_proj": Packed(), "norm": nn.LayerNorm(4)})])
    model.config = type("Config", (), {"is_encoder_decoder": False})()  # type: ignore[assignment]
    assert targets.shapes_of(model) == {"q_proj": (8, 4)}
    assert targets.target_modules(model, ["q_proj"]) == ["q_proj"]
