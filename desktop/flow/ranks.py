"""How much of its rank a learned update used, layer by layer, ready for plot and table; it knows no screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Layer:
    """One layer: its name, its rank, the effective rank, and the rank that holds 90 % and 99 % of the energy."""

    name: str
    rank: int
    effective: float
    rank90: int
    rank99: int
    largest: float

    @property
    def short(self) -> str:
        """The name without what all layers share."""
        return self.name.replace("model.layers.", "").replace("transformer.h.", "")


@dataclass(frozen=True)
class Ranks:
    """All layers, and the sentence that follows from them."""

    layers: tuple[Layer, ...]
    sentence: str

    @property
    def differ(self) -> bool:
        """Tell whether layers have different ranks, as AdaLoRA leaves them."""
        return len({layer.rank for layer in self.layers}) > 1

    @property
    def rows(self) -> list[tuple[str, str, str, str, str, str]]:
        """The numbers of each layer in words."""
        return [
            (one.short, str(one.rank), f"{one.effective:.1f}", str(one.rank90), str(one.rank99), f"{one.largest:.3g}")
            for one in self.layers
        ]


def ranks_from(report: Mapping[str, Any]) -> Ranks:
    """Return what a rank report says."""
    layers = tuple(
        Layer(
            name=str(one.get("name", "")),
            rank=int(one.get("rank", 0)),
            effective=float(one.get("effective", 0.0)),
            rank90=int(one.get("rank90", 0)),
            rank99=int(one.get("rank99", 0)),
            largest=max((float(value) for value in one.get("values", ())), default=0.0),
        )
        for one in report.get("layers", ())
    )
    return Ranks(layers, str(report.get("sentence") or ""))
