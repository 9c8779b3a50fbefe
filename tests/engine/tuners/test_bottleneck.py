"""The bottleneck tuner passes the checks PEFT holds its own tuners to, on every architecture we know it works on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import PeftType
from safetensors.torch import load_file

from desktop.engine import tuners
from desktop.engine.models.facts import facts_of
from desktop.engine.models.library import resolve
from desktop.engine.models.load import load_model
from desktop.engine.tuners.bottleneck.places import place_of

tuners.register()
from desktop.engine.tuners.bottleneck.config import BottleneckConfig  # noqa: E402
from desktop.engine.tuners.bottleneck.layer import BottleneckLayer  # noqa: E402

MODELS = ("tiny_model", "tiny_qwen2", "tiny_gpt2", "tiny_bert", "tiny_t5")
IDS = torch.arange(5, 25).unsqueeze(0)


@pytest.fixture(params=MODELS)
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def base(folder: Path, **arguments: Any) -> Any:
    return load_model(resolve(str(folder)), kind=facts_of(folder).kind, **arguments).eval()


def config(**values: Any) -> BottleneckConfig:
    return BottleneckConfig(**{"reduction_factor": 4, "init_weights": False, **values})


def wrapped(folder: Path, *, arguments: dict[str, Any] | None = None, seed: int = 3, **values: Any) -> Any:
    model = base(folder, **(arguments or {}))
    torch.manual_seed(seed)
    return get_peft_model(model, config(**values)).eval()


def logits(model: Any) -> torch.Tensor:
    given: dict[str, Any] = {"input_ids": IDS}
    if model.config.is_encoder_decoder:
        given["decoder_input_ids"] = IDS[:, :7]
    with torch.no_grad():
        found: torch.Tensor = model(**given).logits
    return found


def loss_of(model: Any) -> torch.Tensor:
    found: torch.Tensor = model(input_ids=IDS, labels=IDS).loss
    return found


def adapters_of(model: Any) -> dict[str, Any]:
    return {name: p for name, p in model.named_parameters() if ".bottleneck_" in name}


def test_registering_twice_is_registering_once() -> None:
    kinds = list(PeftType)
    tuners.register()
    assert list(PeftType) == kinds
    assert kinds.count("BOTTLENECK") == 1
    assert PeftType("BOTTLENECK") is PeftType["BOTTLENECK"] is PeftType.BOTTLENECK  # type: ignore[attr-defined]
    assert peft.PEFT_TYPE_TO_CONFIG_MAPPING["BOTTLENECK"] is BottleneckConfig


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ("self_attn.o_proj", "attention"), ("attn.c_proj", "attention"), ("attention.output.dense", "attention"),
        ("decoder.layer.1.EncDecAttention.o", "attention"), ("self_attention.dense", "attention"),
        ("encoder.self_attn.out_proj", "attention"), ("attention.out_lin", "attention"), ("attn.Wo", "attention"),
        ("mlp.down_proj", "feed-forward"), ("mlp.c_proj", "feed-forward"), ("output.dense", "feed-forward"),
        ("encoder.layer.1.DenseReluDense.wo", "feed-forward"), ("mlp.dense_4h_to_h", "feed-forward"),
        ("fc2", "feed-forward"), ("ffn.lin2", "feed-forward"), ("mlp.Wo", "feed-forward"),
        ("self_attn.q_proj", None), ("attn.c_attn", None), ("intermediate.dense", None), ("mlp.c_fc", None),
        ("mlp.gate_proj", None), ("attention.self.query", None), ("encoder.layer.0.SelfAttention.q", None),
    ],
)  # fmt: skip
def test_layers_are_known_by_name(layer: str, place: str | None) -> None:
    assert place_of(layer) == place


@pytest.mark.parametrize(("placement", "sublayers"), [("pfeiffer", 1), ("houlsby", 2)])
def test_adapters_stand_where_the_placement_says(folder: Path, placement: str, sublayers: int) -> None:
    model = wrapped(folder, placement=placement)
    found = [name for name, module in model.named_modules() if isinstance(module, BottleneckLayer)]
    facts = facts_of(folder)
    # A decoder that looks at an encoder has one more attention in each block.
    more = facts.layers - facts.encoder_layers if facts.kind == "seq2seq" and placement == "houlsby" else 0
    assert len(found) == facts.layers * sublayers + more
    assert {p.shape[-1] for name, p in adapters_of(model).items() if "up" in name and "weight" in name} == {8}


def test_it_starts_as_the_identity_and_only_adapters_learn(folder: Path) -> None:
    model = wrapped(folder, init_weights=True, placement="houlsby", layer_norm=True)
    assert torch.equal(logits(model), logits(base(folder)))
    assert {name for name, p in model.named_parameters() if p.requires_grad} == set(adapters_of(model))


def test_switched_off_it_is_the_base_bit_for_bit(folder: Path) -> None:
    model, plain = wrapped(folder, placement="houlsby"), logits(base(folder))
    on = logits(model)
    assert not torch.allclose(on, plain, atol=1e-4)
    with model.disable_adapter():
        assert torch.equal(logits(model), plain)
    assert torch.equal(logits(model), on)


def test_saved_and_loaded_it_answers_the_same_and_only_adapters_are_written(folder: Path, tmp_path: Path) -> None:
    model = wrapped(folder, placement="houlsby", layer_norm=True, non_linearity="gelu")
    model.save_pretrained(tmp_path)
    written = load_file(tmp_path / "adapter_model.safetensors")
    assert len(written) == len(adapters_of(model))
    assert all("bottleneck_" in name for name in written)
    again = PeftModel.from_pretrained(base(folder), tmp_path).eval()
    assert torch.equal(logits(again), logits(model))
    assert not any(p.requires_grad for p in again.parameters())
    further = PeftModel.from_pretrained(base(folder), tmp_path, is_trainable=True)
    assert all(p.requires_grad for p in adapters_of(further).values())


def test_a_fresh_process_loads_it_through_our_loader(tiny_model: Path, tmp_path: Path) -> None:
    model = wrapped(tiny_model)
    model.save_pretrained(tmp_path)
    (tmp_path / "fettle.json").write_text(json.dumps({"base": str(tiny_model), "adapter": True}), encoding="utf-8")
    code = (
        "import sys, torch\n"
        "from desktop.engine.models.library import resolve\n"
        "from desktop.engine.models.load import load_for_chat\n"
        "found = load_for_chat(resolve(sys.argv[1]), device='cpu').model\n"
        "print(float(found(input_ids=torch.arange(5, 25).unsqueeze(0)).logits.double().sum()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) == float(logits(model).double().sum())


def test_several_stand_side_by_side_and_one_is_chosen(folder: Path, tmp_path: Path) -> None:
    model = wrapped(folder)
    first = logits(model)
    torch.manual_seed(4)
    model.add_adapter("other", config(placement="houlsby", reduction_factor=8))
    assert torch.equal(logits(model), first)
    assert not any(p.requires_grad for name, p in adapters_of(model).items() if ".other." in name)
    model.set_adapter("other")
    second = logits(model)
    assert not torch.allclose(first, second, atol=1e-5)
    assert {name.split(".")[-2] for name, p in model.named_parameters() if p.requires_grad} == {"other"}
    model.save_pretrained(tmp_path)
    alone = PeftModel.from_pretrained(base(folder), tmp_path / "other").eval()
    assert torch.equal(logits(alone), second)
    model.base_model.set_adapter(["default", "other"])  # stacked: each on what the one before it gave
    assert not torch.allclose(logits(model), second, atol=1e-5)
    model.set_adapter("default")
    assert torch.equal(logits(model), first)
    model.delete_adapter("other")
    assert torch.equal(logits(model), first)
    assert not any(".other." in name for name, _ in model.named_parameters())


def test_over_a_base_in_16_bits_adapters_learn_in_32(folder: Path) -> None:
    dtype = torch.bfloat16
    model = wrapped(folder, arguments={"dtype": dtype}, layer_norm=True)
    assert {p.dtype for p in adapters_of(model).values()} == {torch.float32}
    assert logits(model).dtype == dtype
    with model.disable_adapter():
        assert torch.equal(logits(model), logits(base(folder, dtype=dtype)))
    as_stored = get_peft_model(base(folder, dtype=dtype), config(), autocast_adapter_dtype=False)
    assert {p.dtype for p in adapters_of(as_stored).values()} == {dtype}
    assert torch.isfinite(logits(as_stored)).all()


def test_recomputed_activations_give_the_same_gradients(folder: Path) -> None:
    gradients = []
    for recompute in (False, True):
        model = wrapped(folder, placement="houlsby")
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        model.train()
        if recompute:
            model.activation_checkpointing_enable({"use_reentrant": False})
        loss_of(model).backward()
        gradients.append({name: p.grad for name, p in adapters_of(model).items()})
    plain, recomputed = gradients
    assert all(gradient is not None for gradient in plain.values())
    assert all(torch.equal(plain[name], recomputed[name]) for name in plain)


@pytest.mark.parametrize("quantization", ["8bit", "nf4", "fp4"])
@pytest.mark.parametrize("name", ["tiny_model", "tiny_gpt2", "tiny_t5"])
def test_over_a_quantised_base_it_learns_saves_and_switches(
    name: str, quantization: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder: Path = request.getfixturevalue(name)
    arguments = {"quantization": quantization}
    model = wrapped(folder, arguments=arguments)
    assert {p.dtype for p in adapters_of(model).values()} == {torch.float32}
    plain = logits(base(folder, **arguments))
    before = loss_of(model)
    before.backward()
    with torch.no_grad():
        for parameter in adapters_of(model).values():
            assert parameter.grad is not None
            parameter -= 0.1 * parameter.grad
    assert loss_of(model) < before
    with model.disable_adapter():
        assert torch.equal(logits(model), plain)
    model.save_pretrained(tmp_path)
    again = PeftModel.from_pretrained(base(folder, **arguments), tmp_path).eval()
    assert torch.equal(logits(again), logits(model))
    assert torch.equal(logits(model.unload()), plain)


def test_taken_out_the_base_is_left_and_merging_is_refused_with_the_reason(folder: Path) -> None:
    model = wrapped(folder, placement="houlsby")
    with pytest.raises(ValueError, match="non-linearity between its two matrices"):
        model.merge_and_unload()
    with pytest.raises(ValueError, match="non-linearity"):
        model.merge_adapter()
    bare = model.unload()
    assert not any(isinstance(module, BottleneckLayer) for module in bare.modules())
    plain = base(folder)
    assert torch.equal(logits(bare), logits(plain))
    assert bare.state_dict().keys() == plain.state_dict().keys()


def test_chosen_layers_instead_of_a_placement(tiny_model: Path) -> None:
    model = wrapped(tiny_model, target_modules=["q_proj"])
    assert {name.split(".bottleneck_")[0].split(".")[-1] for name in adapters_of(model)} == {"q_proj"}


def test_values_that_mean_nothing_are_refused() -> None:
    for wrong in (
        {"placement": "parallel"},
        {"non_linearity": "sine"},
        {"reduction_factor": 0},
        {"bottleneck_size": 0},
    ):
        with pytest.raises(ValueError, match="must be"):
            BottleneckConfig(**wrong)


def test_lora_beside_it_is_unharmed(tiny_model: Path) -> None:
    model = get_peft_model(base(tiny_model), LoraConfig(target_modules=["q_proj"], init_lora_weights=False))
    with model.disable_adapter():
        assert torch.equal(logits(model), logits(base(tiny_model)))
