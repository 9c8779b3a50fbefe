"""What the picture of a method says in words: what learns in this model, and how; it knows no colours and no widget."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from desktop.engine.job import JobSpec
from desktop.engine.memory.job_shape import options_of
from desktop.engine.memory.sizes import share
from desktop.engine.methods.base import Method, ModelFacts

Way = Literal["all", "part", "beside", "other"]
_USUAL_ORDER = ("q", "k", "v", "o", "gate", "up", "down")  # as data flows; files list them by alphabet


@dataclass(frozen=True)
class Drawing:
    """What is drawn, and the same in words.

    Attributes:
        picture: name of the drawing.
        way: whether all weights learn, some of them, thin matrices beside them, or something else that was added.
        touched: short names of the matrices that get thin ones beside them.
        rank: of the update, 0 for none.
        packed: how the frozen base is stored when it is quantised (``4 bit``), else empty.
        said: the sentences.
    """

    picture: str
    way: Way
    touched: tuple[str, ...]
    rank: int
    packed: str
    said: str


def drawing_of(job: JobSpec, facts: ModelFacts) -> Drawing:
    """Return the picture of what ``job`` changes; raise :class:`RequestError` for options there are not."""
    method, options = options_of(job)
    rank = _rank_of(options)
    learns = method.trainable(facts, options)
    adapted: Way = "beside" if rank else "other"
    whole: Way = "all" if learns >= facts.parameters else "part"
    way = adapted if method.is_adapter else whole
    touched = _touched(method, options, facts) if way == "beside" else ()
    packed = {"nf4": "4 bit", "fp4": "4 bit", "8bit": "8 bit"}.get(job.quantization, "")
    said = _said(method, way, facts, touched, rank, packed, share(learns, facts.parameters))
    return Drawing(method.picture, way, touched, rank, packed, said)


def short(name: str) -> str:
    """Return the last part of a layer's name without its common ending: ``q`` for ``self_attn.q_proj``."""
    return name.rpartition(".")[2].removesuffix("_proj").removesuffix("_lin")


def _rank_of(options: Any) -> int:
    rank = getattr(options, "rank", 0)
    return rank if isinstance(rank, int) else 0


def _touched(method: Method, options: Any, facts: ModelFacts) -> tuple[str, ...]:
    names = {short(name) for name in facts.linear_shapes if _learns(method, options, facts, name)}
    last = len(_USUAL_ORDER)
    return tuple(sorted(names, key=lambda name: (_USUAL_ORDER.index(name) if name in _USUAL_ORDER else last, name)))


def _learns(method: Method, options: Any, facts: ModelFacts, name: str) -> bool:
    # Asked of a model that has this one layer only, the method's own count says whether it touches it.
    alone = dataclasses.replace(facts, linear_shapes={name: facts.linear_shapes[name]})
    return method.trainable(alone, options) > 0


def _said(
    method: Method, way: Way, facts: ModelFacts, touched: tuple[str, ...], rank: int, packed: str, part: str
) -> str:
    base = f" The model itself stays frozen{f', stored in {packed}s' if packed else ''}."
    if way == "all":
        return f"Every weight in all {facts.layers} blocks learns."
    if way == "part":
        return f"{part} of the model's own weights learn; the others stay as they are."
    if way == "beside" and touched:
        return f"In each of {facts.layers} blocks, an update of rank {rank} learns beside {', '.join(touched)}.{base}"
    return f"{method.summary}{base if packed or 'frozen' not in method.summary else ''}"
