"""Which linear layers a method works on, told from facts and from a loaded model alike; it knows no method.

Both sides go by the place of a layer within its block, so that what the closed form counts is what is built, for any
architecture: separate or fused attention, plain or transposed weights, one stack of blocks or two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from desktop.engine.methods.base import ModelFacts

# ``model.layers.0.self_attn.q_proj``, ``h.0.attn.c_attn``, ``encoder.block.0.layer.0.SelfAttention.q``:
_BLOCK = re.compile(r"^(?P<stem>.*?(?:layers|layer|blocks|block|h))\.(?P<number>\d+)\.(?P<rest>.+)$")
_ATTENTION = re.compile(r"attn|attention", re.IGNORECASE)
_ALL: tuple[list[str], ...] = ([], ["all-linear"], ["auto"])
_GROUPS = {"attention": True, "feed-forward": False}

Shapes = dict[str, tuple[int, int]]


def chosen(shapes: Shapes, targets: str) -> list[str]:
    """Return the layers of a block that ``targets`` names.

    Args:
        shapes: name of a linear layer within a block -> (out, in).
        targets: ``all-linear``, ``attention``, ``feed-forward``, or the last parts of names, separated by commas.
    """
    words = [word.strip() for word in targets.split(",") if word.strip()]
    if words in _ALL:
        return list(shapes)
    wanted_groups = {_GROUPS[word] for word in words if word in _GROUPS}
    return [name for name in shapes if name.rpartition(".")[2] in words or is_attention(name) in wanted_groups]


def is_attention(name: str) -> bool:
    """Tell whether a layer of a block belongs to its attention, by the path it has there."""
    return _ATTENTION.search(name) is not None


def count(facts: ModelFacts, name: str, last_blocks: int | None = None) -> int:
    """Return how many layers are called ``name``, of each stack the ``last_blocks`` only where a number is given."""
    there = facts.count(name)
    return there if last_blocks is None else min(there, last_blocks)


def names_of(shapes: Shapes) -> str:
    """Return the last parts of the names there are, for sentences."""
    return ", ".join(sorted({name.rpartition(".")[2] for name in shapes}))


def shapes_of(model: Any) -> Shapes:
    """Return the linear layers of one block of a loaded model, as :class:`ModelFacts` names them."""
    seq2seq = bool(getattr(model.config, "is_encoder_decoder", False))
    shapes: Shapes = {}
    for name, layer in _linear_layers(model):
        match = _BLOCK.match(name)
        if match is not None:
            stack = ("encoder." if "encoder" in match["stem"] else "decoder.") if seq2seq else ""
            shapes.setdefault(stack + match["rest"], shape_of(layer))
    return shapes


def shape_of(layer: Any) -> tuple[int, int]:
    """Return (out, in) of a linear layer, packed or transposed as it may be."""
    if hasattr(layer, "out_features"):
        return layer.out_features, layer.in_features
    return layer.nf, layer.weight.shape[0]  # GPT-2's Conv1D keeps (in, out)


def modules_of(model: Any, names: Iterable[str], last_blocks: int | None = None) -> list[str]:
    """Return the full names of the layers called ``names`` within their blocks, in the model's order."""
    seq2seq = bool(getattr(model.config, "is_encoder_decoder", False))
    wanted = set(names)
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    blocks: dict[str, set[int]] = defaultdict(set)
    for name, _ in _linear_layers(model):
        match = _BLOCK.match(name)
        if match is None:
            continue
        blocks[match["stem"]].add(int(match["number"]))
        stack = ("encoder." if "encoder" in match["stem"] else "decoder.") if seq2seq else ""
        if stack + match["rest"] in wanted:
            found[match["stem"]].append((int(match["number"]), name))
    kept = []
    for stem, layers in found.items():
        first = 0 if last_blocks is None else max(blocks[stem]) + 1 - last_blocks
        kept += [name for number, name in layers if number >= first]
    return kept


def target_modules(model: Any, names: Iterable[str], last_blocks: int | None = None) -> str | list[str]:
    """Return what PEFT takes as ``target_modules`` for exactly these layers.

    That is their last parts where no other module ends so, which every program that loads adapters understands, and
    otherwise a regular expression over full names.
    """
    full = modules_of(model, names, last_blocks)
    ends = sorted({name.rpartition(".")[2] for name in full})
    reached = {name for name, _ in model.named_modules() if name.rpartition(".")[2] in ends}
    return ends if reached == set(full) else pattern(full)


def pattern(full: Iterable[str]) -> str:
    """Return a regular expression that matches exactly the layers ``full``, one alternative for each place."""
    numbers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in full:
        match = _BLOCK.match(name)
        assert match is not None
        numbers[match["stem"], match["rest"]].append(match["number"])
    places: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (stem, rest), found in numbers.items():
        places[stem, tuple(found)].append(rest)
    parts = [
        rf"{re.escape(stem)}\.(?:{'|'.join(found)})\.(?:{'|'.join(re.escape(rest) for rest in rests)})"
        for (stem, found), rests in places.items()
    ]
    return "|".join(parts)


def _linear_layers(model: Any) -> Iterable[tuple[str, Any]]:
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    return [
        (name, layer)
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear | Conv1D) or hasattr(layer, "qweight")  # packed by GPTQ or AWQ
    ]
