"""Checkpoints that are already quantised when they come: which kinds there are and how large their layers really are.

It reads names and shapes only; who loads them is another matter.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.engine.errors import RequestError
from desktop.engine.models.headers import TensorHeader

KINDS = {"gptq": "GPTQ", "awq": "AWQ"}
_WORD = 32  # bits of the integers that weights are packed into
NEEDS = ("gptqmodel", "optimum")  # what the library loads such checkpoints with
EXTRA = "gptq"
_BESIDE = (".qzeros", ".scales", ".g_idx")


@dataclass(frozen=True)
class Packing:
    """How the weights of a checkpoint are packed.

    Attributes:
        kind: ``gptq`` or ``awq``.
        bits: of one weight.
    """

    kind: str
    bits: int


def packing_of(folder: Path, config: dict[str, Any]) -> Packing | None:
    """Return how the checkpoint in ``folder`` is packed, ``None`` for ordinary weights.

    Raises:
        RequestError: where it is packed in a way that nothing can be trained over here.
    """
    said = config.get("quantization_config")
    if not said:
        return None
    kind = str(said.get("quant_method", "")).lower() if isinstance(said, dict) else ""
    bits = said.get("bits", said.get("w_bit", 4)) if isinstance(said, dict) else None
    if kind not in KINDS or bits not in (2, 3, 4, 8):
        raise RequestError(
            "already_quantized",
            f"{folder.name} is already quantised in a way that training over it is not supported "
            f"({kind or 'unnamed'}).",
            "Take the full-precision version of the model and choose a quantisation in the job, or a GPTQ version.",
        )
    return Packing(kind, int(bits))


def unpacked(tensors: dict[str, TensorHeader], packing: Packing) -> dict[str, TensorHeader]:
    """Return the tensors as they were before packing: ``NAME.weight`` (out, in) for what is there in parts.

    GPTQ packs along the inputs, (in x bits / 32, out); AWQ along the outputs, (in, out x bits / 32).
    """
    found: dict[str, TensorHeader] = {}
    for name, tensor in tensors.items():
        if name.endswith(".qweight") and len(tensor.shape) == 2:
            rows, columns = tensor.shape
            wide = rows * _WORD // packing.bits if packing.kind == "gptq" else rows
            out = columns if packing.kind == "gptq" else columns * _WORD // packing.bits
            found[name.removesuffix("qweight") + "weight"] = TensorHeader(f"PACKED{packing.bits}", (out, wide))
        elif not name.endswith(_BESIDE):
            found[name] = tensor
    return found


def refuse_without_kernels(folder: Path) -> None:
    """Raise :class:`RequestError` where the packages that read packed weights are not installed."""
    absent = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if absent:
        raise RequestError(
            "no_kernels",
            f"{folder.name} is already quantised, and reading it needs {' and '.join(absent)}, which is not installed.",
            f"Install it with: pip install 'fettle[{EXTRA}]', or take the full-precision version of the model.",
        )
