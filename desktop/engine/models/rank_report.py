"""How much of its rank a learned low-rank update uses, layer by layer; it reads adapter files and loads no model.

The update of a layer is scale x B A. Its singular values are those of a core of rank x rank: with B = Qb Rb and
A^T = Qa Ra they are the singular values of Rb Ra^T, so the product in the size of the layer is never formed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.errors import RequestError
from desktop.engine.models.library import resolve

if TYPE_CHECKING:
    from torch import Tensor

RANK_FILE = "rank.json"
SCHEMA = 1
_WRAPPED = "base_model.model."
_DIGITS = 6


@dataclass(frozen=True)
class LayerRank:
    """The update of one layer.

    Attributes:
        name: of the layer in the base.
        rank: width of the update there: the most singular values it can have.
        values: singular values of the update, largest first.
        effective: entropy-based effective rank (Roy and Vetterli 2007, definition 1).
        rank90: how many singular values hold 90 % of the energy (sum of squares).
        rank99: how many hold 99 %.
    """

    name: str
    rank: int
    values: tuple[float, ...]
    effective: float
    rank90: int
    rank99: int


@dataclass(frozen=True)
class RankReport:
    """The updates of a whole adapter.

    Attributes:
        layers: one entry a layer with an update, in the file's order.
        enough: the rank that would have held 99 % of the energy in every layer.
        enough90: the same for 90 %.
        sentence: what follows from it.
    """

    layers: tuple[LayerRank, ...]
    enough: int
    enough90: int
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the form that is stored and sent."""
        return {"schema": SCHEMA, **asdict(self)}


def rank_report(ref: str) -> dict[str, Any]:
    """Return the report of the model that ``ref`` names, stored or made anew, as plain data.

    Raises:
        RequestError: where the model has no low-rank update.
    """
    found = resolve(ref)
    if found.adapter is None:
        raise RequestError(
            "no_update",
            f"{found.title} is a whole model, so there is no low-rank update to look at.",
            "Choose a run that trained LoRA, QLoRA, DoRA or AdaLoRA.",
        )
    stored = _stored(found.adapter / RANK_FILE)
    if stored is not None:
        return stored
    report = of_adapter(found.adapter)
    if report is None:
        raise RequestError(
            "no_update",
            f"What {found.title} learned is no low-rank update, so it has no rank to look at.",
            "Choose a run that trained LoRA, QLoRA, DoRA or AdaLoRA.",
        )
    return report.as_dict()


def write_rank_report(folder: Path) -> None:
    """Write the report of the adapter in ``folder`` beside it; nothing where it has no low-rank update."""
    report = of_adapter(folder)
    if report is not None:
        (folder / RANK_FILE).write_text(json.dumps(report.as_dict(), indent=2), encoding="utf-8")


def of_adapter(folder: Path) -> RankReport | None:
    """Measure the adapter in ``folder``; ``None`` where it holds no pairs of B and A."""
    from safetensors.torch import load_file

    weights, config_file = folder / "adapter_model.safetensors", folder / "adapter_config.json"
    if not (weights.is_file() and config_file.is_file()):
        return None
    config = json.loads(config_file.read_text(encoding="utf-8"))
    tensors = load_file(weights)
    layers = []
    for name, first in tensors.items():
        stem, mark, rest = name.partition(".lora_A")
        second = tensors.get(f"{stem}.lora_B{rest}")
        if not mark or second is None or first.ndim != 2:
            continue
        values_of_svd = tensors.get(f"{stem}.lora_E{rest.removesuffix('.weight')}")  # AdaLoRA: B diag(E) A
        if values_of_svd is not None:
            kept = (values_of_svd != 0).flatten()
            first, second = (first * values_of_svd)[kept], second[:, kept]
        layers.append(measured(stem.removeprefix(_WRAPPED), first, second, _scale(config, first.shape[0])))
    return summed_up(layers) if layers else None


def measured(name: str, first: Tensor, second: Tensor, scale: float) -> LayerRank:
    """Measure the update ``scale`` x ``second`` x ``first``.

    Args:
        name: of the layer.
        first: A, (rank, in).
        second: B, (out, rank).
        scale: what the product is multiplied with.
    """
    import torch

    if first.shape[0] == 0:
        return of_values(name, 0, ())
    _, outer = torch.linalg.qr(second.double())
    _, inner = torch.linalg.qr(first.double().T)
    values = torch.linalg.svdvals(outer @ inner.T) * abs(scale)
    return of_values(name, first.shape[0], values.tolist())


def of_values(name: str, rank: int, values: Sequence[float]) -> LayerRank:
    """Return what follows from the singular values of one update."""
    total = sum(values)
    if total <= 0:
        return LayerRank(name, rank, tuple(0.0 for _ in values), 0.0, 0, 0)
    shares = [value / total for value in values if value > 0]
    effective = math.exp(-sum(share * math.log(share) for share in shares))
    kept = tuple(float(f"{value:.{_DIGITS}g}") for value in values)
    return LayerRank(name, rank, kept, round(effective, 3), _holding(values, 0.90), _holding(values, 0.99))


def summed_up(layers: Sequence[LayerRank]) -> RankReport:
    """Return what the layers say together."""
    widest = max(layer.rank for layer in layers)
    enough = max(layer.rank99 for layer in layers)
    enough90 = max(layer.rank90 for layer in layers)
    if enough == 0:
        sentence = "The update is zero everywhere: nothing was learned."
    elif enough < widest:
        sentence = (
            f"Rank {enough} would have been enough: it holds 99 % of the learned change in every layer "
            f"(rank {enough90} holds 90 %). The update has room for {widest}."
        )
    else:
        sentence = (
            f"All of rank {widest} is used: at least one layer needs it to hold 99 % of what it learned "
            f"(rank {enough90} holds 90 %). A higher rank might learn more."
        )
    return RankReport(tuple(layers), enough, enough90, sentence)


def _holding(values: Sequence[float], share: float) -> int:
    """Return how many of the values, largest first, hold ``share`` of the sum of squares."""
    squares = [value * value for value in values]
    wanted, held = share * sum(squares) * (1 - 1e-12), 0.0
    for number, square in enumerate(squares, 1):
        held += square
        if held >= wanted:
            return number
    return len(squares)


def _scale(config: dict[str, Any], rank: int) -> float:
    alpha = float(config.get("lora_alpha", 1))
    if config.get("peft_type") == "ADALORA":
        # PEFT keeps dividing by the rank it started with, whatever was pruned.
        return alpha / (float(config.get("init_r", 1)) + 1e-5)
    divisor = float(config.get("r") or rank or 1)
    return alpha / math.sqrt(divisor) if config.get("use_rslora") else alpha / divisor


def _stored(file: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and values.get("schema") == SCHEMA else None
