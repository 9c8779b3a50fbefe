"""LoRA: a low-rank update beside each chosen matrix learns, the base stays; this file holds all that is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from desktop.engine.methods import low_rank_starts as starts
from desktop.engine.methods.base import ModelFacts, Setting, rate_between
from desktop.engine.methods.low_rank import LayerAdapter, RankOptions, target_modules, task, transposed
from desktop.engine.options import Options, option

_PLAIN = ("default", "gaussian")  # PEFT gives these itself
_OF_THE_WEIGHTS = (*starts.MOVED_BASE, "loftq")  # no wider than the matrix they are computed from


class LoraOptions(RankOptions):
    """What can be chosen about LoRA."""

    dropout: float = option(
        0.0,
        label="Dropout",
        help="Share of the update's input left out at random; guards small data sets.",
        ge=0,
        le=0.9,
        typical="0 to 0.1",
    )
    rslora: bool = option(
        False,
        label="Rank-stabilised",
        help="Scales by the root of the rank, so that ranks above 32 keep learning.",
        advanced=True,
    )
    initialisation: Literal["default", "gaussian", "pissa", "pissa_fast", "olora", "orthogonal", "loftq"] = option(
        "default",
        label="Start",
        help="Where the update starts: default at zero, PiSSA and OLoRA along the base's main directions, LoftQ where "
        "it makes up for the rounding of a quantised base.",
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


class Lora(LayerAdapter):
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
    pros = ("A file of a few megabytes", "Can be switched off, shared and merged", "Forgets little")
    cons = ("No room for a new language", "Rank and target layers have to be chosen", "Learns a little less than full")
    row = "M4"
    order = 20
    options: ClassVar[type[Options]] = LoraOptions
    marks: ClassVar[tuple[str, ...]] = (".lora_A.", ".lora_B.")

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse starts that the base, the rank or the matrices do not allow, and unknown layer names."""
        start = options.initialisation
        if setting.quantization != "none" and start in starts.MOVED_BASE:
            return (
                f"The {start} start is computed from the exact weights, which a quantised base no "
                "longer has. Choose the default or the loftq start, or no quantisation."
            )
        if setting.quantization == "none" and start == "loftq":
            return (
                "The loftq start makes up for the rounding of a quantised base, and this base is in full precision. "
                "Choose the default start, or a quantisation."
            )
        if start == "orthogonal" and options.rank % 2:
            return "The orthogonal start needs an even rank. Choose an even rank."
        reason = super().refusal(setting, options)
        if reason is None and setting.model is not None and start in _OF_THE_WEIGHTS:
            smallest = min(min(setting.model.linear_shapes[name]) for name in self.layers(setting.model, options))
            if options.rank > smallest:
                return (
                    f"The {start} start has no more directions than the smallest target layer, which has {smallest}. "
                    f"Choose a rank of at most {smallest}, or the default start."
                )
        return reason

    def merge_refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse an update that also undoes rounding: the exact weights need none of that."""
        if options.initialisation == "loftq":
            return (
                f"A {self.title} adapter with the loftq start also makes up for the rounding of its quantised base, "
                "and folded into the exact weights that part would be wrong. Export it as an adapter."
            )
        return super().merge_refusal(setting, options)

    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return rank times (in + out)."""
        return int(options.rank) * sum(shape)

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 2e-3 for the starter, 2e-4 for large models."""
        return rate_between(facts.parameters if facts else None, small=2e-3, large=2e-4)

    def rate_factor(self, parameter_name: str, options: Any) -> float:
        """Let the second matrix learn faster (LoRA+: Hayou et al. 2024, section 4)."""
        return float(options.rate_ratio) if ".lora_B." in parameter_name else 1.0

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration; starts that PEFT does not give come after (see ``build``)."""
        from peft import LoraConfig

        plain: Any = {"default": True}.get(options.initialisation, options.initialisation)
        return LoraConfig(
            r=options.rank,
            lora_alpha=options.scale_alpha,  # a fraction is as good, the hint is narrower
            lora_dropout=options.dropout,
            target_modules=target_modules(model, options),
            use_rslora=options.rslora,
            init_lora_weights=plain if options.initialisation in _PLAIN else True,
            task_type=task(model),
            fan_in_fan_out=transposed(model),
        )

    def build(self, model: Any, options: Any) -> Any:
        """Freeze the model, put the update beside the target layers and give it its start."""
        built = super().build(model, options)
        if options.initialisation not in _PLAIN:
            starts.begin(built, options.initialisation)
        return built

    def extra_state(self, model: Any) -> dict[str, Any]:
        """Return the start that was taken out of the base, so that a resumed run takes out the same."""
        start = getattr(model, "fettle_start", None)
        return {} if start is None else {"start": start}

    def restore_extra(self, model: Any, state: dict[str, Any]) -> None:
        """Take the very same start out of the base."""
        starts.restore(model, state["start"])

    def save(self, model: Any, folder: Path) -> None:
        """Write the adapter and how much of its rank it uses.

        One whose start came out of the base means nothing beside the untouched model; it is written as the difference
        to its start, a plain LoRA of twice the rank.
        """
        from desktop.engine.models.rank_report import write_rank_report

        super().save(model, folder)
        start = getattr(model, "fettle_start", None)
        if start is not None:
            starts.write_difference(folder, start)
        write_rank_report(folder)
