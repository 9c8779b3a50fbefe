"""What a picture of a method has to show: which matrices learn, and how; it knows no colours and no widget."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from desktop.engine.job import JobSpec
from desktop.engine.memory.job_shape import options_of
from desktop.engine.methods.base import Method, ModelFacts

Way = Literal["all", "beside", "other"]
_MOST_NAMES = 4
_USUAL_ORDER = ("q", "k", "v", "o", "gate", "up", "down")  # as data flows; files list them by alphabet


@dataclass(frozen=True)
class Drawing:
    """What is drawn.

    Attributes:
        way: whether all weights learn, thin matrices beside them do, or neither.
        blocks: how many blocks the model has.
        attention: names of the matrices in attention, short.
        feed: names of the matrices in the feed-forward part, short.
        touched: the names that learn.
        rank: of the update, 0 for none.
        scale: the update's factor in words.
        packed: how the frozen base is stored when it is quantised (``4 bit``), else empty.
        said: the same in words.
    """

    way: Way
    blocks: int
    attention: tuple[str, ...]
    feed: tuple[str, ...]
    touched: frozenset[str]
    rank: int
    scale: str
    packed: str
    said: str


def drawing_of(job: JobSpec, facts: ModelFacts) -> Drawing:
    """Return the picture of what ``job`` changes; raise :class:`RequestError` for options there are not."""
    method, options = options_of(job)
    rank = int(getattr(options, "rank", 0) or 0)
    way: Way = "beside" if method.is_adapter and rank else "other" if method.is_adapter else "all"
    touched = {name for name in facts.linear_shapes if _learns(method, options, facts, name)}
    feed = [name for name, shape in facts.linear_shapes.items() if facts.intermediate in shape]
    rest = [name for name in facts.linear_shapes if name not in feed]
    packed = {"nf4": "4 bit", "fp4": "4 bit", "8bit": "8 bit"}.get(job.quantization, "")
    alpha = float(getattr(options, "scale_alpha", rank) or rank)
    names = sorted({short(name) for name in touched})
    return Drawing(
        way=way,
        blocks=facts.layers,
        attention=_shortened(rest),
        feed=_shortened(feed),
        touched=frozenset(names),
        rank=rank,
        scale=f"x {alpha / rank:.1f}" if rank else "",
        packed=packed,
        said=_said(way, facts, names, rank, packed),
    )


def short(name: str) -> str:
    """Return the last part of a layer's name without its common ending: ``q`` for ``self_attn.q_proj``."""
    return name.rpartition(".")[2].removesuffix("_proj").removesuffix("_lin")


def _learns(method: Method, options: Any, facts: ModelFacts, name: str) -> bool:
    # Asked of a model that has this one layer only, the method's own count says whether it touches it.
    alone = dataclasses.replace(facts, linear_shapes={name: facts.linear_shapes[name]})
    return method.trainable(alone, options) > 0


def _shortened(names: list[str]) -> tuple[str, ...]:
    known = list(dict.fromkeys(short(name) for name in names))
    known.sort(key=lambda name: _USUAL_ORDER.index(name) if name in _USUAL_ORDER else len(_USUAL_ORDER))
    return tuple(known[:_MOST_NAMES])


def _said(way: Way, facts: ModelFacts, names: list[str], rank: int, packed: str) -> str:
    where = ", ".join(names)
    base = f" The model itself stays frozen{f', stored in {packed}s' if packed else ''}."
    if way == "all":
        return f"Every weight in all {facts.layers} blocks learns."
    if way == "beside":
        return f"In each of {facts.layers} blocks, thin matrices of rank {rank} learn beside {where}.{base}"
    return f"Small additions learn in each of {facts.layers} blocks.{base}"
