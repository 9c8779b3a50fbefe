"""Everything a training run must remember to go on exactly as if nothing had happened, as safetensors and JSON.

Nothing is pickled: a checkpoint from a stranger cannot run code. It knows nothing of when checkpoints are made.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy
import torch
from safetensors.torch import load_file

from desktop.engine.errors import UserError
from desktop.engine.train.disk import Disk

if TYPE_CHECKING:
    from desktop.engine.methods.base import Method

WEIGHTS = "trainable.safetensors"
OPTIMIZER_TENSORS = "optimizer.safetensors"
OPTIMIZER = "optimizer.json"
SCHEDULER = "scheduler.json"
RANDOM = "rng.json"
SCALER = "scaler.json"
PROGRESS = "progress.json"
OF_METHOD, OF_TRAINER = "extra", "carried"  # stems of two files each: numbers and words, and tensors
TRAINER = "trainer_state.json"  # the name the library itself looks for: it holds the position in the data


@runtime_checkable
class Carrying(Protocol):
    """A trainer that carries more from step to step than the library knows of: a buffer, running figures."""

    def carried(self) -> dict[str, Any]:
        """Return what a checkpoint must hold: what JSON holds, tensors, or dicts of these with text keys."""

    def carry_on(self, values: dict[str, Any]) -> None:
        """Put back what ``carried`` returned."""


def write_state(trainer: Any, progress: dict[str, Any], folder: Path, disk: Disk) -> None:
    """Write the whole state of ``trainer`` into ``folder``."""
    disk.write_tensors(folder / WEIGHTS, trainable_tensors(trainer.model))
    tensors, rest = _split(trainer.optimizer.state_dict())
    disk.write_tensors(folder / OPTIMIZER_TENSORS, tensors)
    state = trainer.state
    history, state.log_history = state.log_history, []  # the events have it; here it would grow with every step
    try:
        trainer_state = {key: value for key, value in vars(state).items() if key != "stateful_callbacks"}
        _write_json(disk, folder / TRAINER, {**trainer_state, "stateful_callbacks": {}})
    finally:
        state.log_history = history
    _write_json(disk, folder / OPTIMIZER, rest)
    _write_json(disk, folder / SCHEDULER, trainer.lr_scheduler.state_dict())
    _write_json(disk, folder / RANDOM, random_states())
    if trainer.accelerator.scaler is not None:
        _write_json(disk, folder / SCALER, trainer.accelerator.scaler.state_dict())
    _write_extra(trainer.method.extra_state(trainer.model), folder, disk, OF_METHOD)
    if isinstance(trainer, Carrying):
        _write_extra(trainer.carried(), folder, disk, OF_TRAINER)
    _write_json(disk, folder / PROGRESS, progress)


def state_bytes(trainer: Any) -> int:
    """Return about how many bytes ``write_state`` writes: what learns, and what the optimizer keeps of it."""
    tensors = [*trainable_tensors(trainer.model).values(), *_split(trainer.optimizer.state_dict())[0].values()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def read_progress(folder: Path) -> dict[str, Any]:
    """Return what ``write_state`` was given as ``progress``."""
    values: dict[str, Any] = _read_json(folder / PROGRESS)
    return values


def trainable_tensors(model: Any) -> dict[str, torch.Tensor]:
    """Return every tensor that learns, by its full name: PEFT's own saving leaves some methods' tensors out."""
    return {
        name: parameter.detach().contiguous() for name, parameter in model.named_parameters() if parameter.requires_grad
    }


def restore_weights(model: Any, folder: Path) -> None:
    """Put the saved tensors back; refuse a checkpoint of other tensors."""
    saved = load_file(folder / WEIGHTS)
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    fits = parameters.keys() == saved.keys() and all(parameters[name].shape == saved[name].shape for name in saved)
    if not fits:
        raise UserError(
            "other_checkpoint",
            "The checkpoint belongs to another model or method than the job now says.",
            "Put the job file back as it was, or start a new run.",
        )
    with torch.no_grad():
        for name, tensor in saved.items():
            parameters[name].copy_(tensor)


def restore_extra(method: Method, model: Any, folder: Path) -> None:
    """Hand the method back what it asked the checkpoint to carry."""
    values = _read_extra(folder, OF_METHOD)
    if values is not None:
        method.restore_extra(model, values)


def restore_carried(trainer: Any, folder: Path) -> None:
    """Hand a trainer back what it asked the checkpoint to carry."""
    values = _read_extra(folder, OF_TRAINER) if isinstance(trainer, Carrying) else None
    if values is not None:
        trainer.carry_on(values)


def restore_optimizer(trainer: Any, folder: Path) -> None:
    """Put optimizer, schedule and loss scaler back."""
    rest = _read_json(folder / OPTIMIZER)
    trainer.optimizer.load_state_dict(_joined(load_file(folder / OPTIMIZER_TENSORS), rest))
    trainer.lr_scheduler.load_state_dict(_read_json(folder / SCHEDULER))
    if trainer.accelerator.scaler is not None and (folder / SCALER).is_file():
        trainer.accelerator.scaler.load_state_dict(_read_json(folder / SCALER))


def restore_random(folder: Path) -> None:
    """Put every random number generator back."""
    set_random_states(_read_json(folder / RANDOM))


def random_states() -> dict[str, Any]:
    """Return the states of the generators of Python, NumPy and torch, as JSON holds them."""
    kind, keys, position, has_gauss, gauss = numpy.random.get_state()
    version, numbers, next_gauss = random.getstate()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {
        "python": [version, list(numbers), next_gauss],
        "numpy": [kind, [int(key) for key in keys], int(position), int(has_gauss), float(gauss)],
        "torch": _hex(torch.get_rng_state()),
        "cuda": [_hex(state) for state in cuda],
    }


def set_random_states(states: dict[str, Any]) -> None:
    """Set what ``random_states`` returned."""
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, position, has_gauss, cached = states["numpy"]
    numpy.random.set_state((kind, numpy.array(keys, dtype=numpy.uint32), position, has_gauss, cached))
    torch.set_rng_state(_unhex(states["torch"]))
    if states["cuda"] and torch.cuda.is_available() and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all([_unhex(state) for state in states["cuda"]])


def _read_extra(folder: Path, stem: str) -> dict[str, Any] | None:
    if not (folder / f"{stem}.json").is_file():
        return None
    found = _read_json(folder / f"{stem}.json")
    values: dict[str, Any] = found["values"]
    tensors = load_file(folder / f"{stem}.safetensors") if found["tensors"] else {}
    for number, path in enumerate(found["tensors"]):
        place = values
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = tensors[str(number)]
    return values


def _write_extra(extra: dict[str, Any], folder: Path, disk: Disk, stem: str) -> None:
    """Write nested values as JSON, the tensors among them as safetensors with their paths beside the values."""
    tensors: dict[str, torch.Tensor] = {}
    paths: list[list[str]] = []

    def plain(values: dict[str, Any], path: list[str]) -> dict[str, Any]:
        rest: dict[str, Any] = {}
        for key, value in values.items():
            if isinstance(value, torch.Tensor):
                # A copy: two entries may look at the same memory, which the format refuses.
                tensors[str(len(paths))] = value.detach().clone().contiguous()
                paths.append([*path, key])
            else:
                rest[key] = plain(value, [*path, key]) if isinstance(value, dict) else value
        return rest

    if not extra:
        return
    values = plain(extra, [])
    if tensors:
        disk.write_tensors(folder / f"{stem}.safetensors", tensors)
    _write_json(disk, folder / f"{stem}.json", {"values": values, "tensors": paths})


def _split(state: dict[str, Any]) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Part an optimizer's state into tensors, named ``parameter/key``, and what JSON can hold."""
    tensors: dict[str, torch.Tensor] = {}
    plain: dict[str, dict[str, Any]] = {}
    for index, values in state["state"].items():
        plain[str(index)] = {}
        for key, value in values.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{index}/{key}"] = value.detach().contiguous()
            else:
                plain[str(index)][key] = value
    return tensors, {"state": plain, "param_groups": state["param_groups"]}


def _joined(tensors: dict[str, torch.Tensor], rest: dict[str, Any]) -> dict[str, Any]:
    state: dict[int, dict[str, Any]] = {int(index): dict(values) for index, values in rest["state"].items()}
    for name, tensor in tensors.items():
        index, _, key = name.partition("/")
        state[int(index)][key] = tensor
    groups = [{k: tuple(v) if k == "betas" else v for k, v in group.items()} for group in rest["param_groups"]]
    return {"state": state, "param_groups": groups}


def _hex(state: torch.Tensor) -> str:
    return bytes(state.cpu().numpy()).hex()


def _unhex(text: str) -> torch.Tensor:
    return torch.frombuffer(bytearray.fromhex(text), dtype=torch.uint8)


def _write_json(disk: Disk, path: Path, values: Any) -> None:
    disk.write(path, json.dumps(values).encode())


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
