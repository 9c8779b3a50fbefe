"""AdaLoRA: low-rank updates compete for one budget of rank, and the least useful are pruned in mid-run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from pydantic import model_validator

from desktop.engine.methods.base import ModelFacts, Setting, rate_between
from desktop.engine.methods.low_rank import LayerAdapter, TargetOptions, target_modules, task, transposed
from desktop.engine.options import Options, option

PATTERN_FILE = "rank_pattern.json"
_ADAPTER = "default"
_WRAPPED = "base_model.model."
_LARGE = 2**31  # stands for the number of steps until ``prepare`` tells it

_COMPARING = ("dpo",)  # objectives whose trainer keeps a second adapter, the reference, beside the learned one


class AdaloraOptions(TargetOptions):
    """What can be chosen about AdaLoRA."""

    start_rank: int = option(
        12,
        label="Rank at the start",
        help="Width every update begins with; about one and a half times the rank at the end.",
        ge=2,
        le=1024,
        typical="12 to 24",
    )
    rank: int = option(
        8,
        label="Rank at the end",
        help="Average width that is left; layers that need more get more.",
        ge=1,
        le=1023,
        typical="4 to 16",
    )
    alpha: float | None = option(
        None,
        label="Alpha",
        help="Strength of the update; empty means twice the rank at the start.",
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
    warmup_share: float = option(
        0.15,
        label="Steps before pruning",
        help="Share of the run that trains at full rank, so that there is something to judge by.",
        ge=0,
        le=0.8,
        typical="0.1 to 0.2",
        advanced=True,
    )
    final_share: float = option(
        0.35,
        label="Steps after pruning",
        help="Share of the run that trains what is left without pruning any more.",
        ge=0,
        le=0.8,
        typical="0.3 to 0.5",
        advanced=True,
    )
    every: int = option(
        1,
        label="Prune every",
        help="Steps between two prunings.",
        ge=1,
        le=10_000,
        typical="1 to 100",
        unit="steps",
        advanced=True,
    )
    orthogonality: float = option(
        0.5,
        label="Orthogonality",
        help="How strongly the parts of an update are kept apart, so that each can be pruned alone.",
        ge=0,
        le=10,
        typical="0.1 to 0.5",
        advanced=True,
    )

    @model_validator(mode="after")
    def _room_to_prune(self) -> AdaloraOptions:
        if self.rank >= self.start_rank:
            message = "the rank at the end must be smaller than the rank at the start, or nothing is pruned"
            raise ValueError(message)
        if self.warmup_share + self.final_share > 0.9:
            message = "the steps before and after pruning must leave a tenth of the run for the pruning itself"
            raise ValueError(message)
        return self

    @property
    def scale_alpha(self) -> float:
        """Return alpha as used."""
        return 2.0 * self.start_rank if self.alpha is None else self.alpha


class Adalora(LayerAdapter):
    """Adaptive budget allocation."""

    id = "adalora"
    title = "AdaLoRA"
    family = "Low-rank adapters"
    summary = "LoRA that moves its rank to the layers that need it: starts wide and prunes what matters least."
    explanation = (
        "Plain LoRA gives every layer the same rank, but some layers have more to learn than others. AdaLoRA writes "
        "the update as P diag(e) Q, like a singular value decomposition, watches how much the loss depends on each "
        "part, and sets the least useful to zero until the budget is met. Afterwards you see which layer kept how much."
    )
    use_when = "The file must be small, or you want to know where in the model your task is learned."
    avoid_when = "Short runs: under a hundred steps there is too little to judge by, and LoRA is as good."
    paper = "Zhang et al. 2023, Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning, sections 3.1 to 3.3"
    pros = ("Rank goes where it is needed", "Shows the rank of every layer", "Smaller files than LoRA at equal quality")
    cons = ("More options, and steps have to be planned", "A little slower", "Needs a longer run")
    row = "M7"
    order = 50
    options: ClassVar[type[Options]] = AdaloraOptions
    marks = (".lora_A.", ".lora_B.", ".lora_E.")

    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return the rank at the start times (in + out + 1): vectors and the value between them."""
        return int(options.start_rank) * (sum(shape) + 1)

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 1e-2 for the starter, 5e-4 for large models: the paper's are two to five times LoRA's."""
        return rate_between(facts.parameters if facts else None, small=1e-2, large=5e-4)

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse what holds a second copy of the adapter, which this one cannot have beside it."""
        if setting.objective in _COMPARING:
            return (
                "AdaLoRA shares out its ranks over one adapter, and learning from preferences keeps a copy of it to "
                "compare with. Choose LoRA, or another objective."
            )
        return super().refusal(setting, options)

    def merge_refusal(self, setting: Setting, options: Any) -> str | None:
        """Allow it everywhere: what was learned over a packed base is folded into the exact weights."""
        return None

    def config(self, model: Any, options: Any) -> Any:
        """Return PEFT's configuration; its plan of steps comes with ``prepare``."""
        from peft import AdaLoraConfig

        return AdaLoraConfig(
            init_r=options.start_rank,
            target_r=options.rank,
            lora_alpha=options.scale_alpha,  # a fraction is as good, the hint is narrower
            lora_dropout=options.dropout,
            target_modules=target_modules(model, options),
            deltaT=options.every,
            # PEFT would add the term to the model's own loss: trainers that compute the loss themselves never see it,
            # and where they do, it would count among the held-out loss too. ``build`` adds its gradient instead.
            orth_reg_weight=0.0,
            total_step=_LARGE,
            task_type=task(model),
            fan_in_fan_out=transposed(model),
        )

    def build(self, model: Any, options: Any) -> Any:
        """Put the updates beside the target layers, their parts held apart from each other."""
        built = super().build(model, options)
        _keep_orthogonal(built, options.orthogonality)
        return built

    def prepare(self, model: Any, options: Any, total_steps: int) -> None:
        """Lay the two turning points of the budget into the run; at least one step is left to prune in."""
        plan = model.peft_config[_ADAPTER]
        plan.total_step = total_steps
        plan.tfinal = min(round(options.final_share * total_steps), total_steps - 1)
        plan.tinit = min(round(options.warmup_share * total_steps), total_steps - plan.tfinal - 1)

    def on_step(self, model: Any, step: int, total: int) -> None:
        """Judge every part by its gradient and prune; nobody else calls the library's own function for it."""
        model.fettle_regularised.clear()
        allocator = model.base_model.rankallocator
        if model.peft_config[_ADAPTER].rank_pattern is None and not allocator.exp_avg_ipt:
            # A run of one or two steps prunes before the library has judged anything.
            allocator.update_ipt(model.base_model.model)
        model.base_model.update_and_allocate(step)

    def extra_state(self, model: Any) -> dict[str, Any]:
        """Return what the allocator remembers: averages of importance and its spread, and what is pruned."""
        allocator = model.base_model.rankallocator
        return {
            "importance": dict(allocator.exp_avg_ipt),
            "spread": dict(allocator.exp_avg_unc),
            "pattern": model.peft_config[_ADAPTER].rank_pattern or {},
        }

    def restore_extra(self, model: Any, state: dict[str, Any]) -> None:
        """Put the allocator back."""
        allocator = model.base_model.rankallocator
        allocator.exp_avg_ipt = dict(state["importance"])
        allocator.exp_avg_unc = dict(state["spread"])
        allocator.ipt = dict(state["importance"])  # only its keys count: it is computed anew in every step
        model.peft_config[_ADAPTER].rank_pattern = state["pattern"] or None

    def report(self, model: Any) -> dict[str, Any]:
        """Return the rank every layer kept."""
        return {"ranks": ranks_of(model), "start_rank": model.peft_config[_ADAPTER].init_r}

    def save(self, model: Any, folder: Path) -> None:
        """Write the updates at the rank they kept, the rank of every layer, and how much of it is used."""
        from desktop.engine.models.rank_report import write_rank_report

        plan = model.peft_config[_ADAPTER]
        if plan.rank_pattern:
            # A layer that lost everything keeps one part that is zero: no loader takes tensors without a size.
            plan.rank_pattern = {
                name: flags if any(flags) else [True, *flags[1:]] for name, flags in plan.rank_pattern.items()
            }
            # What is pruned is cut out of the model in memory too, so that it is the one that is saved.
            model.base_model.resize_modules_by_rank_pattern(plan.rank_pattern, _ADAPTER)
        super().save(model, folder)
        (folder / PATTERN_FILE).write_text(json.dumps(ranks_of(model), indent=2), encoding="utf-8")
        write_rank_report(folder)


def ranks_of(model: Any) -> dict[str, int]:
    """Return layer -> how many of its singular values are not zero."""
    return {
        name.partition(".lora_E.")[0].removeprefix(_WRAPPED): int((parameter != 0).sum())
        for name, parameter in model.named_parameters()
        if ".lora_E." in name
    }


def _keep_orthogonal(model: Any, weight: float) -> None:
    """Add to every gradient that of ``weight`` x the mean of ||A A^T - I|| and ||B^T B - I|| (paper, equation 4).

    As in PEFT the norms are not squared. It is added once an optimizer step, however many batches it adds up.
    """
    import torch

    done: set[str] = set()
    model.fettle_regularised = done
    matrices = [(n, p) for n, p in model.named_parameters() if ".lora_A." in n or ".lora_B." in n]

    def add(name: str, parameter: torch.nn.Parameter) -> None:
        if name in done or parameter.grad is None or weight == 0:
            return
        done.add(name)
        rows = parameter.detach().float() if ".lora_A." in name else parameter.detach().float().T  # (r, wide)
        off = rows @ rows.T - torch.eye(rows.shape[0], device=rows.device)
        slope = 2 * (off @ rows) / off.norm().clamp(min=1e-12) * (weight / len(matrices))
        parameter.grad += (slope if ".lora_A." in name else slope.T).to(parameter.grad.dtype)

    for name, parameter in matrices:
        parameter.register_post_accumulate_grad_hook(lambda p, name=name: add(name, p))
