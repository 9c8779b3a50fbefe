"""DoRA: LoRA that learns the length of each output's weights apart from their direction; only that is known here."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from desktop.engine.methods import kept
from desktop.engine.methods.base import ModelFacts, Setting, rate_between
from desktop.engine.methods.lora import Lora, LoraOptions
from desktop.engine.options import Options, option


class DoraOptions(LoraOptions):
    """What can be chosen about DoRA: all of LoRA, and the starts that leave the base where it is."""

    initialisation: Literal["default", "gaussian"] = option(
        "default",
        label="Start",
        help="How the update's first matrix is drawn; the second starts at zero, so training starts at the base.",
        advanced=True,
    )


class Dora(Lora):
    """Weight-decomposed low-rank adaptation."""

    id = "dora"
    title = "DoRA"
    summary = "LoRA that trains how long and in which direction weights point separately: closer to full fine-tuning."
    explanation = (
        "Every row of a weight matrix has a length and a direction. Full fine-tuning changes both fairly freely, LoRA "
        "tends to change them together. DoRA learns one number for the length of each row and a LoRA update for its "
        "direction: W' = m (W + s B A) / ||W + s B A||. It often learns a little more than LoRA at the same rank, "
        "and is slower, because the length of the whole matrix is measured in every step."
    )
    use_when = "LoRA at a low rank is not quite good enough, and time is no matter."
    avoid_when = "Speed or memory is short: plain LoRA of twice the rank is often as good."
    paper = "Liu et al. 2024, DoRA: Weight-Decomposed Low-Rank Adaptation, section 4.1"
    pros = ("Learns a little more than LoRA at low ranks", "Merges like LoRA: no cost afterwards", "Works in four bits")
    cons = ("Noticeably slower in training", "More memory than LoRA", "The gain is small at high ranks")
    row = "M6"
    order = 40
    options: ClassVar[type[Options]] = DoraOptions
    marks = (".lora_A.", ".lora_B.", ".lora_magnitude_vector.")

    def refusal(self, setting: Setting, options: Any) -> str | None:
        """Refuse an 8-bit base, whose scales are out of reach once it has been used, and what LoRA refuses."""
        if setting.quantization == "8bit":
            return (
                "DoRA measures the length of every weight row in every step, and an 8-bit base does not give its rows "
                "back. Set the quantisation to nf4 or none, or choose LoRA."
            )
        return super().refusal(setting, options)

    def layer_weights(self, shape: tuple[int, int], options: Any) -> int:
        """Return LoRA's, and one length for each output."""
        return super().layer_weights(shape, options) + shape[0]

    def kept(self, facts: ModelFacts, options: Any) -> kept.Kept:
        """Keep both halves of each output for the magnitude; the combined matrix is worked out layer by layer."""
        layers = self.layers(facts, options)
        both = 2 * kept.average(facts, layers, kept.outputs(facts))
        return kept.Kept(by_token=both, at_work=3 * kept.largest(facts, layers))

    def default_learning_rate(self, facts: ModelFacts | None) -> float:
        """Return 2e-3 for the starter, 1e-4 for large models: the paper takes half of LoRA's."""
        return rate_between(facts.parameters if facts else None, small=2e-3, large=1e-4)

    def config(self, model: Any, options: Any) -> Any:
        """Return LoRA's configuration with the decomposition."""
        made = super().config(model, options)
        made.use_dora = True
        return made
