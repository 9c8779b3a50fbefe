"""Every event a run can emit, one JSON line each; it knows neither who writes nor who reads them."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal


@dataclass(frozen=True, kw_only=True)
class Event:
    """What all events share.

    Attributes:
        time: wall clock, seconds since the epoch (for display only).
        elapsed: seconds since the engine started, monotonic (for durations).
    """

    kind: ClassVar[str] = ""
    time: float = 0.0
    elapsed: float = 0.0

    def to_line(self) -> str:
        """Return the event as one line of JSON, newline included; non-finite numbers become strings."""
        values = {"kind": self.kind, **{k: _plain(v) for k, v in dataclasses.asdict(self).items()}}
        return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


@dataclass(frozen=True, kw_only=True)
class Started(Event):
    """The engine took the run in hand (again, when ``resumed_step`` is above zero)."""

    kind: ClassVar[str] = "started"
    pid: int
    host: str
    version: str
    device: str
    resumed_step: int = 0


@dataclass(frozen=True, kw_only=True)
class PhaseStarted(Event):
    """One of the five phases began."""

    kind: ClassVar[str] = "phase"
    phase: Literal["check", "load", "prepare", "train", "save"]


@dataclass(frozen=True, kw_only=True)
class Progress(Event):
    """Work inside a phase moved on: ``done`` of ``total`` (0 when unknown) things called ``what``."""

    kind: ClassVar[str] = "progress"
    what: str
    done: int
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class Planned(Event):
    """What the run will do, known once data and model are ready."""

    kind: ClassVar[str] = "planned"
    total_steps: int
    epochs: float
    rows_train: int
    rows_validation: int
    tokens_per_epoch: int
    parameters: int
    trainable: int
    learning_rate: float
    schedule: list[float] = field(default_factory=list)  # planned rate at up to 200 evenly spaced steps
    predicted_mib: float = 0.0
    limit_mib: float = 0.0
    tasks: dict[str, dict[str, float]] = field(default_factory=dict)  # rows of each: train, validation, drawn, leaked


@dataclass(frozen=True, kw_only=True)
class Step(Event):
    """One optimizer step was done."""

    kind: ClassVar[str] = "step"
    step: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int  # seen so far, padding not counted
    tokens_per_second: float
    memory_mib: float  # allocated peak on a GPU, resident set on the CPU
    extra: dict[str, float] = field(default_factory=dict)  # the objective's own metrics


@dataclass(frozen=True, kw_only=True)
class Evaluated(Event):
    """The held-out rows were measured."""

    kind: ClassVar[str] = "evaluated"
    step: int
    loss: float
    metrics: dict[str, float] = field(default_factory=dict)
    when: Literal["before", "during", "after"] = "during"


@dataclass(frozen=True, kw_only=True)
class Sampled(Event):
    """A fixed prompt was answered by the model as it is now."""

    kind: ClassVar[str] = "sampled"
    step: int
    prompt: str
    text: str


@dataclass(frozen=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint is whole and verified on disk."""

    kind: ClassVar[str] = "checkpoint"
    step: int
    folder: str  # relative to the run folder
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Noticed(Event):
    """Something the user should know; ``level`` says how much it matters."""

    kind: ClassVar[str] = "notice"
    level: Literal["info", "warning", "error"]
    code: str
    message: str
    hint: str = ""
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Paused(Event):
    """The run holds at a step boundary."""

    kind: ClassVar[str] = "paused"
    step: int


@dataclass(frozen=True, kw_only=True)
class Unpaused(Event):
    """The run goes on after a pause."""

    kind: ClassVar[str] = "unpaused"
    step: int


@dataclass(frozen=True, kw_only=True)
class Finished(Event):
    """Terminal: the run came to its end, or was stopped on request with its result kept or discarded."""

    kind: ClassVar[str] = "finished"
    status: Literal["finished", "stopped", "discarded"]
    step: int
    seconds: float
    peak_mib: float = 0.0
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)  # {"before": {...}, "after": {...}}


@dataclass(frozen=True, kw_only=True)
class Failed(Event):
    """Terminal: the run ended with an error, told in words."""

    kind: ClassVar[str] = "failed"
    code: str
    message: str
    hint: str = ""
    step: int = 0


KINDS: dict[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        Started, PhaseStarted, Progress, Planned, Step, Evaluated, Sampled, CheckpointSaved, Noticed, Paused, Unpaused,
        Finished, Failed,
    )
}  # fmt: skip
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def parse_line(line: str | bytes) -> Event | None:
    """Return the event on ``line``; ``None`` for a half-written or damaged line or a kind from a newer version."""
    try:
        values: dict[str, Any] = json.loads(line)
        kind = values.pop("kind")
        restore = _RESTORE[kind]
        return KINDS[kind](**{key: restore[key](value) for key, value in values.items() if key in restore})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _whole(value: Any) -> int:
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    raise TypeError("no whole number")


def _real(value: Any) -> float:
    if type(value) is float or type(value) is int:
        return value
    return _NUMBERS[value]


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise TypeError("no text")


def _reals(value: Any) -> list[float]:
    if type(value) is list:
        return [_real(item) for item in value]
    raise TypeError("no list")


def _named(value: Any) -> dict[str, Any]:
    if type(value) is dict:
        return {key: _named(item) if type(item) is dict else _real(item) for key, item in value.items()}
    raise TypeError("no mapping")


def _restorer(annotation: str) -> Callable[[Any], Any]:
    known = {"int": _whole, "float": _real, "str": _text, "list[float]": _reals}
    return _named if annotation.startswith("dict") else known.get(annotation, _text)  # the rest are Literals


_RESTORE = {kind: {f.name: _restorer(str(f.type)) for f in dataclasses.fields(cls)} for kind, cls in KINDS.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
