"""How a frozen base is stored in fewer bits, and the guards that keep it exact; it knows no method and no job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Quantization:
    """One way of storing the base.

    Attributes:
        id: name in job files.
        title: name on screen.
        summary: what it saves and what it costs.
        bits: bits a weight, scales counted.
    """

    id: str
    title: str
    summary: str
    bits: float


QUANTIZATIONS: dict[str, Quantization] = {
    item.id: item
    for item in (
        Quantization("none", "Full precision", "The weights as they are: exact, and the most memory.", 16.0),
        Quantization(
            "8bit", "8-bit", "Half the memory of 16-bit weights; the loss in quality is hardly measurable.", 8.1
        ),
        Quantization(
            "nf4", "4-bit NF4", "A quarter of the memory; made for weights that are normally distributed.", 4.13
        ),
        Quantization("fp4", "4-bit FP4", "A quarter of the memory; NF4 is nearly always the better choice.", 4.13),
    )
}


@dataclass(frozen=True)
class Stored:
    """What the quantised layers of a loaded model take.

    Attributes:
        weights: numbers they hold.
        bytes: packed, with every scale and table.
    """

    weights: int
    bytes: int

    @property
    def bits(self) -> float:
        """Return the bits a weight."""
        return 8 * self.bytes / max(1, self.weights)

    @property
    def saved(self) -> float:
        """Return the share of the memory of 16-bit weights that is saved."""
        return 1 - self.bits / 16


def stored(model: Any) -> Stored:
    """Measure the quantised layers of ``model``; a table that several layers share counts once."""
    weights = taken = 0
    seen: set[int] = set()
    for module in model.modules():
        weight = module._parameters.get("weight")
        parts = _parts(module, weight)
        if not parts:
            continue
        weights += module.in_features * module.out_features
        for part in (weight, *parts):
            if part.data_ptr() not in seen:
                seen.add(part.data_ptr())
                taken += part.numel() * part.element_size()
    return Stored(weights, taken)


def _parts(module: Any, weight: Any) -> list[Any]:
    """Return what a quantised layer keeps beside its packed weights; nothing where it is not quantised."""
    state = getattr(weight, "quant_state", None)
    if state is not None:
        levels = [level for level in (state, state.state2) if level is not None]
        return [part for level in levels for part in (level.absmax, level.code, level.offset) if part is not None]
    # An 8-bit layer moves its scales from the weight to its own state when it is first used.
    scales = getattr(weight, "SCB", None)
    scales = getattr(getattr(module, "state", None), "SCB", None) if scales is None else scales
    return [] if scales is None else [scales]


def guard() -> None:
    """Turn off bitsandbytes' in-place repacking for AVX512-BF16 processors; call it before any quantised load.

    On such a processor a forward pass without gradients in eval mode repacks the 4-bit weights in place, and every
    backward pass after it goes through a kernel that has no gradient: one evaluation in mid-run is enough, and nothing
    says so (measured: gradients wrong by 107 %). The layers ask this function when they are made.
    """
    import bitsandbytes.nn.modules as modules

    modules.has_avx512bf16 = _never


def _never() -> bool:
    return False


def load_config(quantization: str, compute_dtype: Any, *, double: bool = True, exact: tuple[str, ...] = ()) -> Any:
    """Return what ``from_pretrained`` takes as ``quantization_config``; ``None`` for full precision.

    ``exact`` are the beginnings of the names of layers that keep their precision, because they will learn.
    """
    if quantization == "none":
        return None
    from transformers import BitsAndBytesConfig

    guard()
    config: Any = BitsAndBytesConfig
    skipped = {"llm_int8_skip_modules": [name.rstrip(".") for name in exact]} if exact else {}
    if quantization == "8bit":
        return config(load_in_8bit=True, **skipped)
    return config(
        **skipped,
        load_in_4bit=True,
        bnb_4bit_quant_type=quantization,
        bnb_4bit_use_double_quant=double,
        bnb_4bit_compute_dtype=compute_dtype,
    )
