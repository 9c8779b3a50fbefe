"""Selective fine-tuning: chosen weights of the model learn, the rest stays; this file holds all that is known of it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar, Literal

from desktop.engine.methods import parts
from desktop.engine.methods.base import Method, ModelFacts, Setting, rate_between
from desktop.engine.options import Options, option

_QUARTER = 4  # a fourth of the layers gives nine tenths of the quality (see ``paper``)


class SelectiveOptions(Options):
    """What can be chosen about selective fine-tuning."""

    part: Literal["blocks", "attention", "feed-forward", "norms", "embeddings", "head", "pattern"] = option(
        "blocks",
        label="Part",
        help="Which weights learn. Norms are few and want about ten times the learning rate.",
        typical="blocks",
    )
    last_blocks: int | None = option(
        None,
        label="Last blocks",
        help="How many blocks, counted from the last, for blocks, attention, feed-forward and norms. Empty means a "
        "quarter of them for blocks and all of them for the others.",
        ge=1,
        le=1000,
        typical="a quarter of the model's blocks",
    )
    pattern: str = option(
        "",
        label="Pattern",
        help="For the part pattern: a regular expression; every parameter learns in whose name it is found.",
        typical=r"layers\.[01]\..*norm",
    )


class Selective(Method):
    """Chosen layers or kinds of weights are trained."""

    id = "selective"
    title = "Selective fine-tuning"
    family = "Selected weights"
    summary = "Trains the weights you choose: the last blocks, attention, norms, embeddings, or names by a pattern."
    explanation = (
        "The model's first blocks read what is written, its last ones decide what to say. Often it is enough to "
        "let a few of them learn and leave the rest as it is: memory for gradients and optimizer is needed for the "
        "chosen weights only, and what stays frozen is not forgotten. You can choose the last blocks, one kind of "
        "weight in all of them, or anything by its name. The result is written as a whole model."
    )
    use_when = "Full fine-tuning does not fit or forgets too much, or you know which part has to change."
    avoid_when = "You want a small file that can be switched off, or a quantised base: LoRA gives both."
    paper = (
        "Lee, Tang and Lin 2019, What Would Elsa Do? Freezing Layers During Transformer Fine-Tuning, section 4; for "
        "attention and norms Zhao et al. 2023, Tuning LayerNorm in Attention, section 3"
    )
    pros = ("Strong changes where you want them", "Far less memory than full", "What is frozen is not forgotten")
    cons = ("You have to choose", "Writes a whole model", "No quantised base")
    row = "M2"
    order = 15
    options: ClassVar[type[Options]] = SelectiveOptions

    def refusal(self, setting: Setting, options: SelectiveOptions) -> str | None:
        """Refuse a quantised base, which could not be written back, and a choice that nothing answers to."""
        if setting.quantization != "none":
            return (
                "Selective fine-tuning writes a whole model, and the rounded weights of a quantised base cannot be "
                "written back as they were. Set the quantisation to none, or choose LoRA or QLoRA."
            )
        if options.part != "pattern":
            if options.pattern:
                return (
                    f"A pattern is given, and the part is {options.part}, so it would be overlooked. Set the part to "
                    "pattern, or empty the pattern."
                )
        elif (wrong := _wrong(options.pattern)) is not None:
            return wrong
        facts = setting.model
        if facts is not None and facts.tensors and not _chosen(facts.tensors, options):
            wanted = f"matches {options.pattern}" if options.part == "pattern" else f"belongs to its {options.part}"
            return f"No parameter of this model {wanted}. Its names look like {_example(facts.tensors)}."
        return None

    def remark(self, setting: Setting, options: SelectiveOptions) -> str | None:
        """Say where one matrix is both ends of the model: it learns as the other end too."""
        facts = setting.model
        if facts is None or not facts.tensors or parts.has_own_head(facts.tensors):
            return None
        if parts.token_embedding(facts.tensors) not in _chosen(facts.tensors, options):
            return None
        return (
            "This model's output head is its input embedding, one matrix for both, so both change. Nothing needs to be "
            "done."
        )

    def trainable(self, facts: ModelFacts, options: SelectiveOptions) -> int:
        """Return the weights of the chosen parameters; nothing for a pattern that is none."""
        if options.part == "pattern" and _wrong(options.pattern) is not None:
            return 0
        tensors = facts.tensors or _outline(facts)
        return sum(math.prod(tensors[name]) for name in _chosen(tensors, options))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 1e-3 for the starter, 2e-5 for large models."""
        return rate_between(facts.parameters if facts else None, small=1e-3, large=2e-5)

    def build(self, model: Any, options: SelectiveOptions) -> Any:
        """Let the chosen parameters learn and nothing else."""
        named = dict(model.named_parameters())
        chosen = _chosen(named, options)
        for name, parameter in named.items():
            parameter.requires_grad_(name in chosen)
        return model

    def promises(self, parameter_name: str) -> bool:
        """Promise that any parameter may change; ``promised`` tells which under given options."""
        return True

    def promised(self, names: Collection[str], options: SelectiveOptions) -> set[str]:
        """Return the chosen ones."""
        return _chosen(names, options)

    def save(self, model: Any, folder: Path) -> None:
        """Write the whole model: every program that loads models can load it."""
        model.save_pretrained(folder)

    @property
    def is_adapter(self) -> bool:
        """The result stands alone."""
        return False


def _chosen(names: Collection[str], options: SelectiveOptions) -> set[str]:
    if options.part == "pattern":
        return {name for name in names if re.search(options.pattern, name)}
    if options.part == "head":
        head = {name for name in names if parts.part_of(name) == "head"}
        tied = None if parts.has_own_head(names) else parts.token_embedding(names)
        return head | ({tied} if tied else set())
    if options.part == "embeddings":
        return {name for name in names if parts.part_of(name) == "embeddings"}
    if options.part == "blocks":
        return parts.in_blocks(names, options.last_blocks or max(1, parts.depth(names) // _QUARTER))
    some = {name for name in names if parts.part_of(name) == options.part}
    if options.last_blocks is None:
        return some
    # What stands behind the last block, the final norm, belongs to the last blocks too.
    return (some - parts.in_blocks(some)) | (some & parts.in_blocks(names, options.last_blocks))


def _wrong(pattern: str) -> str | None:
    """Return why ``pattern`` cannot be searched for, in a sentence with the cure."""
    if not pattern:
        return r"No pattern is given. Write one, such as layers\.[01]\..*norm, or choose another part."
    try:
        re.compile(pattern)
    except re.error as error:
        return f"The pattern {pattern} is no regular expression: {error}. Correct it, or choose another part."
    return None


def _example(names: Collection[str]) -> str:
    return next(iter(sorted(parts.in_blocks(names))), next(iter(names)))


def _outline(facts: ModelFacts) -> dict[str, tuple[int, ...]]:
    """Return the parameters of a model of which only its sizes are known: blocks, two norms in each, one embedding."""
    found: dict[str, tuple[int, ...]] = {"embed_tokens.weight": (facts.vocabulary, facts.hidden)}
    for name, shape in facts.linear_shapes.items():
        stack, rest = (name.split(".", 1)) if facts.kind == "seq2seq" else ("model", name)
        for number in range(facts.count(name)):
            found[f"{stack}.layers.{number}.{rest}.weight"] = shape
            for norm in ("input_layernorm", "post_attention_layernorm"):
                found[f"{stack}.layers.{number}.{norm}.weight"] = (facts.hidden,)
    return {**found, "norm.weight": (facts.hidden,)}
