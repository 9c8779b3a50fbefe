"""LoRA: a low-rank update beside each chosen matrix learns, the base stays; this file holds all that is known of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import field_validator

from desktop.engine.methods.base import Method, ModelFacts, Setting, rate_between
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from torch import Tensor

_ATTENTION_NAMES = (
    "q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "c_attn", "query_key_value", "dense", "query", "key", "value",
    "q", "k", "v", "o", "qkv_proj", "Wqkv", "Wo", "q_lin", "k_lin", "v_lin", "out_lin",
)  # fmt: skip
_MOVED_BASE = ("pissa", "olora")  # initialisations that take their start out of the base's weights


class LoraOptions(Options):
    """What can be chosen about LoRA."""

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
    dropout: float = option(
        0.0,
        label="Dropout",
        help="Share of the update's input left out at random; guards small data sets.",
        ge=0,
        le=0.9,
        typical="0 to 0.1",
    )
    targets: str = option(
        "all-linear",
        label="Target layers",
        help="all-linear, attention, or layer names separated by commas (q_proj, v_proj).",
        typical="all-linear",
    )
    rslora: bool = option(
        False,
        label="Rank-stabilised",
        help="Scales by the root of the rank, so that ranks above 32 keep learning.",
        advanced=True,
    )
    initialisation: Literal["default", "gaussian", "pissa", "olora", "orthogonal"] = option(
        "default",
        label="Start",
        help="Where the update starts: default at zero, PiSSA and OLoRA along the base's main directions.",
        advanced=True,
    )
    rate_ratio: float = option(
        1.0,
        label="LoRA+ ratio",
        help="How much faster the second matrix learns than the first; 1 is plain LoRA.",
        ge=1,
        le=64,
        typical="1, or 4 to 16",
        advanced=True,
    )

    @field_validator("targets", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else value

    @property
    def scale_alpha(self) -> float:
        """Return alpha as used."""
        return 2.0 * self.rank if self.alpha is None else self.alpha


class Lora(Method):
    """Low-rank adaptation."""

    id = "lora"
    title = "LoRA"
    family = "Low-rank adapters"
    summary = (
        "Trains a small low-rank update beside the frozen model: nearly as good as full, at a hundredth of the size."
    )
    explanation = (
        "The model's own weights stay as they are. Beside each chosen matrix two thin ones learn, whose product is "
        "added to it: W + (alpha / rank) B A. Only these are trained and saved, a file of a few megabytes that can be "
        "switched on and off, shared, or folded into the model. The rank says how much room the update has."
    )
    use_when = "Nearly always: a style, a format, a task or a domain, on one machine."
    avoid_when = "You need a new tokenizer or a new language, which every weight has to learn."
    paper = "Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models, section 4.1"
    order = 20
    options: ClassVar[type[Options]] = LoraOptions
    mergeable = True

    def refusal(self, setting: Setting, options: LoraOptions) -> str | None:
        """Refuse starts that need the base's exact weights over a quantised base, and unknown layer names."""
        if setting.quantization != "none" and options.initialisation in _MOVED_BASE:
            return (
                f"The {options.initialisation} start is computed from the exact weights, which a quantised base no "
                "longer has. Choose the default start, or no quantisation."
            )
        if options.initialisation == "orthogonal" and options.rank % 2:
            return "The orthogonal start needs an even rank. Choose an even rank."
        if setting.model is not None and not self._target_layers(setting.model, options):
            names = sorted({name.rpartition(".")[2] for name in setting.model.linear_shapes})
            return f"None of this model's layers is called {options.targets}. Choose among {', '.join(names)}."
        return None

    def trainable(self, facts: ModelFacts, options: LoraOptions) -> int:
        """Return rank times (in + out) over the target layers."""
        return sum(
            options.rank * sum(facts.linear_shapes[name]) * facts.count(name)
            for name in self._target_layers(facts, options)
        )

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 2e-3 for the starter, 2e-4 for large models."""
        return rate_between(facts.parameters if facts else None, small=2e-3, large=2e-4)

    def rate_factor(self, parameter_name: str, options: LoraOptions) -> float:
        """Let the second matrix learn faster (LoRA+)."""
        return options.rate_ratio if ".lora_B." in parameter_name else 1.0

    def build(self, model: Any, options: LoraOptions) -> Any:
        """Freeze the model and put the update beside the target layers."""
        from peft import LoraConfig, get_peft_model

        start: Any = {"default": True}.get(options.initialisation, options.initialisation)
        config = LoraConfig(
            r=options.rank,
            lora_alpha=options.scale_alpha,  # type: ignore[arg-type]  # a fraction is as good, the hint is narrower
            lora_dropout=options.dropout,
            target_modules=_target_modules(model, options.targets),
            use_rslora=options.rslora,
            init_lora_weights=start,
            task_type=_task(model),
            fan_in_fan_out=model.config.model_type in ("gpt2", "gpt_bigcode"),
        )
        built: Any = get_peft_model(model, config)
        if options.initialisation in _MOVED_BASE:
            # The start has left the base: what is saved later is the difference to it (see ``save``).
            built.fettle_start = {
                name: p.detach().cpu().clone() for name, p in built.named_parameters() if "lora_" in name
            }
        return built

    def promises(self, parameter_name: str) -> bool:
        """Promise the update and nothing of the base."""
        return ".lora_A." in parameter_name or ".lora_B." in parameter_name

    def save(self, model: Any, folder: Path) -> None:
        """Write the adapter; one whose start came out of the base is written as a plain LoRA of twice the rank.

        PiSSA and OLoRA change the base when they start, so their matrices mean nothing beside the untouched model:
        B A - B0 A0 does, and that is [B, -B0] [A; A0].
        """
        model.save_pretrained(folder)
        start: dict[str, Tensor] | None = getattr(model, "fettle_start", None)
        if start is not None:
            _write_difference(folder, start)

    def _target_layers(self, facts: ModelFacts, options: LoraOptions) -> list[str]:
        wanted = _wanted(options.targets)
        return [name for name in facts.linear_shapes if wanted is None or name.rpartition(".")[2] in wanted]


def _task(model: Any) -> Any:
    from peft import TaskType

    if model.config.is_encoder_decoder:
        return TaskType.SEQ_2_SEQ_LM
    return TaskType.CAUSAL_LM if model.can_generate() else None  # an encoder needs no wrapper for generation


def _wanted(targets: str) -> frozenset[str] | None:
    """Return the last parts of the layer names asked for; ``None`` for all linear layers."""
    words = [word.strip() for word in targets.split(",") if word.strip()]
    if words in ([], ["all-linear"], ["auto"]):
        return None
    return frozenset(_ATTENTION_NAMES) if words == ["attention"] else frozenset(words)


def _target_modules(model: Any, targets: str) -> str | list[str]:
    wanted = _wanted(targets)
    if wanted is None:
        return "all-linear"
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    return sorted(wanted & names)


def _write_difference(folder: Path, start: dict[str, Tensor]) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights_file, config_file = folder / "adapter_model.safetensors", folder / "adapter_config.json"
    first = {name.replace(".default", ""): tensor for name, tensor in start.items()}
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
