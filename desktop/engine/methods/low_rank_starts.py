"""Where a low-rank update starts: along the base's main directions, orthogonal, or making up for rounding.

It works on a model that PEFT has already given its plain start, and knows neither options nor files of a run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.engine.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

ADAPTER = "default"
MOVED_BASE = ("pissa", "pissa_fast", "olora")  # take their start out of the base's weights
_WRAPPED = "base_model.model."
_ITERATIONS = 16  # of the randomised decomposition; PEFT's documents use the same number


def begin(model: Any, start: str) -> None:
    """Give every update of ``model`` its start, in closed form from the layer's own weights W (out, in).

    ``pissa``: the r largest singular directions of W (Meng et al. 2024, section 3); ``pissa_fast`` finds them by a
    randomised decomposition. ``olora``: the first r columns of QR (Büyükakyüz 2024, section 3.2). Both leave the base
    by what they take out of it, so that the function is the same. ``orthogonal``: random, with A and B orthogonal to
    each other. ``loftq``: the best rank-r answer to what rounding took from W (Li et al. 2023, section 3.2).
    """
    import torch

    exact = _ExactWeights(model) if start == "loftq" else None
    with torch.no_grad():
        for name, layer in _layers(model):
            rank, scale = layer.r[ADAPTER], layer.scaling[ADAPTER]
            if start == "orthogonal":
                _set(layer, *_orthogonal(layer.out_features, layer.in_features, rank))
            elif exact is not None:
                rounded = _unpacked(layer)
                wanted = exact.of(name, (layer.out_features, layer.in_features)).to(rounded.device)
                _set(layer, *_largest(wanted - rounded, rank, scale))
            else:
                first, second = _along(_weight(layer), rank, scale, start)
                _set(layer, first, second)
                _add_to_base(layer, -scale * second @ first)
    if start in MOVED_BASE:
        # The start has left the base: what is saved later is the difference to it.
        model.fettle_start = matrices_of(model)


def matrices_of(model: Any) -> dict[str, Tensor]:
    """Return a copy of every matrix of the update, by its full name."""
    return {name: p.detach().cpu().clone() for name, p in model.named_parameters() if "lora_" in name}


def restore(model: Any, saved: dict[str, Tensor]) -> None:
    """Move the base to where it was when ``saved`` was taken out of it; only another machine's rounding differs."""
    import torch

    with torch.no_grad():
        for name, layer in _layers(model):
            names = [f"{_WRAPPED}{name}.lora_{letter}.{ADAPTER}.weight" for letter in "AB"]
            first, second = (saved[key] for key in names)
            now_first, now_second = (model.fettle_start[key] for key in names)
            if not (torch.equal(first, now_first) and torch.equal(second, now_second)):
                scale = layer.scaling[ADAPTER]
                _add_to_base(layer, scale * (now_second @ now_first - second @ first))
    model.fettle_start = dict(saved)


def write_difference(folder: Path, start: dict[str, Tensor]) -> None:
    """Rewrite a saved adapter as a plain LoRA of twice the rank over the untouched base.

    B A - B0 A0 is [B, -B0] [A; A0].
    """
    import torch
    from safetensors.torch import load_file, save_file

    weights_file, config_file = folder / "adapter_model.safetensors", folder / "adapter_config.json"
    first = {name.replace(f".{ADAPTER}", ""): tensor for name, tensor in start.items()}
    joined: dict[str, Tensor] = {}
    for name, now in load_file(weights_file).items():
        before = first[name].to(now.dtype)
        is_a = ".lora_A." in name
        joined[name] = torch.cat([now, before if is_a else -before], dim=0 if is_a else 1).contiguous()
    save_file(joined, weights_file, metadata={"format": "pt"})
    config = json.loads(config_file.read_text(encoding="utf-8"))
    # Twice the rank must not halve the strength: alpha grows as the scale's divisor does.
    config["lora_alpha"] *= 2**0.5 if config["use_rslora"] else 2
    config["r"] *= 2
    config["init_lora_weights"] = True
    config_file.write_text(json.dumps(config, indent=2, sort_keys=True), encoding="utf-8")


class _ExactWeights:
    """The weights a packed base was made from, read one at a time from the model's own files."""

    def __init__(self, model: Any) -> None:
        from safetensors import safe_open

        from desktop.engine.models.headers import weight_files

        self._folder = Path(model.get_base_model().name_or_path)
        self._files: list[Any] = [safe_open(file, framework="pt") for file in weight_files(self._folder)]
        self._where: dict[str, Any] = {key: file for file in self._files for key in file.keys()}  # noqa: SIM118  it is no dict

    def of(self, name: str, shape: tuple[int, int]) -> Tensor:
        """Return the weights (out, in) of the layer ``name``."""
        key = f"{name}.weight"
        # Checkpoints of a headless model lack the first part of every name.
        found = next((known for known in (key, key.partition(".")[2]) if known in self._where), None)
        if found is None:
            raise UserError(
                "no_exact_weights",
                f"The LoftQ start needs the exact weights of {name}, which {self._folder.name} does not hold under "
                "that name.",
                "Choose the default start.",
            )
        weight: Tensor = self._where[found].get_tensor(found).float()
        return weight if tuple(weight.shape) == shape and not self._transposed else weight.T

    @property
    def _transposed(self) -> bool:
        from desktop.engine.methods.low_rank import TRANSPOSED

        config = json.loads((self._folder / "config.json").read_text(encoding="utf-8"))
        return config.get("model_type") in TRANSPOSED


def _layers(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield the layers with an update, by the names they have in the base."""
    from peft.tuners.lora import LoraLayer

    for name, module in model.named_modules():
        if isinstance(module, LoraLayer):
            yield name.removeprefix(_WRAPPED), module


def _weight(layer: Any) -> Tensor:
    weight: Tensor = layer.get_base_layer().weight.detach().float()
    return weight.T if layer.fan_in_fan_out else weight  # (out, in)


def _unpacked(layer: Any) -> Tensor:
    from peft.utils.integrations import dequantize_module_weight

    weight: Tensor = dequantize_module_weight(layer.get_base_layer()).detach().float()
    return weight


def _add_to_base(layer: Any, change: Tensor) -> None:
    weight = layer.get_base_layer().weight
    turned = change.T if layer.fan_in_fan_out else change
    weight.data = (weight.data.float() + turned.to(weight.device)).to(weight.dtype)


def _set(layer: Any, first: Tensor, second: Tensor) -> None:
    layer.lora_A[ADAPTER].weight.copy_(first)  # (r, in)
    layer.lora_B[ADAPTER].weight.copy_(second)  # (out, r)


def _along(weight: Tensor, rank: int, scale: float, start: str) -> tuple[Tensor, Tensor]:
    import torch

    if start == "olora":
        columns, rows = torch.linalg.qr(weight)
        return rows[:rank], columns[:, :rank]
    if start == "pissa":
        return _largest(weight, rank, scale)
    left, values, right = torch.svd_lowrank(weight, q=rank, niter=_ITERATIONS)
    roots = (values / scale).sqrt()
    return roots[:, None] * right.T, left * roots


def _largest(matrix: Tensor, rank: int, scale: float) -> tuple[Tensor, Tensor]:
    """Return A and B with ``scale`` B A the best approximation of ``matrix`` of that rank (Eckart and Young 1936)."""
    import torch

    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    roots = (values[:rank] / scale).sqrt()
    return roots[:, None] * right[:rank], left[:, :rank] * roots


def _orthogonal(out: int, wide: int, rank: int) -> tuple[Tensor, Tensor]:
    """Return A and B whose rows and columns lie in two halves of an orthogonal basis: B A is zero, neither is."""
    import torch

    basis, _ = torch.linalg.qr(torch.randn(rank, rank))
    first = (torch.randn(wide, rank // 2) @ basis[0::2]).T / 10
    second = (torch.randn(rank // 2, out).T @ basis[1::2]) / 10
    return first, second
