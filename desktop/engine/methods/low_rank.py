"""What adapters beside linear layers have in common: options, targets, counts, files; it knows none in particular."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from pydantic import field_validator

from desktop.engine.methods import targets
from desktop.engine.methods.base import Method, ModelFacts, Setting
from desktop.engine.options import Options, option

TRANSPOSED = ("gpt2", "gpt_bigcode")  # their linear layers keep weights as (in, out)


class TargetOptions(Options):
    """Which layers an adapter lies beside."""

    targets: str = option(
        "all-linear",
        label="Target layers",
        help="all-linear, attention, feed-forward, or layer names separated by commas (q_proj, v_proj).",
        typical="all-linear",
    )
    last_blocks: int | None = option(
        None,
        label="Last blocks only",
        help="How many blocks, counted from the output, get an adapter; empty means all.",
        ge=1,
        le=1024,
        typical="empty",
        advanced=True,
    )

    @field_validator("targets", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else value


class RankOptions(TargetOptions):
    """Where an adapter of some rank lies and how wide it is."""

    rank: int = option(
        16,
        label="Rank",
        help="Width of the update: higher learns more and costs more memory.",
        ge=1,
        le=1024,
        typical="8 to 32",
    )
    alpha: float | None = option(
        None,
        label="Alpha",
        help="Strength of the update; empty means twice the rank.",
        ge=0.01,
        le=4096,
        typical="one to two times the rank",
    )

    @property
    def scale_alpha(self) -> float:
        """Return alpha as used."""
        return 2.0 * self.rank if self.alpha is None else self.alpha


class LayerAdapter(Method):
    """A method that puts something small beside chosen linear layers and freezes everything else.

    Attributes:
        marks: parts of a parameter's name that tell it belongs to the adapter.
        plain_layers_only: whether it needs ordinary linear layers: no packed and no transposed weights.
    """

    options: ClassVar[type[Options]] = TargetOptions
    marks: ClassVar[tuple[str, ...]] = ()
    plain_layers_only: ClassVar[bool] = False
    mergeable = True

    @abstractmethod
    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return how many weights train beside one layer of ``shape`` (out, in)."""

    @abstractmethod
    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration for ``model``."""

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse layer names the model does not have, and layers the method cannot work on."""
        if self.plain_layers_only and setting.quantization != "none":
            return (
                f"{self.title} works on the weights themselves, and those of a quantised base are packed. "
                "Set the quantisation to none, or choose QLoRA."
            )
        if setting.model is None:
            return None
        if self.plain_layers_only and setting.model.architecture in TRANSPOSED:
            return (
                f"{self.title} cannot work on the transposed layers of a {setting.model.architecture} model. "
                "Choose LoRA, or a model of another architecture."
            )
        if not self.layers(setting.model, options):
            known = targets.names_of(setting.model.linear_shapes)
            return (
                f"None of this model's layers is called {options.targets}. "
                f"Choose all-linear, attention, feed-forward, or among {known}."
            )
        return None

    def layers(self, facts: ModelFacts, options: Any) -> list[str]:
        """Return the layers of a block that get an adapter."""
        return targets.chosen(facts.linear_shapes, options.targets)

    def trainable(self, facts: ModelFacts, options: Any) -> int:
        """Return what one layer takes, over all layers that get an adapter."""
        return sum(
            self.layer_weights(facts.linear_shapes[name], options) * targets.count(facts, name, options.last_blocks)
            for name in self.layers(facts, options)
        )

    def build(self, model: Any, options: Any) -> Any:
        """Freeze the model and put the adapter beside the target layers."""
        from peft import get_peft_model

        return get_peft_model(model, self.config(model, options))

    def promises(self, parameter_name: str) -> bool:
        """Promise the adapter and nothing of the base."""
        return any(mark in parameter_name for mark in self.marks)

    def save(self, model: Any, folder: Path) -> None:
        """Write the adapter."""
        model.save_pretrained(folder)


def target_modules(model: Any, options: Any) -> str | list[str]:
    """Return the layers of ``model`` that ``options`` name, as PEFT takes them."""
    return targets.target_modules(model, targets.chosen(targets.shapes_of(model), options.targets), options.last_blocks)


def task(model: Any) -> Any:
    """Return which of PEFT's wrappers suits ``model``; an encoder needs none for generation."""
    from peft import TaskType

    if model.config.is_encoder_decoder:
        return TaskType.SEQ_2_SEQ_LM
    return TaskType.CAUSAL_LM if model.can_generate() else None


def transposed(model: Any) -> bool:
    """Tell whether the linear layers of ``model`` keep their weights as (in, out); packed ones never do."""
    from transformers.pytorch_utils import Conv1D

    return any(isinstance(layer, Conv1D) for layer in model.modules())
