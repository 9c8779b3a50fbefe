"""What is known of a model without loading it, read from config.json and safetensors headers; it knows no torch."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from desktop.engine.errors import RequestError
from desktop.engine.methods.base import ModelFacts
from desktop.engine.models.headers import TensorHeader, read_header, weight_files
from desktop.engine.models.packed import packing_of, unpacked
from desktop.engine.models.parameters import parameters_of

# Architectures the library builds with its own code. Anything else is refused: an unknown type is either newer than
# this program or wants to bring code of its own.
_KINDS: dict[str, tuple[str, ...]] = {
    "causal": (
        "llama", "qwen2", "qwen3", "gpt2", "mistral", "gemma", "gemma2", "gemma3_text", "phi", "phi3", "gpt_neox",
        "gptj", "gpt_neo", "opt", "bloom", "stablelm", "olmo", "olmo2", "smollm3", "granite", "starcoder2", "cohere",
        "gpt_bigcode", "codegen", "falcon", "mpt",
    ),
    "masked": (
        "bert", "roberta", "distilbert", "electra", "albert", "xlm-roberta", "deberta-v2", "camembert", "modernbert",
        "mpnet",
    ),
    "seq2seq": ("t5", "mt5", "bart", "mbart", "pegasus", "longt5", "marian", "umt5", "blenderbot"),
}  # fmt: skip
_KIND_OF = {architecture: kind for kind, names in _KINDS.items() for architecture in names}
# ``model.layers.0.self_attn.q_proj.weight``, ``h.0.attn.c_attn.weight``,
# ``encoder.block.0.layer.0.SelfAttention.q.weight``:
_BLOCK = re.compile(r"^(?P<stem>.*?)(?:layers|layer|blocks|block|h)\.(?P<number>\d+)\.(?P<rest>.+)$")
_TRANSPOSED = ("gpt2", "gpt_bigcode")  # their "Conv1D" keeps weights as (in, out)
_BUFFERS = re.compile(r"(rotary_emb\.inv_freq|position_ids|masked_bias|token_type_ids|\.attn\.bias)$")
_HEADS = re.compile(r"(^|\.)(lm_head|embed_out|cls\.predictions\.decoder)\.weight$")
_EMBEDDINGS = re.compile(r"(^|\.)(embed_tokens|wte|word_embeddings|shared|embed_in|tok_embeddings)\.weight$")


def facts_of(folder: Path) -> ModelFacts:
    """Return the facts of the model in ``folder``; raise :class:`RequestError`, in a sentence, where it is none."""
    config = read_config(folder)
    architecture = str(config.get("model_type"))
    packing = packing_of(folder, config)
    tensors = _without_buffers(_all_tensors(folder), architecture)
    if packing is not None:
        tensors = unpacked(tensors, packing)
    head = next((name for name in tensors if _HEADS.search(name)), None)
    tied = bool(config.get("tie_word_embeddings", head is None))
    counted = {name: t for name, t in tensors.items() if not (tied and name == head)}
    parameters = sum(tensor.count for tensor in counted.values())
    blocks, shapes, biased = _blocks(counted, architecture)
    hidden = _number(config, "hidden_size", "n_embd", "d_model", "dim") or 0
    heads = _number(config, "num_attention_heads", "n_head", "num_heads", "n_heads", "encoder_attention_heads") or 1
    embedding = next((t for name, t in tensors.items() if _EMBEDDINGS.search(name) and len(t.shape) == 2), None)
    return ModelFacts(
        architecture=architecture,
        kind=_KIND_OF[architecture],
        parameters=parameters,
        hidden=hidden,
        layers=len(blocks),
        heads=heads,
        kv_heads=_number(config, "num_key_value_heads", "num_kv_heads") or heads,
        intermediate=_number(config, "intermediate_size", "n_inner", "d_ff", "ffn_dim", "encoder_ffn_dim")
        or 4 * hidden,
        vocabulary=embedding.shape[0] if embedding else _number(config, "vocab_size") or 0,
        context=_number(config, "max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length") or 512,
        bytes_per_weight=sum(tensor.bytes for tensor in counted.values()) / max(1, parameters),
        tied=tied,
        has_biases=biased,
        linear_shapes=shapes,
        encoder_layers=sum(1 for stem, _ in blocks if "encoder" in stem) if _KIND_OF[architecture] == "seq2seq" else 0,
        tensors=parameters_of(counted, architecture),
        packed=packing.kind if packing else "",
        packed_bits=packing.bits if packing else 0,
    )


def kind_of(folder: Path) -> str:
    """Return what the model in ``folder`` is (``causal``, ``masked``, ``seq2seq``), from its config alone."""
    return _KIND_OF[str(read_config(folder)["model_type"])]


def read_config(folder: Path) -> dict[str, Any]:
    """Return the config of a model folder, refused where it is none, brings code, or is of an unknown kind."""
    if not folder.is_dir():
        raise RequestError("no_model", f"There is no folder {folder}.", "Check the path.")
    file = folder / "config.json"
    if not file.is_file():
        raise RequestError(
            "not_a_model",
            f"{folder.name} is no model: it has no config.json.",
            "Pick the folder that holds config.json, model.safetensors and tokenizer.json.",
        )
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RequestError(
            "not_a_model", f"The config.json in {folder.name} cannot be read.", "Copy or download the model again."
        ) from error
    if not isinstance(config, dict) or "model_type" not in config:
        raise RequestError(
            "not_a_model",
            f"The config.json in {folder.name} does not say what kind of model it is (model_type).",
            "Pick a folder saved by transformers.",
        )
    _refuse_code(folder, config)
    return config


def _refuse_code(folder: Path, config: dict[str, Any]) -> None:
    if config.get("auto_map") or config.get("trust_remote_code"):
        raise RequestError(
            "custom_code",
            f"{folder.name} wants to run program code that came with it (auto_map), and Fettle never runs such code.",
            "Use a model whose architecture transformers supports itself.",
        )
    if config["model_type"] not in _KIND_OF:
        raise RequestError(
            "unknown_architecture",
            f"{folder.name} is a {config['model_type']!r} model, which this version of Fettle does not know.",
            "Use a Llama, Qwen, Mistral, Gemma, Phi, GPT-2, BERT or T5 model.",
        )
    packing_of(folder, config)


def _all_tensors(folder: Path) -> dict[str, TensorHeader]:
    tensors: dict[str, TensorHeader] = {}
    for file in weight_files(folder):
        tensors.update(read_header(file))
    if not tensors:
        raise RequestError("no_weights", f"{folder.name} holds no weights.", "Copy or download the model again.")
    return tensors


def _without_buffers(tensors: dict[str, TensorHeader], architecture: str) -> dict[str, TensorHeader]:
    def is_buffer(name: str) -> bool:
        # GPT-2 checkpoints of old carry their causal masks as ``attn.bias``; elsewhere that name would be a weight.
        return bool(_BUFFERS.search(name)) and (not name.endswith(".attn.bias") or architecture in ("gpt2", "gpt_neox"))

    return {name: tensor for name, tensor in tensors.items() if not is_buffer(name)}


def _blocks(
    tensors: dict[str, TensorHeader], architecture: str
) -> tuple[set[tuple[str, str]], dict[str, tuple[int, int]], bool]:
    """Return the blocks, the linear shapes of one block of each stack, and whether any linear layer has a bias."""
    seq2seq = _KIND_OF[architecture] == "seq2seq"
    blocks: set[tuple[str, str]] = set()
    shapes: dict[str, tuple[int, int]] = {}
    biased = False
    for name, tensor in tensors.items():
        match = _BLOCK.match(name)
        if match is None:
            continue
        blocks.add((match["stem"], match["number"]))
        rest = match["rest"]
        if not rest.endswith(".weight") or len(tensor.shape) != 2 or "relative_attention_bias" in rest:
            continue
        stack = ("encoder." if "encoder" in match["stem"] else "decoder.") if seq2seq else ""
        rows, columns = tensor.shape
        shape = (columns, rows) if architecture in _TRANSPOSED else (rows, columns)
        shapes.setdefault(stack + rest.removesuffix(".weight"), shape)
        biased = biased or name.removesuffix(".weight") + ".bias" in tensors
    return blocks, shapes, biased


def _number(config: dict[str, Any], *names: str) -> int | None:
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
