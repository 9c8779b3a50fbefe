"""Facts read from config and headers equal those of the loaded model; what is no model is refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.errors import RequestError
from desktop.engine.models.facts import facts_of
from desktop.engine.models.headers import read_header

KINDS = {
    "tiny_model": "causal",
    "tiny_gpt2": "causal",
    "tiny_qwen2": "causal",
    "tiny_bert": "masked",
    "tiny_t5": "seq2seq",
}


def loaded(folder: Path) -> Any:
    import transformers

    config = transformers.AutoConfig.from_pretrained(folder)
    return getattr(transformers, config.architectures[0]).from_pretrained(folder)


@pytest.mark.parametrize("name", list(KINDS))
def test_facts_equal_the_loaded_model(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    facts, model = facts_of(folder), loaded(folder)
    config = model.config
    assert facts.kind == KINDS[name]
    assert facts.architecture == config.model_type
    assert facts.parameters == model.num_parameters()
    assert facts.hidden == config.hidden_size == 32
    assert facts.layers == config.num_hidden_layers * (2 if facts.kind == "seq2seq" else 1)
    assert facts.encoder_layers == (config.num_hidden_layers if facts.kind == "seq2seq" else 0)
    assert facts.heads == config.num_attention_heads
    assert facts.kv_heads == getattr(config, "num_key_value_heads", facts.heads)
    assert facts.vocabulary == config.vocab_size
    assert facts.tied == (model.get_output_embeddings().weight is model.get_input_embeddings().weight)
    assert facts.bytes_per_weight == 4
    linear = {
        module for path, module in model.named_modules()
        if type(module).__name__ in ("Linear", "Conv1D") and any(part.isdigit() for part in path.split("."))
    }  # fmt: skip
    assert facts.has_biases == any(module.bias is not None for module in linear)
    counted = sum(rows * columns * facts.count(key) for key, (rows, columns) in facts.linear_shapes.items())
    assert counted == sum(module.weight.numel() for module in linear)


def test_an_output_head_stored_beside_a_tied_embedding_counts_once(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    before = facts_of(folder)
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone()
    save_file(weights, folder / "model.safetensors")
    assert facts_of(folder) == before


def test_half_precision_is_told(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = {name: tensor.half() for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors")
    assert facts_of(folder).bytes_per_weight == 2


def sharded(folder: Path, name: str = "part.safetensors") -> None:
    weights = folder / "model.safetensors"
    names = read_header(weights)
    weights.rename(folder / "part.safetensors")
    index = {"metadata": {}, "weight_map": dict.fromkeys(names, name)}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def test_a_sharded_model_is_read(folder: Path) -> None:
    before = facts_of(folder)
    sharded(folder)
    assert facts_of(folder) == before


def change_config(**values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, **values}))

    return change


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def bloated(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes((1 << 60).to_bytes(8, "little") + b"{}")


def not_json(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes((10).to_bytes(8, "little") + b"0123456789")


def lacks_type(folder: Path) -> None:
    (folder / "config.json").write_text('{"hidden_size": 8}')


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "not_a_model"),
    "half a config": (lambda folder: (folder / "config.json").write_text('{"a": '), "not_a_model"),
    "a list as config": (lambda folder: (folder / "config.json").write_text("[1]"), "not_a_model"),
    "no model type": (lacks_type, "not_a_model"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "no_weights"),
    "pickle only": (pickled, "pickle_only"),
    "own code": (change_config(auto_map={"AutoModel": "evil.Model"}), "custom_code"),
    "unknown architecture": (change_config(model_type="mystery"), "unknown_architecture"),
    "already quantised": (change_config(quantization_config={"bits": 4}), "already_quantized"),
    "cut short": (cut, "damaged_model"),
    "a header of an exabyte": (bloated, "damaged_model"),
    "no safetensors at all": (not_json, "damaged_model"),
    "an index that climbs out": (lambda folder: sharded(folder, "../part.safetensors"), "unsafe_model"),
    "an index that is absolute": (lambda folder: sharded(folder, "/etc/passwd"), "unsafe_model"),
    "an index with a drive": (lambda folder: sharded(folder, "C:\\part.safetensors"), "unsafe_model"),
    "an index that lacks a part": (lambda folder: sharded(folder, "other.safetensors"), "missing_shard"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_model_is_refused_in_words(folder: Path, name: str) -> None:
    spoil, code = REFUSED[name]
    spoil(folder)
    with pytest.raises(RequestError) as caught:
        facts_of(folder)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["own code", "pickle only", "an index that climbs out", "cut short"])
def test_loading_refuses_the_same(folder: Path, name: str) -> None:
    from desktop.engine.models.library import resolve
    from desktop.engine.models.load import load_model

    spoil, code = REFUSED[name]
    spoil(folder)
    with pytest.raises(RequestError) as caught:
        load_model(resolve(str(folder)))
    assert caught.value.code == code


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="There is no folder"):
        facts_of(tmp_path / "nowhere")


def test_facts_and_checks_need_no_torch(tiny_model: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from desktop.engine.models.facts import facts_of; "
        "from desktop.engine.check import problems; from desktop.engine.job import JobSpec; "
        "import desktop.engine.launch; "
        f"facts_of(Path({str(tiny_model)!r})); problems(JobSpec(model={str(tiny_model)!r})); "
        "heavy = {'torch', 'transformers', 'peft', 'trl', 'datasets', 'bitsandbytes'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
